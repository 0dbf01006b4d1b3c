"""Undoing: what takes each write back, from arguments, the state before and the answer. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine.domain.canonical import Json

Undo = Callable[[Mapping[str, Any], Json, Json], tuple[str, dict[str, Any]] | None]
"""Arguments, state before, answer: the tool and arguments that put the state back."""

PUT_BACK = "taken back"
"""The reason given for a cancellation that undoes a reinstatement."""


def restore_address(
    arguments: Mapping[str, Any], before: Json, answer: Json
) -> tuple[str, dict[str, Any]]:
    """The address the order had."""
    return "restore_address", _of(arguments, address_id=before["address_id"])


def substitute_back(
    arguments: Mapping[str, Any], before: Json, answer: Json
) -> tuple[str, dict[str, Any]]:
    """The variant and warehouse the line had; none where it was short."""
    return "substitute_variant", _of(
        arguments,
        line=arguments["line"],
        variant_id=before["variant_id"],
        warehouse_id=before["warehouse_id"],
    )


def cancel_backorder(
    arguments: Mapping[str, Any], before: Json, answer: Json
) -> tuple[str, dict[str, Any]]:
    """The state the line had."""
    return "cancel_backorder", _of(arguments, line=arguments["line"])


def backorder_again(
    arguments: Mapping[str, Any], before: Json, answer: Json
) -> tuple[str, dict[str, Any]]:
    """The day the line waited for."""
    day = before["expected_on"]
    return "backorder", _of(arguments, line=arguments["line"], expected_on=day)


def reinstate(
    arguments: Mapping[str, Any], before: Json, answer: Json
) -> tuple[str, dict[str, Any]]:
    """The order stands again."""
    return "reinstate_order", _of(arguments)


def cancel_again(
    arguments: Mapping[str, Any], before: Json, answer: Json
) -> tuple[str, dict[str, Any]]:
    """The order is cancelled again."""
    return "cancel_order", _of(arguments, reason=PUT_BACK)


def call_back(
    arguments: Mapping[str, Any], before: Json, answer: Json
) -> tuple[str, dict[str, Any]] | None:
    """The refund is called back; its name is in the answer alone."""
    if answer is None:
        return None
    return "cancel_refund", _of(arguments, refund_id=answer["result"]["refund_id"])


def refund_again(
    arguments: Mapping[str, Any], before: Json, answer: Json
) -> tuple[str, dict[str, Any]]:
    """The same sum once more, as another refund."""
    names = ("payment_id", "amount_minor", "currency", "reason")
    again = {name: before[name] for name in names}
    return "refund", _of(arguments, to=before["destination"], **again)


def unpack(
    arguments: Mapping[str, Any], before: Json, answer: Json
) -> tuple[str, dict[str, Any]] | None:
    """The parcel is unpacked; its name is in the answer alone."""
    if answer is None:
        return None
    return "cancel_shipment", _of(arguments, shipment_id=answer["result"]["shipment_id"])


def release(arguments: Mapping[str, Any], before: Json, answer: Json) -> tuple[str, dict[str, Any]]:
    """The hold ends."""
    return "release_order", _of(arguments)


def hold_again(
    arguments: Mapping[str, Any], before: Json, answer: Json
) -> tuple[str, dict[str, Any]]:
    """The hold it had, for the same reason."""
    return "hold_order", _of(arguments, reason=before["held_because"] or PUT_BACK)


def nothing(arguments: Mapping[str, Any], before: Json, answer: Json) -> None:
    """Nothing takes it back."""
    return


def _of(arguments: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    return {"order_id": arguments["order_id"], **more}
