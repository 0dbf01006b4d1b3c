"""Sums of money in texts: what counts as one, in hundredths of its currency."""

import pytest

from engine.reason.named_sums import sums_in


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("12.50 EUR were captured", [1_250]),
        ("EUR 12.50 were captured.", [1_250]),
        ("it costs €12,50", [1_250]),
        ("1,234.00 USD", [123_400]),
        ("1.234,00 EUR", [123_400]),
        ("300 EUR", [30_000]),
        ("5 EUR and 7.10 EUR", [500, 710]),
        ("order 12.50 of 2026", []),
        ("line 300 of 400 ABC", []),
        ("version 1.2.30 EUR", []),
        ("", []),
    ],
)
def test_sums_of_a_text_are_found(text: str, minor: list[int]) -> None:
    assert list(sums_in(text)) == minor


def test_sum_is_kept_as_it_was_named() -> None:
    assert sums_in("about EUR 12.50, or 12.50 EUR") == {1_250: "EUR 12.50"}
