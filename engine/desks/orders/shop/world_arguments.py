"""Arguments of the calls that make the world move: what a simulator or a test says happened."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from engine.desks.orders.shop.arguments import (
    LARGEST_MINOR,
    MOST_LINES,
    Address,
    Currency,
    Day,
    MaybeName,
    MaybeWords,
    Minor,
    Name,
    OfOrder,
    PartId,
    Pieces,
    Words,
)
from engine.domain.tool import Strict

Count = Annotated[int, Field(ge=0, le=10**9)]
Many = Annotated[int, Field(ge=1, le=10**9)]


class NewProduct(Strict):
    """A product."""

    id: Name
    title: Words


class NewVariant(Strict):
    """A variant of a product that is there, or comes with it."""

    id: Name
    product_id: Name
    title: Words
    substitution_group: Name
    weight_g: Count
    price_minor: Annotated[int, Field(ge=0, le=LARGEST_MINOR)]
    currency: Currency


class NewWarehouse(Strict):
    """A warehouse."""

    id: Name
    title: Words


class AddCatalogue(Strict):
    """What is sold and where it lies; what is there already stays as it is."""

    products: Annotated[list[NewProduct], Field(default_factory=list, max_length=1_000)]
    variants: Annotated[list[NewVariant], Field(default_factory=list, max_length=1_000)]
    warehouses: Annotated[list[NewWarehouse], Field(default_factory=list, max_length=100)]


class NewCustomer(Strict):
    """Who orders; known ones stay as they are."""

    id: Name
    name: Words
    email: Words
    since: Day


class NewLine(Strict):
    """What is ordered, at which price; from the named warehouse, or the first that has it."""

    variant_id: Name
    quantity: Pieces
    unit_price_minor: Annotated[int, Field(ge=0, le=LARGEST_MINOR)]
    warehouse_id: MaybeName = ""
    needed_by: Day | Literal[""] = ""
    takes_substitute: Literal["", "yes", "no"] = ""


class NewPayment(Strict):
    """Money that may be captured."""

    method: Literal["CARD", "CREDIT"]
    authorised_minor: Minor


class PlaceOrder(OfOrder):
    """An order as the customer placed it; a line without stock is SHORT."""

    customer: NewCustomer
    address: Address
    currency: Currency
    lines: Annotated[list[NewLine], Field(min_length=1, max_length=MOST_LINES)]
    payments: Annotated[list[NewPayment], Field(max_length=20)]


class OfStock(Strict):
    """Which variant in which warehouse."""

    warehouse_id: Name
    variant_id: Name


class ReceiveStock(OfStock):
    """Pieces that came from the supplier."""

    quantity: Many


class AnnounceStock(OfStock):
    """Pieces that the supplier promises; nothing moves."""

    quantity: Count
    expected_on: Day


class CountStock(OfStock):
    """What the warehouse counts.

    The two feeds disagree from then on, unless the shop adopts the count as its own.
    """

    counted: Count
    adopt: bool = False


class FailPick(OfOrder):
    """Pieces set aside for a line were not there: they are lost, and the line is SHORT."""

    line: Annotated[int, Field(ge=1, le=MOST_LINES)]


class FillLine(OfOrder):
    """Stock for a line that is SHORT or BACKORDERED."""

    line: Annotated[int, Field(ge=1, le=MOST_LINES)]
    warehouse_id: Name


class Capture(OfOrder):
    """Money that the provider takes."""

    payment_id: PartId
    amount_minor: Minor


class ShipOrder(OfOrder):
    """All that is set aside is packed."""

    carrier: Name


class CarrierScan(OfOrder):
    """What a carrier reports about a parcel."""

    shipment_id: PartId
    kind: Literal[
        "ACCEPTED",
        "IN_TRANSIT",
        "OUT_FOR_DELIVERY",
        "DELIVERY_FAILED",
        "DELIVERED",
        "RETURNED",
        "LOST",
        "NOTE",
    ]
    place: MaybeWords = ""
    notice: MaybeWords = ""


class Settle(Strict):
    """Nothing is named: all that is due by now settles."""
