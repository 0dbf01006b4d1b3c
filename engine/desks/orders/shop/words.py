"""Words: the closed vocabularies of the shop, and its fixed names of places and accounts."""

from __future__ import annotations

from enum import StrEnum

AUDIENCE = "shop"
"""The name credentials for this system carry."""


class OrderState(StrEnum):
    """Whether an order stands."""

    OPEN = "OPEN"
    CANCELLED = "CANCELLED"


class LineState(StrEnum):
    """Where the pieces of a line are."""

    SHORT = "SHORT"
    """None are set aside for it, and nothing has been decided."""
    RESERVED = "RESERVED"
    BACKORDERED = "BACKORDERED"
    """None are set aside, and the customer waits."""
    SHIPPED = "SHIPPED"
    CANCELLED = "CANCELLED"


class ShipmentKind(StrEnum):
    """Why a parcel was made."""

    ORIGINAL = "ORIGINAL"
    RESHIP = "RESHIP"


class ShipmentState(StrEnum):
    """Where a parcel is, as far as its scans say."""

    READY = "READY"
    """Packed; the carrier does not have it."""
    WITH_CARRIER = "WITH_CARRIER"
    DELIVERY_FAILED = "DELIVERY_FAILED"
    """With the carrier, who waits for instructions."""
    DELIVERED = "DELIVERED"
    RETURNED = "RETURNED"
    LOST = "LOST"
    CANCELLED = "CANCELLED"


ON_THE_WAY = (ShipmentState.READY, ShipmentState.WITH_CARRIER, ShipmentState.DELIVERY_FAILED)
"""States in which the pieces are in the parcel."""


class ScanKind(StrEnum):
    """What a carrier reports."""

    ACCEPTED = "ACCEPTED"
    IN_TRANSIT = "IN_TRANSIT"
    OUT_FOR_DELIVERY = "OUT_FOR_DELIVERY"
    DELIVERY_FAILED = "DELIVERY_FAILED"
    DELIVERED = "DELIVERED"
    RETURNED = "RETURNED"
    LOST = "LOST"
    """Also after DELIVERED: the carrier admits that the delivery was none."""
    NOTE = "NOTE"
    """Words alone; it changes nothing."""


class PaymentMethod(StrEnum):
    """Where the money comes from."""

    CARD = "CARD"
    CREDIT = "CREDIT"
    """The customer's store credit."""


class RefundState(StrEnum):
    """How far a refund has come."""

    PENDING = "PENDING"
    """On its way; it can be called back."""
    SETTLED = "SETTLED"
    CANCELLED = "CANCELLED"


class Destination(StrEnum):
    """Where a refund goes."""

    ORIGINAL = "original"
    """To where the payment came from."""
    CREDIT = "credit"
    """To the customer's store credit."""


SUPPLIER = "supplier"
LOST = "lost"
SHOP = "shop"
PROVIDER = "provider"
"""Captured but not settled."""
REFUNDING = "refunding"
"""Refunded but not settled."""


def warehouse_place(warehouse_id: str) -> str:
    """The place of a warehouse's free stock."""
    return f"warehouse:{warehouse_id}"


def line_place(line_id: str) -> str:
    """The place of pieces set aside for an order line."""
    return f"reserved:{line_id}"


def shipment_place(shipment_id: str) -> str:
    """The place of pieces in a parcel."""
    return f"shipment:{shipment_id}"


def customer_name(customer_id: str) -> str:
    """A customer, as a place of pieces and as an account of money."""
    return f"customer:{customer_id}"


def credit_account(customer_id: str) -> str:
    """The account of a customer's store credit."""
    return f"credit:{customer_id}"
