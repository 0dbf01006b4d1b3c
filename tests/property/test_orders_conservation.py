"""Whatever engine, people and world do in whatever order: no cent, piece or effect too many.

Any mix of approvals, overrides, answers, undos, take-backs, settlements and scans, while calls
fail: refused, away, their answers dropped before or after the shop has acted. At the end the shop
balances, and its books hold every effect the engine calls done, once and with the same content.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from engine.desks.orders import agreement
from engine.desks.orders.tools import Transport
from engine.domain.actor import Role
from engine.domain.canonical import Json
from engine.domain.case import Case
from engine.domain.case_status import CaseStatus
from engine.domain.decision import DecisionKind
from engine.domain.effect import EffectStatus
from engine.domain.grant import GrantStatus
from engine.errors import (
    Conflict,
    InvalidRequest,
    NotAllowed,
    ToolError,
)
from engine.service.requests import ProvideFact, SettleRepair, TakeBackDecision, UndoEffect
from engine.simulators.orders.events import Episode
from engine.simulators.orders.world import make_sample
from engine.store import tables
from engine.testing.world import START
from tests.scenario.orders.failing import FailingTransport
from tests.scenario.orders.living import OrdersWorld, open_orders

CASES = 18
STEPS = 50
EXAMPLES = 3
SETTLING = 12
TAKE_BACK_S = 5.0


class Walk:
    """Does anything to the cases of a world."""

    def __init__(self, orders: OrdersWorld, episodes: Sequence[Episode], roll: Random) -> None:
        self.orders = orders
        self.episodes = episodes
        self.roll = roll
        self.people = [
            orders.world.person("sam", Role.OPERATOR, Role.SENIOR_OPERATOR),
            orders.world.person("tom", Role.OPERATOR, Role.SENIOR_OPERATOR),
        ]
        self.done = Counter[str]()

    def step(self) -> None:
        """One of all kinds; what a person may not do now is not done."""
        kinds = [self.approve] * 6 + [self.override] * 2 + [self.undo] * 4 + [self.take_back] * 2
        kinds += [self.reject, self.ask, self.provide, self.settle_money, self.scan, self.repair]
        act = self.roll.choice([*kinds, self.wait, self.wait, self.orders.work])
        try:
            act()
        except (Conflict, InvalidRequest, NotAllowed):
            return
        self.done[act.__name__] += 1

    def case(self, *statuses: CaseStatus) -> Case:
        cases = [self.orders.case(one.row.id) for one in self.episodes]
        found = [case for case in cases if case.status in statuses]
        if not found:
            raise Conflict("no case stands so")
        return self.roll.choice(found)

    def decide(self, kind: DecisionKind, **fields: Any) -> None:
        case = self.case(CaseStatus.PENDING, CaseStatus.SECOND_PENDING)
        self.orders.world.decide(case, self.roll.choice(self.people), kind, **fields)

    def approve(self) -> None:
        self.decide(DecisionKind.APPROVE)

    def reject(self) -> None:
        self.decide(DecisionKind.REJECT)

    def ask(self) -> None:
        self.decide(DecisionKind.ASK, question="Is it so?")

    def override(self) -> None:
        case = self.case(CaseStatus.PENDING)
        order_id = next(o.row.order_id for o in self.episodes if o.row.id == case.source_id)
        payment = self.roll.choice(self.orders.shop.payments(order_id)["payments"])
        choices: Mapping[str, Mapping[str, Any]] = {
            "hold_order": {"reason": "odd"},
            "release_order": {},
            "cancel_order": {"reason": "asked for"},
            "refund": {
                "payment_id": payment["id"],
                "amount_minor": self.roll.choice([1, 500, max(payment["captured_minor"], 1)]),
                "currency": "EUR",
                "to": self.roll.choice(["original", "credit"]),
                "reason": "goodwill",
            },
            "message_customer": {"subject": "Hello", "body": "Soon."},
        }
        tool = self.roll.choice(sorted(choices))
        self.orders.world.decide(
            case,
            self.roll.choice(self.people),
            DecisionKind.OVERRIDE,
            tool=tool,
            arguments={"order_id": order_id, **choices[tool]},
        )

    def undo(self) -> None:
        case = self.case(CaseStatus.DONE)
        request = UndoEffect(case_id=case.id, version=case.version, reason="changed my mind")
        self.orders.world.execute(request, self.roll.choice(self.people))

    def take_back(self) -> None:
        case = self.case(CaseStatus.RELEASING)
        request = TakeBackDecision(case_id=case.id, version=case.version)
        self.orders.world.execute(request, self.roll.choice(self.people))

    def provide(self) -> None:
        case = self.case(CaseStatus.WAITING_FACT)
        fact = ProvideFact(case_id=case.id, version=case.version, attribute="so", value="yes")
        self.orders.world.execute(fact, self.roll.choice(self.people))

    def repair(self) -> None:
        case = self.case(CaseStatus.NEEDS_REPAIR)
        call = self.orders.effects(case.source_id)[-1]
        is_there = call.key in self.orders.shop.operations()
        stands = is_there != (call.undoes is not None)  # an undo that is there took it away
        said = SettleRepair(case_id=case.id, version=case.version, is_done=stands, note="looked")
        self.orders.world.execute(said, self.roll.choice(self.people))

    def wait(self) -> None:
        self.orders.world.clock.move(seconds=self.roll.choice([1, 6, 30, 400]))
        self.orders.work()

    def settle_money(self) -> None:
        self.orders.world.clock.move(hours=self.roll.choice([0, 0, 1, 72]))
        self.orders.shop.happen("settle")

    def scan(self) -> None:
        one = self.roll.choice(self.episodes)
        parcels = self.orders.shop.order(one.row.order_id)["shipments"]
        if not parcels:
            raise Conflict("nothing is under way")
        kind = self.roll.choice(["ACCEPTED", "IN_TRANSIT", "DELIVERED", "LOST", "RETURNED"])
        told = {"shipment_id": self.roll.choice(parcels)["id"], "kind": kind}
        try:
            self.orders.shop.happen("carrier_scan", order_id=one.row.order_id, **told)
        except ToolError as error:
            raise Conflict("the carrier cannot say so") from error

    def rest(self) -> None:
        """Nothing fails any more, and everything comes to its end."""
        for _ in range(SETTLING):
            self.orders.world.clock.move(minutes=3)
            self.orders.work()


def wrong(orders: OrdersWorld) -> list[str]:
    """What does not agree between the engine's tables and the shop's books, key by key."""
    parts = orders.world.parts
    with parts.database.reader.connect() as connection:
        effects = list(connection.execute(select(tables.effects)))
        actions = {row.id: row for row in connection.execute(select(tables.actions))}
        grants = {row.id: row for row in connection.execute(select(tables.grants))}
    acted, found = orders.shop.operations(), []
    uses = Counter(effect.grant_id for effect in effects)
    for effect in effects:
        grant, action = grants[effect.grant_id], actions[effect.action_id]
        if grant.status != GrantStatus.USED or uses[effect.grant_id] != 1:
            found.append(f"{effect.tool} {effect.key} has no used grant of its own")
        there = acted.pop(effect.key, None)
        if there is None and effect.status == EffectStatus.SUCCEEDED:
            found.append(f"{effect.tool} {effect.key} is not in the shop")
        if there is not None and effect.status == EffectStatus.FAILED:
            found.append(f"{effect.tool} {effect.key} failed, and the shop did it")
        here = (effect.tool, action.arguments_digest.hex())
        if there is not None and (there.tool, there.arguments_digest) != here:
            found.append(f"{effect.tool} {effect.key} is something else in the shop")
    found += [f"{one.tool} {one.key} belongs to no effect" for one in acted.values()]
    books = orders.shop.books()
    if not books["is_balanced"] or books["unexplained"] or books["below_zero"]:
        found.append(f"the shop does not balance: {books}")
    sums = {**books["currencies"], **books["variants"]}
    return found + [f"{name} sums to {total}" for name, total in sums.items() if total]


def disputed(orders: OrdersWorld, one: Episode) -> str:
    """Whether true reads are held for false ones; empty: they agree."""
    order_id, read = one.row.order_id, orders.shop.read
    order = read("get_order", order_id=order_id)
    history = read("customer_history", customer_id=order["customer_id"])
    return (
        agreement.order_disagrees(order, read("payments_of_order", order_id=order_id))
        or agreement.history_disagrees(order, history)
        or agreement.parcels_disagree(order, read("carrier_scans", order_id=order_id))
        or next(filter(None, (_stock_disputed(orders, order, o) for o in order["lines"])), "")
    )


def _stock_disputed(orders: OrdersWorld, order: Json, line: Json) -> str:
    variant = {"variant_id": line["variant_id"]}
    return agreement.stock_disagrees(
        line, orders.shop.read("stock_levels", **variant)
    ) or agreement.waiting_disagrees(order, line, orders.shop.read("waiting_lines", **variant))


def walked(url: str, folder: Path, roll: Random, done: Counter[str]) -> None:
    made: list[FailingTransport] = []

    def between(transport: Transport) -> Transport:
        made.append(FailingTransport(transport, roll))
        return made[-1]

    with open_orders(
        folder, url, over_http=False, between=between, take_back_s=TAKE_BACK_S
    ) as orders:
        plan = make_sample(roll.randrange(1, 10**6), CASES, START, hours=1)
        orders.live(plan)
        orders.work()
        walk = Walk(orders, plan.episodes, roll)
        made[0].share = 0.25
        for _ in range(STEPS):
            walk.step()
        made[0].share = 0.0
        walk.rest()
        done += walk.done + made[0].failed
        assert wrong(orders) == []
        assert [why for one in plan.episodes if (why := disputed(orders, one))] == []


@given(roll=st.randoms(use_true_random=False))
@settings(
    max_examples=EXAMPLES,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.generate,),  # shrinking would take minutes; switch it on to look closer
)
def test_engine_and_shop_agree_on_files(roll: Random) -> None:
    done = Counter[str]()
    with tempfile.TemporaryDirectory() as folder:
        walked(f"sqlite:///{folder}/engine.db", Path(folder), roll, done)
    assert done["approve"] > 0


def test_engine_and_shop_agree_on_each_database(database_url: str, tmp_path: Path) -> None:
    done = Counter[str]()
    walked(database_url, tmp_path, Random(20_261), done)
    assert {"approve", "undo", "override", "take_back"} <= done.keys(), done
    assert sum(done[kind] for kind in ("away", "refused", "before", "after")) > 5, done
