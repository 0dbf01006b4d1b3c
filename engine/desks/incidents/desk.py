"""The descriptor of the incidents desk: everything the engine needs of it, put together."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engine.desk import Desk, Learning
from engine.desks.incidents.intake import CASE_TYPE, DESK, IncidentIntake
from engine.desks.incidents.itsm import Itsm
from engine.desks.incidents.perceive import IDENTIFIERS, facts_of_read, features, perceive
from engine.desks.incidents.procedure import PROCEDURE
from engine.desks.incidents.tools import AddWorkNote, AssignGroup, GetIncident, GroupWorkload
from engine.desks.incidents.workflow import WORKFLOW
from engine.domain.case import Case
from engine.domain.recommendation import Proposal
from engine.govern.envelope import EnvelopeDocument, read_envelope
from engine.ports import Clock
from engine.reason.precedent_reasoner import PrecedentReasoner, PrecedentWords

_ENVELOPE = Path(__file__).with_name("envelope.yaml")


def incidents_desk(*, itsm_url: str, clock: Clock) -> Desk:
    """Put the desk together; nothing connects before it is used.

    Args:
        itsm_url: Where the incident system keeps its data, as an SQLAlchemy URL.
        clock: Dates what the incident system writes.

    Raises:
        ConfigError: The URL is of a kind the incident system cannot run on.
    """
    itsm = Itsm(itsm_url, clock)
    return Desk(
        name=DESK,
        title="Incident routing",
        goal="Every incident is with the group that resolves it, before its due time.",
        measure="Share of incidents whose first assignment was the group that resolved them",
        case_types=(CASE_TYPE,),
        read_tools=(GetIncident(itsm), GroupWorkload(itsm)),
        effect_tools=(AssignGroup(itsm), AddWorkNote(itsm)),
        intake=IncidentIntake(),
        system=itsm,
        envelope=default_envelope(),
        perceive=perceive,
        reasoner=PrecedentReasoner(PROCEDURE, features, WORDS),
        learning=Learning(procedure=PROCEDURE, features=features),
        label_of=_label_of,
        facts_of_read=facts_of_read,
        identifiers=IDENTIFIERS,
        workflow=WORKFLOW,
        customer_of=lambda facts: str(facts.value_of("caller_id") or ""),
        names=NAMES,
    )


def default_envelope() -> EnvelopeDocument:
    """The limits the desk starts with.

    Raises:
        ConfigError: The file is damaged.
    """
    return read_envelope(_ENVELOPE.read_text(encoding="utf-8"), source=_ENVELOPE.name)


def _assign(case: Case, group: str) -> Proposal:
    return Proposal(tool="assign_group", arguments={"number": case.source_id, "group": group})


def _label_of(tool: str, arguments: Mapping[str, Any]) -> str:
    return str(arguments.get("group", "")) if tool == "assign_group" else ""


NAMES: Mapping[str, str] = {
    "assignment_group": "Assigned group",
    "caller_id": "Caller",
    "cmdb_ci": "Configuration item",
    "contact_type": "Channel",
    "initial_assignment_group": "Dispatcher's first routing",
    "opened_by": "Opened by",
    "u_symptom": "Symptom",
    "itsm": "ITSM",
    "open_incidents": "Open incidents",
    "workload": "Workload of groups",
}
"""What people call the facts and where they come from; the rest is called as it is written."""

WORDS = PrecedentWords(
    cases="incidents",
    propose=_assign,
    summary=lambda group: f"Assign to {group}",
    outcome="were resolved by",
    names={
        "contact_type": "contact channel",
        "u_symptom": "symptom",
        "cmdb_ci": "configuration item",
        "opened_by": "agent",
        "caller_id": "caller",
        "initial_assignment_group": "dispatcher's first routing",
    },
)
