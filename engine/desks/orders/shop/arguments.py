"""Arguments of the calls an engine makes: closed, typed, limited."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from engine.domain.tool import Strict

MOST_PIECES = 10_000
MOST_LINES = 100
LARGEST_MINOR = 10**12

OrderId = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$", title="Order")]
PartId = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}/[A-Z][0-9]{1,6}$")]
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
MaybeName = Annotated[str, Field(pattern=r"^(?:[A-Za-z0-9][A-Za-z0-9._-]{0,63})?$")]
Words = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
MaybeWords = Annotated[str, Field(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
Text = Annotated[
    str, Field(min_length=1, max_length=10_000, pattern=r"^[^\x00-\x08\x0b-\x1f\x7f]+$")
]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
Day = Annotated[str, Field(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$")]
Minor = Annotated[int, Field(ge=1, le=LARGEST_MINOR)]
Pieces = Annotated[int, Field(ge=1, le=MOST_PIECES)]
LineNumber = Annotated[int, Field(ge=1, le=MOST_LINES)]


class OfOrder(Strict):
    """Which order."""

    order_id: OrderId


class OfCustomer(Strict):
    """Which customer."""

    customer_id: Name


class OfVariant(Strict):
    """Which variant, and whether those that may stand in for it are wanted too."""

    variant_id: Name
    with_substitutes: bool = False


class OfWaiting(Strict):
    """Whose stock is waited for, also that of what may stand in for it."""

    variant_id: Name


class OfKey(Strict):
    """Which idempotency key."""

    key: Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[\x21-\x7e]+$")]


class Nothing(Strict):
    """No arguments."""


class Address(Strict):
    """Where a parcel goes."""

    recipient: Words
    street: Words
    postal_code: Words
    city: Words
    country: Country


class CorrectAddress(OfOrder):
    """Another address for what has not left, or waits with the carrier."""

    address: Address


class RestoreAddress(OfOrder):
    """An address the order had before."""

    address_id: PartId


class SubstituteVariant(OfOrder):
    """What a line gets, and from which warehouse.

    The line's own variant is allowed: so a short line is given stock. An empty warehouse sets
    nothing aside: so a substitution for a short line is taken back.
    """

    line: LineNumber
    variant_id: Name
    warehouse_id: MaybeName


class Backorder(OfOrder):
    """Let a line wait for stock; what is set aside for it becomes free."""

    line: LineNumber
    expected_on: Day


class CancelBackorder(OfOrder):
    """Give a waiting line the state it had before."""

    line: LineNumber


class CancelOrder(OfOrder):
    """Free the pieces and void what is authorised; captured money stays until it is refunded."""

    reason: Words


class Refund(OfOrder):
    """How much of which payment, to where."""

    payment_id: PartId
    amount_minor: Minor
    currency: Currency
    to: Literal["original", "credit"]
    reason: Words


class CancelRefund(OfOrder):
    """A refund that has not settled."""

    refund_id: PartId


class ReshipLine(Strict):
    """How many pieces of a line."""

    line: LineNumber
    quantity: Pieces


class Reship(OfOrder):
    """What to send once more, from where, to the order's address."""

    warehouse_id: Name
    carrier: Name
    lines: Annotated[list[ReshipLine], Field(min_length=1, max_length=MOST_LINES)]

    @model_validator(mode="after")
    def _each_line_once(self) -> Reship:
        if len({one.line for one in self.lines}) < len(self.lines):
            raise ValueError("a line is named twice")
        return self


class CancelShipment(OfOrder):
    """A parcel that the carrier does not have yet."""

    shipment_id: PartId


class HoldOrder(OfOrder):
    """Stop an order from being captured and shipped."""

    reason: Words


class MessageCustomer(OfOrder):
    """What to tell the customer of the order."""

    subject: Words
    body: Text
