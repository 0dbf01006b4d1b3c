"""A whole history through the engine: rows in, software alone where it may, people in between.

The scenario test and the report of the README run the same `replay_incidents`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from time import perf_counter

from engine.domain.actor import Person, Role
from engine.domain.case import Attention
from engine.domain.decision import DecisionKind, ReasonCode
from engine.domain.fact import FactValue
from engine.service.engine import Submitted
from engine.service.requests import ClaimCase, DecideCase
from engine.service.rows import CaseCard, QueueFilter, QueueRow
from tests.scenario.incidents.forecasting import Splits
from tests.scenario.incidents.incident_world import IncidentWorld

ROUNDS_BETWEEN = 30
"""Rounds of the worker, at most 50 cases each, between two turns of the people."""
LOOKED_AT_A_TURN = 80
"""Fresh cases at the head of the queue, of which a turn decides every other one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Replayed:
    """What came of it."""

    first: Submitted
    second: Submitted
    """The same file, sent again at the end."""
    decisions: Mapping[DecisionKind, int]
    intake_s: float
    work_s: float
    """Seconds in which cases were worked on, people's turns included."""
    people_s: float


@dataclass(slots=True)
class People:
    """Two operators who take turns with what waits for them."""

    place: IncidentWorld
    operators: Sequence[Person]
    decisions: dict[DecisionKind, int]

    def decide_some(self) -> None:
        """Answer some of the cases that wait because software may not act alone on them."""
        which = QueueFilter(attention=Attention.OUTSIDE_ENVELOPE)
        queue = self.place.world.engine.queries.queue(which, limit=LOOKED_AT_A_TURN)
        for row in queue.rows[::2]:
            self._decide(row)

    def _decide(self, row: QueueRow) -> None:
        engine = self.place.world.engine
        turn = sum(self.decisions.values())
        person = self.operators[turn % len(self.operators)]
        engine.execute(ClaimCase(case_id=row.case_id), person)
        request = _answer(engine.queries.card(row.case_id), turn)
        engine.execute(request, person)
        self.decisions[request.kind] = self.decisions.get(request.kind, 0) + 1


def _answer(card: CaseCard, turn: int) -> DecideCase:
    """Mostly agree; now and then follow the dispatcher instead, or leave the incident alone."""
    facts: dict[str, FactValue] = {fact.attribute: fact.value for fact in card.facts}
    dispatched = str(facts.get("initial_assignment_group") or "")
    recommended = card.recommendation.draft.label if card.recommendation else ""
    approve = DecideCase(
        case_id=card.row.case_id,
        version=card.row.version,
        client_key=f"turn-{turn}",
        kind=DecisionKind.APPROVE,
    )
    if turn % 8 == 7:
        return replace(approve, kind=DecisionKind.REJECT, reason_code=ReasonCode.DUPLICATE)
    if turn % 4 == 1 and dispatched not in ("", recommended):
        return replace(
            approve,
            kind=DecisionKind.OVERRIDE,
            reason_code=ReasonCode.WRONG_TARGET,
            tool="assign_group",
            arguments={"number": card.row.source_id, "group": dispatched},
        )
    return approve


def replay_incidents(place: IncidentWorld, file: Path, splits: Splits) -> Replayed:
    """Take a file in as history and work it off, software alone where its limits allow.

    Args:
        place: A fresh world.
        file: Incidents with their later truth.
        splits: Drafts, simulates and signs the limits, from split to split.
    """
    world = place.world
    operators = [world.person(name, Role.OPERATOR) for name in ("ann", "bob")]
    people = People(place=place, operators=operators, decisions={})
    begun = perf_counter()
    first = place.submit_file(file)
    taken_in = perf_counter()
    people_s = _work_off(place, people, splits)
    worked_off = perf_counter()
    return Replayed(
        first=first,
        second=place.submit_file(file),
        decisions=people.decisions,
        intake_s=taken_in - begun,
        work_s=worked_off - taken_in,
        people_s=people_s,
    )


def _work_off(place: IncidentWorld, people: People, splits: Splits) -> float:
    """Let the worker run to the end, and people decide now and then; gives people's seconds."""
    opened = place.world.open_worker()
    people_s = 0.0
    try:
        for turn in count(1):
            if not opened.worker.run_once():
                return people_s
            splits.look()
            if turn % ROUNDS_BETWEEN == 0:
                begun = perf_counter()
                people.decide_some()
                people_s += perf_counter() - begun
    finally:
        opened.seal()
        opened.stop()
    return people_s
