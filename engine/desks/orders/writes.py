"""Writes: for each tool with an effect what it is called, depends on, must show and is undone by.

One row a tool; to add one, add a row here and in `contracts`. Nothing here reaches out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from engine.desks.orders import moves, target, undoing
from engine.desks.orders.moves import Moves
from engine.desks.orders.order_view import line_id
from engine.domain.canonical import Json
from engine.domain.difference import Shown
from engine.domain.money import Money

Arguments = Mapping[str, Any]
Wanted = Sequence[tuple[str, str, Shown]]
"""Thing, field and value, as the order must show them afterwards."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Write:
    """What the one class of writing tools needs to know of a tool."""

    describe: Callable[[Arguments], str]
    look: target.Look
    wanted: Callable[[Arguments, Json], Wanted]
    """Of the arguments and the answer's `result`; what the answer says of itself is not asked."""
    moves: Moves
    """The things it may change, and the money and pieces it has to move."""
    undo: undoing.Undo
    is_over: Callable[[Json], bool]
    """Whether the target's state says that there is nothing left to do."""
    options: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    packed: Callable[[Arguments], Mapping[str, int]] | None = None
    """What has to lie in the parcel it makes, pieces by line."""


def _cancelled(state: Json) -> bool:
    return bool(state["status"] == "CANCELLED")


def _gone(state: Json) -> bool:
    return state["status"] in ("CANCELLED", "DELIVERED")


def _line_gone(state: Json) -> bool:
    return state["line_state"] in ("SHIPPED", "CANCELLED")


def _never(state: Json) -> bool:
    return False


def _line(arguments: Arguments) -> str:
    return f"line:{line_id(arguments['order_id'], arguments['line'])}"


def _address_now(arguments: Arguments, done: Json) -> Wanted:
    address = [("address", name, value) for name, value in arguments["address"].items()]
    return [("order", "address_id", done["address_id"]), *address]


def _line_now(arguments: Arguments, done: Json) -> Wanted:
    state = "RESERVED" if arguments["warehouse_id"] else "SHORT"
    return [
        (_line(arguments), "variant_id", arguments["variant_id"]),
        (_line(arguments), "warehouse_id", arguments["warehouse_id"]),
        (_line(arguments), "state", state),
    ]


def _waits_now(arguments: Arguments, done: Json) -> Wanted:
    return [
        (_line(arguments), "state", "BACKORDERED"),
        (_line(arguments), "expected_on", arguments["expected_on"]),
    ]


def _refund_now(arguments: Arguments, done: Json) -> Wanted:
    thing = f"refund:{done['refund_id']}"
    return [
        (thing, "payment_id", arguments["payment_id"]),
        (thing, "amount_minor", arguments["amount_minor"]),
        (thing, "destination", arguments["to"]),
        (thing, "reason", arguments["reason"]),
    ]


def _parcel_now(arguments: Arguments, done: Json) -> Wanted:
    thing = f"shipment:{done['shipment_id']}"
    return [
        (thing, "kind", "RESHIP"),
        (thing, "warehouse_id", arguments["warehouse_id"]),
        (thing, "carrier", arguments["carrier"]),
    ]


def _hold_now(arguments: Arguments, done: Json) -> Wanted:
    thing = f"hold:{done['hold_id']}"
    return [(thing, "state", "ACTIVE"), (thing, "reason", arguments["reason"])]


def _money(arguments: Arguments) -> str:
    return str(Money(minor=arguments["amount_minor"], currency=arguments["currency"]))


def _refund_words(arguments: Arguments) -> str:
    where = "to store credit" if arguments["to"] == "credit" else "to where it came from"
    return f"Refund {_money(arguments)} of payment {arguments['payment_id']} {where}"


def _substitute_words(arguments: Arguments) -> str:
    what = f"line {arguments['line']} of {arguments['order_id']}"
    if not arguments["warehouse_id"]:
        return f"Set nothing aside for {what}; it is to be {arguments['variant_id']}"
    return f"Give {what} {arguments['variant_id']} from {arguments['warehouse_id']}"


def _reship_words(arguments: Arguments) -> str:
    pieces = sum(one["quantity"] for one in arguments["lines"])
    what = "1 piece" if pieces == 1 else f"{pieces} pieces"
    return (
        f"Send {what} of {arguments['order_id']} once more from {arguments['warehouse_id']} "
        f"by {arguments['carrier']}"
    )


def _address_words(arguments: Arguments) -> str:
    new = ", ".join(arguments["address"].values())
    return f"Send {arguments['order_id']} to {new}"


