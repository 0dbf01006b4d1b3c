"""Paths: what happens to a case of each type without a usable recommendation.

Taken below the confidence threshold and when the reasoner fails: declared, the same every time,
and without anything that could not be taken back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from engine.desk import FallbackPath
from engine.desks.orders.words import CaseType
from engine.domain.actor import Role
from engine.domain.fact import FactSet
from engine.domain.recommendation import Proposal


def _hold(reason: str) -> Callable[[FactSet], Proposal | None]:
    """Hold the order, unless it is held or nobody knows which one it is."""

    def safe(facts: FactSet) -> Proposal | None:
        order_id = facts.value_of("order_id", "order")
        if not order_id or facts.value_of("is_held", "order") is True:
            return None
        return Proposal(tool="hold_order", arguments={"order_id": order_id, "reason": reason})

    return safe


PATHS: Mapping[str, FallbackPath] = MappingProxyType(
    {
        CaseType.ADDRESS_UNDELIVERABLE: FallbackPath(
            role=Role.OPERATOR,
            first_look="Compare the address with the customer's message and earlier orders, then "
            "call the carrier's depot.",
        ),
        CaseType.STOCK_SHORT: FallbackPath(
            role=Role.OPERATOR,
            first_look="Ask the warehouse to count the article, then look what could stand in.",
        ),
        CaseType.PAYMENT_MISMATCH: FallbackPath(
            role=Role.SENIOR_OPERATOR,
            first_look="Compare the provider's statement with the order's payments line by line.",
            safe=_hold("payment is being checked"),
        ),
        CaseType.DELIVERED_NOT_RECEIVED: FallbackPath(
            role=Role.OPERATOR,
            first_look="Ask the carrier for the proof of delivery and compare place and signature.",
        ),
        CaseType.DUPLICATE_ORDER: FallbackPath(
            role=Role.OPERATOR,
            first_look="Put both orders side by side: articles, addresses, minutes between them.",
            safe=_hold("possibly ordered twice"),
        ),
        CaseType.FRAUD_SUSPECTED: FallbackPath(
            role=Role.SENIOR_OPERATOR,
            first_look="Look at the customer's history and the delivery address; do not call the "
            "number in the message.",
            safe=_hold("fraud is being checked"),
        ),
    }
)
"""By case type."""
