"""Stage: one case while it is being set: its customer, its orders, and the events so far.

A stage knows what is shown and rolls dice for the rest; the cause never comes on it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from types import MappingProxyType
from typing import TypeAlias

from engine.domain.canonical import Json
from engine.simulators.orders import goods
from engine.simulators.orders.events import ID_PREFIX, WorldEvent
from engine.simulators.orders.people import CARRIERS, CURRENCY, Item, Place, draw_name, draw_place
from engine.simulators.orders.texts import Manners, Pen

Basket: TypeAlias = Sequence[tuple[Item, int]]
"""What is ordered, and how many pieces of each."""


@dataclass(kw_only=True, slots=True)
class Stage:
    """Where the events of one case are put together."""

    seed: int
    number: int
    opened_at: datetime
    dice: Random
    manners: Manners
    shelf: tuple[Item, ...]
    name: str = field(init=False)
    place: Place = field(init=False)
    since: datetime = field(init=False)
    carrier: str = field(init=False)
    events: list[WorldEvent] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Draw who orders."""
        self.name = draw_name(self.dice)
        self.place = draw_place(self.dice, self.name)
        self.since = self.opened_at - timedelta(days=self.dice.uniform(150, 1_800))
        self.carrier = self.dice.choice(CARRIERS)

    @property
    def order_id(self) -> str:
        """The order the case is about."""
        return f"{ID_PREFIX}{self.seed}-{self.number}"

    def before(self, **parts: float) -> datetime:
        """A moment so long before the case was opened."""
        return self.opened_at - timedelta(**parts)

    def tell(self, at: datetime, call: str, **arguments: Json) -> None:
        """Add an event."""
        self.events.append(WorldEvent(at=at, call=call, arguments=arguments))

    def pen(self, **facts: str) -> Pen:
        """Somebody to write the texts, who may name these facts."""
        dice = self.dice
        known = {
            "name": self.name.split()[0],
            "currency": CURRENCY,
            "batch": str(dice.randint(1_000, 9_999)),
            "rule": f"R{dice.randint(10, 99)}",
            "bin": f"{dice.choice('ABCDEF')}{dice.randint(1, 40)}",
            "line": "1",
            "neighbour": draw_name(dice).split()[1],
            "signer": draw_name(dice),
        }
        return Pen(dice=dice, manners=self.manners, facts={**known, **facts})

    def basket(self, total_minor: int = 0) -> Basket:
        """A few pieces of something, or of one thing as many as come to about a total."""
        first = self.dice.choice(self.shelf)
        if total_minor:
            return [(first, max(1, round(total_minor / first.price_minor)))]
        chosen = self.dice.sample(self.shelf, self.dice.choice((1, 1, 2)))
        return [(item, self.dice.randint(1, 3)) for item in chosen]

    def order(
        self,
        at: datetime,
        basket: Basket,
        *,
        suffix: str = "",
        place: Place | None = None,
        payments: Sequence[int] = (),
        warehouse_id: str = "",
        wishes: Mapping[str, str] = MappingProxyType({}),
    ) -> str:
        """Place an order; without payments one is authorised over its total."""
        order_id = f"{self.order_id}{suffix}"
        amounts = payments or (total_of(basket),)
        self.tell(
            at,
            "place_order",
            order_id=order_id,
            customer=self._customer(),
            address=(place or self.place).arguments(),
            currency=CURRENCY,
            lines=[
                {
                    "variant_id": item.variant_id,
                    "quantity": quantity,
                    "unit_price_minor": item.price_minor,
                    "warehouse_id": warehouse_id,
                    **wishes,
                }
                for item, quantity in basket
            ],
            payments=[{"method": "CARD", "authorised_minor": amount} for amount in amounts],
        )
        return order_id

    def capture(self, at: datetime, order_id: str, amount_minor: int, payment: int = 1) -> None:
        """The provider takes money."""
        payment_id = f"{order_id}/P{payment}"
        self.tell(
            at, "capture", order_id=order_id, payment_id=payment_id, amount_minor=amount_minor
        )

    def ship(self, at: datetime, order_id: str) -> None:
        """The parcel is packed, and the carrier takes it."""
        self.tell(at, "ship_order", order_id=order_id, carrier=self.carrier)
        self.scan(at + timedelta(hours=3), order_id, "ACCEPTED")

    def scan(
        self, at: datetime, order_id: str, kind: str, place: str = "", notice: str = ""
    ) -> None:
        """The carrier reports."""
        told = {"kind": kind, "place": place, "notice": notice}
        self.tell(at, "carrier_scan", order_id=order_id, shipment_id=f"{order_id}/S1", **told)

    def refund(self, at: datetime, order_id: str, amount_minor: int, payment: int = 1) -> None:
        """Somebody of the shop gives money back."""
        self.tell(
            at,
            "refund",
            order_id=order_id,
            payment_id=f"{order_id}/P{payment}",
            amount_minor=amount_minor,
            currency=CURRENCY,
            to="original",
            reason="Paid back by the shop",
        )

    def hold(self, shown: str) -> None:
        """The shop stops the order, where that is shown."""
        if shown == "yes":
            self.tell(
                self.before(minutes=5), "hold_order", order_id=self.order_id, reason="Under review"
            )

    def past(
        self,
        orders: int,
        *,
        refunded: int = 0,
        basket: Basket | None = None,
        total_minor: int = 0,
        place: Place | None = None,
    ) -> None:
        """Orders of before that arrived; of the last so many the money was given back."""
        oldest = (self.opened_at - self.since) / timedelta(days=1) - 0.5
        latest = min(14.0, oldest / 2)
        ages = sorted(self.dice.uniform(latest, min(oldest, 140.0)) for _ in range(orders))
        for number, age in enumerate(reversed(ages), start=1):
            spread = self.dice.uniform(0.9, 1.1)
            bought = basket or self.basket(int(total_minor * spread))
            at = self.before(days=age)
            order_id = self.order(at, bought, suffix=f"H{number}", place=place)
            self.capture(at, order_id, total_of(bought))
            self.ship(at + timedelta(hours=2), order_id)
            self.scan(at + timedelta(hours=8), order_id, "DELIVERED", self.place.city, "Delivered")
            if number > orders - refunded:
                self.refund(at + timedelta(hours=10), order_id, total_of(bought))

    def own_goods(self, count: int) -> list[Item]:
        """Variants that only this case has, in a substitution group of their own; none in stock."""
        group = f"{self.order_id}-goods"
        price = 10 * self.dice.randint(120, 400)
        near = price + 10 * self.dice.randint(-8, 8)
        dearer = round(price * self.dice.uniform(1.5, 2.0))
        items = [
            Item(f"{group}-{letter}", amount)
            for letter, amount in zip("abc", (price, near, dearer), strict=True)
        ][:count]
        self.tell(
            self.since,
            "add_catalogue",
            products=[{"id": group, "title": "Limited edition"}],
            variants=[
                goods.variant_of(item, group, f"Limited edition {number}", group)
                for number, item in enumerate(items, start=1)
            ],
            warehouses=[],
        )
        return items

    def receive(self, at: datetime, item: Item, warehouse_id: str, quantity: int) -> None:
        """Pieces come from the supplier."""
        self.events.append(goods.received(at, item.variant_id, warehouse_id, quantity))

    def _customer(self) -> dict[str, str]:
        return {
            "id": f"{self.order_id}-customer",
            "name": self.name,
            "email": f"sim.{self.seed}.{self.number}@example.com",
            "since": f"{self.since:%Y-%m-%d}",
        }


def total_of(basket: Basket) -> int:
    """What a basket costs, in minor units."""
    return sum(item.price_minor * quantity for item, quantity in basket)


def money(minor: int) -> str:
    """An amount as people write it."""
    return f"{minor // 100}.{minor % 100:02}"
