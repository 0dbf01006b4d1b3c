"""Files as numbered rows: every way in which a file can be bad, and that the rest goes in."""

import gzip
import io
import json
import tracemalloc
import zlib
from dataclasses import dataclass
from pathlib import Path

import pytest

from engine.errors import IntakeError
from engine.perceive.csv_rows import Row
from engine.perceive.files import Problem, read_rows, rows_of


@dataclass(frozen=True)
class Columns:
    columns: tuple[str, ...] = ("id", "when", "note")
    required: tuple[str, ...] = ("id", "when")


LAYOUT = Columns()
HEADER = b"id,when,note\n"


def rows(content: bytes, name: str = "cases.csv") -> list[Row]:
    return list(rows_of(io.BytesIO(content), name, LAYOUT))


def reasons(found: list[Row]) -> dict[int, str]:
    return {number: row.reason for number, row in found if isinstance(row, Problem)}


def ids(found: list[Row]) -> list[str]:
    return [row["id"] for _, row in found if not isinstance(row, Problem)]


def refusal(content: bytes, name: str = "cases.csv") -> str:
    with pytest.raises(IntakeError) as caught:
        rows(content, name)
    return caught.value.message


# ---------------------------------------------------------------- what is read


def test_csv_rows_carry_their_line_numbers():
    found = rows(HEADER + b"1,2020,a\n2,2021,b\n")
    assert found == [
        (2, {"id": "1", "when": "2020", "note": "a"}),
        (3, {"id": "2", "when": "2021", "note": "b"}),
    ]


def test_line_numbers_count_lines_inside_quotes():
    found = rows(HEADER + b'1,2020,"two\nlines ""quoted"""\n\n2,2021,b\n')
    assert [number for number, _ in found] == [2, 5]
    assert found[0][1] == {"id": "1", "when": "2020", "note": 'two\nlines "quoted"'}


@pytest.mark.parametrize("end", [b"\n", b"\r\n"], ids=["lf", "crlf"])
def test_both_line_ends_are_read(end: bytes):
    assert ids(rows((HEADER + b"1,2020,a\n").replace(b"\n", end))) == ["1"]


def test_byte_order_mark_is_accepted():
    assert ids(rows(b"\xef\xbb\xbf" + HEADER + b"1,2020,a\n")) == ["1"]


def test_last_line_needs_no_end():
    assert ids(rows(HEADER + b"1,2020,a")) == ["1"]


def test_columns_may_stand_in_any_order():
    assert rows(b"note,id,when\na,1,2020\n") == [(2, {"note": "a", "id": "1", "when": "2020"})]


def test_optional_columns_may_be_absent():
    assert rows(b"id,when\n1,2020\n") == [(2, {"id": "1", "when": "2020"})]


@pytest.mark.parametrize("name", ["cases.csv.gz", "cases.csv"])
def test_compressed_files_are_unpacked(name: str):
    assert ids(rows(gzip.compress(HEADER + b"1,2020,a\n"), name)) == ["1"]


def test_json_lines_become_text_fields():
    lines = [
        {"id": 7, "when": "2020", "note": None},
        {"id": "8", "when": "2021", "note": True},
    ]
    content = "\n\n".join(json.dumps(line) for line in lines).encode()
    assert rows(content, "cases.jsonl") == [
        (1, {"id": "7", "when": "2020", "note": ""}),
        (3, {"id": "8", "when": "2021", "note": "true"}),
    ]


def test_compressed_json_lines_are_read():
    assert ids(rows(gzip.compress(b'{"id": "1", "when": "2020"}'), "cases.jsonl.gz")) == ["1"]


def test_file_on_disk_is_read(tmp_path: Path):
    path = tmp_path / "cases.csv"
    path.write_bytes(HEADER + b"1,2020,a\n")
    assert ids(list(read_rows(path, LAYOUT))) == ["1"]


# ---------------------------------------------------------------- files that cannot be read


def test_absent_file_is_named(tmp_path: Path):
    with pytest.raises(IntakeError, match=r"There is no file .*nowhere\.csv"):
        list(read_rows(tmp_path / "nowhere.csv", LAYOUT))


def test_folder_is_refused_as_one(tmp_path: Path):
    with pytest.raises(IntakeError, match="is a folder"):
        list(read_rows(tmp_path, LAYOUT))


