"""Facts of single reads of a run: those the perceiver makes, and none of somebody else's order."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from engine.desk import ReadMade
from engine.desks.orders.contracts import PREVIEW_CONTRACTS, READ_CONTRACTS
from engine.desks.orders.reading import facts_of_read
from engine.desks.orders.words import CaseType
from engine.domain.canonical import Json
from engine.domain.fact import Fact
from engine.reason.checks import latest
from engine.reason.workflow.known import Known
from engine.reason.workflow.path import Gather
from tests.unit.desks.orders_cases import OTHER, Cases, capture, deliver, open_cases, place
from tests.unit.desks.orders_runs import WORKFLOW, brief_of

LATER = timedelta(hours=2)


@pytest.fixture
def cases(tmp_path: Path) -> Iterator[Cases]:
    found = open_cases(f"sqlite:///{tmp_path}/shop.db")
    yield found
    found.world.database.close()


def looked(
    cases: Cases,
    known: Sequence[Fact],
    tool: str,
    *,
    at: datetime | None = None,
    result: Json = None,
    **arguments: Any,
) -> tuple[Fact, ...]:
    """The facts of a read two hours after the case was raised."""
    return facts_of_read(
        ReadMade(
            target="A1",
            tool=tool,
            arguments=arguments,
            result=result or cases.read(tool, arguments),
            known=known,
            at=at or cases.world.clock.now() + LATER,
        )
    )


def values(facts: Sequence[Fact]) -> Mapping[str, Any]:
    return {one.id: one.value for one in facts}


@pytest.mark.parametrize("case_type", list(CaseType))
def test_reads_of_a_run_give_the_perceived_facts(cases: Cases, case_type: str) -> None:
    place(cases, "OLD", address=OTHER)
    cases.world.order()
    capture(cases)
    if case_type in ("delivered_not_received", "address_undeliverable"):
        deliver(cases)
    more = {"line": "2"} if case_type == "stock_short" else {}
    signal, perceived = cases.signal(case_type, **more), cases.facts(case_type, **more).facts
    told = [one for one in perceived if one.ttl_s is None or one.attribute == "short_line"]
    begun, now = len(told), cases.world.clock.now()
    gather = next(one for one in WORKFLOW.paths[case_type].steps if isinstance(one, Gather))
    for read in gather.reads:
        known = Known(brief=brief_of(signal, perceived), facts=tuple(told), at=now)
        for arguments in read.calls(known):
            told += looked(cases, told, read.tool, at=now, **arguments)
    assert set(told[begun:]) == {one for one in perceived if one.ttl_s is not None}


def test_read_facts_are_newer_and_fresh(cases: Cases) -> None:
    cases.world.order()
    known = cases.facts("payment_mismatch").facts
    told = looked(cases, known, "get_order", order_id="A1")
    at = cases.world.clock.now() + LATER
    assert {one.observed_at for one in told} == {at}
    assert not any(one.is_stale(at) for one in told)
    assert latest((*known, *told))["order.status@shop"].observed_at == at


def test_nothing_is_told_of_another_order(cases: Cases) -> None:
    cases.world.order()
    place(cases, "B2", "bob")
    known = cases.facts("payment_mismatch").facts
    assert looked(cases, known, "get_order", order_id="B2") == ()
    assert looked(cases, known, "payments_of_order", order_id="B2") == ()
    assert looked(cases, known, "customer_history", customer_id="bob") == ()


@pytest.mark.parametrize(
    ("beside", "tool", "arguments", "stranger"),
    [
        ("OLD", "get_order", {"order_id": "A1"}, None),
        ("OLD", "get_order", {"order_id": "OLD"}, None),
        ("OLD", "get_order", {"order_id": "B2"}, "order_id"),
        ("B2", "get_order", {"order_id": "B2"}, "order_id"),
        ("OLD", "payments_of_order", {"order_id": "B2"}, "order_id"),
        ("OLD", "carrier_scans", {"order_id": "B2"}, "order_id"),
        ("OLD", "hold_order_preview", {"order_id": "OLD", "reason": "why"}, "order_id"),
        ("OLD", "customer_history", {"customer_id": "bob"}, "customer_id"),
        ("OLD", "waiting_lines", {"variant_id": "lamp"}, "variant_id"),
        ("OLD", "stock_levels", {"variant_id": "lamp", "with_substitutes": True}, None),
    ],
)
def test_case_speaks_of_its_own_records(
    cases: Cases, beside: str, tool: str, arguments: dict[str, Any], stranger: str | None
) -> None:
    """An order named beside the case's own is spoken of where it is the same customer's."""
    place(cases, "OLD")
    cases.world.order()
    place(cases, "B2", "bob")
    known = cases.facts("duplicate_order", other_order_id=beside, customer_message="B2 bob").facts
    contract = {**READ_CONTRACTS, **{one.name: one for one in PREVIEW_CONTRACTS.values()}}[tool]
    assert contract.stranger(contract.check_arguments(arguments), "A1", known) == stranger
    own = str(values(known)["order.customer_id@shop"])
    assert READ_CONTRACTS["customer_history"].stranger({"customer_id": own}, "A1", known) is None


def test_what_is_so_no_more_is_told_as_nothing(cases: Cases) -> None:
    cases.world.order()
    known = cases.facts("payment_mismatch").facts
    order = cases.read("get_order", {"order_id": "A1"})
    lines = [{**one, "warehouse_id": ""} for one in order["lines"]]
    told = looked(cases, known, "get_order", result={**order, "lines": lines}, order_id="A1")
    assert values(known)["line:1.warehouse_id@shop"]
    assert values(told)["line:1.warehouse_id@shop"] is None


def test_contradiction_that_is_gone_is_told_so(cases: Cases) -> None:
    cases.world.order()
    capture(cases)
    known = list(cases.facts("payment_mismatch").facts)
    payments = cases.read("payments_of_order", {"order_id": "A1"})
    wrong = {**payments, "captured_minor": 1}
    apart = looked(cases, known, "payments_of_order", result=wrong, order_id="A1")
    assert values(apart)["order.captured_minor@payments"] == 1
    again = looked(cases, (*known, *apart), "payments_of_order", order_id="A1")
    assert values(again)["order.captured_minor@payments"] == 2_500


def test_other_tools_give_no_facts(cases: Cases) -> None:
    cases.world.order()
    known = cases.facts("payment_mismatch").facts
    assert looked(cases, known, "refund_preview", result={"is": "so"}, order_id="A1") == ()
