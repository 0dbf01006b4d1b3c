"""Scarce stock as cases see it: all see one allocation, and a customer's words only give up."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.unit.desks.orders_cases import Cases, open_cases, place, values

PRESSING = "I need it by 2026-03-04 at the latest."
ALL = 20
"""Cups that the shop has from the first."""
TEA = {"variant_id": "tea-green", "quantity": 12, "unit_price_minor": 1_200}
"""More than lies in one place, at the price of what may stand in."""


@pytest.fixture
def cases(tmp_path: Path) -> Iterator[Cases]:
    found = open_cases(f"sqlite:///{tmp_path}/shop.db")
    place(found, "ALL", "zoe", lines=[cup(ALL // 2, "east"), cup(ALL // 2, "west")])
    yield found
    assert found.world.books()["is_balanced"]
    found.world.database.close()


def cup(quantity: int = 1, warehouse_id: str = "", **wishes: str) -> dict[str, Any]:
    return {
        "variant_id": "cup",
        "quantity": quantity,
        "unit_price_minor": 500,
        "warehouse_id": warehouse_id,
        **wishes,
    }


def come_in(cases: Cases, pieces: int, variant_id: str = "cup") -> None:
    arguments = {"warehouse_id": "east", "variant_id": variant_id, "quantity": pieces}
    cases.world.world("receive_stock", **arguments)


def told(cases: Cases, order_id: str, message: str = "") -> dict[str, Any]:
    """What the allocation tells of a case's line."""
    facts = cases.facts("stock_short", order_id=order_id, line="1", customer_message=message)
    found = values(facts, "line:1")
    return {name: value for (name, source), value in found.items() if source == "allocation"}


def test_two_who_press_do_not_both_win(cases: Cases) -> None:
    for customer in ("ada", "bob"):
        place(cases, customer.upper(), customer, lines=[cup()])
    come_in(cases, 1)
    given = {one: told(cases, one, PRESSING)["allocated_quantity"] for one in ("ADA", "BOB")}
    assert given == {"ADA": 1, "BOB": 0}


def test_day_given_with_the_order_counts(cases: Cases) -> None:
    place(cases, "ADA", "ada", lines=[cup()])
    place(cases, "BOB", "bob", lines=[cup(needed_by="2026-03-04")])
    come_in(cases, 1)
    assert told(cases, "ADA")["allocated_quantity"] == 0
    bob = told(cases, "BOB")
    assert (bob["allocated_quantity"], bob["first_come_quantity"]) == (1, 0)
    assert bob["allocation"] == (
        "Free: 1 of cup in east. Lines that wait: 2. This line gets 1 of cup from east; first "
        "come, first served it would get nothing now. Expected cost of all: "
        f"{bob['allocation_saves_minor'] / 100:.2f} EUR less than first come, first served."
    )


def test_substitute_is_left_by_who_refuses_it(cases: Cases) -> None:
    for customer in ("ada", "bob"):
        place(cases, customer.upper(), customer, lines=[TEA])
    come_in(cases, 5, "tea-black")
    ada = told(cases, "ADA", "No substitutes, please.")
    assert ada["allocated_quantity"] == 0
    assert "which its customer does not want" in ada["allocation"]
    assert told(cases, "BOB")["allocated_quantity"] == 0
    no = {**TEA, "takes_substitute": "no"}
    place(cases, "EVE", "eve", lines=[no])
    assert "nothing now" in told(cases, "EVE")["allocation"]


def test_promised_line_takes_no_substitute(cases: Cases) -> None:
    for customer in ("ada", "bob"):
        place(cases, customer.upper(), customer, lines=[TEA])
    come_in(cases, 5, "tea-black")
    assert told(cases, "ADA")["allocated_quantity"] == 12
    cases.world.do("backorder", order_id="ADA", line=1, expected_on="2026-04-01")
    assert told(cases, "BOB")["allocated_quantity"] == 12


def test_held_line_gets_what_others_leave(cases: Cases) -> None:
    for customer in ("ada", "bob", "eve"):
        place(cases, customer.upper(), customer, lines=[cup()])
    cases.world.do("hold_order", order_id="ADA", reason="late")
    come_in(cases, 2)
    given = {one: told(cases, one)["allocated_quantity"] for one in ("ADA", "BOB", "EVE")}
    assert given == {"ADA": 0, "BOB": 1, "EVE": 1}
    come_in(cases, 1)
    assert told(cases, "ADA")["allocated_quantity"] == 1


def test_line_with_stock_gets_what_all_leave(cases: Cases) -> None:
    place(cases, "ADA", "ada", lines=[cup()])
    come_in(cases, 1)
    place(cases, "BOB", "bob", lines=[cup()])
    assert cases.world.line(order_id="BOB")["state"] == "RESERVED"
    come_in(cases, 1)
    assert [told(cases, one)["allocated_quantity"] for one in ("ADA", "BOB")] == [1, 0]
    come_in(cases, 1)
    assert [told(cases, one)["allocated_quantity"] for one in ("ADA", "BOB")] == [1, 1]


def test_winner_stays_when_another_acts(cases: Cases) -> None:
    names = ("ada", "bob", "eve")
    for customer in names:
        place(cases, customer.upper(), customer, lines=[cup()])
    come_in(cases, 2)
    given = [told(cases, one.upper())["allocated_quantity"] for one in names]
    assert given == [1, 1, 0]
    cases.world.do(
        "substitute_variant", order_id="ADA", line=1, variant_id="cup", warehouse_id="east"
    )
    assert [told(cases, one)["allocated_quantity"] for one in ("BOB", "EVE")] == [1, 0]
