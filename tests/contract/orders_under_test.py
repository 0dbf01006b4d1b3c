"""A fresh orders desk over a shop in this process, for the conformance suite."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection
from starlette.testclient import TestClient

from engine.adapters.credentials import KeyIssuer
from engine.adapters.http_tools import HttpTransport
from engine.adapters.system import SystemIds
from engine.desks.orders.desk import orders_desk
from engine.desks.orders.shop import tables
from engine.desks.orders.shop.access import Door
from engine.desks.orders.shop.app import create_app
from engine.desks.orders.shop.database import Database
from engine.domain.canonical import Json, parse
from engine.domain.difference import Difference
from engine.testing.desk_under_test import CallMade, DeskUnderTest, SampleCalls
from engine.testing.world import START, FakeClock
from tests.unit.desks.shop_calling import KEY
from tests.unit.desks.shop_world import OTHER_ADDRESS, ShopWorld, open_world, refund_of

ANOTHER_ADDRESS = {**OTHER_ADDRESS, "street": "Long Street 2"}


def _of(order_id: str, **more: Any) -> dict[str, Any]:
    return {"order_id": order_id, **more}


def _reship(order_id: str, quantity: int = 1) -> dict[str, Any]:
    lines = [{"line": 1, "quantity": quantity}]
    return _of(order_id, warehouse_id="east", carrier="swift", lines=lines)


def _substitute(order_id: str, warehouse_id: str = "east", to: str = "tea-black") -> dict[str, Any]:
    return _of(order_id, line=1, variant_id=to, warehouse_id=warehouse_id)


def _text(subject: str) -> dict[str, Any]:
    return _of("MESSAGE", subject=subject, body="Your parcel is on its way again.")


READS: Mapping[str, SampleCalls] = {
    "get_order": SampleCalls(good=_of("PLAIN"), other=_of("SHIPPED")),
    "customer_history": SampleCalls(good={"customer_id": "ada"}, other={"customer_id": "ada"}),
    "stock_levels": SampleCalls(
        good={"variant_id": "tea-green"},
        other={"variant_id": "tea-black", "with_substitutes": True},
    ),
    "waiting_lines": SampleCalls(
        good={"variant_id": "tea-green"}, other={"variant_id": "tea-black"}
    ),
    "carrier_scans": SampleCalls(good=_of("SHIPPED"), other=_of("PLAIN")),
    "payments_of_order": SampleCalls(good=_of("PLAIN"), other=_of("SHIPPED")),
}
WRITES: Mapping[str, SampleCalls] = {
    "correct_address": SampleCalls(
        good=_of("PLAIN", address=OTHER_ADDRESS),
        other=_of("PLAIN", address=ANOTHER_ADDRESS),
        refused=(_of("NONE", address=OTHER_ADDRESS), _of("CANCELLED", address=OTHER_ADDRESS)),
    ),
    "restore_address": SampleCalls(
        good=_of("MOVED", address_id="MOVED/A1"),
        other=_of("MOVED", address_id="MOVED/A2"),
        refused=(_of("MOVED", address_id="MOVED/A9"),),
    ),
    "substitute_variant": SampleCalls(
        good=_substitute("SUBSTITUTE"),
        other=_substitute("SUBSTITUTE", "west"),
        refused=(_substitute("SUBSTITUTE", to="cup"), _substitute("DELIVERED")),
    ),
    "backorder": SampleCalls(
        good=_of("BACKORDER", line=1, expected_on="2026-05-01"),
        other=_of("BACKORDER", line=1, expected_on="2026-06-01"),
        refused=(_of("DELIVERED", line=1, expected_on="2026-05-01"),),
    ),
    "cancel_backorder": SampleCalls(
        good=_of("WAITING", line=1), other=_of("WAITING", line=2), refused=(_of("PLAIN", line=1),)
    ),
    "cancel_order": SampleCalls(
        good=_of("CANCEL", reason="twice"),
        other=_of("CANCEL-2", reason="twice"),
        refused=(_of("DELIVERED", reason="twice"), _of("CANCELLED", reason="twice")),
    ),
    "reinstate_order": SampleCalls(
        good=_of("CANCELLED"), other=_of("CANCELLED-2"), refused=(_of("PLAIN"),)
    ),
    "refund": SampleCalls(
        good=refund_of(1_000, order_id="REFUND"),
        other=refund_of(700, order_id="REFUND"),
        refused=(refund_of(9_999, order_id="REFUND"), refund_of(order_id="NONE")),
    ),
    "cancel_refund": SampleCalls(
        good=_of("REFUNDED", refund_id="REFUNDED/R1"),
        other=_of("REFUNDED", refund_id="REFUNDED/R2"),
        refused=(_of("REFUNDED", refund_id="REFUNDED/R9"),),
    ),
    "reship": SampleCalls(
        good=_reship("RESHIP"), other=_reship("RESHIP", 2), refused=(_reship("PLAIN"),)
    ),
    "cancel_shipment": SampleCalls(
        good=_of("RESHIPPED", shipment_id="RESHIPPED/S2"),
        other=_of("RESHIPPED", shipment_id="RESHIPPED/S3"),
        refused=(_of("RESHIPPED", shipment_id="RESHIPPED/S1"),),
    ),
    "hold_order": SampleCalls(
        good=_of("HOLD", reason="odd"),
        other=_of("HOLD", reason="very odd"),
        refused=(_of("HELD", reason="odd"), _of("NONE", reason="odd")),
    ),
    "release_order": SampleCalls(good=_of("HELD"), other=_of("HELD-2"), refused=(_of("PLAIN"),)),
    "message_customer": SampleCalls(
        good=_text("About your order"), other=_text("Again"), refused=(_text("x") | _of("NONE"),)
    ),
}
ROW = {
    "source": "provider",
    "id": "case-1",
    "case_type": "payment_mismatch",
    "order_id": "PLAIN",
    "opened_at": START.isoformat(),
    "detector_note": "captured twice",
    "y_resolution": "reship",
    "label_known_at": START.isoformat(),
}


PAID = (
    *("PLAIN", "MOVED", "SUBSTITUTE", "BACKORDER", "WAITING", "CANCEL", "CANCEL-2", "CANCELLED"),
    *("CANCELLED-2", "REFUND", "REFUNDED", "HOLD", "HELD", "HELD-2", "MESSAGE"),
)
ARRIVED = ("SHIPPED", "DELIVERED", "RESHIP", "RESHIPPED")
DONE: tuple[tuple[str, dict[str, Any]], ...] = (
    ("correct_address", _of("MOVED", address=OTHER_ADDRESS)),
    ("correct_address", _of("MOVED", address=ANOTHER_ADDRESS)),
    ("backorder", _of("WAITING", line=1, expected_on="2026-05-01")),
    ("backorder", _of("WAITING", line=2, expected_on="2026-05-01")),
    ("cancel_order", _of("CANCELLED", reason="twice")),
    ("cancel_order", _of("CANCELLED-2", reason="twice")),
    ("refund", refund_of(400, order_id="REFUNDED")),
    ("refund", refund_of(300, order_id="REFUNDED")),
    ("reship", _reship("RESHIPPED")),
    ("reship", _reship("RESHIPPED")),
    ("hold_order", _of("HELD", reason="odd")),
    ("hold_order", _of("HELD-2", reason="odd")),
)
"""What was done before the desk comes."""


def fill(world: ShopWorld) -> None:
    """One order for each tool, so that no check of one stands in the way of another."""
    world.fill(each=200)
    for name in PAID:
        world.paid_order(name)
    for name in ARRIVED:
        world.shipped_order(name)
        world.scan("ACCEPTED", name)
        world.scan("DELIVERED", name)
    for tool, arguments in DONE:
        world.do(tool, **arguments)


def under_test(url: str) -> DeskUnderTest:
    """The desk over a shop in an empty SQLite file."""
    return over(open_world(url))


@contextmanager
def opened(url: str) -> Iterator[DeskUnderTest]:
    """The desk over a shop in an empty database, whose connections are given back."""
    world = open_world(url)
    try:
        yield over(world)
    finally:
        world.database.close()


def over(world: ShopWorld) -> DeskUnderTest:
    """The desk over a shop that stands at `START`."""
    clock = FakeClock()
    world.clock.time = START
    fill(world)
    transport = HttpTransport("http://shop", clock)
    transport._client = TestClient(create_app(world.shop, Door(KEY, clock)), base_url="http://shop")
    return DeskUnderTest(
        desk=orders_desk(transport=transport),
        snapshot=lambda: everything(world.database),
        samples={**READS, **WRITES},
        row=ROW,
        changed=changed,
        issuer=KeyIssuer(keys={"shop": lambda: KEY}, clock=clock, ids=SystemIds()),
        key=KEY,
    )


def everything(database: Database) -> Json:
    """All rows of all tables of the shop, but for the list of credentials it has seen."""

    def look(connection: Connection) -> Json:
        return {
            table.name: [
                dict(row._mapping)
                for row in connection.execute(table.select().order_by(*table.primary_key))
            ]
            for table in tables.metadata.sorted_tables
            if table is not tables.credential_use
        }

    return database.read(look)


def changed(made: CallMade) -> Difference:
    """Money and pieces as they were posted under the call's key, fields as the operation has it."""
    key = made.result["key"]

    def posted(name: str) -> list[Json]:
        return [row for row in made.after[name] if row["key"] == key]

    (operation,) = posted("shop_operation")
    told = parse(operation["answer"])["difference"]
    return Difference.from_json(
        {
            "fields": told["fields"],
            "money": [
                {
                    "from": row["from_account"],
                    "to": row["to_account"],
                    "minor": row["minor"],
                    "currency": row["currency"],
                }
                for row in posted("shop_money_posting")
            ],
            "pieces": [
                {
                    "from": row["from_place"],
                    "to": row["to_place"],
                    "variant_id": row["variant_id"],
                    "quantity": row["quantity"],
                }
                for row in posted("shop_pieces_posting")
            ],
        }
    )
