"""Invented calls that the plans of `FakeEngine` are made of; some texts hold markup on purpose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from engine.domain.difference import Difference, FieldChange, MoneyMove, PieceMove
from engine.domain.money import Money

ORDER = "O-20417"
_EUR = "EUR"


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """One invented call."""

    tool: str
    words: str
    effect_class: str
    arguments: dict[str, Any]
    view: tuple[tuple[str, str], ...]
    difference: Difference
    way_back: str = ""
    amount: str = ""


def _field(of: str, field: str, before: str | int | None, after: str | int) -> FieldChange:
    return FieldChange(of=of, field=field, before=before, after=after)


CANCEL = Asked(
    tool="cancel_order",
    words=f"Cancel order {ORDER}",
    effect_class="irreversible",
    arguments={"order_id": ORDER},
    view=(("Order", ORDER), ("Reason", "stock short")),
    difference=Difference(
        fields=(_field(f"order {ORDER}", "status", "PLACED", "CANCELLED"),),
        pieces=(PieceMove(variant_id="KETTLE-RED", source="reserved", target="free", quantity=2),),
    ),
)
REFUND = Asked(
    tool="refund",
    words="Refund 48.90 EUR of payment P-88",
    effect_class="compensable",
    arguments={"order_id": ORDER, "amount_minor": 4890, "currency": _EUR},
    view=(("Order", ORDER), ("Payment", "P-88"), ("Amount", "48.90 EUR")),
    difference=Difference(
        fields=(_field("payment P-88", "refundable_minor", 4890, 0),),
        money=(
            MoneyMove(source="shop", target="customer C-7", money=Money(minor=4890, currency=_EUR)),
        ),
    ),
    way_back="Call refund back",
    amount="48.90 EUR",
)
MESSAGE = Asked(
    tool="message_customer",
    words="Write to the customer",
    effect_class="irreversible",
    arguments={"order_id": ORDER, "text": "hello"},
    view=(
        ("Order", ORDER),
        ("Text", "Dear <b>customer</b>, we are sorry: [see](https://example.org) :red[here]."),
    ),
    difference=Difference(fields=(_field("messages", "new", None, "1 message to customer C-7"),)),
)
HOLD = Asked(
    tool="hold_order",
    words=f"Hold order {ORDER}",
    effect_class="reversible",
    arguments={"order_id": ORDER},
    view=(("Order", ORDER),),
    difference=Difference(fields=(_field(f"order {ORDER}", "hold", "", "address in doubt"),)),
    way_back=f"Release order {ORDER}",
)
