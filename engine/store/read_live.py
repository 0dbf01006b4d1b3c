"""The live page: what is about to run, what is held, what ran alone, budgets, and its version."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Select, and_, func, select

from engine.domain.canonical import canonical_text
from engine.domain.case_status import CaseStatus
from engine.domain.ids import CaseId
from engine.domain.phase import Cell, Phase
from engine.govern.envelope import CellEnvelope, resolve
from engine.runtime.policy import active_envelope
from engine.service.braking import pause_as_it_counts
from engine.service.live_rows import (
    AheadRow,
    BrakeRow,
    GaugeRow,
    LiveCell,
    LiveRow,
    WindowRow,
)
from engine.store import tables
from engine.store.read_cells import Cells
from engine.store.read_proposed import ProposedActions
from engine.store.read_queue import Queue
from engine.store.read_ran import RanAlone
from engine.store.read_source import ReadSource
from engine.store.types import storable

MOST_WINDOWS = 200
MOST_HELD = 50
_GAUGE_MINUTES = 15
"""Budgets begin anew at the full hour of their zone; no zone's hour begins between quarters."""

_action = tables.actions.c
_case = tables.cases.c
_window = tables.veto_windows.c
_outcome = tables.outcomes.c
_pause = tables.pauses.c
_AHEAD = (
    *(_window.opened_at, _window.closes_at, _window.noticed_at),
    *(_case.desk, _case.case_type, _action.tool),
)


