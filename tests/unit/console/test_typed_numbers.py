"""Numbers as people type them: one separator, nothing between thousands, never a guess."""

from typing import Any

import pytest

from console.components import typed_numbers

AMOUNT: dict[str, Any] = {"type": "integer", "minimum": 1, "maximum": 600_000}
WHOLE: dict[str, Any] = {"type": "integer", "minimum": 0, "maximum": 5000}
SHARE: dict[str, Any] = {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1}


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("12.50", 1250),
        ("12,50", 1250),
        ("12,5", 1250),
        ("1250", 125_000),
        (" 0.01 ", 1),
        ("0,29", 29),
        ("6000", 600_000),
        ("0012,50", 1250),
    ],
)
def test_one_separator_is_read_as_decimals(text: str, minor: int) -> None:
    assert typed_numbers.read("amount_minor", AMOUNT, text) == typed_numbers.Typed(value=minor)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("-7", "It cannot be below zero."),
        ("\u22127", "It cannot be below zero."),
        ("0", "The least is 0.01."),
        ("6000.01", "The most is 6000.00."),
        ("1,250", "can be read in two ways. Write 1250 for the large number, or 1.25 for the"),
        ("1.250", "can be read in two ways. Write 1250"),
        ("1,255", "can be read in two ways. Write 1255 for the large number."),
        ("1,250.00", "nothing between the thousands"),
        ("1 250", "nothing between the thousands"),
        ("1'250", "nothing between the thousands"),
        ("12.", "Write it as 12.50"),
        ("12.505", "can be read in two ways"),
        ("0.125", "At most 2 digits can stand after the separator"),
        ("12.5055", "At most 2 digits can stand after the separator"),
        ("9" * 16, "It takes at most 15 digits."),
        ("abc", "Only a number can stand here, such as 12.50."),
        ("12.50 EUR", "Only a number can stand here"),
        ("1e3", "Only a number can stand here"),
        ("\u0661\u0662", "Only a number can stand here"),
        ("--7", "Only a number can stand here"),
    ],
)
def test_what_is_no_amount_says_why(text: str, said: str) -> None:
    found = typed_numbers.read("amount_minor", AMOUNT, text)
    assert found.value is None
    assert said in found.why_not


def test_whole_numbers_take_no_decimals() -> None:
    assert typed_numbers.read("minutes", WHOLE, "15").value == 15
    assert "whole number" in typed_numbers.read("minutes", WHOLE, "1.5").why_not
    assert "two ways. Write 1250" in typed_numbers.read("minutes", WHOLE, "1.250").why_not


def test_shares_keep_within_their_open_bounds() -> None:
    assert typed_numbers.read("share", SHARE, "0,125").value == 0.125
    assert "more than 0" in typed_numbers.read("share", SHARE, "0").why_not
    assert "less than 1" in typed_numbers.read("share", SHARE, "1.0").why_not


def test_empty_field_has_no_value() -> None:
    assert typed_numbers.read("amount_minor", AMOUNT, "  ") == typed_numbers.Typed()


@pytest.mark.parametrize("minor", [1, 10, 2340, 125_000, 599_999])
def test_written_amount_reads_as_itself(minor: int) -> None:
    text = typed_numbers.written("amount_minor", AMOUNT, minor)
    assert typed_numbers.read("amount_minor", AMOUNT, text).value == minor
