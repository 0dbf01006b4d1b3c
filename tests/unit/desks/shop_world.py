"""A shop with a catalogue, stock and a way to call it without HTTP, for tests of the shop."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from engine.desks.orders.shop.database import Database, open_database
from engine.desks.orders.shop.operations import Caller, Shop
from engine.desks.orders.shop.refusals import Refused
from engine.desks.orders.shop.toolbox import BOOKS, ORDER_DIGEST, READS, WORLD, WRITES
from engine.domain.canonical import Json, parse

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
VARIANTS = ("tea-green", "tea-black", "cup")
WAREHOUSES = ("east", "west")
ADDRESS = {
    "recipient": "Ada Example",
    "street": "Long Street 1",
    "postal_code": "10115",
    "city": "Berlin",
    "country": "DE",
}
OTHER_ADDRESS = {**ADDRESS, "street": "Long Street 1a"}


@dataclass
class SetClock:
    time: datetime = START

    def now(self) -> datetime:
        return self.time

    def forward(self, **parts: int) -> None:
        self.time += timedelta(**parts)


@dataclass
class ShopWorld:
    """Calls a shop; each write has a key and a credential of its own, unless one is given."""

    database: Database
    clock: SetClock = field(default_factory=SetClock)
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    @property
    def shop(self) -> Shop:
        return Shop(self.database, self.clock)

    def do(self, name: str, *, key: str = "", if_match: str = "", **arguments: Any) -> Json:
        tool = {**WRITES, **WORLD}[name]
        number = next(self.numbers)
        caller = Caller(
            key=key or f"key-{number}",
            credential_id=f"credential-{number}",
            case_id="",
            if_match=if_match,
        )
        checked = tool.arguments.model_validate(arguments)
        return parse(self.shop.write(tool, checked, caller).text)

    def world(self, name: str, **arguments: Any) -> Json:
        return self.do(f"world.{name}", **arguments)

    def preview(self, name: str, **arguments: Any) -> Json:
        tool = WRITES[name]
        return self.shop.preview(tool, tool.arguments.model_validate(arguments))

    def read(self, name: str, **arguments: Any) -> Json:
        tool = READS[name]
        return self.shop.read(tool, tool.arguments.model_validate(arguments))

    def books(self) -> Json:
        return self.shop.read(BOOKS, BOOKS.arguments())

    def digest(self, order_id: str = "A1") -> str:
        arguments = ORDER_DIGEST.arguments.model_validate({"order_id": order_id})
        found: str = self.shop.read(ORDER_DIGEST, arguments)["digest"]
        return found

    def refusal(self, name: str, **arguments: Any) -> str:
        """The code with which a call is refused."""
        before = self.books()
        try:
            self.do(name, **arguments)
        except Refused as refused:
            assert self.books() == before
            return refused.code.value
        raise AssertionError(f"{name} was not refused")

    def fill(self, each: int = 10) -> None:
        """Products, warehouses, and so many pieces of each variant in each warehouse."""
        self.world("add_catalogue", **catalogue())
        for warehouse_id in WAREHOUSES:
            for variant_id in VARIANTS:
                self.world(
                    "receive_stock",
                    warehouse_id=warehouse_id,
                    variant_id=variant_id,
                    quantity=each,
                )

    def order(self, order_id: str = "A1", **changes: Any) -> Json:
        return self.world("place_order", **new_order(order_id, **changes))

    def paid_order(self, order_id: str = "A1", **changes: Any) -> None:
        self.order(order_id, **changes)
        self.world("capture", order_id=order_id, payment_id=f"{order_id}/P1", amount_minor=2_500)

    def shipped_order(self, order_id: str = "A1") -> None:
        self.paid_order(order_id)
        self.world("ship_order", order_id=order_id, carrier="swift")

    def scan(self, kind: str, order_id: str = "A1", parcel: int = 1) -> Json:
        shipment_id = f"{order_id}/S{parcel}"
        return self.world("carrier_scan", order_id=order_id, shipment_id=shipment_id, kind=kind)

    def refund(self, amount_minor: int = 1_000, to: str = "original", order_id: str = "A1") -> Json:
        return self.do("refund", **refund_of(amount_minor, to, order_id))

    def line(self, number: int = 1, order_id: str = "A1") -> Json:
        return self.read("get_order", order_id=order_id)["lines"][number - 1]

    def stock(self, variant_id: str = "tea-green") -> dict[str, int]:
        found = self.read("stock_levels", variant_id=variant_id)["levels"]
        return {level["warehouse_id"]: level["by_shop"] for level in found}


def open_world(url: str) -> ShopWorld:
    database = open_database(url)
    database.prepare()
    return ShopWorld(database=database)


def catalogue() -> Json:
    return {
        "products": [{"id": "tea", "title": "Tea"}, {"id": "cups", "title": "Cups"}],
        "variants": [
            _variant("tea-green", "tea", "teas", 1_000),
            _variant("tea-black", "tea", "teas", 1_200),
            _variant("cup", "cups", "cups", 500),
        ],
        "warehouses": [{"id": name, "title": name.title()} for name in WAREHOUSES],
    }


def new_order(order_id: str = "A1", **changes: Any) -> Json:
    """Two green teas and a cup for 25.00 EUR."""
    return {
        "order_id": order_id,
        "customer": {"id": "ada", "name": "Ada", "email": "ada@example.org", "since": "2025-01-01"},
        "address": ADDRESS,
        "currency": "EUR",
        "lines": [
            {"variant_id": "tea-green", "quantity": 2, "unit_price_minor": 1_000},
            {"variant_id": "cup", "quantity": 1, "unit_price_minor": 500},
        ],
        "payments": [{"method": "CARD", "authorised_minor": 2_500}],
        **changes,
    }


def refund_of(amount_minor: int = 1_000, to: str = "original", order_id: str = "A1") -> Json:
    return {
        "order_id": order_id,
        "payment_id": f"{order_id}/P1",
        "amount_minor": amount_minor,
        "currency": "EUR",
        "to": to,
        "reason": "damaged",
    }


def _variant(name: str, product: str, group: str, price: int) -> Json:
    return {
        "id": name,
        "product_id": product,
        "title": name.title(),
        "substitution_group": group,
        "weight_g": 100,
        "price_minor": price,
        "currency": "EUR",
    }
