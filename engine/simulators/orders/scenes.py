"""Scenes of parcels and stock: what is shown becomes orders, scans, counts and texts.

A scene gets the values of the signals and a stage with dice. It never gets the cause.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from engine.desks.orders.words import Raised
from engine.simulators.orders.causes import Shown
from engine.simulators.orders.goods import NORTH, SOUTH
from engine.simulators.orders.people import Item, other_city, other_place
from engine.simulators.orders.stage import Basket, Stage, total_of


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """What of a case is in its intake row."""

    source: Raised
    customer_message: str = ""
    carrier_notice: str = ""
    detector_note: str = ""
    line: int | None = None
    other_order_id: str = ""
    score: float | None = None


def address_undeliverable(stage: Stage, shown: Shown) -> Told:
    """A parcel is back at the depot, because nobody could take it."""
    dice, home = stage.dice, stage.place
    is_cut = shown["form"] == "number_missing"
    stage.place = home.without_number() if is_cut else home
    other = home if is_cut else other_place(dice, home)
    if shown["history"] != "no_orders":
        elsewhere = other if shown["history"] == "other_address" else stage.place
        stage.past(dice.randint(1, 2), place=elsewhere)
    pen = stage.pen(new_address=other.line())
    notice = pen.carrier(shown["notice"])
    basket = stage.basket()
    at = stage.before(days=dice.uniform(2.0, 5.0))
    order_id = _shipped(stage, at, basket)
    stage.scan(stage.before(hours=9), order_id, "OUT_FOR_DELIVERY", home.city)
    stage.scan(stage.before(hours=1), order_id, "DELIVERY_FAILED", home.city, notice)
    return Told(
        source=Raised.CARRIER,
        customer_message=pen.customer(shown["message"]),
        carrier_notice=notice,
    )


def delivered_not_received(stage: Stage, shown: Shown) -> Told:
    """The carrier says that a parcel is delivered; the customer writes."""
    dice = stage.dice
    orders, refunded = {"none": (2, 0), "one": (2, 1), "several": (4, 3)}[shown["claims"]]
    stage.past(orders, refunded=refunded)
    waited = dice.uniform(1.0, 4.0)
    delivered = stage.before(days=waited)
    pen = stage.pen(day=_day(delivered))
    at = delivered - timedelta(days=dice.uniform(2.0, 4.0))
    basket = stage.basket()
    if shown["stock"] == "none":
        item, quantity = stage.own_goods(1)[0], dice.randint(1, 2)
        stage.receive(stage.since, item, NORTH, quantity)
        basket = [(item, quantity)]
    order_id = _shipped(stage, at, basket)
    is_wrong = shown["scan"] == "wrong_city"
    city = other_city(dice, stage.place) if is_wrong else stage.place.city
    stage.scan(delivered - timedelta(hours=6), order_id, "OUT_FOR_DELIVERY", city)
    stage.scan(delivered, order_id, "DELIVERED", city, pen.carrier(shown["scan"]))
    return Told(source=Raised.SHOP, customer_message=pen.customer(shown["message"]))


def stock_short(stage: Stage, shown: Shown) -> Told:
    """Pieces that were sold are not there."""
    dice = stage.dice
    if dice.random() < 0.5:
        stage.past(dice.randint(1, 2))
    main, near, dearer = stage.own_goods(3)
    quantity = dice.randint(1, 3)
    at = stage.before(hours=dice.uniform(4, 30))
    is_pick = shown["note"] == "pick_failed"
    if is_pick:
        stage.receive(at - timedelta(days=3), main, NORTH, quantity)
    order_id = stage.order(at, [(main, quantity)], warehouse_id=NORTH)
    if dice.random() < 0.5:
        stage.capture(at, order_id, total_of([(main, quantity)]))
    if is_pick:
        stage.tell(stage.before(minutes=20), "fail_pick", order_id=order_id, line=1)
    _count(stage, main, quantity if shown["feeds"] == "warehouse_more" else 0)
    if shown["elsewhere"] == "enough":
        stage.receive(stage.before(days=2), main, SOUTH, quantity + dice.randint(0, 9))
    for value, item in (("near", near), ("dearer", dearer)):
        if shown["substitute"] == value:
            stage.receive(stage.before(days=2), item, NORTH, quantity + dice.randint(0, 9))
    _announce(stage, main, shown["announced"])
    pen = stage.pen(day=_day(stage.opened_at + timedelta(days=dice.randint(3, 10))))
    return Told(
        source=Raised.WAREHOUSE,
        customer_message=pen.customer(shown["message"]),
        detector_note=pen.detector(shown["note"]),
        line=1,
    )


def duplicate_order(stage: Stage, shown: Shown) -> Told:
    """Two orders of one customer, perhaps one too many."""
    dice = stage.dice
    basket = stage.basket()
    if shown["habit"] == "reorders_often":
        stage.past(3, basket=basket)
    else:
        stage.past(dice.randint(0, 1))
    waited = dice.uniform(20, 40) if shown["status"] == "shipped" else dice.uniform(0.5, 3)
    at = stage.before(hours=waited)
    first = stage.order(at - _gap(stage, shown["gap"]), basket, suffix="B")
    stage.capture(at, first, total_of(basket))
    second = _second(stage, basket, shown["lines"])
    place = other_place(dice, stage.place) if shown["address"] == "other" else stage.place
    order_id = stage.order(at, second, place=place)
    stage.capture(at, order_id, total_of(second))
    if shown["status"] == "shipped":
        stage.ship(at + timedelta(hours=6), order_id)
    stage.hold(shown["held"])
    pen = stage.pen()
    return Told(
        source=Raised.SHOP,
        customer_message=pen.customer(shown["message"]),
        detector_note=pen.detector("silent"),
        other_order_id=first,
    )


def _shipped(stage: Stage, at: datetime, basket: Basket) -> str:
    order_id = stage.order(at, basket)
    stage.capture(at, order_id, total_of(basket))
    stage.ship(at + timedelta(hours=5), order_id)
    stage.scan(at + timedelta(hours=18), order_id, "IN_TRANSIT", "Hub 4")
    return order_id


def _count(stage: Stage, item: Item, counted: int) -> None:
    """What the warehouse counts where the shop has nothing."""
    at = stage.before(minutes=10)
    stage.tell(at, "count_stock", warehouse_id=NORTH, variant_id=item.variant_id, counted=counted)


def _announce(stage: Stage, item: Item, when: str) -> None:
    if when == "none":
        return
    days = stage.dice.randint(2, 6) if when == "soon" else stage.dice.randint(25, 60)
    expected = stage.opened_at + timedelta(days=days)
    stage.tell(
        stage.before(days=1),
        "announce_stock",
        warehouse_id=NORTH,
        variant_id=item.variant_id,
        quantity=stage.dice.randint(20, 60),
        expected_on=_day(expected),
    )


def _gap(stage: Stage, shown: str) -> timedelta:
    if shown == "minutes":
        return timedelta(minutes=stage.dice.uniform(0.5, 12))
    if shown == "hours":
        return timedelta(hours=stage.dice.uniform(1.5, 9))
    return timedelta(days=stage.dice.uniform(1.5, 6))


def _second(stage: Stage, basket: Basket, lines: str) -> Basket:
    if lines == "same":
        return basket
    if lines == "quantities_differ":
        return [(item, quantity + stage.dice.randint(1, 3)) for item, quantity in basket]
    bought = {item.variant_id for item, _ in basket}
    others = [item for item in stage.shelf if item.variant_id not in bought]
    return [(stage.dice.choice(others), stage.dice.randint(1, 4))]


def _day(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d}"
