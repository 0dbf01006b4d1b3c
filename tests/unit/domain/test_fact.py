"""Facts: whose they are, and what they are about."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from engine.domain.fact import (
    Fact,
    FactValue,
    Quote,
    contradictions,
    fact_set,
    people_who_told,
    told_of,
)
from engine.domain.ids import CaseId

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def fact(entity: str, value: FactValue, source: str, minutes: int = 0) -> Fact:
    return Fact(
        entity=entity,
        attribute="amount",
        value=value,
        source=source,
        observed_at=NOON + timedelta(minutes=minutes),
    )


def test_people_who_told_are_named_once() -> None:
    told = [fact("ticket", 1, source) for source in ("person:ben", "erp", "person:ann")]
    assert people_who_told([*told, *told]) == ("ann", "ben")
    assert people_who_told([fact("ticket", 1, "persons")]) == ()


@pytest.mark.parametrize(
    ("entities", "entity"),
    [((), None), (("ticket",), "ticket"), (("order", "ticket"), "ticket")],
    ids=["unknown", "one", "the latest"],
)
def test_an_attribute_is_of_its_latest_entity(
    entities: tuple[str, ...], entity: str | None
) -> None:
    facts = [fact(one, minutes, "erp", minutes) for minutes, one in enumerate(entities)]
    known = fact_set(CaseId(UUID(int=1)), 1, facts)
    assert known.entity_of("amount") == entity
    assert known.entity_of("weather") is None


def test_a_told_value_contradicts_the_systems() -> None:
    system, told = fact("ticket", 9000, "erp"), fact("ticket", 4000, "person:ben", 5)
    assert contradictions([system, told], NOON) == ((system, told),)
    assert contradictions([system, fact("ticket", 9000, "person:ben")], NOON) == ()


@pytest.mark.parametrize(
    ("value", "told", "is_told"),
    [
        ("AB1", "AB1", True),
        ("AB1", "ab1", False),
        (1, 1.0, True),
        (1, True, False),
        (True, 1, False),
        (7, "7", False),
        (["AB1"], "AB1", False),
        (None, None, False),
    ],
)
def test_a_fact_tells_just_its_value(value: object, told: FactValue, is_told: bool) -> None:
    facts = [fact("payee", told, "bank"), fact("payee", "else", "web")]
    expected = {"to": frozenset({"amount@bank"})} if is_told else {}
    assert told_of({"to": value, "by": "nobody"}, facts) == expected
    quoted = [replace(one, quote=Quote(field="text", start=0, end=3)) for one in facts]
    assert told_of({"to": value, "by": "nobody"}, quoted) == {}
