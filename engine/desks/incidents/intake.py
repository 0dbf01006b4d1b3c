"""Intake of incidents: the columns of the file format, and what makes a row acceptable.

Columns that begin with `y_` tell the truth as it later became known. They make a label, are kept
out of the signal, and count from `label_known_at` on.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from engine.desk import Incoming
from engine.domain.case import Signal
from engine.domain.outcome import Label
from engine.errors import IntakeError
from engine.perceive.fields import name_field, shown, text_field, time_field
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

_TITLE_LENGTH = 200


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
        fields = {name: text_field(name, value) for name, value in row.items()}
        told = {name: value for name, value in fields.items() if value}
        for name in self.required:
            if name not in told:
                raise IntakeError(f"{name} is missing.", column=name)
        number = name_field("case_id", told["case_id"])
        opened_at = time_field("opened_at", told["opened_at"])
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


def _priority(value: str) -> int:
    for number, words in PRIORITIES.items():
        if value == str(number) or value.lower() == words.lower():
            return number
    raise IntakeError(
        f"priority is unknown: {shown(value)}; known are {', '.join(PRIORITIES.values())}.",
        column="priority",
    )


def _payload(told: Mapping[str, str], opened_at: datetime, priority: int) -> dict[str, str]:
    """The facts of the row in one form, so that the same content has the same digest."""
    payload = {name: told[name] for name in FACT_COLUMNS if name in told}
    payload["opened_at"] = opened_at.isoformat()
    payload["priority"] = PRIORITIES[priority]
    if "initial_assignment_group" in payload:
        name_field("initial_assignment_group", payload["initial_assignment_group"])
    return payload


def _label(number: str, opened_at: datetime, told: Mapping[str, str]) -> Label | None:
    if "y_final_group" not in told:
        return None
    if "label_known_at" not in told:
        raise IntakeError(
            "label_known_at is missing, although y_final_group is set.", column="label_known_at"
        )
    known_at = time_field("label_known_at", told["label_known_at"])
    if known_at < opened_at:
        raise IntakeError("label_known_at lies before opened_at.", column="label_known_at")
    return Label(
        desk=DESK,
        source=SOURCE,
        source_id=number,
        value=name_field("y_final_group", told["y_final_group"]),
        known_at=known_at,
    )


def _title(number: str, told: Mapping[str, str]) -> str:
    parts = [told[name] for name in ("category", "u_symptom", "location") if name in told]
    title = " ".join(" / ".join(parts).split()) or f"Incident {number}"
    return title if len(title) <= _TITLE_LENGTH else title[: _TITLE_LENGTH - 1] + "…"
