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
from engine.domain.phase import Phase
from engine.govern.envelope import CellEnvelope, resolve
from engine.runtime.policy import active_envelope
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

MOST_WINDOWS = 100
MOST_HELD = 50
MOST_UNTOLD = 200
"""As many notices as one request takes."""
_GAUGE_MINUTES = 15
"""Budgets begin anew at the full hour of their zone; no zone's hour begins between quarters."""

_case = tables.cases.c
_window = tables.veto_windows.c
_pause = tables.pauses.c


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
        return LiveRow(
            version=version,
            windows=self._windows(desk),
            held=self._proposed.held(desk, MOST_HELD),
            ran=self._ran.rows(desk),
            gauges=self._gauges(desk),
            brakes=self._brakes(),
            cells=tuple(_live_cell(envelope) for envelope in self._envelopes(desk)),
        )

    def version(self, desk: str) -> str:
        """A text that changes with every case, claim, notice, brake and budget window."""
        open_now = select(
            func.count(),
            func.coalesce(func.sum(_window.attempts), 0),
            func.count(_window.noticed_at),
        ).where(_window.closed_at.is_(None))
        told = tuple(self._source.first(open_now))
        brakes = self._source.all(select(_pause.scope, _pause.resume_by).order_by(_pause.scope))
        now = self._source.clock.now()
        quarter = int(now.timestamp()) // (60 * _GAUGE_MINUTES)
        rest = [list(told), [list(brake) for brake in brakes], quarter]
        rest.append(self._source.reader.control_epoch())
        mark = sha256(canonical_text(rest).encode()).hexdigest()[:12]
        return f"{self._queue.version(desk)}.{mark}"

    def ahead(self, desk: str) -> AheadRow:
        """How many actions run unless somebody stops them; over an index, for every page."""
        query = select(_window.case_id, _window.closes_at, _window.noticed_at)
        rows = self._source.all(_of_desk(query, desk).order_by(_window.closes_at))
        untold = [CaseId(row.case_id) for row in rows if row.noticed_at is None]
        return AheadRow(
            count=len(rows),
            next_at=rows[0].closes_at if rows else None,
            untold=tuple(untold[:MOST_UNTOLD]),
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

    def _rows(self, windows: Sequence[Any]) -> tuple[WindowRow, ...]:
        actions = self._proposed.of_actions([row.action_id for row in windows])
        return tuple(
            WindowRow(
                action=actions[row.action_id].row,
                beyond=actions[row.action_id].beyond,
                opened_at=row.opened_at,
                closes_at=row.closes_at,
                extended_by=row.extended_by,
                notice_by=row.opened_at + (row.closes_at - row.opened_at) / 2,
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
        pauses = self._source.reader.control().pauses
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


def _of_desk(query: Select[Any], desk: str) -> Select[Any]:
    """Open windows; of one desk where it is named."""
    is_open = and_(_window.closed_at.is_(None), _case.status == CaseStatus.VETO_WINDOW.value)
    found = query.join(tables.cases, _case.id == _window.case_id).where(is_open)
    return found.where(_case.desk == storable(desk)) if desk else found


def _live_cell(envelope: CellEnvelope) -> LiveCell:
    wider = envelope.limits.wider
    return LiveCell(
        cell=str(envelope.cell),
        phase=envelope.limits.phase,
        veto_minutes=wider.veto_minutes if wider is not None else None,
    )
