"""Incoming lines: each identifier once a file, and why a line did not go in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from engine.domain.case import Signal
from engine.domain.outcome import Label
from engine.errors import IntakeError
from engine.perceive.incoming import IncomingLines, Repeat
from engine.perceive.lines import Problem

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Taken:
    signal: Signal
    label: Label | None


def read(row: Mapping[str, str]) -> Taken:
    if not row["id"]:
        raise IntakeError("id is missing.")
    label = None
    if "truth" in row:
        label = Label(desk="d", source="s", source_id=row["id"], value=row["truth"], known_at=NOON)
    signal = Signal(
        source="s",
        source_id=row["id"],
        case_type="t",
        title="t",
        as_of=NOON,
        priority=3,
        payload={"note": row.get("note", "")},
    )
    return Taken(signal=signal, label=label)


def kinds(*rows: Mapping[str, str] | Problem) -> list[object]:
    lines = IncomingLines(enumerate(rows, start=2), read)
    return [
        f"took {line.signal.source_id}" if isinstance(line, Taken) else line for _, line in lines
    ]


def test_good_rows_come_out_in_order():
    assert kinds({"id": "a"}, {"id": "b"}) == ["took a", "took b"]


def test_line_numbers_are_kept():
    lines = IncomingLines([(2, {"id": "a"}), (7, Problem(reason="ragged"))], read)
    assert [number for number, _ in lines] == [2, 7]


def test_refused_row_becomes_a_problem():
    assert kinds({"id": ""}, {"id": "b"}) == [Problem(reason="id is missing"), "took b"]


def test_unreadable_line_stays_a_problem():
    assert kinds(Problem(reason="ragged"), {"id": "b"}) == [Problem(reason="ragged"), "took b"]


def test_identical_line_is_a_repeat():
    assert kinds({"id": "a"}, {"id": "b"}, {"id": "a"}) == [
        "took a",
        "took b",
        Repeat(first_line=2),
    ]


@pytest.mark.parametrize(
    "changed", [{"note": "other"}, {"truth": "x"}], ids=["other-content", "other-truth"]
)
def test_same_id_with_other_content_is_a_problem(changed: dict[str, str]):
    _, second = kinds({"id": "a"}, {"id": "a"} | changed)
    assert second == Problem(
        reason="a stands in line 2 already, with other content; the earlier line counts"
    )


def test_third_line_is_compared_with_the_first():
    outcome = kinds({"id": "a"}, {"id": "a", "note": "other"}, {"id": "a"})
    assert outcome[2] == Repeat(first_line=2)
