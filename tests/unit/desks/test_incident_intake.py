"""Rows of the incident format: what makes a signal, a label, or a reason to refuse."""

import gzip
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from engine.desk import Incoming
from engine.desks.incidents.intake import LABEL_COLUMNS, IncidentIntake
from engine.errors import IntakeError
from engine.perceive.files import Problem, read_rows
from engine.perceive.incoming import IncomingLines

ROW = {
    "case_id": "INC0000001",
    "opened_at": "2026-03-02T09:15",
    "contact_type": "Phone",
    "location": "Leeds",
    "category": "Email",
    "subcategory": "Mailbox",
    "u_symptom": "Cannot send",
    "cmdb_ci": "",
    "impact": "2 - Medium",
    "urgency": "2 - Medium",
    "priority": "3 - Moderate",
    "opened_by": "Agent 07",
    "caller_id": "E-1001",
    "initial_assignment_group": "Service Desk EMEA",
    "y_final_group": "Email and Collaboration",
    "y_closed_code": "Fixed",
    "y_reassignment_count": "1",
    "y_reopen_count": "0",
    "y_made_sla": "true",
    "y_resolved_at": "2026-03-03T10:00",
    "y_closed_at": "2026-03-08T10:00",
    "label_known_at": "2026-03-03T10:00",
    "label_known_at_split": "1",
}
SHORT = {"case_id": "INC0000002", "opened_at": "2026-03-02T09:15", "priority": "3 - Moderate"}


def read(**changes: str) -> Incoming:
    return IncidentIntake().read(ROW | changes)


def refusal(**changes: str) -> str:
    with pytest.raises(IntakeError) as caught:
        read(**changes)
    return caught.value.message


def test_row_becomes_a_signal():
    signal = read().signal
    assert (signal.source, signal.source_id) == ("itsm", "INC0000001")
    assert (signal.case_type, signal.priority) == ("routing", 3)
    assert signal.as_of == datetime(2026, 3, 2, 9, 15, tzinfo=UTC)
    assert signal.title == "Email / Cannot send / Leeds"


def test_payload_holds_filled_intake_columns_alone():
    payload = read().signal.payload
    assert payload == {
        "opened_at": "2026-03-02T09:15:00+00:00",
        "contact_type": "Phone",
        "location": "Leeds",
        "category": "Email",
        "subcategory": "Mailbox",
        "u_symptom": "Cannot send",
        "impact": "2 - Medium",
        "urgency": "2 - Medium",
        "priority": "3 - Moderate",
        "opened_by": "Agent 07",
        "caller_id": "E-1001",
        "initial_assignment_group": "Service Desk EMEA",
    }


def test_label_is_kept_apart_from_the_signal():
    label = read().label
    assert label
    assert (label.desk, label.source, label.source_id) == ("incidents", "itsm", "INC0000001")
    assert label.value == "Email and Collaboration"
    assert label.known_at == datetime(2026, 3, 3, 10, tzinfo=UTC)


def test_label_needs_a_final_group():
    assert read(y_final_group="").label is None


def test_label_columns_never_change_the_signal():
    without = {name: value for name, value in ROW.items() if name not in LABEL_COLUMNS}
    assert IncidentIntake().read(without).signal == read(y_final_group="Another").signal


def test_three_columns_are_enough():
    incoming = IncidentIntake().read(SHORT)
    assert incoming.label is None
    assert incoming.signal.title == "Incident INC0000002"


@pytest.mark.parametrize(
    ("priority", "hours"),
    [("1 - Critical", 1), ("2 - High", 4), ("3 - Moderate", 8), ("4 - Low", 24)],
    ids=["critical", "high", "moderate", "low"],
)
def test_due_time_follows_the_priority(priority: str, hours: int):
    signal = read(priority=priority).signal
    assert signal.due_at == signal.as_of + timedelta(hours=hours)


@pytest.mark.parametrize("priority", ["2", "2 - High", "2 - high"], ids=["short", "full", "lower"])
def test_spellings_of_a_priority_are_one(priority: str):
    assert read(priority=priority).signal.payload["priority"] == "2 - High"


@pytest.mark.parametrize(
    "written",
    ["2026-03-02T09:15Z", "2026-03-02 09:15:00", "2026-03-02T10:15+01:00", " 2026-03-02T09:15 "],
    ids=["zulu", "space", "offset", "padded"],
)
def test_spellings_of_a_time_are_one(written: str):
    assert read(opened_at=written).signal == read().signal


