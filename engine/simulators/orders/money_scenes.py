"""Scenes of money: payments that do not fit, and orders that smell of fraud.

A scene gets the values of the signals and a stage with dice. It never gets the cause.
"""

from __future__ import annotations

from datetime import timedelta

from engine.desks.orders.words import Raised
from engine.simulators.orders.causes import Shown
from engine.simulators.orders.people import ABROAD, other_place
from engine.simulators.orders.scenes import Told
from engine.simulators.orders.stage import Stage, money, total_of

_SCORES = {"low": (0.05, 0.35), "middle": (0.42, 0.68), "high": (0.76, 0.99)}
_TENURE_DAYS = {"days": (4.0, 20.0), "months": (60.0, 300.0), "years": (420.0, 2_000.0)}
_ORDERS = {"none": (0, 0), "few": (1, 2), "many": (5, 7)}
_TIMES = {"usual": (0.9, 1.1), "above": (2.2, 3.0), "far_above": (6.0, 10.0)}
"""Of what the customer usually spends."""


def payment_mismatch(stage: Stage, shown: Shown) -> Told:
    """What was taken is not what the order costs, or somebody says so."""
    dice, sums = stage.dice, shown["sums"]
    if dice.random() < 0.5:
        stage.past(dice.randint(1, 2))
    basket = stage.basket()
    total = total_of(basket)
    part = max(1, round(total * dice.uniform(0.03, 0.20)))
    taken = {
        "twice": (total, total),
        "over": (total + part,),
        "under": (total - part,),
        "equal": (total,),
    }[sums]
    at = stage.before(hours=dice.uniform(20, 60))
    order_id = stage.order(at, basket, payments=taken)
    for number, amount in enumerate(taken, start=1):
        stage.capture(at + timedelta(minutes=number), order_id, amount, number)
    excess = {"twice": total, "over": part}.get(sums, 0)
    if excess and shown["refunded"] == "the_excess":
        stage.refund(at + timedelta(hours=8), order_id, excess, len(taken))
    stage.hold(shown["held"])
    claimed = total + part if sums == "equal" else sum(taken)
    pen = stage.pen(claimed=money(claimed), difference=money(excess or part))
    return Told(
        source=Raised.PROVIDER,
        customer_message=pen.customer(shown["message"]),
        detector_note=pen.detector(shown["note"]),
    )


def fraud_suspected(stage: Stage, shown: Shown) -> Told:
    """A detector finds an order odd before anything of it is sent."""
    dice = stage.dice
    stage.since = stage.before(days=dice.uniform(*_TENURE_DAYS[shown["tenure"]]))
    usual = dice.randint(25_000, 60_000)
    orders = dice.randint(*_ORDERS[shown["orders"]])
    refunded = 1 + orders // 4 if shown["refunds"] == "some" else 0
    stage.past(orders, refunded=min(orders, refunded), total_minor=usual)
    country = dice.choice(ABROAD) if shown["address"] == "abroad" else ""
    is_usual = shown["address"] == "same"
    place = stage.place if is_usual else other_place(dice, stage.place, country)
    total = int(usual * dice.uniform(*_TIMES[shown["amount"]]))
    at = stage.before(minutes=dice.uniform(15, 90))
    stage.order(at, stage.basket(total), place=place)
    stage.hold(shown["held"])
    pen = stage.pen()
    return Told(
        source=Raised.SHOP,
        customer_message=pen.customer(shown["message"]),
        detector_note=pen.detector("silent"),
        score=round(dice.uniform(*_SCORES[shown["score"]]), 2),
    )
