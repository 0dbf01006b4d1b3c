"""Results of the tools that read: closed schemas of what the shop answers.

They also hold what must agree within one answer (a total is the sum of its lines), so that an
answer that parses and is wrong is refused wherever it contradicts itself.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self, TypeAlias

from pydantic import Field, model_validator

from engine.desks.orders.shop.arguments import LARGEST_MINOR, Country, Currency, Name, OrderId
from engine.domain.tool import Strict

Amount = Annotated[int, Field(ge=0, le=LARGEST_MINOR)]
Count = Annotated[int, Field(ge=0, le=10**9)]
PartName = Annotated[str, Field(max_length=80)]
Told = Annotated[str, Field(max_length=200)]
Moment = Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?\+00:00$")]
MaybeMoment = Annotated[
    str, Field(pattern=r"^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?\+00:00)?$")
]
MaybeDay = Annotated[str, Field(pattern=r"^(\d{4}-\d\d-\d\d)?$")]
MaybeName = Annotated[str, Field(max_length=64)]
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
OrderStatus: TypeAlias = Literal["PLACED", "PARTLY_SHIPPED", "SHIPPED", "DELIVERED", "CANCELLED"]
LineStateName: TypeAlias = Literal["SHORT", "RESERVED", "BACKORDERED", "SHIPPED", "CANCELLED"]
ParcelState: TypeAlias = Literal[
    "READY", "WITH_CARRIER", "DELIVERY_FAILED", "DELIVERED", "RETURNED", "LOST", "CANCELLED"
]
Method: TypeAlias = Literal["CARD", "CREDIT"]


class AddressResult(Strict):
    """An address as the shop has it."""

    address_id: PartName
    recipient: Told
    street: Told
    postal_code: Told
    city: Told
    country: Country


class LineResult(Strict):
    """One line of an order."""

    line: Annotated[int, Field(ge=1)]
    variant_id: Name
    quantity: Annotated[int, Field(ge=1)]
    unit_price_minor: Amount
    state: LineStateName
    warehouse_id: MaybeName
    expected_on: MaybeDay
    title: Told
    substitution_group: Name
    weight_g: Count


class HoldResult(Strict):
    """What stops an order, or stopped it."""

    id: PartName
    reason: Told
    placed_at: Moment
    released_at: MaybeMoment


class ParcelHead(Strict):
    """A parcel without its scans."""

    id: PartName
    warehouse_id: Name
    kind: Literal["ORIGINAL", "RESHIP"]
    address_id: PartName
    carrier: Name
    state: ParcelState


class MessageHead(Strict):
    """A message to the customer without its text."""

    id: PartName
    subject: Told
    sent_at: Moment


class Sums(Strict):
    """What an order costs and what was paid, over all its payments."""

    total_minor: Amount
    authorised_minor: Amount
    captured_minor: Amount
    refunded_minor: Amount

    @model_validator(mode="after")
    def _not_more_back_than_taken(self) -> Self:
        if self.refunded_minor > self.captured_minor:
            raise ValueError("more was refunded than captured")
        return self


class OrderResult(Sums):
    """An order as it stands."""

    order_id: OrderId
    customer_id: Name
    status: OrderStatus
    is_held: bool
    placed_at: Moment
    currency: Currency
    address: AddressResult
    lines: Annotated[list[LineResult], Field(min_length=1)]
    holds: list[HoldResult]
    shipments: list[ParcelHead]
    messages: list[MessageHead]
    digest: Digest

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Self:
        if self.total_minor != sum(one.quantity * one.unit_price_minor for one in self.lines):
            raise ValueError("the total is not the sum of the lines")
        if self.is_held != any(not one.released_at for one in self.holds):
            raise ValueError("the holds do not agree with is_held")
        states = {one.state for one in self.lines}
        if (self.status == "CANCELLED") != (states == {"CANCELLED"}):
            raise ValueError("the lines do not agree with the status")
        return self


class OrderedResult(Strict):
    """What of a variant was ordered."""

    variant_id: Name
    quantity: Annotated[int, Field(ge=1)]


class PastOrderResult(Strict):
    """An order in a customer's history."""

    order_id: OrderId
    status: OrderStatus
    placed_at: Moment
    currency: Currency
    total_minor: Amount
    refunded_minor: Amount
    lines: list[OrderedResult]
    sent_again: Count
    address: AddressResult


class CreditResult(Strict):
    """Store credit in one currency."""

    currency: Currency
    balance_minor: Amount


class CustomerResult(Strict):
    """A customer with the latest orders."""

    customer_id: Name
    name: Told
    email: Told
    since: MaybeDay
    orders: list[PastOrderResult]
    credits: list[CreditResult]


class ContentResult(Strict):
    """Pieces in a parcel."""

    line_id: PartName
    variant_id: Name
    quantity: Annotated[int, Field(ge=1)]


class ScanResult(Strict):
    """One report of a carrier."""

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
    place: Told
    notice: Told
    scanned_at: Moment


class ParcelResult(ParcelHead):
    """A parcel with all that is known of it."""

    packed_at: Moment
    address: AddressResult
    contents: list[ContentResult]
    scans: list[ScanResult]


class ScansResult(Strict):
    """The parcels of an order."""

    order_id: OrderId
    shipments: list[ParcelResult]


class PaymentResult(Strict):
    """One payment."""

    state: Literal["VOIDED", "AUTHORISED", "REFUNDED", "CAPTURED", "SETTLED"]
    id: PartName
    method: Method
    currency: Currency
    authorised_minor: Amount
    captured_minor: Amount
    refunded_minor: Amount
    held_minor: Amount
    settled_minor: Amount
    is_voided: bool
    authorised_at: Moment
    settles_at: MaybeMoment

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.refunded_minor <= self.captured_minor <= self.authorised_minor:
            raise ValueError("more was refunded than captured, or captured than authorised")
        return self


class RefundResult(Strict):
    """One refund."""

    id: PartName
    payment_id: PartName
    amount_minor: Annotated[int, Field(ge=1, le=LARGEST_MINOR)]
    currency: Currency
    destination: Literal["original", "credit"]
    reason: Told
    state: Literal["PENDING", "SETTLED", "CANCELLED"]
    asked_at: Moment
    settles_at: Moment


class PaymentsResult(Sums):
    """Payments and refunds of an order."""

    order_id: OrderId
    currency: Currency
    payments: list[PaymentResult]
    refunds: list[RefundResult]

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        captured = sum(one.captured_minor for one in self.payments)
        refunded = sum(one.refunded_minor for one in self.payments)
        asked = sum(one.amount_minor for one in self.refunds if one.state != "CANCELLED")
        if (captured, refunded, refunded) != (self.captured_minor, self.refunded_minor, asked):
            raise ValueError("the sums do not agree with the payments and refunds")
        return self