def test_long_title_is_shortened_to_one_line():
    title = read(category="two\nlines " + "x" * 500).signal.title
    assert title.startswith("two lines xxx")
    assert title.endswith("…")
    assert len(title) == 200


BAD = {
    "no-id": ({"case_id": "  "}, "case_id is missing"),
    "no-time": ({"opened_at": ""}, "opened_at is missing"),
    "no-priority": ({"priority": ""}, "priority is missing"),
    "impossible-date": ({"opened_at": "2026-02-30T10:00"}, "not a possible date and time"),
    "impossible-hour": ({"opened_at": "2026-02-03T25:00"}, "not a possible date and time"),
    "date-alone": ({"opened_at": "2026-02-03"}, "write 2016-02-29T01:16"),
    "american-date": ({"opened_at": "02/03/2026 10:00"}, "not a possible date and time"),
    "word": ({"opened_at": "yesterday"}, "'yesterday'"),
    "year-one": ({"opened_at": "0001-01-01T00:00+10:00"}, "not a possible date and time"),
    "long-ago": ({"opened_at": "1026-01-01T00:00"}, "lies in the year 1026"),
    "unknown-priority": ({"priority": "7 - Whatever"}, "priority is unknown: '7 - Whatever'"),
    "wrong-word": ({"priority": "3 - Low"}, "known are 1 - Critical, 2 - High"),
    "long-field": ({"location": "x" * 10_001}, "location has 10,001 characters; at most 10,000"),
    "huge-field": ({"u_symptom": "x" * 10_000_000}, "u_symptom has 10,000,000 characters"),
    "long-id": ({"case_id": "x" * 201}, "case_id has 201 characters; at most 200"),
    "two-line-id": ({"case_id": "a\nb"}, "case_id holds a tab or a line end"),
    "nul": ({"category": "a\0b"}, "category holds the control character U+0000 at position 2"),
    "escape": ({"category": "\x1b[31mred"}, "control character U+001B"),
    "direction-mark": ({"category": "a\u202eb"}, "control character U+202E"),
    "lone-surrogate": ({"category": "a\ud800"}, "control character U+D800"),
    "nul-in-label": ({"y_closed_code": "\0"}, "y_closed_code holds the control character"),
    "truth-before-case": ({"label_known_at": "2026-03-01T10:00"}, "lies before opened_at"),
    "truth-without-time": ({"label_known_at": ""}, "label_known_at is missing"),
    "truth-at-no-time": ({"label_known_at": "soon"}, "label_known_at is not a possible date"),
    "long-truth": ({"y_final_group": "x" * 201}, "y_final_group has 201 characters"),
    "unknown-column": ({"y_final_grup": "x"}, "Did you mean y_final_group?"),
}


@pytest.mark.parametrize(("changes", "message"), BAD.values(), ids=BAD)
def test_bad_row_is_refused_with_the_reason(changes: dict[str, str], message: str):
    assert message in refusal(**changes)


def test_message_never_repeats_a_long_value():
    assert len(refusal(opened_at="9" * 9_000)) < 250


def test_label_time_is_ignored_without_a_label():
    assert read(y_final_group="", label_known_at="soon").label is None


def test_shipped_intake_reads_the_real_file(shared_data: Path):
    intake = IncidentIntake()
    lines = IncomingLines(read_rows(shared_data / "uci_incidents_dev.csv.gz", intake), intake.read)
    taken = [line for _, line in lines if isinstance(line, Incoming)]
    assert len(taken) == 17_442
    assert sum(bool(line.label) for line in taken) == 15_717


def test_real_file_with_one_bad_line_loses_that_line(shared_data: Path, tmp_path: Path):
    with gzip.open(shared_data / "uci_incidents_dev.csv.gz", "rt", encoding="utf-8") as file:
        lines = [next(file) for _ in range(50)]
    lines[20] = lines[20].replace("2016-", "2016-13-", 1)
    path = tmp_path / "some.csv"
    path.write_text("".join(lines), encoding="utf-8")
    intake = IncidentIntake()
    outcome = dict(IncomingLines(read_rows(path, intake), intake.read))
    problems = {number for number, line in outcome.items() if isinstance(line, Problem)}
    assert problems == {21}
