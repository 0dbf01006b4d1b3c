"""Small histories and documents for tests of the replay, told row by row."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from engine.domain.case import Origin
from engine.domain.money import Money
from engine.domain.phase import Cell, Phase
from engine.govern.envelope import CellEntry, EnvelopeDocument
from engine.govern.hard_rules import GoalsDocument, GuardrailDocument
from engine.govern.history import DecisionHistory
from engine.govern.limits import HandSetThreshold
from engine.govern.past_decisions import PastDecision, PastDecisions
from engine.govern.policy_set import PolicySet
from engine.govern.request import AuthorizationRequest

DESK = "d"
CELL = Cell(desk=DESK, case_type="t", action_type="a")
OTHER = Cell(desk=DESK, case_type="t", action_type="b")
MONDAY = datetime(2026, 3, 2, 8, tzinfo=UTC)


def asked(minutes: float = 0.0, *, cents: int | None = None, **fields: Any) -> AuthorizationRequest:
    """A harmless request so many minutes after Monday 8:00 UTC."""
    plain = AuthorizationRequest(
        cell=CELL,
        at=MONDAY + timedelta(minutes=minutes),
        amount=None if cents is None else Money(minor=cents, currency="EUR"),
        confidence=0.9,
        is_calibrated=True,
        score=0.9,
        priority=5,
    )
    return replace(plain, **fields)


def past(request: AuthorizationRequest, number: int, **came: Any) -> PastDecision:
    """A decision of case `number`."""
    case_id = f"00000000-0000-7000-8000-{number:012d}"
    return PastDecision(request=request, case_id=case_id, text=f"Case {number}", **came)


def history_of(*rows: PastDecision | AuthorizationRequest, **beside: Any) -> DecisionHistory:
    """A history in the order of its rows."""
    columns = PastDecisions()
    for number, row in enumerate(rows):
        columns.add(row if isinstance(row, PastDecision) else past(row, number))
    defaults: dict[str, Any] = {
        "desk": DESK,
        "origin": Origin.REAL,
        "as_of": MONDAY + timedelta(days=60),
    }
    return columns.history(**defaults | beside)


def entry(cell: Cell = CELL, **limits: Any) -> CellEntry:
    """Generous limits of a cell."""
    fields: dict[str, Any] = {
        "phase": Phase.BOUNDED,
        "threshold": HandSetThreshold(min_confidence=0.5),
    }
    return CellEntry(case_type=cell.case_type, action=cell.action_type, **fields | limits)


def policy(
    *cells: CellEntry,
    guardrails: tuple[Any, ...] = (),
    goals: dict[str, Any] | None = None,
    **document: Any,
) -> PolicySet:
    """All three documents."""
    return PolicySet(
        envelope=EnvelopeDocument(desk=DESK, cells=cells or (entry(),), **document),
        guardrails=GuardrailDocument(desk=DESK, guardrails=guardrails),
        goals=GoalsDocument(desk=DESK, goal="Be right.", **goals or {}),
    )
