"""Routing: what is read for it, and what code makes of facts and of a model's assessment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from engine.desks.incidents.itsm_tables import RESOLVED
from engine.desks.incidents.perceive import ENTITY, INTAKE, ITSM, WORKLOAD
from engine.domain.recommendation import Proposal
from engine.reason.checks import Cited, Grounds, PutForward
from engine.reason.workflow.known import Candidate, Finding, Known, Offer, Option
from engine.reason.workflow.path import Read

_CLEAR = 0.3
"""Probability that one group needs to have, to be recommended."""
_MOST_OPTIONS = 5
_STATE = f"{ENTITY}.state@{ITSM}"
_GROUP = f"{ENTITY}.assignment_group@{ITSM}"
_FIRST = f"{ENTITY}.initial_assignment_group@{INTAKE}"
_OF_GROUP = "group:"


class Standing(StrEnum):
    """How an incident stands."""

    OPEN = "open"
    RESOLVED = "resolved"
    UNKNOWN = "unknown"


class Clarity(StrEnum):
    """Whether an assessment is clear enough to act on."""

    CLEAR = "clear"
    UNCLEAR = "unclear"


def _own(known: Known) -> Sequence[Mapping[str, Any]]:
    return ({"number": known.brief.target},)


def _all_groups(known: Known) -> Sequence[Mapping[str, Any]]:
    return ({"group": ""},)


INCIDENT = Read(tool="get_incident", source=ITSM, calls=_own)
GROUPS = Read(tool="group_workload", source=WORKLOAD, calls=_all_groups, is_needed=False)


def standing(known: Known) -> Finding:
    """Look whether there is anything to route, and to whom."""
    if known.value(_STATE) is None or not groups(known):
        return Finding(branch=Standing.UNKNOWN)
    if known.value(_STATE) == RESOLVED and known.value(_GROUP):
        return Finding(branch=Standing.RESOLVED)
    return Finding(branch=Standing.OPEN)


def groups(known: Known) -> Sequence[Candidate]:
    """The groups that are known: the dispatcher's, the present one, and all with open incidents."""
    named = [str(value) for value in (known.value(_FIRST), known.value(_GROUP)) if value]
    working = [
        one.entity.removeprefix(_OF_GROUP)
        for one in known.of_source(WORKLOAD)
        if one.entity.startswith(_OF_GROUP)
    ]
    return tuple(Candidate(name=one) for one in dict.fromkeys((*named, *working)))


def clarity(known: Known) -> str:
    """Whether one group is probable enough."""
    top = max((one for _, one in _weighed(known)), default=0.0)
    return Clarity.CLEAR if top >= _CLEAR else Clarity.UNCLEAR


def offer(known: Known) -> Offer:
    """The groups that were found probable, the most probable first."""
    ranked = sorted(_weighed(known), key=lambda one: (-one[1], one[0]))[:_MOST_OPTIONS]
    return Offer(
        options=tuple(
            Option(
                name=name,
                summary=f"Assign to {name}",
                proposals=(_assign(known, name),),
                probability=round(probability, 4),
            )
            for name, probability in ranked
        )
    )


def nothing_left(known: Known) -> PutForward:
    """For an incident that is resolved: its target shows that nothing is left to do."""
    group = str(known.value(_GROUP))
    return PutForward(
        proposals=(_assign(known, group),),
        label=group,
        summary="Nothing is left to do",
        grounds=Grounds(
            because="The incident is resolved already.",
            cites=[Cited(fact=_STATE, why="The incident is resolved.", strength="strong")],
            against=[],
            missing=[],
            confidence=1.0,
        ),
    )


def _assign(known: Known, group: str) -> Proposal:
    arguments = {"number": known.brief.target, "group": group}
    return Proposal(tool="assign_group", arguments=arguments)


def _weighed(known: Known) -> Sequence[tuple[str, float]]:
    weighed = () if known.assessment is None else known.assessment.weighed
    return tuple((one.name, one.probability) for one in weighed if one.probability > 0)
