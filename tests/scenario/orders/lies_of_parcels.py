"""Lies about parcels and payments: what carriers and the provider say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from types import MappingProxyType

from tests.scenario.orders.lie import Change, Elsewhere, Row, put, scaled, shifted


def _each_parcel(change: Callable[[Row, Elsewhere], None]) -> Change:
    def changed(answer: Row, other: Elsewhere) -> None:
        for parcel in answer["shipments"]:
            change(parcel, other)

    return changed


def _last(kind: str) -> Callable[[Row, Elsewhere], None]:
    states = {"DELIVERED": "DELIVERED", "IN_TRANSIT": "WITH_CARRIER", "RETURNED": "RETURNED"}

    def change(parcel: Row, other: Elsewhere) -> None:
        parcel["state"] = states[kind]
        told = {"place": parcel["address"]["city"], "notice": "", "scanned_at": parcel["packed_at"]}
        if parcel["scans"]:
            told = {"place": told["place"], "notice": "", "scanned_at": _end(parcel)}
        parcel["scans"].append({"kind": kind, **told})

    return change


def _end(parcel: Row) -> str:
    moment: str = parcel["scans"][-1]["scanned_at"]
    return moment


def _delivered_or_not(parcel: Row, other: Elsewhere) -> None:
    is_there = parcel["state"] == "DELIVERED"
    if is_there:
        parcel["scans"] = [one for one in parcel["scans"] if one["kind"] != "DELIVERED"]
        parcel["state"] = "WITH_CARRIER"
    else:
        _last("DELIVERED")(parcel, other)


def _noticed(notice: str) -> Change:
    def change(parcel: Row, other: Elsewhere) -> None:
        for scan in parcel["scans"][-1:]:
            scan["notice"] = notice

    return _each_parcel(change)


def _in_another_city(parcel: Row, other: Elsewhere) -> None:
    for scan in parcel["scans"][-1:]:
        scan["place"] = "Elsewhere"


def _more_inside(parcel: Row, other: Elsewhere) -> None:
    for one in parcel["contents"]:
        one["quantity"] *= 10


def _others_parcels(answer: Row, other: Elsewhere) -> None:
    answer["shipments"] = deepcopy(other.scans["shipments"])


def _whole_other_scans(answer: Row, other: Elsewhere) -> None:
    answer.clear()
    answer.update(deepcopy(other.scans))


def _scanned(days: float) -> Callable[[Row, Elsewhere], None]:
    def change(parcel: Row, other: Elsewhere) -> None:
        for scan in parcel["scans"]:
            scan["scanned_at"] = shifted(scan["scanned_at"], days)

    return change


OF_SCANS: Mapping[str, Change] = MappingProxyType(
    {
        "delivered, or not yet": _each_parcel(_delivered_or_not),
        "returned": _each_parcel(_last("RETURNED")),
        "in transit": _each_parcel(_last("IN_TRANSIT")),
        "left in a safe place": _noticed("Left in a safe place"),
        "handed to a neighbour": _noticed("Handed to a neighbour"),
        "signed for": _noticed("Signature on file"),
        "no notice": _noticed(""),
        "in another city": _each_parcel(_in_another_city),
        "contents × 10": _each_parcel(_more_inside),
        "no parcels": put(shipments=[]),
        "other order's parcels": _others_parcels,
        "other order": _whole_other_scans,
        "other order's id": lambda a, o: a.update(order_id=o.order["order_id"]),
        "scanned a month before": _each_parcel(_scanned(-30)),
        "other carrier": _each_parcel(lambda parcel, other: parcel.update(carrier="nocarrier")),
    }
)


def _sums(answer: Row) -> None:
    for name in ("authorised_minor", "captured_minor", "refunded_minor"):
        answer[name] = sum(payment[name] for payment in answer["payments"])


def _payments_times(factor: float) -> Change:
    def change(answer: Row, other: Elsewhere) -> None:
        for payment in answer["payments"]:
            for name in ("authorised_minor", "captured_minor"):
                payment[name] = max(int(payment[name] * factor), payment["refunded_minor"])
        _sums(answer)

    return change


def _captured_again(answer: Row, other: Elsewhere) -> None:
    again = deepcopy(answer["payments"][0])
    again.update(id=f"{answer['order_id']}/P9", refunded_minor=0)
    answer["payments"].append(again)
    _sums(answer)


def _only_one(answer: Row, other: Elsewhere) -> None:
    if len(answer["payments"]) > 1 and not answer["refunds"]:
        del answer["payments"][1:]
        _sums(answer)


def _paid_back(answer: Row, other: Elsewhere) -> None:
    if answer["refunds"] or not answer["captured_minor"]:
        return
    for number, payment in enumerate(answer["payments"], start=1):
        if not payment["captured_minor"]:
            continue
        payment["refunded_minor"] = payment["captured_minor"]
        answer["refunds"].append(
            {
                "id": f"{answer['order_id']}/R{number}",
                "payment_id": payment["id"],
                "amount_minor": payment["captured_minor"],
                "currency": payment["currency"],
                "destination": "original",
                "reason": "Paid back",
                "state": "SETTLED",
                "asked_at": payment["authorised_at"],
                "settles_at": payment["authorised_at"],
            }
        )
    _sums(answer)


def _never_paid_back(answer: Row, other: Elsewhere) -> None:
    for payment in answer["payments"]:
        payment["refunded_minor"] = 0
    answer["refunds"] = []
    _sums(answer)


def _other_money(answer: Row, other: Elsewhere) -> None:
    answer["currency"] = "USD"
    for one in (*answer["payments"], *answer["refunds"]):
        one["currency"] = "USD"


def _others_payment_ids(answer: Row, other: Elsewhere) -> None:
    for mine, theirs in zip(answer["payments"], other.payments["payments"], strict=False):
        mine["id"] = theirs["id"]


def _swapped_payments(answer: Row, other: Elsewhere) -> None:
    names = [payment["id"] for payment in answer["payments"]]
    for payment, name in zip(answer["payments"], [*names[1:], *names[:1]], strict=True):
        payment["id"] = name


def _whole_other_payments(answer: Row, other: Elsewhere) -> None:
    answer.clear()
    answer.update(deepcopy(other.payments))


def _one_of_many(answer: Row, other: Elsewhere) -> None:
    """A sum said in parts so small that each keeps under a cap."""
    whole = answer["payments"][0]
    part = whole["captured_minor"] // 4
    if answer["refunds"] or not part:
        return
    answer["payments"] = [
        {**whole, "id": whole["id"], "authorised_minor": part, "captured_minor": part}
        for _ in range(4)
    ]
    _sums(answer)


OF_PAYMENTS: Mapping[str, Change] = MappingProxyType(
    {
        "sum captured × 10": scaled("captured_minor", 10),
        "payments × 10": _payments_times(10),
        "payments ÷ 10": _payments_times(0.1),
        "captured twice": _captured_again,
        "captured once": _only_one,
        "all paid back": _paid_back,
        "never paid back": _never_paid_back,
        "other currency": _other_money,
        "sums in another currency": put(currency="USD"),
        "other order's payment ids": _others_payment_ids,
        "payment ids swapped": _swapped_payments,
        "other order": _whole_other_payments,
        "other order's id": lambda a, o: a.update(order_id=o.order["order_id"]),
        "total ÷ 10": scaled("total_minor", 0.1),
        "one payment in four parts": _one_of_many,
    }
)
