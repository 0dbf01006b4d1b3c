"""What the faulty proxy draws, and what it makes of an answer."""

import json
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

import pytest

from engine.domain.canonical import Json
from engine.errors import ConfigError
from engine.testing.faulty_proxy.damage import break_schema, garble, other_value
from engine.testing.faulty_proxy.faults import (
    EACH,
    NO_FAULTS,
    VARIANTS,
    Fault,
    Rates,
    decide,
    read_rates,
)
from engine.testing.faulty_proxy.shop_words import SHOP_WORDS

ORDER: Json = {
    "order_id": "A-17",
    "status": "SHIPPED",
    "is_held": False,
    "placed_at": "2026-03-02T09:00:00.000000+00:00",
    "total_minor": 2_500,
    "address": {"country": "DE", "street": "Long Street 1"},
    "lines": [{"line": 1, "state": "SHIPPED", "expected_on": "2026-04-01", "quantity": 2}],
    "digest": "0123456789abcdef" * 4,
}
CALLS = 20_000


def drawn(rates: Rates, seed: int = 1) -> list[Any]:
    return [decide(seed, rates, f"call {number}") for number in range(CALLS)]


def test_every_fault_comes_as_often_as_asked() -> None:
    kinds = Counter(one.fault for one in drawn(Rates()))
    for fault in Fault:
        assert kinds[fault] / CALLS == pytest.approx(EACH, abs=0.005)
    assert kinds[None] / CALLS == pytest.approx(0.8, abs=0.01)


@pytest.mark.parametrize("fault", Fault)
def test_variants_come_equally_often(fault: Fault) -> None:
    found = Counter(one.variant for one in drawn(Rates(shares={fault: 1.0})))
    assert set(found) == set(VARIANTS[fault])
    assert min(found.values()) / CALLS == pytest.approx(1 / len(VARIANTS[fault]), abs=0.02)


def test_draws_are_the_seeds_alone() -> None:
    rates = Rates()
    first = [(one.fault, one.variant) for one in drawn(rates)]
    assert [(one.fault, one.variant) for one in drawn(rates)] == first
    assert [(one.fault, one.variant) for one in drawn(rates, seed=2)] != first
    assert {one.fault for one in drawn(NO_FAULTS)} == {None}


def test_rates_are_read_as_written(tmp_path: Path) -> None:
    rates = Rates(shares={Fault.SLOW: 0.1, Fault.GARBAGE: 0.2}, slow_s=1.5, retry_after_s=0)
    file = tmp_path / "rates.json"
    file.write_text(json.dumps(rates.to_json()))
    assert read_rates(file) == rates
    assert rates.total == pytest.approx(0.3)


@pytest.mark.parametrize(
    "text",
    ['{"shares": {"slow": 2}}', '{"shares": {"quick": 0.1}}', "[]", "", '{"shares": {"slow": -1}}'],
    ids=["too-much", "unknown", "list", "empty", "negative"],
)
def test_bad_rates_are_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "rates.json"
    file.write_text(text)
    with pytest.raises(ConfigError):
        read_rates(file)


@pytest.mark.parametrize("variant", VARIANTS[Fault.WRONG_SCHEMA])
@pytest.mark.parametrize("seed", range(20))
def test_broken_answer_has_another_form(variant: str, seed: int) -> None:
    broken, place = break_schema(ORDER, variant, Random(seed))
    assert forms(broken) != forms(ORDER)
    assert place


def test_nothing_to_break_is_left_alone() -> None:
    assert break_schema([1, 2], "missing", Random(1)) == ([1, 2], "")
    assert garble({}, 3, Random(1)) == ({}, ())


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("seed", range(20))
def test_garbage_keeps_the_form(count: int, seed: int) -> None:
    before = json.dumps(ORDER)
    garbled, places = garble(ORDER, count, Random(seed), SHOP_WORDS)
    assert forms(garbled) == forms(ORDER)
    assert len(places) == count
    assert json.dumps(ORDER) == before
    assert garbled != ORDER


@pytest.mark.parametrize(
    ("place", "value", "fitting"),
    [
        (("lines", 0, "state"), "SHIPPED", lambda new: new in SHOP_WORDS["lines/state"]),
        (("status",), "SHIPPED", lambda new: new in SHOP_WORDS["status"]),
        (("total_minor",), 2_500, lambda new: isinstance(new, int) and new >= 0),
        (("is_held",), True, lambda new: new is False),
        (("placed_at",), ORDER["placed_at"], lambda new: len(new) == len(ORDER["placed_at"])),
        (("expected_on",), "2026-04-01", lambda new: len(new) == 10),
        (("order_id",), "A-17", lambda new: new.startswith("A-") and len(new) == 4),
        (("customer_id",), "ada", lambda new: len(new) == 3 and new.isalpha()),
        (("digest",), ORDER["digest"], lambda new: len(new) == 64),
        (("currency",), "EUR", lambda new: new in SHOP_WORDS["currency"]),
    ],
    ids=["line", "status", "amount", "flag", "time", "day", "id", "name", "digest", "currency"],
)
def test_wrong_value_is_of_its_kind(place: Any, value: Json, fitting: Any) -> None:
    for seed in range(30):
        new = other_value(place, value, Random(seed), SHOP_WORDS)
        assert new != value
        assert fitting(new)


def test_free_words_are_left_alone() -> None:
    for value in ("Long Street 1", "", None, 1.5):
        assert other_value(("street",), value, Random(1), SHOP_WORDS) == value


def forms(value: Json) -> Json:
    """Names and types, without values."""
    if isinstance(value, dict):
        return {name: forms(one) for name, one in value.items()}
    return [forms(one) for one in value] if isinstance(value, list) else type(value).__name__
