"""Words: the case types and resolutions of the desk, shared with whoever makes its cases.

Lives here: closed vocabularies and the one table from calls to resolutions. Must not live here:
what is believed, costs, or anything that reads or acts.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

DESK = "orders"
SYSTEM = "shop"
"""The system of record: what credentials and breakers call it."""


class CaseType(StrEnum):
    """What went wrong with an order."""

    ADDRESS_UNDELIVERABLE = "address_undeliverable"
    STOCK_SHORT = "stock_short"
    PAYMENT_MISMATCH = "payment_mismatch"
    DELIVERED_NOT_RECEIVED = "delivered_not_received"
    DUPLICATE_ORDER = "duplicate_order"
    FRAUD_SUSPECTED = "fraud_suspected"


class Resolution(StrEnum):
    """What a case needs: the labels, and what the first action of a plan amounts to."""

    CORRECT_ADDRESS = "correct_address"
    ASK_CUSTOMER = "ask_customer"
    SUBSTITUTE = "substitute"
    BACKORDER = "backorder"
    CANCEL = "cancel"
    REFUND = "refund"
    RESHIP = "reship"
    HOLD = "hold"
    RELEASE = "release"


class Raised(StrEnum):
    """Who raises cases: the `source` of an intake row."""

    SHOP = "shop"
    CARRIER = "carrier"
    WAREHOUSE = "warehouse"
    PROVIDER = "provider"


RESOLUTION_OF: Mapping[str, Resolution] = MappingProxyType(
    {
        "correct_address": Resolution.CORRECT_ADDRESS,
        "message_customer": Resolution.ASK_CUSTOMER,
        "substitute_variant": Resolution.SUBSTITUTE,
        "backorder": Resolution.BACKORDER,
        "cancel_order": Resolution.CANCEL,
        "refund": Resolution.REFUND,
        "reship": Resolution.RESHIP,
        "hold_order": Resolution.HOLD,
        "release_order": Resolution.RELEASE,
    }
)
"""The resolution a plan carries, by the tool of its first action."""
