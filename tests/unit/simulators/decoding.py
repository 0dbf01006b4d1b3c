"""Reads the signals of a case back from the shop's reads and the row: what anyone may see.

It knows the wordings, so it reads texts perfectly; a real perceiver can at best do as well.
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from engine.desks.orders.words import CaseType
from engine.domain.canonical import Json
from engine.simulators.orders.causes import Shown
from engine.simulators.orders.events import IntakeRow
from engine.simulators.orders.wordings import CARRIER, CUSTOMER, DETECTOR, Wordings

_PLACES = {name: CARRIER[name] for name in ("safe_place", "neighbour", "signature")}

Read: TypeAlias = Callable[..., Json]


def decoded(row: IntakeRow, read: Read) -> Shown:
    """The value of every signal, from what can be seen alone."""
    return _DECODERS[row.case_type](row, read)


def _address(row: IntakeRow, read: Read) -> Shown:
    order = read("get_order", order_id=row.order_id)
    street = order["address"]["street"]
    past = {
        read("get_order", order_id=one["order_id"])["address"]["street"]
        for one in _past(row, order, read)
    }
    seen = "no_orders" if not past else "same_address" if past == {street} else "other_address"
    return {
        "notice": _value(row.carrier_notice, CARRIER, "says_nothing"),
        "message": _value(row.customer_message, CUSTOMER, "silent"),
        "history": seen,
        "form": "complete" if street[-1].isdigit() else "number_missing",
    }


def _not_received(row: IntakeRow, read: Read) -> Shown:
    order = read("get_order", order_id=row.order_id)
    parcel = read("carrier_scans", order_id=row.order_id)["shipments"][0]
    last = parcel["scans"][-1]
    assert last["kind"] == "DELIVERED"
    claims = sum(one["refunded_minor"] > 0 for one in _past(row, order, read))
    line = order["lines"][0]
    levels = read("stock_levels", variant_id=line["variant_id"])["levels"]
    is_there = any(level["by_shop"] >= line["quantity"] for level in levels)
    is_wrong = last["place"] != order["address"]["city"]
    told = _value(last["notice"], _PLACES, "plain")
    return {
        "scan": "wrong_city" if is_wrong else told,
        "message": _value(row.customer_message, CUSTOMER, "silent"),
        "claims": {0: "none", 1: "one"}.get(claims, "several"),
        "stock": "enough" if is_there else "none",
    }


def _short(row: IntakeRow, read: Read) -> Shown:
    line = read("get_order", order_id=row.order_id)["lines"][0]
    assert line["state"] == "SHORT"
    found = read("stock_levels", variant_id=line["variant_id"], with_substitutes=True)["levels"]
    own = [level for level in found if level["variant_id"] == line["variant_id"]]
    others = [level for level in found if level not in own and level["by_shop"]]
    dearer = [one for one in others if one["price_minor"] > 1.3 * line["unit_price_minor"]]
    announced = [level["announced_for"] for level in own if level["announced_for"]]
    soon = f"{row.opened_at + timedelta(days=10):%Y-%m-%d}"
    return {
        "note": _value(row.detector_note, DETECTOR, "silent"),
        "elsewhere": "enough" if any(level["by_shop"] for level in own) else "none",
        "feeds": "agree"
        if all(level["by_shop"] == level["by_warehouse"] for level in own)
        else "warehouse_more",
        "substitute": "none" if not others else "dearer" if dearer else "near",
        "announced": "none" if not announced else "soon" if announced[0] < soon else "late",
        "message": _value(row.customer_message, CUSTOMER, "silent"),
    }


def _duplicate(row: IntakeRow, read: Read) -> Shown:
    order = read("get_order", order_id=row.order_id)
    first = read("get_order", order_id=row.other_order_id)
    gap = _moment(order["placed_at"]) - _moment(first["placed_at"])
    past = [one for one in _past(row, order, read) if one["order_id"] != row.other_order_id]
    same = [one["variant_id"] for one in order["lines"]] == [
        one["variant_id"] for one in first["lines"]
    ]
    pieces = [one["quantity"] for one in order["lines"]] == [
        one["quantity"] for one in first["lines"]
    ]
    is_short = gap < timedelta(hours=1)
    return {
        "lines": ("same" if pieces else "quantities_differ") if same else "different",
        "gap": "minutes" if is_short else "hours" if gap < timedelta(days=1) else "days",
        "message": _value(row.customer_message, CUSTOMER, "silent"),
        "address": "same" if _at(order) == _at(first) else "other",
        "habit": "reorders_often" if len(past) >= 3 else "rarely",
        "status": "placed" if order["status"] == "PLACED" else "shipped",
        "held": "yes" if order["is_held"] else "no",
    }


def _payment(row: IntakeRow, read: Read) -> Shown:
    order = read("get_order", order_id=row.order_id)
    over = order["captured_minor"] - order["total_minor"]
    sums = "twice" if over == order["total_minor"] else "over" if over > 0 else "under"
    return {
        "sums": sums if over else "equal",
        "refunded": "the_excess" if order["refunded_minor"] else "none",
        "note": _value(row.detector_note, DETECTOR, "silent"),
        "message": _value(row.customer_message, CUSTOMER, "silent"),
        "held": "yes" if order["is_held"] else "no",
    }


def _fraud(row: IntakeRow, read: Read) -> Shown:
    order = read("get_order", order_id=row.order_id)
    customer = read("customer_history", customer_id=order["customer_id"])
    past = _past(row, order, read)
    age = (row.opened_at.date() - datetime.fromisoformat(customer["since"]).date()).days
    times = 1.0
    address = "same"
    if past:
        times = order["total_minor"] * len(past) / sum(one["total_minor"] for one in past)
        before = read("get_order", order_id=past[0]["order_id"])
        is_abroad = order["address"]["country"] != before["address"]["country"]
        address = "same" if _at(order) == _at(before) else "abroad" if is_abroad else "other"
    assert row.score is not None
    return {
        "score": "low" if row.score < 0.4 else "middle" if row.score < 0.7 else "high",
        "tenure": "days" if age < 40 else "months" if age < 360 else "years",
        "orders": "none" if not past else "few" if len(past) < 4 else "many",
        "refunds": "some" if any(one["refunded_minor"] for one in past) else "none",
        "amount": "usual" if times < 1.6 else "above" if times < 4.5 else "far_above",
        "address": address,
        "message": _value(row.customer_message, CUSTOMER, "silent"),
        "held": "yes" if order["is_held"] else "no",
    }


def _past(row: IntakeRow, order: Json, read: Read) -> list[Json]:
    history = read("customer_history", customer_id=order["customer_id"])
    return [one for one in history["orders"] if one["order_id"] != row.order_id]


def _at(order: Json) -> Json:
    return {name: value for name, value in order["address"].items() if name != "address_id"}


def _value(text: str, wordings: Wordings, otherwise: str) -> str:
    """The value whose wording stands in the text."""
    plain = _plain(text)
    for value, told in wordings.items():
        for wording in told:
            pattern = re.sub(r"\\\{\w+\\\}", ".+?", re.escape(_plain(wording)))
            if value != otherwise and wording and re.search(pattern, plain):
                return value
    return otherwise


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).replace("’", "'")
    seen = "".join(one for one in folded if unicodedata.category(one) != "Cf")
    return " ".join(seen.split()).lower()


def _moment(told: Any) -> datetime:
    return datetime.fromisoformat(told)


_DECODERS: dict[CaseType, Callable[[IntakeRow, Read], Shown]] = {
    CaseType.ADDRESS_UNDELIVERABLE: _address,
    CaseType.DELIVERED_NOT_RECEIVED: _not_received,
    CaseType.STOCK_SHORT: _short,
    CaseType.DUPLICATE_ORDER: _duplicate,
    CaseType.PAYMENT_MISMATCH: _payment,
    CaseType.FRAUD_SUSPECTED: _fraud,
}
