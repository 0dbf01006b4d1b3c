"""Boundaries: a process ends at each of them once, on the ways of an agent and of a workflow.

A boundary is a named point, where a case and its last run stand when it is reached, and how often
it was reached there since the process began: so none is passed by, and none is met for ever.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from threading import Lock

from sqlalchemy import select

from engine.act.crash_points import CrashPoint, RunPoint
from engine.domain.run import Journal, RunKind, RunStep
from engine.domain.run_calls import CallStatus
from engine.domain.run_fault import RunFault
from engine.domain.run_moves import Asked, AskWrite, GiveUp, Move, WriteAnswered
from engine.ports import Model
from engine.reason.brief import Brief
from engine.runtime.runs.reasoners import Reasoners
from engine.store import tables
from engine.store.database import Database
from engine.store.run_tables import runs
from engine.store.store import SqlStore
from tests.scenario.stub.running import A, agent, ask, reasoners, workflow

HANDED_OVER = "W000000"
"""A ticket of which the agent asks for what is denied, and gives up: its workflow takes over."""
ANSWER, WORST = 328, 750
"""What an answered question costs, and the most it can."""
_MOST = 12
"""Visits of a point at one place that end a process; a worker that only waits makes more."""
_P, _C = RunPoint, CrashPoint
_ACTS = frozenset({_C.AFTER_INTAKE, _C.BEFORE_RELEASE, _C.BEFORE_RESULT, _C.AFTER_RESULT})
"""On the way of the case around its runs. `test_crash_points` has the others: a call that is begun
too often is a person's, so a single one cannot be ended at all of them."""
_NAMED = _ACTS | set(RunPoint)


@dataclass(frozen=True, kw_only=True, slots=True)
class Boundary:
    """Where a process may end."""

    point: str
    status: str
    """Of the case."""
    kind: str
    """Of its last run; empty: there is none yet."""
    steps: int
    """That stand in the journal of that run."""
    visit: int


class Boundaries:
    """Ends a process at each boundary at which none ended before."""

    def __init__(
        self,
        database: Database,
        source_id: str,
        *,
        is_new: Callable[[Boundary], bool],
        end: Callable[[], None],
    ) -> None:
        """Watch over one case; `is_new` remembers what it was asked."""
        self._database = database
        self._source_id = source_id
        self._is_new = is_new
        self._end = end
        self._visits: Counter[tuple[str, ...]] = Counter()
        self._lock = Lock()

    def reach(self, point: str) -> None:
        """Come by a point."""
        with self._lock:
            if point not in _NAMED:
                return
            status, kind, steps = self._where()
            here = (point, status, kind, str(steps))
            self._visits[here] += 1
            visit = self._visits[here]
            there = Boundary(point=point, status=status, kind=kind, steps=steps, visit=visit)
            if visit <= _MOST and self._is_new(there):
                self._end()

    def _where(self) -> tuple[str, str, int]:
        c, r = tables.cases.c, runs.c
        query = (
            select(c.status, r.kind, r.steps)
            .outerjoin(runs, r.case_id == c.id)
            .where(c.source_id == self._source_id)
            .order_by(r.started_at.desc(), r.id.desc())
        )
        with self._database.reader.connect() as connection:
            row = connection.execute(query).first()
        return (row.status, row.kind or "", row.steps or 0) if row else ("", "", 0)


def both_ways(model: Model) -> Reasoners:
    """An agent, and the workflow behind it."""
    return reasoners(model, agent=_agent, workflow=workflow)


def _agent(brief: Brief, steps: Sequence[RunStep]) -> Move:
    """The usual agent; on the other ticket what it asks for is denied."""
    if brief.target == A:
        return agent(brief, steps)
    if steps and isinstance(steps[-1].observation, WriteAnswered):
        return GiveUp(fault=RunFault.NO_PROGRESS, why="it was denied")
    move = agent(brief, steps)
    return ask("east", number=brief.target) if isinstance(move, AskWrite) else move


def assert_all_were_met(seen: Iterable[Boundary], made: Sequence[Journal]) -> None:
    """Every step of every run was ended at before, within and behind it, and so was every act."""
    met = {(one.point, one.kind, one.steps) for one in seen}
    for journal in made:
        kind = journal.run.kind.value
        for step in journal.steps:
            inside = [_P.BEFORE_STEP, _P.BEFORE_STEP_WRITTEN]
            if isinstance(step.move, Asked):
                inside += [_P.AFTER_INTENDED_QUESTION, _P.AFTER_ANSWER]
            for point in inside:
                assert (point, kind, step.number - 1) in met
            behind = (kind, step.number)
            if isinstance(step.move, GiveUp):
                behind = (RunKind.WORKFLOW.value, 0)  # its run begins in the same commit
            assert (_P.AFTER_STEP, *behind) in met
    assert {point for point, *_ in met} >= _ACTS


def assert_all_calls_count(store: SqlStore, made: Sequence[Journal]) -> None:
    """Each call has its row: a lost one costs the most it can, an answered one its own."""
    for journal in made:
        calls = store.runs.calls(journal.run.id)
        lost = [call for call in calls if call.status is CallStatus.LOST]
        asked = [step for step in journal.steps if isinstance(step.move, Asked)]
        answered = [call for call in calls if call.status is CallStatus.ANSWERED]
        assert len(answered) == len(asked) == len(calls) - len(lost)
        assert lost
        assert journal.run.cost_micro_usd == ANSWER * len(answered) + WORST * len(lost)
        assert [step.cost_micro_usd for step in asked] == [ANSWER + WORST * len(lost)]