REFUSED = {
    "empty": (b"", "cases.csv", "cases.csv is empty"),
    "only-blank-lines": (b"\n\n", "cases.csv", "no header line"),
    "compressed-nothing": (gzip.compress(b""), "cases.csv.gz", "no header line"),
    "unknown-column": (b"id,when,nte\n", "cases.csv", "Unknown column 'nte'. Did you mean note?"),
    "known-columns-are-named": (b"id,when,x\n", "cases.csv", "Known columns: id, when, note"),
    "column-twice": (b"id,when,id\n", "cases.csv", "The column id stands twice"),
    "column-missing": (b"id,note\n", "cases.csv", "The column when is missing"),
    "columns-missing": (b"note\n", "cases.csv", "The columns id, when are missing"),
    "semicolons": (b"id;when;note\n1;2;3\n", "cases.csv", "separates its columns by ';'"),
    "tabs": (b"id\twhen\n", "cases.csv", "use a comma"),
    "utf-16": ("id,when\n".encode("utf-16"), "cases.csv", "UTF-16; save it as UTF-8"),
    "latin-1-header": (b"id,when,caf\xe9\n", "cases.csv", "byte 0xe9 at position 12 of line 1"),
    "spreadsheet": (b"PK\x03\x04" + bytes(40), "cases.csv", "spreadsheet; save it as CSV"),
    "binary": (b"\x89PNG\r\n\x1a\n" + bytes(99), "cases.csv", "is not a CSV file"),
    "zeros": (bytes(99) + b"\n", "cases.csv", "not text in UTF-8"),
    "not-gzip": (HEADER, "cases.csv.gz", "is not a gzip file"),
    "another-kind": (b"x", "cases.xlsx", "give .csv or .jsonl"),
    "no-ending": (b"x", "cases", "give .csv or .jsonl"),
    "gzip-broken-in-header": (gzip.compress(HEADER)[:12], "cases.csv.gz", "breaks off"),
    "header-never-closed": (b'id,"when\n1,2\n', "cases.csv", "never closed"),
    "carriage-returns-alone": (b"id,when\r1,2020\r", "cases.csv", "end lines with LF or CRLF"),
}


@pytest.mark.parametrize(("content", "name", "message"), REFUSED.values(), ids=REFUSED)
def test_unreadable_file_is_refused_with_the_reason(content: bytes, name: str, message: str):
    assert message in refusal(content, name)


# ---------------------------------------------------------------- lines that cannot be read

BAD_LINES = {
    "too-few-fields": (b"1,2020\n", "2 fields where the header has 3"),
    "too-many-fields": (b"1,2020,a,b\n", "4 fields where the header has 3"),
    "latin-1": (b"1,2020,caf\xe9\n", "not UTF-8 (byte 0xe9 at position 11 of line 3)"),
    "latin-1-in-quotes": (b'1,2020,"a\ncaf\xe9\n"\n', "position 4 of line 4"),
    "text-behind-quote": (b'1,2020,"a"b\n', "text behind a closing quote"),
    "carriage-return": (b"1,20\r20,a\n", "line break inside a field"),
    "ten-megabyte-field": (b"1,2020," + b"x" * 10_000_000 + b"\n", "longer than 131,072 bytes"),
    "ten-megabytes-in-quotes": (
        b'1,2020,"' + b"line, and more\n" * 700_000 + b'"\n',
        "lines 3 to 700003 were passed over",
    ),
}


@pytest.mark.parametrize(("bad", "reason"), BAD_LINES.values(), ids=BAD_LINES)
def test_bad_line_is_reported_and_the_rest_goes_in(bad: bytes, reason: str):
    found = rows(HEADER + b"7,2020,before\n" + bad + b"8,2020,after\n")
    assert ids(found) == ["7", "8"]
    assert list(reasons(found)) == [3]
    assert reason in reasons(found)[3]


def test_quote_that_never_closes_names_its_lines():
    found = rows(HEADER + b'1,2020,a\n2,2020,"b\n3,2020,c\n4,2020,d\n')
    assert ids(found) == ["1"]
    assert reasons(found) == {
        3: "a quoted field that is never closed; lines 3 to 5 were passed over"
    }


def test_rows_inside_a_quoted_field_stay_data():
    found = rows(HEADER + b'1,2020,"' + b"9,2020,evil\n" * 20_000 + b'"\n2,2020,b\n')
    assert ids(found) == ["2"]


