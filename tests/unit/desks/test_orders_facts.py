"""Facts of order cases: who says what, where two differ, and which words were quoted."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from engine.desks.orders.desk import customer_of, label_of
from engine.desks.orders.perceive import perceive
from engine.desks.orders.words import CaseType
from engine.domain.canonical import Json
from engine.domain.fact import contradictions, facts_from_json, facts_to_json, stale_facts
from engine.errors import ToolError
from tests.unit.desks.orders_cases import (
    OTHER,
    Cases,
    capture,
    deliver,
    fail_delivery,
    open_cases,
    place,
    quoted,
    values,
)


@pytest.fixture
def cases(tmp_path: Path) -> Iterator[Cases]:
    found = open_cases(f"sqlite:///{tmp_path}/shop.db")
    yield found
    found.world.database.close()


def differing(cases: Cases, case_type: str, **row: str) -> set[tuple[str, str]]:
    facts = cases.facts(case_type, **row)
    found = contradictions(facts.facts, cases.world.clock.now())
    return {(one.entity, one.attribute) for one, _ in found}


def test_order_and_customer_are_told(cases: Cases) -> None:
    place(cases, "OLD")
    cases.world.order()
    capture(cases)
    facts = cases.facts("payment_mismatch")
    order = values(facts, "order")
    assert order["captured_minor", "shop"] == 2_500
    assert values(facts, "payment:A1/P1")["captured_minor", "payments"] == 2_500
    assert values(facts, "customer")["past_orders", "customer_file"] == 1
    assert values(facts, "customer")["usual_total_minor", "customer_file"] == 2_500
    assert customer_of(facts) == "ada"


@pytest.mark.parametrize("case_type", CaseType)
def test_only_what_a_type_needs_is_read(cases: Cases, case_type: str) -> None:
    cases.world.order()
    cases.facts(case_type)
    always = {"get_order", "payments_of_order", "customer_history"}
    more = {
        CaseType.ADDRESS_UNDELIVERABLE: {"carrier_scans", "stock_levels"},
        CaseType.DELIVERED_NOT_RECEIVED: {"carrier_scans", "stock_levels"},
    }
    assert set(cases.asked) == always | more.get(CaseType(case_type), set())


def test_carrier_and_customer_contradict(cases: Cases) -> None:
    cases.world.order()
    deliver(cases)
    found = differing(cases, "delivered_not_received", customer_message="Nothing arrived.")
    assert found == {("parcel:A1/S1", "is_received")}
    assert differing(cases, "delivered_not_received", customer_message="I found it.") == set()


def test_notice_and_customer_contradict(cases: Cases) -> None:
    cases.world.order()
    fail_delivery(cases)
    row = {"customer_message": "My address is correct.", "carrier_notice": "Street not found"}
    assert differing(cases, "address_undeliverable", **row) == {("address", "is_address_right")}


def test_stock_feeds_contradict(cases: Cases) -> None:
    cases.world.order()
    cases.world.world("count_stock", warehouse_id="east", variant_id="tea-green", counted=3)
    found = differing(cases, "stock_short", line="1")
    assert found == {("stock:tea-green@east", "free")}


FALSE: dict[str, tuple[str, dict[str, Any], str]] = {
    "captured": ("payments_of_order", {"captured_minor": 9}, "captured_minor of the order"),
    "currency": ("payments_of_order", {"currency": "USD"}, "currency of the order"),
    "customer": ("customer_history", {"customer_id": "eve"}, "another customer's"),
    "refunded": ("get_order", {"refunded_minor": 1}, "refunded_minor of the order"),
    "status": ("get_order", {"status": "DELIVERED"}, "the status does not follow"),
    "digest": ("get_order", {"digest": "0" * 64}, "do not fit the order's digest"),
    "no history": ("customer_history", {"orders": []}, "not in its customer's history"),
}


@pytest.mark.parametrize("case", FALSE)
def test_reads_that_disagree_are_refused(cases: Cases, case: str) -> None:
    cases.world.order()
    name, changes, why = FALSE[case]

    def read(asked: str, arguments: Mapping[str, Any]) -> Json:
        told = cases.read(asked, arguments)
        return {**told, **changes} if asked == name else told

    signal = cases.signal("payment_mismatch")
    with pytest.raises(ToolError, match=why) as refused:
        perceive(signal, read, cases.world.clock.now())
    assert refused.value.facts["broke_contract"]


def test_reads_that_disagree_once_are_taken_again(cases: Cases) -> None:
    cases.world.order()
    asked: list[str] = []

    def read(name: str, arguments: Mapping[str, Any]) -> Json:
        asked.append(name)
        told = cases.read(name, arguments)
        return {**told, "refunded_minor": 1} if asked == ["get_order"] else told

    signal = cases.signal("payment_mismatch")
    now = cases.world.clock.now()
    assert contradictions(perceive(signal, read, now), now) == ()
    assert asked.count("get_order") == 2


def test_words_are_quoted_where_they_stand(cases: Cases) -> None:
    cases.world.order()
    text = "Hello! My new address is Elm Walk 17, 31005 Mittelstadt, DE. Thanks"
    facts = cases.facts("address_undeliverable", customer_message=text)
    told = quoted(facts, "street")
    assert told.quote
    assert (told.entity, told.source) == ("new_address", "customer")
    assert text[told.quote.start : told.quote.end] == told.value == "Elm Walk 17"
    assert facts_from_json(facts_to_json(facts.facts)) == facts.facts


def test_said_things_do_not_age(cases: Cases) -> None:
    cases.world.order()
    facts = cases.facts("payment_mismatch", customer_message="charged twice")
    cases.world.clock.forward(hours=2)
    stale = stale_facts(facts.facts, cases.world.clock.now())
    assert {one.source for one in stale} == {"shop", "payments", "customer_file"}


def test_other_order_is_compared(cases: Cases) -> None:
    place(cases, "A0")
    cases.world.clock.forward(minutes=5)
    cases.world.order(address=OTHER)
    told = values(cases.facts("duplicate_order", other_order_id="A0"), "other_order")
    assert told["lines", "customer_file"] == "same"
    assert told["minutes_apart", "customer_file"] == 5
    assert told["has_same_address", "customer_file"] is False
    unknown = values(cases.facts("duplicate_order", other_order_id="A9"), "other_order")
    assert unknown == {("is_known", "customer_file"): False}


def test_stock_is_allocated_among_those_who_wait(cases: Cases) -> None:
    scarce = [{"variant_id": "cup", "quantity": 15, "unit_price_minor": 500}]
    place(cases, "A0", "bob", lines=scarce)
    cases.world.order(lines=[{"variant_id": "cup", "quantity": 12, "unit_price_minor": 500}])
    cases.world.world("receive_stock", warehouse_id="east", variant_id="cup", quantity=5)
    told = values(cases.facts("stock_short"), "line:1")
    assert told["others_waiting", "allocation"] == 1
    assert told["allocated_quantity", "allocation"] in (0, 12)
    assert told["allocation_saves_minor", "allocation"] >= 0


def test_unknown_order_is_an_error(cases: Cases) -> None:
    with pytest.raises(ToolError) as refused:
        cases.facts("payment_mismatch", order_id="NONE")
    assert refused.value.facts["code"] == "UNKNOWN_ORDER"


LABELS = {
    "correct_address": "correct_address",
    "message_customer": "ask_customer",
    "substitute_variant": "substitute",
    "cancel_order": "cancel",
    "hold_order": "hold",
    "restore_address": "",
}


@pytest.mark.parametrize("tool", LABELS)
def test_calls_amount_to_resolutions(tool: str) -> None:
    assert label_of(tool, {}) == LABELS[tool]
