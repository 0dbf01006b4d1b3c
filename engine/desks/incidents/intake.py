"""Intake of incidents: the columns of the file format, and what makes a row acceptable.

Columns that begin with `y_` tell the truth as it later became known. They make a label, are kept
out of the signal, and count from `label_known_at` on.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from engine.desk import Incoming
from engine.domain.case import Signal
from engine.domain.outcome import Label
from engine.errors import IntakeError
from engine.perceive.layout import check_columns

DESK = "incidents"
CASE_TYPE = "routing"
SOURCE = "itsm"

FACT_COLUMNS = (
    "opened_at",
    "contact_type",
    "location",
    "category",
    "subcategory",
    "u_symptom",
    "cmdb_ci",
    "impact",
    "urgency",
    "priority",
    "opened_by",
    "caller_id",
    "initial_assignment_group",
)
"""What is known when an incident is opened; the last is the dispatcher's first routing."""

LABEL_COLUMNS = (
    "y_final_group",
    "y_closed_code",
    "y_reassignment_count",
    "y_reopen_count",
    "y_made_sla",
    "y_resolved_at",
    "y_closed_at",
    "label_known_at",
    "label_known_at_split",
)

PRIORITIES = {1: "1 - Critical", 2: "2 - High", 3: "3 - Moderate", 4: "4 - Low"}

DUE_IN = {
    1: timedelta(hours=1),
    2: timedelta(hours=4),
    3: timedelta(hours=8),
    4: timedelta(hours=24),
}
"""How soon an incident has to be with the right group, by priority."""

LONGEST_FIELD = 10_000
LONGEST_NAME = 200
"""Characters of an incident number or of a group."""
_TITLE_LENGTH = 200
_YEARS = range(1970, 2200)

_NOT_TEXT = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"  # control characters but tab and line ends
    "\u202a-\u202e\u2066-\u2069"  # marks that turn the direction of text and can disguise it
    "\ud800-\udfff\ufffe\uffff]"
)
_LINE_END = re.compile(r"[\t\r\n]")
_TIME = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d([.,]\d{1,6})?)?(Z|[+-]\d\d(:?\d\d)?)?", re.ASCII
)


class IncidentIntake:
    """Reads one row of the format into a signal and, where it tells one, a label."""

    columns: tuple[str, ...] = ("case_id", *FACT_COLUMNS, *LABEL_COLUMNS)
    required: tuple[str, ...] = ("case_id", "opened_at", "priority")

    def read(self, row: Mapping[str, str]) -> Incoming:
        """Check one row and make a signal of it.

        Args:
            row: Text by column; a column that is absent counts as empty.

        Raises:
            IntakeError: The message names the column and says what is wrong.
        """
        check_columns(list(row), self)
        fields = {name: _text(name, value) for name, value in row.items()}
        told = {name: value for name, value in fields.items() if value}
        for name in self.required:
            if name not in told:
                raise IntakeError(f"{name} is missing.", column=name)
        number = _name("case_id", told["case_id"])
        opened_at = _time("opened_at", told["opened_at"])
        priority = _priority(told["priority"])
        signal = Signal(
            source=SOURCE,
            source_id=number,
            case_type=CASE_TYPE,
            title=_title(number, told),
            as_of=opened_at,
            priority=priority,
            payload=_payload(told, opened_at, priority),
            due_at=opened_at + DUE_IN[priority],
        )
        return Incoming(signal=signal, label=_label(number, opened_at, told))


def _text(name: str, value: str) -> str:
    if len(value) > LONGEST_FIELD:
        raise IntakeError(
            f"{name} has {len(value):,} characters; at most {LONGEST_FIELD:,} are allowed.",
            column=name,
        )
    bad = _NOT_TEXT.search(value)
    if bad is not None:
        raise IntakeError(
            f"{name} holds the control character U+{ord(bad.group()):04X} at position "
            f"{bad.start() + 1}.",
            column=name,
        )
    return value.strip()


def _name(column: str, value: str) -> str:
    if len(value) > LONGEST_NAME:
        raise IntakeError(
            f"{column} has {len(value):,} characters; at most {LONGEST_NAME} are allowed.",
            column=column,
        )
    if _LINE_END.search(value):
        raise IntakeError(f"{column} holds a tab or a line end.", column=column)
    return value


def _time(column: str, value: str) -> datetime:
    try:
        if _TIME.fullmatch(value) is None:
            raise ValueError("another form")
        moment = datetime.fromisoformat(value)
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise IntakeError(
            f"{column} is not a possible date and time: {_shown(value)}; write "
            "2016-02-29T01:16, in UTC or with an offset.",
            column=column,
        ) from None
    if moment.year not in _YEARS:
        raise IntakeError(f"{column} lies in the year {moment.year}.", column=column)
    return moment


def _priority(value: str) -> int:
    for number, words in PRIORITIES.items():
        if value == str(number) or value.lower() == words.lower():
            return number
    raise IntakeError(
        f"priority is unknown: {_shown(value)}; known are {', '.join(PRIORITIES.values())}.",
        column="priority",
    )


def _payload(told: Mapping[str, str], opened_at: datetime, priority: int) -> dict[str, str]:
    """The facts of the row in one form, so that the same content has the same digest."""
    payload = {name: told[name] for name in FACT_COLUMNS if name in told}
    payload["opened_at"] = opened_at.isoformat()
    payload["priority"] = PRIORITIES[priority]
    if "initial_assignment_group" in payload:
        _name("initial_assignment_group", payload["initial_assignment_group"])
    return payload


def _label(number: str, opened_at: datetime, told: Mapping[str, str]) -> Label | None:
    if "y_final_group" not in told:
        return None
    if "label_known_at" not in told:
        raise IntakeError(
            "label_known_at is missing, although y_final_group is set.", column="label_known_at"
        )
    known_at = _time("label_known_at", told["label_known_at"])
    if known_at < opened_at:
        raise IntakeError("label_known_at lies before opened_at.", column="label_known_at")
    return Label(
        desk=DESK,
        source=SOURCE,
        source_id=number,
        value=_name("y_final_group", told["y_final_group"]),
        known_at=known_at,
    )


def _title(number: str, told: Mapping[str, str]) -> str:
    parts = [told[name] for name in ("category", "u_symptom", "location") if name in told]
    title = " ".join(" / ".join(parts).split()) or f"Incident {number}"
    return title if len(title) <= _TITLE_LENGTH else title[: _TITLE_LENGTH - 1] + "…"


def _shown(value: str) -> str:
    return repr(value if len(value) <= 60 else value[:60] + "…")
