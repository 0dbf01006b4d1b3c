from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from engine.domain.seal import GENESIS_MAC, SealedEntry, covers, is_authentic, make_seal
from engine.domain.seal_line import is_authentic_line, make_line, parse_line, tag_of
from engine.errors import LedgerError

KEY = b"a key for tests, 32 bytes long.."
AT = datetime(2026, 3, 2, 9, 30, 0, 123456, tzinfo=UTC)
ENTRIES = [
    SealedEntry("case:b", 2, b"2" * 32),
    SealedEntry("case:a", 4, b"4" * 32),
    SealedEntry("case:b", 1, b"1" * 32),
    SealedEntry("case:b", 10, b"t" * 32),
]


def a_seal(**changes):
    seal = make_seal(ENTRIES, number=3, previous_mac=b"p" * 32, sealed_at=AT, key=KEY)
    return replace(seal, **changes)


def test_seal_is_authentic_under_its_key_only():
    assert is_authentic(a_seal(), KEY)
    assert not is_authentic(a_seal(), b"another key, also 32 bytes long.")


@pytest.mark.parametrize(
    "changes",
    [
        {"number": 4},
        {"count": 5},
        {"root": b"r" * 32},
        {"previous_mac": GENESIS_MAC},
        {"mac": b"m" * 32},
        {"sealed_at": AT + timedelta(microseconds=1)},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_no_field_of_a_seal_can_change(changes):
    assert not is_authentic(a_seal(**changes), KEY)


def test_seal_covers_its_entries_in_any_order():
    assert covers(a_seal(), ENTRIES)
    assert covers(a_seal(), ENTRIES[::-1])


@pytest.mark.parametrize(
    "entries",
    [
        ENTRIES[1:],
        [*ENTRIES, SealedEntry("global", 1, b"g" * 32)],
        [SealedEntry("case:b", 3, b"2" * 32), *ENTRIES[1:]],
        [SealedEntry("case:c", 2, b"2" * 32), *ENTRIES[1:]],
        [SealedEntry("case:b", 2, b"3" * 32), *ENTRIES[1:]],
    ],
    ids=["one missing", "one more", "other number", "other stream", "other hash"],
)
def test_seal_covers_no_other_entries(entries):
    assert not covers(a_seal(), entries)


def test_seal_of_another_zone_is_the_same():
    elsewhere = AT.astimezone(timezone(timedelta(hours=5)))
    seal = make_seal(ENTRIES, number=3, previous_mac=b"p" * 32, sealed_at=elsewhere, key=KEY)
    assert seal == a_seal()


def test_line_reads_back_as_it_was():
    line = make_line(a_seal(), ENTRIES, KEY)
    assert parse_line(line.text()) == line
    assert is_authentic_line(parse_line(line.text()), KEY)


def test_line_lists_what_the_seal_covers():
    listed = make_line(a_seal(), ENTRIES, KEY).listed()
    assert listed == {(e.stream, e.sequence): tag_of(e.hash) for e in ENTRIES}


def test_changed_list_of_a_line_is_seen():
    line = make_line(a_seal(), ENTRIES, KEY)
    assert not is_authentic_line(replace(line, runs=line.runs[1:]), KEY)
    assert not is_authentic_line(replace(line, seal=a_seal(count=3)), KEY)


LINE = make_line(a_seal(), ENTRIES, KEY).text()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "null",
        "[1,2]",
        "[" * 100_000,
        LINE[:-1],
        LINE + " ",
        LINE.replace(":", ": ", 1),
        LINE.replace('"number":3', '"number":3.0'),
        LINE.replace('"number":3', '"number":true'),
        LINE.replace('"number":3', '"number":-3'),
        LINE.replace('"number":3', '"number":99999999999'),
        LINE.replace('"number":3', '"number":"3"'),
        LINE.replace('"count":4', '"count":4,"more":1'),
        LINE.replace("+00:00", ""),
        LINE.replace("case:a", "case:\udc80"),
        LINE.replace(tag_of(b"4" * 32).hex(), "34"),
    ],
    ids=[
        "empty",
        "no fields",
        "null",
        "a list",
        "deeply nested",
        "torn",
        "trailing space",
        "white space inside",
        "number as float",
        "number as truth value",
        "negative number",
        "huge number",
        "number as text",
        "an extra field",
        "time without zone",
        "bytes that are no text",
        "a short tag",
    ],
)
def test_line_in_another_form_is_refused(text):
    with pytest.raises(LedgerError):
        parse_line(text)
