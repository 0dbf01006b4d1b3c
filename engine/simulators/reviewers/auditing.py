"""Auditing: a simulated auditor's blind answer, from the case's facts and a few plain habits.

The auditor sees neither what software did nor how sure it was; nor does this module.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any

from engine.desks.orders.words import CaseType
from engine.service.live_rows import AuditCard
from engine.service.rows import FactRow

SLIPS = 0.04
"""Share of audit cards on which the auditor picks the wrong thing by mistake."""
HIGH_SCORE = 0.8


@dataclass(frozen=True, kw_only=True, slots=True)
class BlindAnswer:
    """What would have been right, in the auditor's eyes."""

    tool: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""


def blind_answer(card: AuditCard, dice: Random) -> BlindAnswer:
    """Answer an audit card."""
    case = _Case(card.facts)
    tool = "message_customer" if dice.random() < SLIPS else _right(card.row.case_type, case)
    made = _arguments(tool, card, case)
    if made is None:
        tool, made = "message_customer", _message(case.order_id)
    return BlindAnswer(tool=tool, arguments=made, note="Answered without seeing what was done.")


@dataclass(frozen=True, slots=True)
class _Case:
    """The facts by what they are called."""

    facts: Sequence[FactRow]

    def value(self, attribute: str, entity: str = "") -> Any:
        found = [
            one.value
            for one in self.facts
            if one.attribute == attribute and entity in ("", one.entity)
        ]
        return found[-1] if found else None

    @property
    def order_id(self) -> str:
        return str(self.value("order_id", "order") or self.value("order_id") or "")


def _right(case_type: str, case: _Case) -> str:
    match case_type:
        case CaseType.ADDRESS_UNDELIVERABLE:
            return "correct_address" if case.value("street", "new_address") else "message_customer"
        case CaseType.STOCK_SHORT:
            return _for_short_stock(case)
        case CaseType.PAYMENT_MISMATCH:
            captured, total = case.value("captured_minor"), case.value("total_minor")
            is_double = isinstance(captured, int) and isinstance(total, int) and captured > total
            return "refund" if is_double else "release_order"
        case CaseType.DELIVERED_NOT_RECEIVED:
            return "message_customer" if case.value("is_with_neighbour") else "reship"
        case CaseType.DUPLICATE_ORDER:
            return "release_order" if case.value("is_second_meant") else "cancel_order"
        case _:
            score = case.value("score", "case")
            is_bad = case.value("denies_order") or (isinstance(score, float) and score > HIGH_SCORE)
            return "hold_order" if is_bad else "release_order"


def _for_short_stock(case: _Case) -> str:
    if case.value("wants_cancel"):
        return "cancel_order"
    if case.value("accepts_substitute") is False or case.value("can_wait"):
        return "backorder"
    return "substitute_variant"


def _arguments(tool: str, card: AuditCard, case: _Case) -> dict[str, Any] | None:
    """Arguments that the tool takes; None where the facts do not give them."""
    order_id = case.order_id
    match tool:
        case "release_order":
            return {"order_id": order_id}
        case "hold_order" | "cancel_order":
            return {"order_id": order_id, "reason": "Blind audit"}
        case "message_customer":
            return _message(order_id)
        case "backorder":
            day = f"{card.at + timedelta(days=7):%Y-%m-%d}"
            return {"order_id": order_id, "line": _line(case), "expected_on": day}
        case _:
            return _of_facts(tool, case)


def _of_facts(tool: str, case: _Case) -> dict[str, Any] | None:
    order_id = case.order_id
    warehouse = str(case.value("warehouse_id") or "")
    if tool == "correct_address":
        names = ("recipient", "street", "postal_code", "city", "country")
        told = {name: case.value(name, "new_address") or case.value(name) for name in names}
        return {"order_id": order_id, "address": told} if all(told.values()) else None
    if tool == "substitute_variant":
        variant = case.value("allocated_variant") or case.value("variant_id")
        line = _line(case)
        return {
            "order_id": order_id,
            "line": line,
            "variant_id": str(variant or ""),
            "warehouse_id": str(case.value("allocated_from") or warehouse),
        }
    if tool == "reship" and warehouse:
        lines = [{"line": _line(case), "quantity": 1}]
        carrier = str(case.value("carrier") or "carrier")
        return {
            "order_id": order_id,
            "warehouse_id": warehouse,
            "carrier": carrier,
            "lines": lines,
        }
    if tool == "refund":
        amount = case.value("captured_minor")
        return {
            "order_id": order_id,
            "payment_id": f"{order_id}/P1",
            "amount_minor": amount if isinstance(amount, int) and amount > 0 else 1,
            "currency": str(case.value("currency") or "EUR"),
            "to": "original",
            "reason": "Blind audit",
        }
    return None


def _line(case: _Case) -> int:
    line = case.value("short_line")
    return line if isinstance(line, int) and line > 0 else 1


def _message(order_id: str) -> dict[str, Any]:
    return {
        "order_id": order_id,
        "subject": f"Your order {order_id}",
        "body": "Please tell us what you would like us to do.",
    }