class Live:
    """Reads of what software does by itself."""

    def __init__(
        self, source: ReadSource, *, queue: Queue, cells: Cells, take_back_s: float
    ) -> None:
        """Read from this source."""
        self._source = source
        self._queue = queue
        self._cells = cells
        self._proposed = ProposedActions(source, take_back_s=take_back_s)
        self._ran = RanAlone(source)

    def row(self, desk: str) -> LiveRow:
        """Everything on the live page; the version is read first, so it is never too new."""
        version = self.version(desk)
        windows = self._windows(desk)
        is_all = len(windows) < MOST_WINDOWS
        return LiveRow(
            version=version,
            windows=windows,
            later=0 if is_all else self._count(desk) - len(windows),
            held=self._proposed.held(desk, MOST_HELD),
            ran=self._ran.rows(desk),
            gauges=self._gauges(desk),
            brakes=self._brakes(),
            cells=tuple(_live_cell(envelope) for envelope in self._envelopes(desk)),
        )

    def version(self, desk: str) -> str:
        """A text that changes with every case, claim, notice, brake, truth and budget window."""
        open_now = select(
            func.count(),
            func.coalesce(func.sum(_window.attempts), 0),
            func.count(_window.noticed_at),
        ).where(_window.closed_at.is_(None))
        told = tuple(self._source.first(open_now))
        brakes = self._source.all(select(_pause.scope, _pause.resume_by).order_by(_pause.scope))
        now = self._source.clock.now()
        quarter = int(now.timestamp()) // (60 * _GAUGE_MINUTES)
        known = self._source.first(select(_outcome.id).order_by(_outcome.id.desc()).limit(1))
        rest = [list(told), [list(brake) for brake in brakes], quarter, known and str(known.id)]
        rest.append(self._source.reader.control_epoch())
        mark = sha256(canonical_text(rest).encode()).hexdigest()[:12]
        return f"{self._queue.version(desk)}.{mark}"

    def ahead(self, desk: str) -> AheadRow:
        """How many actions run unless somebody stops them; over an index, for every page."""
        policy, now = self._source.policy.current(), self._source.clock.now()
        query = _of_desk(select(*_AHEAD), desk).join(
            tables.actions, _action.id == _window.action_id
        )
        may_lapse = [
            row
            for row in self._source.all(query.order_by(_window.closes_at))
            if (row.noticed_at or now) <= _half(row)
        ]
        going = [row for row in may_lapse if not policy.paused(_cell(row))]
        return AheadRow(
            count=len(going),
            next_at=going[0].closes_at if going else None,
            paused=len(may_lapse) - len(going),
        )

    def window(self, case_id: CaseId) -> WindowRow | None:
        """The open window of a case; None where it waits in none."""
        query = _of_desk(select(tables.veto_windows), "").where(_window.case_id == case_id)
        rows = self._rows(self._source.all(query))
        return rows[0] if rows else None

    def _windows(self, desk: str) -> tuple[WindowRow, ...]:
        query = _of_desk(select(tables.veto_windows), desk)
        query = query.order_by(_window.closes_at, _window.action_id).limit(MOST_WINDOWS)
        return self._rows(self._source.all(query))

    def _count(self, desk: str) -> int:
        """How many windows are open, also beyond those that are listed."""
        return self._source.count(_of_desk(select(func.count()), desk))

    def _rows(self, windows: Sequence[Any]) -> tuple[WindowRow, ...]:
        actions = self._proposed.of_actions([row.action_id for row in windows])
        return tuple(
            WindowRow(
                action=actions[row.action_id].row,
                beyond=actions[row.action_id].beyond,
                opened_at=row.opened_at,
                closes_at=row.closes_at,
                extended_by=row.extended_by,
                notice_by=_half(row),
                noticed_at=row.noticed_at,
                noticed_by=row.noticed_by,
                last_error=row.last_error,
            )
            for row in windows
            if row.action_id in actions
        )

    # --- limits --------------------------------------------------------------------------

    def _envelopes(self, desk: str) -> list[CellEnvelope]:
        control = self._source.reader.control()
        return [
            envelope
            for one in self._source.wanted(desk)
            for envelope in resolve(active_envelope(control, one)).values()
        ]

    def _gauges(self, desk: str) -> tuple[GaugeRow, ...]:
        """Budgets of the cells where software acts; one that cells share stands once."""
        found: dict[str, GaugeRow] = {}
        for envelope in self._envelopes(desk):
            limits = envelope.limits
            if limits.phase is Phase.COPILOT:
                continue
            now: datetime = self._source.desk_now(envelope.cell.desk)
            for limit in limits.budgets:
                if limit.key not in found and not limit.is_per_customer:
                    budget = self._cells.budget(limit, limits, now)
                    found[limit.key] = GaugeRow(scope=limit.scope, budget=budget)
        return tuple(found.values())

    def _brakes(self) -> tuple[BrakeRow, ...]:
        reader, now = self._source.reader, self._source.clock.now()
        pauses = [pause_as_it_counts(one, now, reader.person) for one in reader.control().pauses]
        return tuple(
            BrakeRow(
                scope=pause.scope,
                reason=pause.reason,
                by=pause.by,
                at=pause.at,
                resume_by=pause.resume_by,
                resume_reason=pause.resume_reason,
            )
            for pause in sorted(pauses, key=lambda pause: (pause.at, pause.scope))
        )


def _half(window: Any) -> datetime:
    """A notice that comes later does not count."""
    half: datetime = window.opened_at + (window.closes_at - window.opened_at) / 2
    return half


def _cell(row: Any) -> Cell:
    return Cell(desk=row.desk, case_type=row.case_type, action_type=row.tool)


def _of_desk(query: Select[Any], desk: str) -> Select[Any]:
    """Open windows; of one desk where it is named."""
    is_open = and_(_window.closed_at.is_(None), _case.status == CaseStatus.VETO_WINDOW.value)
    found = query.select_from(tables.veto_windows)
    found = found.join(tables.cases, _case.id == _window.case_id).where(is_open)
    return found.where(_case.desk == storable(desk)) if desk else found


def _live_cell(envelope: CellEnvelope) -> LiveCell:
    wider = envelope.limits.wider
    return LiveCell(
        cell=str(envelope.cell),
        phase=envelope.limits.phase,
        veto_minutes=wider.veto_minutes if wider is not None else None,
    )
