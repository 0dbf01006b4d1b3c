"""Fields of a tool's arguments: nested ones by dotted names, lists as rows of a text."""

from typing import Any

import pytest

from console.components.argument_fields import (
    arguments_of,
    fields_of,
    required,
    text_of,
    why_not_rows,
)
from engine.domain.canonical import Json
from engine.domain.tool import Strict


class Place(Strict):
    street: str
    country: str


class Piece(Strict):
    line: int
    quantity: int


class Send(Strict):
    order_id: str
    address: Place
    lines: list[Piece]
    notes: list[str]
    reason: str | None = None


SCHEMA: dict[str, Any] = Send.model_json_schema()
FILLED = {
    "order_id": "O1",
    "address.street": "Mill Lane 12",
    "address.country": "AT",
    "lines": "1, 2\n 3,1 ",
    "notes": "first\n\nsecond",
    "reason": "",
}
ARGUMENTS: dict[str, Json] = {
    "order_id": "O1",
    "address": {"street": "Mill Lane 12", "country": "AT"},
    "lines": [{"line": 1, "quantity": 2}, {"line": 3, "quantity": 1}],
    "notes": ["first", "second"],
}


def test_nested_arguments_have_fields_of_their_own() -> None:
    names = ["order_id", "address.street", "address.country", "lines", "notes", "reason"]
    assert list(fields_of(SCHEMA)) == names
    assert required(SCHEMA) == names[:5]


def test_filled_fields_keep_the_contract() -> None:
    assert arguments_of(FILLED, SCHEMA) == ARGUMENTS
    assert Send.model_validate(arguments_of(FILLED, SCHEMA)).lines[1].line == 3


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("address.street", "Mill Lane 12"),
        ("lines", "1, 2\n3, 1"),
        ("notes", "first\nsecond"),
        ("reason", None),
        ("address.town", None),
    ],
)
def test_known_arguments_fill_their_fields(name: str, text: str | None) -> None:
    assert text_of(ARGUMENTS, name, fields_of(SCHEMA).get(name, {})) == text


def test_what_is_no_number_stays_a_text() -> None:
    found = arguments_of({"lines": "one, ٣"}, SCHEMA)
    assert found == {"lines": [{"line": "one", "quantity": "٣"}]}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1, 2\n3, 1", ""),
        ("1, 2,5", "Row 1 has to hold line and quantity, with a comma between."),
        ("1, 2\n3", "Row 2 has to hold line and quantity, with a comma between."),
        ("1, 1.250", "Row 1: “1.250” is no whole number."),
    ],
)
def test_rows_that_hold_something_else_are_refused(text: str, said: str) -> None:
    assert why_not_rows(text, fields_of(SCHEMA)["lines"]) == said
