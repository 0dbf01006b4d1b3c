"""Cursors, limits and search text of the read model, without a database."""

from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest

from engine.errors import InvalidRequest
from engine.store.read_pages import (
    bounded,
    cursor_of,
    identity,
    optional_time,
    read_cursor,
    time,
    whole,
    word,
)
from engine.store.types import storable

AT = datetime(2026, 3, 2, 9, 0, 0, 123456, tzinfo=UTC)
ID = UUID(int=1)


def test_cursor_gives_back_its_parts() -> None:
    cursor = cursor_of("list", AT, ID, 7, "case:é")
    assert read_cursor(cursor, "list", time, identity, whole, word) == (AT, ID, 7, "case:é")
    assert read_cursor(cursor_of("list", None), "list", optional_time) == (None,)


def test_cursor_is_fit_for_an_address() -> None:
    assert cursor_of("list", "???>>>~~~").isascii()
    assert not set(cursor_of("list", "???>>>~~~")) & set("+/=&?#%")


def test_empty_cursor_means_the_beginning() -> None:
    assert read_cursor("", "list", time) is None


@pytest.mark.parametrize(
    "cursor",
    [
        "?",
        "AAAA",
        "é",
        "x" * 501,
        cursor_of("other", AT.isoformat()),
        cursor_of("list"),
        cursor_of("list", AT, AT),
        cursor_of("list", "2026-03-02T08:00:00"),
        cursor_of("list", "yesterday"),
        cursor_of("list", None),
        cursor_of("list", 5),
        cursor_of("list", ["2026"]),
    ],
    ids=[
        "no base64",
        "no json",
        "no ascii",
        "too long",
        "another list",
        "too few parts",
        "too many parts",
        "time without a zone",
        "no time",
        "nothing",
        "a number",
        "a list",
    ],
)
def test_foreign_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidRequest, match="read the list from its beginning"):
        read_cursor(cursor, "list", time)


@pytest.mark.parametrize("value", [True, 2**31, -(2**40), 1.0, "1", None], ids=repr)
def test_number_in_cursor_is_small_and_whole(value: object) -> None:
    with pytest.raises(InvalidRequest):
        read_cursor(cursor_of("list", value), "list", whole)


def test_cursor_times_keep_their_moment() -> None:
    elsewhere = AT.astimezone(timezone(timedelta(hours=5, minutes=30)))
    assert read_cursor(cursor_of("list", elsewhere), "list", time) == (AT,)


def test_limit_is_kept_in_bounds() -> None:
    assert [bounded(limit) for limit in (-1, 0, 1, 200, 201, 10**9)] == [1, 1, 1, 200, 200, 200]


def test_search_text_can_always_be_asked_for() -> None:
    assert storable("a\x00b\ud800c") == "a\ufffdb?c"
