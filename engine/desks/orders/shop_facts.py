"""Facts of the shop's reads: an order, its payments, its customer, its parcels. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from statistics import median_low

from engine.desks.orders.sayings import CARRIER as CARRIER_TEXT
from engine.desks.orders.sources import CARRIER, CUSTOMER_FILE, PAYMENTS, SHOP, Teller
from engine.desks.orders.texts import saying_of
from engine.domain.canonical import Json

ADDRESS = ("recipient", "street", "postal_code", "city", "country")
_NUMBER = re.compile(r"\d")
_RECENT = timedelta(days=90)


def tell_order(tell: Teller, order: Json) -> None:
    """The order, its lines and its address."""
    names = ("order_id", "customer_id", "status", "is_held", "currency", "placed_at")
    sums = ("total_minor", "authorised_minor", "captured_minor", "refunded_minor")
    tell.read(SHOP, "order", **{name: order[name] for name in (*names, *sums)})
    address = {name: order["address"][name] for name in ADDRESS}
    tell.read(SHOP, "address", **address)
    has_number = _NUMBER.search(order["address"]["street"]) is not None
    tell.read(SHOP, "address", has_house_number=has_number)
    for line in order["lines"]:
        shown = ("variant_id", "quantity", "unit_price_minor", "state", "warehouse_id")
        entity = f"line:{line['line']}"
        tell.read(SHOP, entity, **{name: line[name] for name in (*shown, "expected_on", "title")})


def tell_payments(tell: Teller, told: Json) -> None:
    """Each payment, and the sums where they are other than the order's own."""
    sums = ("total_minor", "authorised_minor", "captured_minor", "refunded_minor", "currency")
    tell.read_again(PAYMENTS, "order", **{name: told[name] for name in sums})
    for payment in told["payments"]:
        names = ("method", "state", "authorised_minor", "captured_minor", "refunded_minor")
        entity = f"payment:{payment['id']}"
        tell.read(PAYMENTS, entity, **{name: payment[name] for name in names})


def tell_customer(tell: Teller, told: Json, order: Json, other_order_id: str) -> None:
    """Who the customer is, by what they ordered before this order and the one beside it."""
    here = [one for one in told["orders"] if one["order_id"] == order["order_id"]]
    tell.read_again(CUSTOMER_FILE, "order", customer_id=told["customer_id"])
    for one in here:
        names = ("status", "currency", "total_minor", "refunded_minor", "placed_at")
        tell.read_again(CUSTOMER_FILE, "order", **{name: one[name] for name in names})
    past = [
        one for one in told["orders"] if one["order_id"] not in (order["order_id"], other_order_id)
    ]
    variants = {line["variant_id"] for line in order["lines"]}
    sums = [one["total_minor"] for one in past if one["currency"] == order["currency"]]
    recent = datetime.fromisoformat(order["placed_at"]) - _RECENT
    since = datetime.fromisoformat(f"{told['since']}T00:00:00+00:00") if told["since"] else None
    placed_at = datetime.fromisoformat(order["placed_at"])
    tell.read(
        CUSTOMER_FILE,
        "customer",
        since=told["since"],
        days_known=None if since is None else max((placed_at - since).days, 0),
        past_orders=len(past),
        recent_orders=sum(datetime.fromisoformat(one["placed_at"]) >= recent for one in past),
        refunded_orders=sum(one["refunded_minor"] > 0 for one in past),
        claims=sum(one["refunded_minor"] > 0 or one["sent_again"] > 0 for one in past),
        same_ordered_before=sum(_has_any(one, variants) for one in past),
        usual_total_minor=median_low(sums) if sums else None,
    )
    _tell_addresses(tell, past, order)


def tell_other_order(tell: Teller, other: Json, order: Json) -> None:
    """The order this one may repeat: how alike they are, and how far apart.

    Args:
        tell: Takes the facts.
        other: Of the customer's history; None where it is not there.
        order: What `get_order` told of this one.
    """
    if other is None:
        tell.read(CUSTOMER_FILE, "other_order", is_known=False)
        return
    apart = datetime.fromisoformat(order["placed_at"]) - datetime.fromisoformat(other["placed_at"])
    tell.read(
        CUSTOMER_FILE,
        "other_order",
        is_known=True,
        order_id=other["order_id"],
        status=other["status"],
        total_minor=other["total_minor"],
        minutes_apart=abs(int(apart.total_seconds())) // 60,
        lines=_alike(other["lines"], order["lines"]),
        has_same_address=_same_place(other["address"], order["address"]),
    )


def tell_parcels(tell: Teller, told: Json) -> None:
    """Each parcel as the carrier reports it, and how its last delivery was made."""
    for parcel in told["shipments"]:
        entity = f"parcel:{parcel['id']}"
        names = ("state", "kind", "carrier", "warehouse_id")
        tell.read(CARRIER, entity, **{name: parcel[name] for name in names})
        last = next((one for one in reversed(parcel["scans"]) if one["kind"] != "NOTE"), None)
        if last is not None:
            tell.read(CARRIER, entity, place=last["place"], notice=last["notice"])
        if parcel["state"] == "DELIVERED" and last is not None:
            city = parcel["address"]["city"]
            is_elsewhere = bool(last["place"]) and not _same_words(city, last["place"])
            tell.read(
                CARRIER,
                entity,
                is_received=True,
                delivered_at=last["scanned_at"],
                handed_over=saying_of(CARRIER_TEXT, last["notice"]),
                is_in_another_city=is_elsewhere,
            )


def _tell_addresses(tell: Teller, past: Sequence[Json], order: Json) -> None:
    """The address used last that is another one, and whether there is none but this."""
    other = next((one for one in past if not _same_place(one["address"], order["address"])), None)
    known = "none" if not past else "same" if other is None else "other"
    is_used = any(_same_place(one["address"], order["address"]) for one in past)
    countries = {one["address"]["country"] for one in past}
    tell.read(
        CUSTOMER_FILE,
        "customer",
        address_history=known,
        has_used_address=is_used,
        is_abroad=bool(countries) and order["address"]["country"] not in countries,
    )
    if other is not None:
        tell.read(
            CUSTOMER_FILE, "past_address", **{name: other["address"][name] for name in ADDRESS}
        )


def _alike(theirs: Sequence[Json], ours: Sequence[Json]) -> str:
    counted = [_counted(theirs), _counted(ours)]
    if counted[0] == counted[1]:
        return "same"
    return "quantities_differ" if counted[0].keys() == counted[1].keys() else "different"


def _counted(lines: Sequence[Json]) -> Mapping[str, int]:
    counted: dict[str, int] = {}
    for line in lines:
        counted[line["variant_id"]] = counted.get(line["variant_id"], 0) + line["quantity"]
    return counted


def _has_any(order: Json, variants: set[str]) -> bool:
    return any(line["variant_id"] in variants for line in order["lines"])


def _same_place(one: Json, other: Json) -> bool:
    names = ("street", "postal_code", "city", "country")
    return all(_same_words(one[name], other[name]) for name in names)


def _same_words(one: str, other: str) -> bool:
    return " ".join(one.split()).casefold() == " ".join(other.split()).casefold()
