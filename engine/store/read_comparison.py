"""Reasoners side by side: the runs of a slice as records, and what was known before they ran."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from operator import attrgetter
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select

from engine.desk import Desk
from engine.domain.case import Origin
from engine.domain.ids import CaseId, RunId
from engine.domain.run import Run, RunKind, RunStatus
from engine.govern.comparing import compare
from engine.govern.run_record import Failed, RunRecord
from engine.reason.brief import RunLimits
from engine.reason.workflow import Workflow, tools_of
from engine.reason.workflow.path import prompt_of
from engine.runtime.runs.reasoners import Reasoners
from engine.service.comparison_replies import replies_to
from engine.service.comparison_rows import (
    MOST_RUNS,
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
from engine.store import run_rows, tables
from engine.store.read_comparison_cases import (
    Became,
    answers_known,
    became_of,
    took_over,
    truths,
)
from engine.store.read_comparison_steps import Journals, Walked
from engine.store.read_source import ReadSource
from engine.store.run_tables import runs
from engine.store.types import storable

_r, _case = runs.c, tables.cases.c
_WITH_CASE = runs.join(tables.cases, _case.id == _r.case_id)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Known:
    """What is known of compared runs besides their own rows."""

    walked: Mapping[RunId, Walked]
    truths: Mapping[CaseId, str]
    answers: Mapping[CaseId, datetime]
    """From when on the answer to a case could be read."""
    became: Mapping[RunId, Became]
    took_over: Mapping[RunId, str]


class Comparing:
    """Reads comparisons."""

    def __init__(self, source: ReadSource, reasoners: Reasoners) -> None:
        """Read from this source; `reasoners` are those that run here."""
        self._source = source
        self._journals = Journals(source)
        self._limits: RunLimits = reasoners.limits

    def row(self, asked: ComparisonSlice) -> ComparisonRow:
        """The runs of a slice side by side."""
        which = _chosen(asked, self.made())
        where, is_repeat = _matching(which), _is_repeat(which)
        columns = (runs, _case.source_id, _case.title, is_repeat.label("is_repeat"))
        query = select(*columns).select_from(_WITH_CASE).where(*where)
        found = self._source.all(query.order_by(is_repeat, _r.id.desc()).limit(MOST_RUNS))
        count, read = len(found), [run_rows.run_of(row) for row in found]
        if count == MOST_RUNS:
            counting = select(func.count()).select_from(_WITH_CASE).where(*where)
            count = self._source.count(counting)
        desks = self._source.wanted(which.desk)
        row = ComparisonRow(
            which=which,
            comparison=compare(self._records(read, found)),
            runs=count,
            left_out=count - len(found),
            paths=_paths(desks, which.case_type),
            offers=tuple(_offer(desk) for desk in desks),
            bounds=_bounds(self._limits),
            versions=tuple(sorted(Counter(str(run.by) for run in read).items())),
        )
        titles = {code: said for desk in desks for code, said in desk.titles.items()}
        return replace(row, replies=replies_to(row, titles))

    def made(self) -> tuple[RunsMade, ...]:
        """All runs there are, by sort."""
        asks = (_r.model != "").label("asks")
        sort = (_r.desk, _r.case_type, _case.origin, asks, _r.is_scripted)
        query = select(*sort, func.count().label("n")).select_from(_WITH_CASE).group_by(*sort)
        found = [
            RunsMade(
                desk=row.desk,
                case_type=row.case_type,
                origin=Origin(row.origin),
                models=_models(row),
                runs=row.n,
            )
            for row in self._source.all(query)
        ]
        key = attrgetter("desk", "case_type", "origin")
        return tuple(sorted(found, key=lambda one: (*key(one), one.models or "")))

    def _records(self, read: Sequence[Run], found: Sequence[Any]) -> list[RunRecord]:
        live, cases = [run for run in read if not run.is_shadow], {run.case_id for run in read}
        known = _Known(
            walked=self._journals.walked(read),
            truths=truths(self._source, cases),
            answers=answers_known(self._source, cases),
            became=became_of(self._source, live),
            took_over=took_over(
                self._source, [run for run in live if run.status is RunStatus.FAILED]
            ),
        )
        return [
            _record(run, row, known, self._declared(run))
            for run, row in zip(read, found, strict=True)
        ]

    def _declared(self, run: Run) -> frozenset[str] | None:
        """All tools that a run could touch, as it stood before it began; an agent asks as it goes.

        Reasoners that ask no model read nothing themselves, and name the desk's own calls.
        """
        desk = self._source.desks.get(run.desk)
        if desk is None or run.kind is RunKind.AGENT:
            return None
        if run.kind is not RunKind.WORKFLOW:
            return frozenset(tool.contract.name for tool in desk.effect_tools)
        path = desk.workflow.paths.get(run.case_type) if desk.workflow else None
        return None if path is None else tools_of(path).names


def _models(row: Any) -> Models | None:
    if not row.asks:
        return None
    return Models.SCRIPTED if row.is_scripted else Models.REAL


def _chosen(asked: ComparisonSlice, made: Sequence[RunsMade]) -> ComparisonSlice:
    """The slice with one sort of data and of models: real ones wherever there are any."""
    origins = [one.origin for one in made]
    is_simulated = Origin.REAL not in origins and Origin.SIMULATED in origins
    origin = asked.origin or (Origin.SIMULATED if is_simulated else Origin.REAL)
    models = [one.models for one in made if one.origin is origin]
    is_scripted = Models.REAL not in models and Models.SCRIPTED in models
    return replace(
        asked,
        origin=origin,
        models=asked.models or (Models.SCRIPTED if is_scripted else Models.REAL),
    )


def _matching(which: ComparisonSlice) -> list[ColumnElement[bool]]:
    is_scripted = which.models is Models.SCRIPTED
    said = [
        _case.origin == (which.origin or Origin.REAL).value,
        or_(_r.model == "", _r.is_scripted.is_(is_scripted)),
    ]
    if which.desk:
        said.append(_r.desk == storable(which.desk))
    if which.case_type:
        said.append(_r.case_type == storable(which.case_type))
    if which.kinds:
        said.append(_r.kind.in_(sorted(which.kinds)))
    if which.since is not None:
        said.append(_r.started_at >= which.since)
    if which.until is not None:
        said.append(_r.started_at < which.until)
    if which.made is not Made.BOTH:
        said.append(_r.is_shadow.is_(which.made is Made.SHADOW))
    return said


def _is_repeat(which: ComparisonSlice) -> ColumnElement[bool]:
    """Whether the kind had looked at the case before: in the slice, or before its period."""
    before = runs.alias()
    earlier, is_scripted = before.c, which.models is Models.SCRIPTED
    same = [
        earlier.case_id == _r.case_id,
        earlier.kind == _r.kind,
        or_(earlier.model == "", earlier.is_scripted.is_(is_scripted)),
        or_(
            earlier.started_at < _r.started_at,
            and_(earlier.started_at == _r.started_at, earlier.id < _r.id),
        ),
    ]
    if which.made is not Made.BOTH:
        same.append(earlier.is_shadow.is_(which.made is Made.SHADOW))
    return select(earlier.id).where(*same).correlate(runs).exists()


_NOTHING_BECAME = Became()


def _record(run: Run, row: Any, known: _Known, declared: frozenset[str] | None) -> RunRecord:
    did, answered_at = known.walked[run.id], known.answers.get(run.case_id)
    became = known.became.get(run.id, _NOTHING_BECAME)
    return RunRecord(
        run_id=run.id,
        case_id=run.case_id,
        source_id=row.source_id,
        title=row.title,
        kind=run.kind,
        version=run.version,
        model=run.model,
        is_shadow=run.is_shadow,
        is_takeover=run.fallback_of is not None,
        status=run.status,
        started_at=run.started_at,
        seconds=did.seconds,
        way=tuple(did.way),
        questions=did.questions,
        tool_calls=did.tool_calls,
        chosen_by_model=did.picked if run.kind is RunKind.AGENT else 0,
        failed_steps=tuple(did.failed_steps),
        tokens=run.usage.total,
        cost_micro_usd=None if run.is_scripted or not run.cost_micro_usd else run.cost_micro_usd,
        wanted=did.wanted,
        told=did.told,
        truth=known.truths.get(run.case_id),
        is_hindsight=answered_at is not None and answered_at <= run.started_at,
        is_repeat=row.is_repeat,
        tools=tuple(did.tools.values()),
        declared=declared,
        verdicts=tuple(did.verdicts),
        reviews=tuple(became.reviews),
        ran_alone=became.ran_alone,
        audited=became.audited,
        effects=became.effects,
        verified=became.verified,
        window=did.window,
        failed=_failed(run, known),
    )


def _failed(run: Run, known: _Known) -> Failed | None:
    if run.fault is None:
        return None
    return Failed(fault=run.fault, why=run.end_note, handled_by=known.took_over.get(run.id, ""))


# --- what stands before a run begins --------------------------------------------------------


def _paths(desks: Sequence[Desk], case_type: str) -> tuple[DeclaredPath, ...]:
    return tuple(
        path
        for desk in desks
        if desk.workflow is not None
        for path in _declared_paths(desk.name, desk.workflow)
        if case_type in ("", path.case_type)
    )


def _declared_paths(desk: str, workflow: Workflow) -> list[DeclaredPath]:
    return [
        DeclaredPath(
            desk=desk,
            case_type=case_type,
            steps=tuple(
                DeclaredStep(name=step.name, is_model_asked=bool(prompt_of(step)))
                for step in path.steps
            ),
            reads=tools_of(path).reads,
            writes=tools_of(path).writes,
        )
        for case_type, path in workflow.paths.items()
    ]


def _offer(desk: Desk) -> OfferedTools:
    return OfferedTools(
        desk=desk.name,
        reads=tuple(tool.contract.name for tool in desk.read_tools),
        writes=tuple(tool.contract.name for tool in desk.effect_tools),
    )


def _bounds(limits: RunLimits) -> AgentBounds:
    return AgentBounds(
        tool_calls=limits.tool_calls,
        questions=limits.turns,
        seconds=limits.seconds,
        window=limits.window_soft,
    )
