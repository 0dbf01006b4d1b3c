"""A customer is counted as one, however the name is spelled."""

from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.budget import customer_code

SPELLINGS = {
    "acme": (
        *("ACME", " acme", "acme ", "Acme", "ac\u200bme", "acme\u200b", "\u202eacme", "ac\u00adme"),
        *("\uff21\uff23\uff2d\uff25", "\u0430cme", "\u0410\u0421\u041c\u0415", "\u0391cme"),
        *("acme\x00", "acme\ufe0f", "ac\u034fme", "\u3164acme", "\tacme\n"),
    ),
    "caf\u00e9 noir": (
        *("cafe\u0301 noir", "CAF\u00c9 NOIR", "caf\u00e9  noir", "caf\u00e9\u00a0noir"),
        *("caf\u00e9\u2003noir", "cafe\u200b\u0301 noir", "c\u0430f\u00e9 noir"),
    ),
    "stra\u00dfe": ("STRASSE", "stra\u1e9ee", "strasse"),
}


@pytest.mark.parametrize("name", SPELLINGS)
def test_spellings_of_a_customer_are_one(name: str) -> None:
    assert {customer_code(one) for one in SPELLINGS[name]} == {customer_code(name)}


def test_different_customers_stay_apart() -> None:
    names = ["acme", "acme.", "acme 2", "akme", "c1", "c2", "cafe", "caf\u00e9", "Иванов", "Петров"]
    names += ["株式会社", "有限会社", "0", "o", "customer 1", "customer1"]
    assert len({customer_code(name) for name in names}) == len(names)


@pytest.mark.parametrize(
    "name", ["", " ", "\t\n", "\u200b", " \u2060 \u00ad", "\u3164", "\x00", "\ufe0f"]
)
def test_nobody_named_has_no_code(name: str) -> None:
    assert customer_code(name) == ""


@given(
    st.text(max_size=12),
    st.sampled_from(["\u200b", "\u00ad", "\x07", "\ufeff", "\u2062"]),
    st.data(),
)
def test_what_nobody_sees_names_nobody_else(name: str, unseen: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(name)))
    spelled = f" {name[:place]}{unseen}{name[place:]}\u3000"
    assert customer_code(spelled) == customer_code(name)
    for form in ("NFC", "NFD"):
        assert customer_code(normalize(form, name)) == customer_code(name)
