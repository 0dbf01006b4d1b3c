"""Runs, newest first, and one run in full with its steps, its windows and who took over."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zlib import crc32

from sqlalchemy import ColumnElement, func, select

from engine.desk import Desk
from engine.domain.case import Case
from engine.domain.ids import CaseId, RunId
from engine.domain.run import Run, RunKind, RunStatus, looks_already
from engine.domain.run_calls import CallStatus, ModelCall
from engine.domain.run_moves import Asked
from engine.errors import NotFound
from engine.runtime.runs.beginning import MODEL_KINDS, decider_of
from engine.runtime.runs.reasoners import Reasoners
from engine.service.rows import Page
from engine.service.run_rows import LimitsRow, RunCard, RunFilter, RunKindRow, RunRow
from engine.service.starting import lacking_for, unknown_to
from engine.store import mapping, run_rows, tables
from engine.store.read_pages import bounded, cursor_of, identity, read_cursor
from engine.store.read_run_steps import cost_row, step_rows
from engine.store.read_source import ReadSource
from engine.store.run_reads import RunReads
from engine.store.run_tables import model_calls, run_steps, runs
from engine.store.types import storable

_LISTED = "runs"
_ATTEMPTS = 3
"""How often a run is read again where it moved meanwhile."""
_r, _s, _c = runs.c, run_steps.c, model_calls.c
_case, _made = tables.cases.c, tables.recommendations.c
_SHOWN = select(runs, _case.source_id, _case.title).join(tables.cases, _case.id == _r.case_id)


@dataclass(frozen=True, slots=True)
class _Sums:
    """What belongs to a run's row and stands in other tables."""

    worked_us: Mapping[UUID, int]
    priced: frozenset[UUID]


class Runs:
    """Reads of runs for pages."""

    def __init__(self, source: ReadSource, reasoners: Reasoners) -> None:
        """Read from this source; `reasoners` are those that run here."""
        self._source = source
        self._reasoners = reasoners
        self._reads = RunReads(source.database)

    def page(self, which: RunFilter, *, cursor: str, limit: int) -> Page[RunRow]:
        """Runs that a filter lets through, the newest first.

        Raises:
            InvalidRequest: The cursor was not given by this list.
        """
        after = read_cursor(cursor, _LISTED, identity)
        size = bounded(limit)
        query = _SHOWN.where(*_matching(which)).order_by(_r.id.desc())
        if after is not None:
            query = query.where(_r.id < after[0])
        found = self._source.all(query.limit(size + 1))
        return Page(
            rows=self._rows(found[:size]),
            next_cursor=cursor_of(_LISTED, found[size - 1].id) if len(found) > size else "",
        )

    def find(self, text: str) -> RunId | None:
        """The run with that id."""
        try:
            wanted = UUID(text.strip())
        except ValueError:
            return None
        row = self._source.first(select(_r.id).where(_r.id == wanted))
        return None if row is None else RunId(row.id)

    def version(self, run_id: RunId) -> str:
        """A text that changes with every step, call and answer of a run.

        Raises:
            NotFound: There is no such run.
        """
        calls = select(func.count()).where(_c.run_id == run_id).scalar_subquery()
        row = self._source.first(
            select(
                *(_r.status, _r.steps, _r.wake_at, _r.lease_epoch, _r.output_tokens),
                calls.label("calls"),
            ).where(_r.id == run_id)
        )
        if row is None:
            raise NotFound(f"There is no run {run_id}.")
        said = crc32(self._reads.said(run_id).encode("utf-8", "surrogatepass"))
        return ".".join(str(part) for part in (*row, said))

    def card(self, run_id: RunId) -> RunCard:
        """One run; read again where it moved while it was read.

        Raises:
            NotFound: There is no such run.
        """
        for _ in range(_ATTEMPTS):
            version = self.version(run_id)
            card = self._card(run_id, version)
            if self.version(run_id) == version:
                break
        return card

    def _card(self, run_id: RunId, version: str) -> RunCard:
        row = self._source.first(_SHOWN.where(_r.id == run_id))
        (told,) = self._rows([row])
        journal, calls = self._reads.journal(run_id), self._reads.calls(run_id)
        facts = self._source.reader.fact_sets([told.case_id]).get(told.case_id)
        after = self._first(_r.case_id == told.case_id, _r.fallback_of == run_id)
        return RunCard(
            version=version,
            row=told,
            steps=step_rows(journal, calls, facts.facts if facts else ()),
            before=tuple(self._before(journal.run)),
            after=after,
            taken_over_by=self._taken_over_by(journal.run, after),
            limits=self._limits(journal.run),
            asking_since=_asking_since(journal.run, calls),
            said=self._reads.said(run_id),
            resumes_at=_resumes_at(row, self._source.clock.now()),
        )

    def block_text(self, run_id: RunId, step: int, place: int) -> str:
        """See `engine.service.run_queries.RunQueries.block_text`."""
        move = self._reads.step(run_id, step).move
        blocks = move.context if isinstance(move, Asked) else ()
        digest = blocks[place - 1].text_digest if 0 < place <= len(blocks) else ""
        text = self._reads.texts([digest]).get(digest) if digest else None
        if text is None:
            raise NotFound(f"Step {step} of run {run_id} has no text in block {place}.")
        return text

    def kinds(self, case_id: CaseId) -> tuple[RunKindRow, ...]:
        """See `engine.service.run_queries.RunQueries.run_kinds`."""
        case = self._source.reader.case(case_id)
        desk, model = self._source.desks.get(case.desk), self._reasoners.identity
        runs = self._reads.runs_of(case_id)
        beside = {one.kind for one in runs if one.is_shadow and one.ended_at is None}
        found = []
        for kind in RunKind:
            asks = model if kind in MODEL_KINDS else None
            found.append(
                RunKindRow(
                    kind=kind,
                    decided_by=decider_of(kind),
                    why_not=self._why_not(kind, case, desk)
                    or (looks_already(kind) if kind in beside else ""),
                    model=asks.name if asks else "",
                    is_scripted=asks.is_scripted if asks else False,
                )
            )
        return tuple(found)

    def _why_not(self, kind: RunKind, case: Case, desk: Desk | None) -> str:
        if desk is None:
            return f"The desk {case.desk} does not run here."
        lacking = lacking_for(kind, case, desk, self._reasoners)
        return lacking or unknown_to(kind, case, desk, self._source.reader)

    # --- parts of a card -------------------------------------------------------------------

    def _before(self, run: Run) -> Iterable[RunRow]:
        """The runs that this one took over from, oldest first."""
        chain: list[RunRow] = []
        before = run.fallback_of
        while before is not None and (row := self._first(_r.id == before)) is not None:
            chain.insert(0, row)
            before = self._reads.run(before).fallback_of
        return chain

    def _first(self, *which: ColumnElement[bool]) -> RunRow | None:
        row = self._source.first(_SHOWN.where(*which))
        return None if row is None else self._rows([row])[0]

    def _taken_over_by(self, run: Run, after: RunRow | None) -> str:
        """Who goes on where a live run failed; a shadow run leaves nothing to go on with."""
        if run.status is not RunStatus.FAILED or run.is_shadow:
            return ""
        if after is not None:
            return f"the {after.kind}"
        query = (
            select(tables.recommendations)
            .where(_made.case_id == run.case_id, _made.created_at >= run.ended_at)
            .order_by(_made.created_at, _made.id)
            .limit(1)
        )
        row = self._source.first(query)
        made = mapping.recommendation_of(row, ()) if row else None
        said = run.end_note.strip().rstrip(".")
        if made is None or not any(said in tried for tried in made.draft.tried):
            return "a person"
        return f"the desk's own reasoner ({made.draft.reasoner})"

    def _limits(self, run: Run) -> LimitsRow | None:
        procedure = self._reasoners.procedures.get((run.desk, run.kind))
        if procedure is None or not run.version.endswith(procedure.version[:100]):
            return None
        limits = self._reasoners.limits
        return LimitsRow(
            window_soft=limits.window_soft, window_hard=limits.window_hard, run=limits.tokens
        )

    def _rows(self, found: Sequence[Any]) -> tuple[RunRow, ...]:
        sums = self._sums([row.id for row in found])
        return tuple(_run_row(row, sums) for row in found)

    def _sums(self, ids: Sequence[UUID]) -> _Sums:
        if not ids:
            return _Sums({}, frozenset())
        worked = (
            select(_s.run_id, func.sum(_s.duration_us).label("worked_us"))
            .where(_s.run_id.in_(ids))
            .group_by(_s.run_id)
        )
        priced = select(_c.run_id).where(_c.run_id.in_(ids), _c.reserved_micro_usd > 0).distinct()
        return _Sums(
            {row.run_id: int(row.worked_us) for row in self._source.all(worked)},
            frozenset(row.run_id for row in self._source.all(priced)),
        )


