"""Facts of an incident: what the signal said, and how it stands in the incident system."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from engine.desks.incidents.intake import FACT_COLUMNS
from engine.domain.case import Signal
from engine.domain.fact import Fact, FactSet
from engine.ports import ReadTool

ENTITY = "incident"
INTAKE = "intake"
ITSM = "itsm"

FRESH_FOR_S = 15 * 60
"""How long the state and the group of an incident count as fresh, on the desk's clock."""

FEATURES = (
    "contact_type",
    "location",
    "category",
    "subcategory",
    "u_symptom",
    "cmdb_ci",
    "impact",
    "urgency",
    "priority",
    "opened_by",
    "caller_id",
    "initial_assignment_group",
)
"""Facts the precedent reasoner looks at, by attribute."""


def perceive(signal: Signal, read: ReadTool, at: datetime | None = None) -> tuple[Fact, ...]:
    """Give the facts of an incident; what was not told makes no fact.

    Args:
        signal: The incident as it came in.
        read: Reads `get_incident`.
        at: The desk's present, for a look at a live system. In a replay of history, and where it
            is not given, the incident system is taken to stand as it did when the signal was
            raised: nothing in the facts then depends on when the replay runs.

    Raises:
        ToolError: The incident system could not be read.
    """
    incident = read("get_incident", {"number": signal.source_id})
    seen_at = signal.as_of if at is None else at
    told = tuple(
        Fact(
            entity=ENTITY,
            attribute=name,
            value=signal.payload[name],
            source=INTAKE,
            observed_at=signal.as_of,
        )
        for name in FACT_COLUMNS
        if name in signal.payload
    )
    seen = tuple(
        Fact(
            entity=ENTITY,
            attribute=name,
            value=incident[name],
            source=ITSM,
            observed_at=seen_at,
            ttl_s=FRESH_FOR_S,
        )
        for name in ("state", "assignment_group")
        if incident[name]
    )
    return told + seen


def features(facts: FactSet) -> Mapping[str, str]:
    """The facts of an incident as the features of the procedure; a missing one is left out."""
    latest: dict[str, Fact] = {}
    for fact in facts.facts:
        known = latest.get(fact.attribute)
        if known is None or fact.observed_at > known.observed_at:
            latest[fact.attribute] = fact
    return {
        name: str(latest[name].value)
        for name in FEATURES
        if name in latest and latest[name].value not in (None, "")
    }
