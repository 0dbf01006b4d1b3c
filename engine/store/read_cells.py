"""The envelope matrix: one row a cell of the active envelopes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, select

from engine.desk import Desk
from engine.domain.budget import BudgetLimit, Spent
from engine.domain.percent import SIGN
from engine.domain.phase import Cell, Phase
from engine.govern.authorize import Counted
from engine.govern.bounds import budget_words
from engine.govern.envelope import CellEnvelope, CellLimits, WiderLimits, resolve
from engine.govern.limits import HandSetThreshold, RollingThreshold
from engine.govern.taking import taking
from engine.ports import Pause
from engine.runtime.asking import risk_limit_of
from engine.runtime.policy import active_envelope
from engine.service.phrases import scope_words
from engine.service.rows import BudgetRow, CellRow, WiderRow
from engine.store import tables
from engine.store.read_evidence import EvidenceBook
from engine.store.read_identities import Identities
from engine.store.read_labels import IS_RECOMMENDED
from engine.store.read_source import ReadSource

_case = tables.cases.c
_made = tables.recommendations.c
_action = tables.actions.c
_MEASURED = (
    _made.risk_limit,
    _made.threshold,
    _made.cut,
    _made.wider_risk_limit,
    _made.wider_threshold,
    _made.wider_cut,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Chosen:
    """A threshold as it was chosen for one risk limit; it says nothing about another."""

    risk_limit: float | None
    threshold: float | None
    cut: float | None


@dataclass(frozen=True, kw_only=True, slots=True)
class _Known:
    """What the newest recommendation of a cell was measured against, as of a look."""

    looked_up_to: UUID | None = None
    """The newest recommendation of any cell at that look."""
    usual: _Chosen | None = None
    """None: nothing was recommended in the cell yet."""
    wider: _Chosen | None = None


class Cells:
    """Reads of the envelope and what stands behind each of its cells."""

    def __init__(self, source: ReadSource, evidence: EvidenceBook, identities: Identities) -> None:
        """Read from this source."""
        self._source = source
        self._evidence = evidence
        self._identities = identities
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
        known = self._newest(cell)
        threshold, cut, is_chosen = _in_force(limits.threshold, known.usual)
        return CellRow(
            cell=str(cell),
            desk=cell.desk,
            case_type=cell.case_type,
            action=cell.action_type,
            phase=limits.phase,
            threshold_words=cell_threshold_words(limits.threshold),
            threshold=threshold,
            cut=cut,
            risk_limit=risk_limit_of(limits.threshold),
            is_chosen=is_chosen,
            wider=_wider(limits.wider, known.wider),
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
            records=evidence.records,
            unearned=self._unearned(cell, limits),
        )

    def _unearned(self, cell: Cell, limits: CellLimits) -> tuple[str, ...]:
        if limits.phase is Phase.COPILOT:
            return ()
        policy = self._source.policy.current()
        named = self._identities.named(cell.desk, limits.earned_by)
        return tuple(who for by in named if by.version and (who := policy.unearned(cell.desk, by)))

    def _budgets(self, cell: Cell, limits: CellLimits) -> tuple[BudgetRow, ...]:
        """The budgets all customers share, with what is used in the present window."""
        now = self._source.desk_now(cell.desk)
        return tuple(
            self.budget(limit, limits, now) for limit in limits.budgets if not limit.is_per_customer
        )

    def budget(self, limit: BudgetLimit, limits: CellLimits, now: datetime) -> BudgetRow:
        """A budget that all customers share, with what is used in its present window."""
        counted = Counted(limit=limit, zone=limits.zone, currency=limits.currency)
        found = taking(counted, now)
        used = self._source.reader.spent([found]).get(limit.key, Spent())
        return BudgetRow(
            words=budget_words(limit, limits.currency),
            scope=limit.scope,
            executions=limit.executions,
            executions_used=used.executions,
            amount=limit.amount,
            amount_used=used.amount,
            currency=limits.currency,
            ends_at=found.window.end,
        )

    def _newest(self, cell: Cell) -> _Known:
        """What the newest recommendation of a cell was measured against.

        Ids grow with time, so only what came since the last look is read.
        """
        known = self._known.get(cell, _Known())
        newest = self._source.first(select(_made.id).order_by(_made.id.desc()).limit(1))
        if newest is None or known.looked_up_to == newest.id:
            return known
        row = self._newest_of(cell, known.looked_up_to)
        usual, wider = (known.usual, known.wider) if row is None else _chosen(row)
        known = _Known(looked_up_to=newest.id, usual=usual, wider=wider)
        self._known[cell] = known
        return known

    def _newest_of(self, cell: Cell, since: UUID | None) -> Any:
        query = (
            select(*_MEASURED)
            .join(tables.actions, and_(_action.recommendation_id == _made.id, IS_RECOMMENDED))
            .join(tables.cases, _case.id == _made.case_id)
            .where(
                _action.tool == cell.action_type,
                _case.desk == cell.desk,
                _case.case_type == cell.case_type,
                _made.raw_confidence.is_not(None),
            )
            .order_by(_made.id.desc())
            .limit(1)
        )
        if since is not None:
            query = query.where(_made.id > since)
        return self._source.first(query)


def _chosen(row: Any) -> tuple[_Chosen, _Chosen]:
    """The thresholds of a recommendation: of the usual limits, and of the wider ones."""
    return (
        _Chosen(risk_limit=row.risk_limit, threshold=row.threshold, cut=row.cut),
        _Chosen(risk_limit=row.wider_risk_limit, threshold=row.wider_threshold, cut=row.wider_cut),
    )


def _in_force(
    named: HandSetThreshold | RollingThreshold, found: _Chosen | None
) -> tuple[float | None, float | None, bool]:
    """The threshold that holds now, calibrated and raw, and whether one was chosen for this limit.

    One set by hand is calibrated alone. One chosen for another risk limit is not in force.
    """
    if isinstance(named, HandSetThreshold):
        return named.min_confidence, None, True
    if found is None or found.risk_limit != named.risk_limit:
        return None, None, False
    return found.threshold, found.cut, True


def _wider(limits: WiderLimits | None, found: _Chosen | None) -> WiderRow | None:
    if limits is None:
        return None
    threshold, cut, is_chosen = _in_force(limits.threshold, found)
    return WiderRow(
        threshold_words=cell_threshold_words(limits.threshold),
        threshold=threshold,
        cut=cut,
        risk_limit=risk_limit_of(limits.threshold),
        is_chosen=is_chosen,
        most_urgent_priority=limits.most_urgent_priority,
        veto_minutes=limits.veto_minutes,
    )


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