def _matching(which: RunFilter) -> list[ColumnElement[bool]]:
    said: list[ColumnElement[bool]] = []
    if which.desk:
        said.append(_r.desk == storable(which.desk))
    if which.kind is not None:
        said.append(_r.kind == which.kind.value)
    if which.status is not None:
        said.append(_r.status == which.status.value)
    if which.is_shadow is not None:
        said.append(_r.is_shadow == which.is_shadow)
    if which.is_scripted is not None:
        said.append(_r.is_scripted == which.is_scripted)
    if which.case_id is not None:
        said.append(_r.case_id == which.case_id)
    return said


def _run_row(row: Any, sums: _Sums) -> RunRow:
    run = run_rows.run_of(row)
    return RunRow(
        run_id=run.id,
        case_id=run.case_id,
        source_id=row.source_id,
        title=row.title,
        desk=run.desk,
        case_type=run.case_type,
        kind=run.kind,
        decided_by=decider_of(run.kind),
        status=run.status,
        is_shadow=run.is_shadow,
        model=run.model,
        is_scripted=run.is_scripted,
        version=run.version,
        by=str(run.by),
        steps=run.steps,
        started_at=run.started_at,
        ended_at=run.ended_at,
        worked_us=sums.worked_us.get(run.id, 0),
        usage=run.usage,
        cost=cost_row(
            run,
            run.cost_micro_usd,
            is_priced=run.id in sums.priced,
            has_answer=run.usage.total > 0,
        ),
        fault=run.fault,
        end_note=run.end_note,
    )


def _asking_since(run: Run, calls: Iterable[ModelCall]) -> datetime | None:
    if run.status is not RunStatus.RUNNING:
        return None
    return next((call.at for call in calls if call.status is CallStatus.INTENDED), None)


def _resumes_at(row: Any, now: datetime) -> datetime | None:
    is_put_off = row.status == RunStatus.RUNNING.value and row.lease_owner is None
    return row.wake_at if is_put_off and row.wake_at and row.wake_at > now else None