BAD_JSON = {
    "not-json": (b"{id: 1}", "not JSON"),
    "cut-off": (b'{"id": "1", "when', "not JSON"),
    "list": (b"[1, 2]", "not an object"),
    "nested": (b'{"id": "1", "when": {"year": 2020}}', "when is not a text or a number"),
    "unknown-column": (b'{"id": "1", "when": "2", "not": "x"}', "Did you mean note?"),
    "column-missing": (b'{"id": "1"}', "The column when is missing"),
    "column-twice": (b'{"id": "1", "id": "2", "when": "3"}', "The column id stands twice"),
    "not-a-number": (b'{"id": NaN, "when": "2"}', "NaN is not a number"),
    "deep": (b"[" * 100_000, "not JSON"),
    "ten-megabyte-field": (b'{"id": "' + b"x" * 10_000_000 + b'"}', "longer than 131,072 bytes"),
    "latin-1": (b'{"id": "caf\xe9", "when": "2"}', "not UTF-8 (byte 0xe9 at position 12"),
}


@pytest.mark.parametrize(("bad", "reason"), BAD_JSON.values(), ids=BAD_JSON)
def test_bad_json_line_is_reported_and_the_rest_goes_in(bad: bytes, reason: str):
    good = b'{"id": "7", "when": "2020"}\n'
    found = rows(good + bad + b"\n" + good, "cases.jsonl")
    assert ids(found) == ["7", "7"]
    assert reason in reasons(found)[2]


# ---------------------------------------------------------------- files that break off


def lines_of_noise(count: int) -> bytes:
    """Lines that do not compress to nothing, so that a cut falls between them."""
    notes = (zlib.crc32(str(number).encode()) for number in range(count))
    return b"".join(b"%d,2020,%d\n" % (number, note) for number, note in enumerate(notes))


def test_truncated_gzip_keeps_the_rows_before_the_break():
    whole = HEADER + lines_of_noise(5_000)
    packed = gzip.compress(whole)
    cut = packed[: len(packed) // 2]
    readable = zlib.decompressobj(wbits=31).decompress(cut)
    found = rows(cut, "cases.csv.gz")
    last = readable.count(b"\n")
    assert ids(found) == [str(number) for number in range(last - 1)]
    assert list(reasons(found)) == [last + 1]
    assert "breaks off here" in reasons(found)[last + 1]
    assert "not taken twice" in reasons(found)[last + 1]


def test_damaged_gzip_reports_where_it_ends():
    packed = bytearray(gzip.compress(HEADER + lines_of_noise(5_000)))
    packed[len(packed) // 2 :] = b"\xff" * (len(packed) - len(packed) // 2)
    found = rows(bytes(packed), "cases.csv.gz")
    assert "cannot be read on from here" in list(reasons(found).values())[-1]
    assert ids(found)[:3] == ["0", "1", "2"]


def test_wrong_checksum_is_reported_after_all_rows():
    packed = bytearray(gzip.compress(HEADER + b"1,2020,a\n2,2020,b\n"))
    packed[-8] ^= 1
    found = rows(bytes(packed), "cases.csv.gz")
    assert ids(found) == ["1", "2"]
    assert "CRC" in reasons(found)[4]


def test_broken_json_lines_keep_the_rows_before():
    content = b"".join(
        b'{"id": "%d", "when": "%d"}\n' % (number, zlib.crc32(b"%d" % number))
        for number in range(5_000)
    )
    packed = gzip.compress(content)
    found = rows(packed[: len(packed) // 2], "cases.jsonl.gz")
    assert ids(found) == [str(number) for number in range(len(found) - 1)]
    assert "breaks off here" in list(reasons(found).values())[-1]


def test_memory_stays_flat_for_a_large_file(tmp_path: Path):
    path = tmp_path / "large.csv.gz"
    with gzip.open(path, "wb", compresslevel=1) as file:
        file.write(HEADER)
        for _ in range(40):
            file.write(b"1,2020," + b"y" * 400 + b"\n" * 1)
            file.write(b"2,2020," + b"x" * 1_000_000 + b"\n")
    tracemalloc.start()
    count = sum(1 for _ in read_rows(path, LAYOUT))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 80
    assert peak < 3_000_000
