"""Facts of an incident: what the signal said, and how it stands in the incident system."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from engine.desk import ReadMade
from engine.desks.incidents.intake import FACT_COLUMNS
from engine.domain.case import Signal
from engine.domain.fact import Fact, FactSet, FactValue
from engine.domain.naming import Identifiers
from engine.ports import ReadTool

ENTITY = "incident"
INTAKE = "intake"
ITSM = "itsm"
_KINDS = ("inc", "req", "ritm", "chg", "prb", "task", "kb")
_PARTED = "[ #._-]{0,3}"
IDENTIFIERS = Identifiers(
    forms=(
        rf"(?<![a-z0-9])(?:{'|'.join(_KINDS)})-?[0-9]{{1,12}}",
        rf"(?<![a-z0-9])(?:{'|'.join(map(_PARTED.join, _KINDS))}){_PARTED}[0-9](?: ?[0-9]){{5,11}}",
    ),
    told_by=(ITSM,),
    choices=("group",),
)
"""Incidents, requests, changes, problems, tasks and articles, as such systems number them; parted
by signs only where six digits and more follow."""
WORKLOAD = "workload"

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
    number = {"number": signal.source_id}
    seen = ReadMade(
        target=signal.source_id,
        tool="get_incident",
        arguments=number,
        result=read("get_incident", number),
        known=(),
        at=signal.as_of if at is None else at,
    )
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
    return told + facts_of_read(seen)


def facts_of_read(read: ReadMade) -> tuple[Fact, ...]:
    """Give the facts of one read of a run; what is read of another incident gives none."""
    if read.tool == "group_workload":
        open_by_group = read.result["open_by_group"]
        return tuple(
            _seen(f"group:{name}", "open_incidents", number, WORKLOAD, read.at)
            for name, number in open_by_group.items()
        )
    if read.tool != "get_incident" or read.arguments["number"] != read.target:
        return ()
    told = {one.attribute for one in read.known if (one.entity, one.source) == (ENTITY, ITSM)}
    return tuple(
        _seen(ENTITY, name, read.result[name] or None, ITSM, read.at)
        for name in ("state", "assignment_group")
        if read.result[name] or name in told
    )


def _seen(entity: str, attribute: str, value: FactValue, source: str, at: datetime) -> Fact:
    return Fact(
        entity=entity,
        attribute=attribute,
        value=value,
        source=source,
        observed_at=at,
        ttl_s=FRESH_FOR_S,
    )


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