WRITES: Mapping[str, Write] = MappingProxyType(
    {
        "correct_address": Write(
            describe=_address_words,
            look=target.address,
            wanted=_address_now,
            moves=moves.ADDRESS,
            undo=undoing.restore_address,
            is_over=_gone,
        ),
        "restore_address": Write(
            describe=lambda call: f"Give {call['order_id']} its address {call['address_id']} back",
            look=target.address,
            wanted=lambda call, done: [("order", "address_id", call["address_id"])],
            moves=moves.ADDRESS,
            undo=undoing.restore_address,
            is_over=_gone,
        ),
        "substitute_variant": Write(
            describe=_substitute_words,
            look=target.line_and_stock,
            wanted=_line_now,
            moves=moves.LINE,
            undo=undoing.substitute_back,
            is_over=_line_gone,
        ),
        "backorder": Write(
            describe=lambda call: (
                f"Let line {call['line']} of {call['order_id']} wait until {call['expected_on']}"
            ),
            look=target.line,
            wanted=_waits_now,
            moves=moves.LINE,
            undo=undoing.cancel_backorder,
            is_over=_line_gone,
        ),
        "cancel_backorder": Write(
            describe=lambda call: f"Let line {call['line']} of {call['order_id']} wait no longer",
            look=target.line,
            wanted=lambda call, done: [(_line(call), "expected_on", "")],
            moves=moves.LINE,
            undo=undoing.backorder_again,
            is_over=_line_gone,
        ),
        "cancel_order": Write(
            describe=lambda call: f"Cancel {call['order_id']}",
            look=target.sums,
            wanted=lambda call, done: [("order", "state", "CANCELLED")],
            moves=moves.ORDER,
            undo=undoing.reinstate,
            is_over=_cancelled,
        ),
        "reinstate_order": Write(
            describe=lambda call: f"Let {call['order_id']} stand again",
            look=target.sums,
            wanted=lambda call, done: [("order", "state", "OPEN")],
            moves=moves.ORDER,
            undo=undoing.cancel_again,
            is_over=lambda state: not _cancelled(state),
        ),
        "refund": Write(
            describe=_refund_words,
            look=target.payment,
            wanted=_refund_now,
            moves=moves.REFUND,
            undo=undoing.call_back,
            is_over=lambda state: state["refundable_minor"] == 0,
            options=MappingProxyType({"to": ("original", "credit")}),
        ),
        "cancel_refund": Write(
            describe=lambda call: f"Call refund {call['refund_id']} back",
            look=target.refund,
            wanted=lambda call, done: [(f"refund:{call['refund_id']}", "state", "CANCELLED")],
            moves=moves.CALL_BACK,
            undo=undoing.refund_again,
            is_over=lambda state: state["refund_state"] != "PENDING",
        ),
        "reship": Write(
            describe=_reship_words,
            look=target.parcels,
            wanted=_parcel_now,
            moves=moves.PARCEL,
            undo=undoing.unpack,
            is_over=_cancelled,
            packed=lambda call: {
                line_id(call["order_id"], one["line"]): one["quantity"] for one in call["lines"]
            },
        ),
        "cancel_shipment": Write(
            describe=lambda call: f"Unpack parcel {call['shipment_id']}",
            look=target.parcel,
            wanted=lambda call, done: [(f"shipment:{call['shipment_id']}", "state", "CANCELLED")],
            moves=moves.UNPACK,
            undo=undoing.nothing,
            is_over=lambda state: state["parcel_state"] != "READY",
        ),
        "hold_order": Write(
            describe=lambda call: f"Hold {call['order_id']}",
            look=target.hold,
            wanted=_hold_now,
            moves=moves.HOLD,
            undo=undoing.release,
            is_over=lambda state: _cancelled(state) or bool(state["held_because"]),
        ),
        "release_order": Write(
            describe=lambda call: f"Release {call['order_id']}",
            look=target.hold,
            wanted=lambda call, done: [(f"hold:{done['hold_id']}", "state", "RELEASED")],
            moves=moves.HOLD,
            undo=undoing.hold_again,
            is_over=lambda state: not state["held_because"],
        ),
        "message_customer": Write(
            describe=lambda call: f"Tell the customer of {call['order_id']}: {call['subject']}",
            look=target.nothing_more,
            wanted=lambda call, done: [
                (f"message:{done['message_id']}", "subject", call["subject"])
            ],
            moves=moves.MESSAGE,
            undo=undoing.nothing,
            is_over=_never,
        ),
    }
)
"""By tool."""
