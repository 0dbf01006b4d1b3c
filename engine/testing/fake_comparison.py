"""Comparisons of `FakeEngine`: made-up runs of four kinds on forty cases, really compared."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from engine.domain.case import Origin
from engine.domain.ids import CaseId, RunId
from engine.domain.run import RunKind, RunStatus
from engine.domain.run_fault import RunFault
from engine.domain.verdict import VerdictKind
from engine.govern.comparing import compare
from engine.govern.run_record import Failed, Reviewed, RunRecord, ToolUsed, Wanted, Window
from engine.service.comparison_replies import replies_to
from engine.service.comparison_rows import (
    AgentBounds,
    ComparisonRow,
    ComparisonSlice,
    DeclaredPath,
    DeclaredStep,
    Made,
    Models,
    OfferedTools,
    RunsMade,
)
from engine.testing.fake_rows import NAMES, TITLES
from engine.testing.fake_rows_advice import uuid_of

CASES = 40
_BEGUN = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
_GROUPS = ("Network", "Workplace Devices", "Identity & Access")
_WRONG = {RunKind.PLAYBOOK: 4, RunKind.PRECEDENT: 5, RunKind.WORKFLOW: 6, RunKind.AGENT: 7}
"""Every so manyth answer of a kind is wrong."""
_READ = ToolUsed(tool="get_incident", is_write=False, calls=1, scopes=("itsm:incident:read",))
_ALSO = ToolUsed(
    tool="find_similar", is_write=False, calls=3, failed=1, scopes=("itsm:search",), not_narrowed=1
)
_ASSIGN = ToolUsed(tool="assign_group", is_write=True, calls=1)
_DECLARED = frozenset({"get_incident", "assign_group"})


class FakeComparisons:
    """Reads of comparisons over the fake's runs."""

    def _check(self) -> None:
        raise NotImplementedError

    def comparison(self, which: ComparisonSlice) -> ComparisonRow:
        """All kinds side by side; incidents are real, and refunds were never run."""
        self._check()
        return compared(which, compared_records() if self._is_filled() else [])

    def runs_made(self) -> tuple[RunsMade, ...]:
        """Incidents alone were run, without a model and with a scripted one."""
        self._check()
        return _made(compared_records() if self._is_filled() else [])

    def _is_filled(self) -> bool:
        raise NotImplementedError


def compared(which: ComparisonSlice, records: list[RunRecord]) -> ComparisonRow:
    """A slice of made-up runs, as the store gives it."""
    models = which.models or Models.SCRIPTED
    which = replace(which, origin=which.origin or Origin.REAL, models=models)
    found = [one for one in records if _matches(one, which)]
    row = ComparisonRow(
        which=which,
        comparison=compare(found),
        runs=len(found),
        left_out=0,
        paths=(
            DeclaredPath(
                desk="incidents",
                case_type="routing",
                steps=tuple(
                    DeclaredStep(name=name, is_model_asked=name in ("assess", "recommend"))
                    for name in ("gather", "check", "assess", "recommend")
                ),
                reads=("get_incident",),
                writes=("assign_group",),
            ),
        )
        if records
        else (),
        offers=(
            OfferedTools(
                desk="incidents",
                reads=("get_incident", "find_similar", "open_incidents"),
                writes=("assign_group", "add_work_note"),
            ),
        ),
        bounds=AgentBounds(tool_calls=15, questions=12, seconds=120.0, window=24_000),
    )
    return replace(row, replies=replies_to(row, NAMES))


def _made(records: list[RunRecord]) -> tuple[RunsMade, ...]:
    asked = sum(bool(one.model) for one in records)
    if not records:
        return ()
    return tuple(
        RunsMade(
            desk="incidents", case_type="routing", origin=Origin.REAL, models=models, runs=count
        )
        for models, count in ((None, len(records) - asked), (Models.SCRIPTED, asked))
    )


def _matches(record: RunRecord, which: ComparisonSlice) -> bool:
    return (
        which.desk in ("", "incidents")
        and which.case_type in ("", "routing")
        and (not which.kinds or record.kind in which.kinds)
        and (which.since is None or record.started_at >= which.since)
        and (which.until is None or record.started_at < which.until)
        and (which.made is Made.BOTH or record.is_shadow == (which.made is Made.SHADOW))
        and which.origin is Origin.REAL
        and (not record.model or which.models is Models.SCRIPTED)
    )


