"""Messages: what customers are told and asked, in words that are written here.

Of what anybody else wrote only an address goes in, and that to the customer who gave it.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from engine.desks.orders.words import CaseType

SUBJECTS: Mapping[str, str] = MappingProxyType(
    {
        "corrected": "We send your order {order} to your new address",
        "substituted": "Another article for your order {order}",
        "moved": "Your order {order} now comes from another warehouse",
        "backordered": "Your order {order} takes longer",
        "cancelled": "Your order {order} is cancelled",
        "refunded": "A refund for your order {order}",
        "reshipped": "We send your order {order} once more",
    }
)
BODIES: Mapping[str, str] = MappingProxyType(
    {
        "corrected": "The address of your order {order} is now: {more}. If that is wrong, please "
        "answer this message.",
        "substituted": "An article of your order {order} is not in stock. You get {more} instead, "
        "at the same price. You can send it back free of charge.",
        "moved": "An article of your order {order} was missing where we looked for it. It now "
        "comes from another warehouse; you need not do anything.",
        "backordered": "An article of your order {order} is not in stock. We expect it on {more} "
        "and send it then. If you do not want to wait, please answer this message.",
        "cancelled": "We have cancelled your order {order}. {more}",
        "refunded": "We have refunded {more} of your order {order}. Your bank needs a few days.",
        "reshipped": "Your parcel did not reach you as it should. We send order {order} once more "
        "from our stock; you pay nothing for it.",
    }
)
QUESTIONS: Mapping[CaseType, str] = MappingProxyType(
    {
        CaseType.ADDRESS_UNDELIVERABLE: "The carrier could not deliver your order {order}. Please "
        "send us the complete address with house number, or a day on which somebody is there.",
        CaseType.STOCK_SHORT: "An article of your order {order} is not in stock. Would you take "
        "another one, wait for it, or have your money back?",
        CaseType.PAYMENT_MISMATCH: "What was paid for your order {order} is not what it costs. "
        "Please look at your statement and tell us what was taken.",
        CaseType.DELIVERED_NOT_RECEIVED: "The carrier says that your order {order} was delivered. "
        "Please look where parcels are left, ask your neighbours, and tell us what you find.",
        CaseType.DUPLICATE_ORDER: "You have placed two orders that are much alike; one is {order}. "
        "Please tell us whether you want both.",
        CaseType.FRAUD_SUSPECTED: "We want to be sure that your order {order} is yours. Please "
        "confirm it from the account with which you placed it.",
    }
)
ASKED = "A question about your order {order}"


def message(kind: str, order_id: str, more: str = "") -> dict[str, str]:
    """Subject and body of what a customer is told."""
    return {
        "order_id": order_id,
        "subject": SUBJECTS[kind].format(order=order_id),
        "body": BODIES[kind].format(order=order_id, more=more),
    }


def question(case_type: CaseType, order_id: str) -> dict[str, str]:
    """Subject and body of what a customer is asked."""
    return {
        "order_id": order_id,
        "subject": ASKED.format(order=order_id),
        "body": QUESTIONS[case_type].format(order=order_id),
    }
