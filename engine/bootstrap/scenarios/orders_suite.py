"""The orders desk's scenarios as they are written: a customer, an order, and what happened to it.

Every field has a default, so that a scenario says only what matters. Sums are in euro, times in
hours before now. Nothing is put together here (`orders_world`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field

from engine.bootstrap.scenarios.texts import Text
from engine.desks.orders.words import CaseType, Raised
from engine.govern.limits import Closed
from engine.learn.scenarios.suite import Scenario, Suite

Euro = Annotated[float, Field(ge=0, le=1_000_000, allow_inf_nan=False)]
Hours = Annotated[float, Field(ge=0, le=10_000, allow_inf_nan=False)]
Words = Annotated[str, Field(min_length=1, max_length=200)]
Item = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,30}$")]
Pieces = Annotated[int, Field(ge=1, le=10_000)]
Warehouse = Literal["north", "south"]
Scan = Literal[
    "IN_TRANSIT", "OUT_FOR_DELIVERY", "DELIVERY_FAILED", "DELIVERED", "RETURNED", "LOST", "NOTE"
]


class Address(Closed):
    """Where something goes."""

    recipient: Words = "Mara Lindt"
    street: Words = "Mill Lane 4"
    postal_code: Words = "20095"
    city: Words = "Hamburg"
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] = "DE"


class Line(Closed):
    """What is ordered."""

    item: Item = "lamp"
    title: Words = "Desk lamp"
    price: Euro = 40.0
    pieces: Pieces = 1
    in_stock: bool = True
    """Whether pieces could be set aside for it; if not, the line is short."""


class Payment(Closed):
    """Money for the order."""

    authorised: Annotated[Euro, Field(gt=0)]
    taken: Euro = 0.0


class Report(Closed):
    """What the carrier reported of a parcel."""

    kind: Scan
    hours_ago: Hours = 2.0
    place: Annotated[str, Field(max_length=200)] = ""
    notice: Annotated[str, Field(max_length=200)] = ""


class Parcel(Closed):
    """That the order has left."""

    hours_ago: Hours = 48.0
    carrier: Item = "swift"
    reports: Annotated[tuple[Report, ...], Field(max_length=20)] = ()
    """After ACCEPTED, which always stands first."""


class Stock(Closed):
    """Free pieces of something, beside what is set aside for the order."""

    item: Item = "lamp"
    title: Words = "Desk lamp"
    like: Item | None = None
    """An ordered item for which it may stand in."""
    price: Euro = 40.0
    warehouse: Warehouse = "north"
    pieces: Annotated[int, Field(ge=0, le=10_000)] = 0
    counted: Annotated[int, Field(ge=0, le=10_000)] | None = None
    """What the warehouse itself counts, where the two feeds disagree."""
    announced: Annotated[int, Field(ge=0, le=10_000)] = 0
    announced_in_days: Annotated[int, Field(ge=0, le=400)] = 5


class History(Closed):
    """The customer's earlier orders, all of them delivered."""

    orders: Annotated[int, Field(ge=0, le=20)] = 2
    refunded: Annotated[int, Field(ge=0, le=20)] = 0
    total: Annotated[Euro, Field(gt=0)] = 60.0
    same_items: bool = False
    """Whether they were of what is ordered now."""
    address: Address | None = None
    """Where they went, if elsewhere."""


class OtherOrder(Closed):
    """An order of the same customer beside the one the case is about, before it."""

    hours_before: Annotated[Hours, Field(gt=0)] = 0.2
    pieces: Pieces | None = None
    """Of every line, if not as many as in the order of the case."""
    address: Address | None = None
    """Where it goes, if elsewhere."""


class World(Closed):
    """How things stand when the case comes in."""

    customer: Words = "Mara Lindt"
    known_for_days: Annotated[int, Field(ge=1, le=5_000)] = 700
    history: History = History()
    address: Address = Address()
    lines: Annotated[tuple[Line, ...], Field(min_length=1, max_length=20)] = (Line(),)
    ordered_hours_ago: Annotated[Hours, Field(ge=1)] = 72.0
    payments: Annotated[tuple[Payment, ...], Field(max_length=20)] | None = None
    """By default one over the whole sum, taken."""
    refunded: Euro = 0.0
    """Given back already, of the last payment."""
    held: bool = False
    cancelled: bool = False
    parcel: Parcel | None = None
    stock: Annotated[tuple[Stock, ...], Field(max_length=20)] = ()
    other_order: OtherOrder | None = None


class OrderCase(Closed):
    """The case as it comes in."""

    type: CaseType
    raised_by: Raised = Raised.SHOP
    opened_hours_ago: Hours = 0.0
    priority: Annotated[int, Field(ge=1, le=5)] = 3
    customer_message: Text = ""
    carrier_notice: Text = ""
    detector_note: Text = ""
    line: Annotated[int, Field(ge=1, le=100)] | None = None
    score: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] | None = None
    order: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    """Another order than that of the world."""


class OrderScenario(Scenario):
    """One case of an order."""

    world: World = World()
    case: OrderCase


class OrderSuite(Suite):
    """Scenarios of the orders desk."""

    desk: Literal["orders"]
    scenarios: Annotated[tuple[OrderScenario, ...], Field(min_length=1, max_length=200)]

    @property
    def all(self) -> Sequence[Scenario]:
        """See `Suite.all`."""
        return self.scenarios
