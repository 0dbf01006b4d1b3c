"""Money: what is to be refunded, computed from payments as the shop has them. Never from a text."""

from __future__ import annotations

from collections.abc import Iterator

from engine.desks.orders.playbook.view import View
from engine.desks.orders.sources import PAYMENTS
from engine.domain.money import Money
from engine.domain.recommendation import Proposal


def refundable_minor(view: View) -> int:
    """What was captured and not refunded, over all payments."""
    return sum(left for _, left in _left(view))


def excess_minor(view: View) -> int:
    """What was captured beyond what the order costs, and not refunded; below 0: too little."""
    return refundable_minor(view) - view.amount_minor


def refunds(view: View, amount_minor: int, reason: str) -> tuple[Proposal, ...]:
    """Refunds of so much, from the latest payment backwards, each to where it came from."""
    proposals = []
    for payment_id, left in reversed(tuple(_left(view))):
        part = min(left, amount_minor)
        if part > 0:
            proposals.append(
                Proposal(
                    tool="refund",
                    arguments={
                        "order_id": view.order_id,
                        "payment_id": payment_id,
                        "amount_minor": part,
                        "currency": view.currency,
                        "to": "original",
                        "reason": reason,
                    },
                )
            )
            amount_minor -= part
    return tuple(proposals)


def shown(view: View, minor: int) -> str:
    """An amount of the order's currency, for a person."""
    return str(Money(minor=minor, currency=view.currency))


def _left(view: View) -> Iterator[tuple[str, int]]:
    for entity in view.entities("payment"):
        captured = view.number(entity, "captured_minor", PAYMENTS)
        refunded = view.number(entity, "refunded_minor", PAYMENTS)
        yield entity.removeprefix("payment:"), captured - refunded
