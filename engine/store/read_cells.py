"""The envelope matrix: one row a cell of the active envelopes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, select

from engine.desk import Desk
from engine.domain.budget import BudgetLimit, Reservation, Spent, window_end, window_start
from engine.domain.percent import SIGN
from engine.domain.phase import Cell
from engine.govern.bounds import budget_words
from engine.govern.envelope import CellEnvelope, CellLimits, resolve
from engine.govern.limits import HandSetThreshold, RollingThreshold
from engine.ports import Pause
from engine.runtime.policy import active_envelope
from engine.service.phrases import scope_words
from engine.service.rows import BudgetRow, CellRow
from engine.store import tables
from engine.store.read_evidence import EvidenceBook
from engine.store.read_labels import IS_RECOMMENDED
from engine.store.read_source import ReadSource

_case = tables.cases.c
_made = tables.recommendations.c
_action = tables.actions.c


@dataclass(frozen=True, kw_only=True, slots=True)
class _Known:
    """What the newest recommendation of a cell was measured against, as of a look."""

    looked_up_to: UUID | None = None
    """The newest recommendation of any cell at that look."""
    threshold: float | None = None
    cut: float | None = None


class Cells:
    """Reads of the envelope and what stands behind each of its cells."""

    def __init__(self, source: ReadSource, evidence: EvidenceBook) -> None:
        """Read from this source."""
        self._source = source
        self._evidence = evidence
        self._known: dict[Cell, _Known] = {}

    def rows(self, desk: str) -> tuple[CellRow, ...]:
        """One row a cell, in the order of the envelope."""
        control = self._source.reader.control()
        return tuple(
            self._row(envelope)
            for one in self._source.wanted(desk)
            for envelope in resolve(active_envelope(control, one)).values()
        )

    def _row(self, envelope: CellEnvelope) -> CellRow:
        cell, limits = envelope.cell, envelope.limits
        evidence = self._evidence.of_cell(cell, limits)
        threshold, cut = self._threshold(cell, limits.threshold)
        return CellRow(
            cell=str(cell),
            desk=cell.desk,
            case_type=cell.case_type,
            action=cell.action_type,
            phase=limits.phase,
            threshold_words=cell_threshold_words(limits.threshold),
            threshold=threshold,
            cut=cut,
            most_urgent_priority=limits.most_urgent_priority,
            budgets=self._budgets(cell, limits),
            audit_rate=limits.audit_rate,
            paused=pause_words(
                self._source.policy.current().pause(cell), self._source.desks.get(cell.desk)
            ),
            labels=evidence.labels,
            errors=evidence.errors,
            error_low=evidence.low,
            error_high=evidence.high,
            is_evidenced=evidence.is_evidenced,
        )

    def _budgets(self, cell: Cell, limits: CellLimits) -> tuple[BudgetRow, ...]:
        """The budgets all customers share, with what is used in the present window."""
        now = self._source.desk_now(cell.desk)
        return tuple(
            self.budget(limit, limits, now) for limit in limits.budgets if not limit.is_per_customer
        )

    def budget(self, limit: BudgetLimit, limits: CellLimits, now: datetime) -> BudgetRow:
        """A budget that all customers share, with what is used in its present window."""
        start = window_start(limit.period, now, limits.zone)
        taken = Reservation(budget=limit.key, customer="", window_start=start, amount=0)
        used = self._source.reader.spent([taken]).get(limit.key, Spent())
        return BudgetRow(
            words=budget_words(limit, limits.currency),
            is_shared=not limit.scope.startswith("cell:"),
            executions=limit.executions,
            executions_used=used.executions,
            amount=limit.amount,
            amount_used=used.amount,
            currency=limits.currency,
            ends_at=window_end(limit.period, start, limits.zone),
        )

    def _threshold(
        self, cell: Cell, named: HandSetThreshold | RollingThreshold
    ) -> tuple[float | None, float | None]:
        """The threshold in force: by hand, or what the newest recommendation was measured against.

        Calibrated and raw; a threshold set by hand is calibrated alone.

        Ids grow with time, so only what came since the last look is read.
        """
        if isinstance(named, HandSetThreshold):
            return named.min_confidence, None
        newest = self._source.first(select(_made.id).order_by(_made.id.desc()).limit(1))
        if newest is None:
            return None, None
        known = self._known.get(cell, _Known())
        if known.looked_up_to != newest.id:
            row = self._newest_of(cell, known.looked_up_to)
            last = known if row is None else row
            known = _Known(looked_up_to=newest.id, threshold=last.threshold, cut=last.cut)
            self._known[cell] = known
        return known.threshold, known.cut

    def _newest_of(self, cell: Cell, since: UUID | None) -> Any:
        query = (
            select(_made.threshold, _made.cut)
            .join(tables.actions, and_(_action.recommendation_id == _made.id, IS_RECOMMENDED))
            .join(tables.cases, _case.id == _made.case_id)
            .where(
                _action.tool == cell.action_type,
                _case.desk == cell.desk,
                _case.case_type == cell.case_type,
            )
            .order_by(_made.id.desc())
            .limit(1)
        )
        if since is not None:
            query = query.where(_made.id > since)
        return self._source.first(query)


def pause_words(pause: Pause | None, desk: Desk | None) -> str:
    """A brake in words: what is paused, why, and who says so; empty where none is on."""
    if pause is None:
        return ""
    desks = {} if desk is None else {desk.name: desk.title}
    what = scope_words(pause.scope, desks, desk.titles if desk else {})
    return f"{what}: {pause.reason}, says {pause.by}"


def cell_threshold_words(threshold: HandSetThreshold | RollingThreshold) -> str:
    """A threshold in words, for example `rolling, 10% error` or `0.900 set by hand`."""
    if isinstance(threshold, HandSetThreshold):
        return f"{threshold.min_confidence:.3f} set by hand"
    return f"rolling, {100 * threshold.risk_limit:g}{SIGN} error"
