"""Quotes of facts: what they add to the stored form, and that nothing is added without one."""

from datetime import UTC, datetime
from types import SimpleNamespace
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from engine.domain.canonical import canonical_text, parse
from engine.domain.fact import Fact, Quote, fact_set, facts_from_json, facts_to_json
from engine.domain.ids import CaseId
from engine.store.mapping import fact_set_of, fact_set_row

CASE_ID = CaseId(UUID(int=1))
AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


def fact(attribute: str, quote: Quote | None = None) -> Fact:
    return Fact(
        entity="customer",
        attribute=attribute,
        value=True,
        source="customer",
        observed_at=AT,
        quote=quote,
    )


def test_facts_without_quotes_are_stored_as_ever() -> None:
    stored = [[["customer", "customer", "2026-03-02T09:00:00+00:00", None], [["can_wait", True]]]]
    assert facts_to_json([fact("can_wait")]) == stored
    assert fact_set(CASE_ID, 1, [fact("can_wait")]).digest.hex().startswith("e56b27ca740cc384")
    assert facts_from_json(stored) == (fact("can_wait"),)


def test_quote_is_stored_beside_its_value() -> None:
    quoted = fact("can_wait", Quote(field="customer_message", start=3, end=9))
    assert facts_to_json([quoted])[0][1] == [["can_wait", True, ["customer_message", 3, 9]]]


def test_quote_is_part_of_what_is_signed() -> None:
    digests = {
        fact_set(CASE_ID, 1, [fact("can_wait", quote)]).digest
        for quote in (
            None,
            Quote(field="customer_message", start=3, end=9),
            Quote(field="customer_message", start=3, end=8),
            Quote(field="carrier_notice", start=3, end=9),
        )
    }
    assert len(digests) == 4


def test_store_keeps_quotes() -> None:
    facts = fact_set(
        CASE_ID, 1, [fact("a"), fact("b", Quote(field="detector_note", start=0, end=4))]
    )
    assert fact_set_of(SimpleNamespace(**fact_set_row(facts))) == facts


quotes = st.builds(
    Quote, field=st.text(max_size=10), start=st.integers(0, 99), end=st.integers(0, 99)
)


@given(st.lists(st.builds(fact, st.sampled_from(["a", "b", "c"]), st.none() | quotes)))
def test_stored_form_gives_facts_back(facts: list[Fact]) -> None:
    stored = parse(canonical_text(facts_to_json(facts)))
    assert facts_from_json(stored) == tuple(facts)
