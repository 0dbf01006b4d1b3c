"""Answers of the tools that write, and of their previews: closed schemas."""

from __future__ import annotations

from typing import Annotated, Generic, TypeVar

from pydantic import ConfigDict, Field

from engine.desks.orders.results import Amount, Count, Digest, MaybeName, Moment, PartName, Told
from engine.desks.orders.shop.arguments import LARGEST_MINOR, Currency, Name, OrderId
from engine.domain.tool import Strict

_Shown = Annotated[str, Field(max_length=500)] | bool | int | None


class FieldChanged(Strict):
    """One field before and after."""

    of: Annotated[str, Field(max_length=120)]
    field: Annotated[str, Field(max_length=40)]
    before: _Shown
    after: _Shown


class MoneyMoved(Strict):
    """Money from one account to another."""

    model_config = ConfigDict(serialize_by_alias=True)

    source: Annotated[str, Field(alias="from", max_length=120)]
    to: Annotated[str, Field(max_length=120)]
    minor: Annotated[int, Field(ge=1, le=LARGEST_MINOR)]
    currency: Currency


class PiecesMoved(Strict):
    """Pieces from one place to another."""

    variant_id: Name
    model_config = ConfigDict(serialize_by_alias=True)

    source: Annotated[str, Field(alias="from", max_length=120)]
    to: Annotated[str, Field(max_length=120)]
    quantity: Count


class DifferenceMade(Strict):
    """All that a call changes."""

    fields: list[FieldChanged]
    money: list[MoneyMoved]
    pieces: list[PiecesMoved]


class AddressDone(Strict):
    """The address now, and the one before."""

    address_id: PartName
    previous_address_id: PartName


class SubstituteDone(Strict):
    """What the line had before."""

    line: Count
    previous_variant_id: Name
    previous_warehouse_id: MaybeName


class LineDone(Strict):
    """Which line."""

    line: Count


class CancelDone(Strict):
    """What can still be refunded."""

    refundable_minor: Amount


class RefundDone(Strict):
    """The refund, and what can still be refunded of the payment."""

    refund_id: PartName
    refundable_minor: Amount


class RefundCancelled(Strict):
    """The refund that was called back."""

    refund_id: PartName
    amount_minor: Amount


class ParcelDone(Strict):
    """The parcel."""

    shipment_id: PartName


class HoldDone(Strict):
    """The hold."""

    hold_id: PartName


class ReleaseDone(Strict):
    """The hold that was ended, and why it was there."""

    hold_id: PartName
    reason: Told


class MessageDone(Strict):
    """The message."""

    message_id: PartName


D = TypeVar("D", bound=Strict)


class Previewed(Strict, Generic[D]):
    """What a write would answer."""

    tool: Name
    order_id: OrderId
    result: D
    difference: DifferenceMade
    digest_before: Digest
    digest_after: Digest


class Answered(Previewed[D], Generic[D]):
    """What a write answered."""

    key: Annotated[str, Field(min_length=1, max_length=200)]
    done_at: Moment