def compared_records() -> list[RunRecord]:
    """Each kind once on each case; of the agent one run more, which repeats the first."""
    made = [_record(case, kind) for case in range(CASES) for kind in RunKind]
    again = next(one for one in made if one.kind is RunKind.AGENT)
    later = again.started_at + timedelta(hours=1)
    run_id = RunId(uuid_of("compared again", 0))
    return [*made, replace(again, run_id=run_id, started_at=later, is_repeat=True)]


def _record(case: int, kind: RunKind) -> RunRecord:
    asks = kind in (RunKind.WORKFLOW, RunKind.AGENT)
    truth = _GROUPS[case % 3]
    is_wrong = case % _WRONG[kind] == _WRONG[kind] - 1
    label = _GROUPS[(case + 1) % 3] if is_wrong else truth
    is_live = kind is RunKind.AGENT and case % 2 == 0
    one = RunRecord(
        run_id=RunId(uuid_of(f"compared {kind}", case)),
        case_id=CaseId(uuid_of("case", case)),
        source_id=f"INC{20_000 + case:07d}",
        title=TITLES[case % len(TITLES)],
        kind=kind,
        version=f"{kind}-{1 + case // 30}",
        model="scripted-1" if asks else "",
        is_shadow=not is_live,
        is_takeover=False,
        status=RunStatus.ENDED,
        started_at=_BEGUN + timedelta(minutes=case),
        wanted=Wanted(call=f"assign {label}", label=label, confidence=0.7 + 0.05 * (case % 5)),
        truth=truth if case % 8 else None,
        is_hindsight=case % 10 == 3,
        verdicts=(VerdictKind.EXECUTE if case % 3 == 0 else VerdictKind.ESCALATE,),
        tools=(_ASSIGN,),
        declared=_DECLARED,
        way=("recommend",),
        seconds=0.004,
    )
    if not asks:
        return one
    return _agents(one, case, is_live) if kind is RunKind.AGENT else _workflows(one, case)


def _workflows(one: RunRecord, case: int) -> RunRecord:
    way: tuple[str, ...] = ("get_incident", "ask: assess", "ask: recommend", "recommend")
    if case % 4 == 0:
        way = way[1:]
    walked = replace(
        one,
        way=way,
        questions=2,
        tool_calls=len(way) - 3,
        seconds=1.5 + case / 40,
        tokens=4_200 + 10 * case,
        tools=(_READ, _ASSIGN) if len(way) == 4 else (_ASSIGN,),
        window=Window(largest=2_100 + case, kept=12),
    )
    if case == 17:
        return _given_up(walked, RunFault.OUTPUT_INVALID, "")
    return walked


def _agents(one: RunRecord, case: int, is_live: bool) -> RunRecord:
    reads = 2 + case % 9
    way = tuple(step for _ in range(reads) for step in ("ask: next", "find_similar"))
    walked = replace(
        one,
        way=(*way, "ask: next", "ask for: assign_group"),
        questions=reads + 1,
        tool_calls=reads + 1,
        chosen_by_model=reads + 1,
        seconds=2.0 + reads,
        tokens=5_000 * reads,
        tools=(replace(_ALSO, calls=reads), _ASSIGN),
        declared=None,
        failed_steps=(4,) if case % 5 == 0 else (),
        window=Window(largest=1_800 * reads, kept=30, shortened=reads, dropped=1, recalled=1),
    )
    if case in (9, 18, 27):
        return _given_up(walked, RunFault.LOOP, "workflow" if is_live else "")
    if not is_live:
        return walked
    seen = Reviewed(by="ada" if case % 4 else "ben", answer="APPROVE" if case % 6 else "OVERRIDE")
    return replace(walked, reviews=(seen,), effects=1, verified=int(case != 12))


def _given_up(one: RunRecord, fault: RunFault, by: str) -> RunRecord:
    failed = Failed(fault=fault, why="It did the same three times.", handled_by=by)
    return replace(one, status=RunStatus.FAILED, wanted=None, verdicts=(), failed=failed)
