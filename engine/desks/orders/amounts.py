"""Amounts: what code says to a sum of money that somebody else put into a call. Pure.

The sums are the playbook's own: what goes back is computed from payments, never taken from a text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from engine.desks.orders.playbook.money import excess_minor, refundable_minor, refunds, shown
from engine.desks.orders.playbook.view import View
from engine.desks.orders.words import CaseType
from engine.domain.fact import Fact, fact_set
from engine.domain.ids import CaseId
from engine.domain.money import Money
from engine.reason.named_sums import sums_in

_NO_CASE = CaseId(UUID(int=0))


def amount_problem(
    case_type: str, tool: str, arguments: Mapping[str, Any], facts: Sequence[Fact]
) -> str:
    """Why the money in a call is not what the facts say; empty: it is, or none is in it.

    Args:
        case_type: What the case needs money back for.
        tool: The tool that would be called.
        arguments: In canonical form.
        facts: Of the run, the latest of each name.
    """
    if tool not in ("refund", "message_customer") or not facts:
        return "" if tool != "refund" else "no payment was read."
    told = fact_set(_NO_CASE, 0, facts)
    view = View(facts=told, today=max(one.observed_at for one in facts).date())
    if tool == "refund":
        return _refund_problem(case_type, arguments, view)
    return _message_problem(str(arguments["body"]), view)


def due_back_minor(case_type: str, view: View) -> int:
    """What has to go back in a case: the excess where the sums differ, else all that is left."""
    if case_type == CaseType.PAYMENT_MISMATCH:
        return excess_minor(view)
    return refundable_minor(view)


def _refund_problem(case_type: str, arguments: Mapping[str, Any], view: View) -> str:
    payment, amount = arguments["payment_id"], int(arguments["amount_minor"])
    if arguments["currency"] != view.currency:
        return f"the order is in {view.currency or 'no known currency'}."
    entity = f"payment:{payment}"
    if entity not in view.entities("payment"):
        return "the payment is none of those that were read."
    left = _left(view, entity)
    if amount > left:
        return f"of this payment {shown(view, max(left, 0))} is captured and not refunded."
    due = max(due_back_minor(case_type, view), 0)
    parts = {
        one.arguments["payment_id"]: one.arguments["amount_minor"]
        for one in refunds(view, due, str(arguments["reason"]))
    }
    if amount != parts.get(payment):
        right = shown(view, parts.get(payment, 0))
        return f"{shown(view, due)} has to go back in all, and {right} of it to this payment."
    return ""


def _message_problem(body: str, view: View) -> str:
    """A sum in a message has to be one that a fact tells, or that goes back."""
    numbers = {one.value for one in view.facts.facts if isinstance(one.value, int)}
    numbers |= {refundable_minor(view), excess_minor(view)}
    wrong = [minor for minor in sums_in(body) if minor not in numbers]
    if not wrong:
        return ""
    named = Money(minor=wrong[0], currency=view.currency)
    return f"the message names {named}, which stands in no fact."


def _left(view: View, payment: str) -> int:
    captured, refunded = (
        view.number(payment, name, "payments") for name in ("captured_minor", "refunded_minor")
    )
    return captured - refunded
