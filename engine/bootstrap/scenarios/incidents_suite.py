"""The incidents desk's scenarios as they are written: a ticket, and how it stands in the ITSM.

Every field of the ticket has a default, an incident that is routed without a doubt; an empty text
means that nobody told it. Nothing is put together here (`incidents_stage`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field

from engine.bootstrap.scenarios.texts import Text
from engine.govern.limits import Closed
from engine.learn.scenarios.suite import Scenario, Suite

Group = Annotated[str, Field(min_length=1, max_length=200)]


class Ticket(Closed):
    """The incident as it comes in."""

    number: Annotated[str, Field(max_length=300)] = "INC-1001"
    contact_type: Text = "Portal"
    location: Text = "Halifax"
    category: Text = "Account"
    subcategory: Text = "Joiners and leavers"
    symptom: Text = "Permission missing"
    configuration_item: Text = ""
    impact: Text = "2 - Medium"
    urgency: Text = "2 - Medium"
    priority: Annotated[str, Field(max_length=100)] = "3 - Moderate"
    opened_by: Text = "Agent 11"
    caller: Text = "E-1010"
    dispatcher: Text = "Identity and Access"
    """The group of the dispatcher's first routing."""
    opened_hours_ago: Annotated[float, Field(ge=0, le=400, allow_inf_nan=False)] = 0.0


class Standing(Closed):
    """How the incident stands in the ITSM when it comes in."""

    state: Literal["new", "assigned", "resolved"] = "new"
    group: Group | None = None
    """Who has it; needed unless it is new."""


class IncidentScenario(Scenario):
    """One incident."""

    ticket: Ticket = Ticket()
    itsm: Standing = Standing()


class IncidentSuite(Suite):
    """Scenarios of the incidents desk."""

    desk: Literal["incidents"]
    scenarios: Annotated[tuple[IncidentScenario, ...], Field(min_length=1, max_length=200)]

    @property
    def all(self) -> Sequence[Scenario]:
        """See `Suite.all`."""
        return self.scenarios
