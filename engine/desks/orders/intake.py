"""Intake of order cases: the columns of the file format, and what makes a row acceptable.

`y_resolution` tells the truth as it later became known. It makes a label, is kept out of the
signal, and counts from `label_known_at` on. Texts are data from strangers and are only kept here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import TypeVar

from engine.desk import Incoming
from engine.desks.orders.words import DESK, CaseType, Raised, Resolution
from engine.domain.canonical import Json
from engine.domain.case import Signal
from engine.domain.outcome import Label
from engine.errors import IntakeError
from engine.perceive.fields import name_field, shown, text_field, time_field
from engine.perceive.layout import check_columns

TEXT_COLUMNS = ("customer_message", "carrier_notice", "detector_note")
"""What customers, carriers and detectors wrote; facts quote these."""
LABEL_COLUMNS = ("y_resolution", "label_known_at")
USUAL_PRIORITY = 3

DUE_IN: Mapping[int, timedelta] = MappingProxyType(
    {
        1: timedelta(hours=2),
        2: timedelta(hours=8),
        3: timedelta(hours=24),
        4: timedelta(hours=48),
        5: timedelta(hours=120),
    }
)
"""How soon a case has to be resolved where `due_at` does not say it, by priority."""

TITLES: Mapping[CaseType, str] = MappingProxyType(
    {
        CaseType.ADDRESS_UNDELIVERABLE: "Address undeliverable",
        CaseType.STOCK_SHORT: "Stock short",
        CaseType.PAYMENT_MISMATCH: "Payment mismatch",
        CaseType.DELIVERED_NOT_RECEIVED: "Delivered, not received",
        CaseType.DUPLICATE_ORDER: "Duplicate order",
        CaseType.FRAUD_SUSPECTED: "Fraud suspected",
    }
)

_ORDER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_NUMBER = re.compile(r"[0-9]{1,3}")
_SCORE = re.compile(r"(0(\.[0-9]{1,12})?|1(\.0{1,12})?)")
_MOST_LINES = 100

E = TypeVar("E", bound=StrEnum)


class OrderIntake:
    """Reads one row of the format into a signal and, where it tells one, a label."""

    columns: tuple[str, ...] = (
        "source",
        "id",
        "case_type",
        "order_id",
        "opened_at",
        "priority",
        "due_at",
        *TEXT_COLUMNS,
        "line",
        "other_order_id",
        "score",
        *LABEL_COLUMNS,
    )
    required: tuple[str, ...] = ("source", "id", "case_type", "order_id", "opened_at")

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
        signal = _signal(told)
        return Incoming(signal=signal, label=_label(signal, told))


def _signal(told: Mapping[str, str]) -> Signal:
    case_type = _one_of(CaseType, "case_type", told["case_type"])
    opened_at = time_field("opened_at", told["opened_at"])
    priority = _priority(told.get("priority", str(USUAL_PRIORITY)))
    order_id = _order("order_id", told["order_id"])
    return Signal(
        source=_one_of(Raised, "source", told["source"]),
        source_id=name_field("id", told["id"]),
        case_type=case_type,
        title=f"{TITLES[case_type]}: {order_id}",
        as_of=opened_at,
        priority=priority,
        payload=_payload(told, order_id, opened_at),
        due_at=_due_at(told, opened_at, priority),
    )


def _payload(told: Mapping[str, str], order_id: str, opened_at: datetime) -> dict[str, Json]:
    """The checked fields in one form, so that the same content has the same digest."""
    payload: dict[str, Json] = {"order_id": order_id, "opened_at": opened_at.isoformat()}
    payload |= {name: told[name] for name in TEXT_COLUMNS if name in told}
    if "line" in told:
        payload["line"] = _line(told["line"])
    if "other_order_id" in told:
        payload["other_order_id"] = _other(told["other_order_id"], order_id)
    if "score" in told:
        payload["score"] = _score(told["score"])
    return payload


def _label(signal: Signal, told: Mapping[str, str]) -> Label | None:
    if "y_resolution" not in told:
        return None
    if "label_known_at" not in told:
        raise IntakeError(
            "label_known_at is missing, although y_resolution is set.", column="label_known_at"
        )
    known_at = time_field("label_known_at", told["label_known_at"])
    if known_at < signal.as_of:
        raise IntakeError("label_known_at lies before opened_at.", column="label_known_at")
    return Label(
        desk=DESK,
        source=signal.source,
        source_id=signal.source_id,
        value=_one_of(Resolution, "y_resolution", told["y_resolution"]),
        known_at=known_at,
    )


def _due_at(told: Mapping[str, str], opened_at: datetime, priority: int) -> datetime:
    if "due_at" not in told:
        return opened_at + DUE_IN[priority]
    due_at = time_field("due_at", told["due_at"])
    if due_at < opened_at:
        raise IntakeError("due_at lies before opened_at.", column="due_at")
    return due_at


def _one_of(words: type[E], column: str, value: str) -> E:
    try:
        return words(value)
    except ValueError:
        known = ", ".join(words)
        raise IntakeError(
            f"{column} is unknown: {shown(value)}; known are {known}.", column=column
        ) from None


def _priority(value: str) -> int:
    if value in {str(number) for number in DUE_IN}:
        return int(value)
    raise IntakeError(
        f"priority is unknown: {shown(value)}; write 1 (most urgent) to {max(DUE_IN)}.",
        column="priority",
    )


def _order(column: str, value: str) -> str:
    if _ORDER.fullmatch(value):
        return value
    raise IntakeError(
        f"{column} is not an order's name: {shown(value)}; 1 to 64 letters, digits, '.', '_' and "
        "'-' are allowed, beginning with a letter or digit.",
        column=column,
    )


def _other(value: str, order_id: str) -> str:
    if _order("other_order_id", value) == order_id:
        raise IntakeError("other_order_id is the order itself.", column="other_order_id")
    return value


def _line(value: str) -> int:
    if _NUMBER.fullmatch(value) and 1 <= int(value) <= _MOST_LINES:
        return int(value)
    raise IntakeError(
        f"line is not a line's number: {shown(value)}; write 1 to {_MOST_LINES}.", column="line"
    )


def _score(value: str) -> float:
    if _SCORE.fullmatch(value):
        return float(value)
    raise IntakeError(
        f"score is not a score: {shown(value)}; write a number from 0 to 1 such as 0.85.",
        column="score",
    )
