"""Intake of order cases: what a row becomes, and what is wrong with a bad one, by name."""

from datetime import UTC, datetime

import pytest

from engine.desks.orders.intake import LABEL_COLUMNS, OrderIntake
from engine.domain.outcome import Label
from engine.errors import IntakeError

ROW = {
    "source": "carrier",
    "id": "C-1",
    "case_type": "address_undeliverable",
    "order_id": "A1",
    "opened_at": "2026-03-02T09:00",
}
FULL = {
    **ROW,
    "priority": "2",
    "due_at": "2026-03-03T09:00Z",
    "customer_message": " Hello,\nI moved. ",
    "carrier_notice": "recipient unknown",
    "detector_note": "rule 7",
    "line": "2",
    "other_order_id": "A2",
    "score": "0.85",
    "y_resolution": "correct_address",
    "label_known_at": "2026-03-09T09:00",
}


def test_row_becomes_a_signal_and_a_label() -> None:
    incoming = OrderIntake().read(FULL)
    signal = incoming.signal
    assert (signal.source, signal.source_id, signal.case_type) == (
        "carrier",
        "C-1",
        ROW["case_type"],
    )
    assert (signal.priority, signal.title) == (2, "Address undeliverable: A1")
    assert signal.due_at == datetime(2026, 3, 3, 9, tzinfo=UTC)
    assert signal.payload == {
        "order_id": "A1",
        "opened_at": "2026-03-02T09:00:00+00:00",
        "customer_message": "Hello,\nI moved.",
        "carrier_notice": "recipient unknown",
        "detector_note": "rule 7",
        "line": 2,
        "other_order_id": "A2",
        "score": 0.85,
    }
    assert incoming.label == Label(
        desk="orders",
        source="carrier",
        source_id="C-1",
        value="correct_address",
        known_at=datetime(2026, 3, 9, 9, tzinfo=UTC),
    )


def test_shortest_row_is_enough() -> None:
    incoming = OrderIntake().read(ROW)
    assert incoming.label is None
    assert incoming.signal.priority == 3
    assert incoming.signal.due_at == datetime(2026, 3, 3, 9, tzinfo=UTC)


def test_label_is_no_part_of_the_signal() -> None:
    without = {name: value for name, value in FULL.items() if name not in LABEL_COLUMNS}
    assert OrderIntake().read(without).signal == OrderIntake().read(FULL).signal


BAD: dict[str, tuple[dict[str, str], str, str]] = {
    "no order": ({"order_id": ""}, "order_id", "missing"),
    "unknown column": ({"colour": "red"}, "colour", "Unknown column"),
    "unknown source": ({"source": "post"}, "source", "known are shop, carrier"),
    "unknown type": ({"case_type": "late"}, "case_type", "known are address_undeliverable"),
    "odd order": ({"order_id": "A 1"}, "order_id", "not an order's name"),
    "odd time": ({"opened_at": "yesterday"}, "opened_at", "not a possible date"),
    "odd priority": ({"priority": "6"}, "priority", "1 (most urgent) to 5"),
    "due before": ({"due_at": "2026-03-01T09:00"}, "due_at", "before opened_at"),
    "odd line": ({"line": "0"}, "line", "1 to 100"),
    "line in words": ({"line": "two"}, "line", "not a line's number"),
    "odd score": ({"score": "1.2"}, "score", "from 0 to 1"),
    "score in words": ({"score": "nan"}, "score", "from 0 to 1"),
    "itself": ({"other_order_id": "A1"}, "other_order_id", "the order itself"),
    "long text": ({"customer_message": "x" * 10_001}, "customer_message", "10,001 characters"),
    "control": ({"carrier_notice": "a\x00b"}, "carrier_notice", "U+0000"),
    "turned text": ({"customer_message": "a\u202eb"}, "customer_message", "U+202E"),
    "line end in id": ({"id": "a\nb"}, "id", "line end"),
    "unknown label": ({"y_resolution": "shrug"}, "y_resolution", "known are correct_address"),
    "no time of label": ({"label_known_at": ""}, "label_known_at", "missing"),
    "label before": ({"label_known_at": "2026-03-01T09:00"}, "label_known_at", "before opened_at"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_row_names_column_and_reason(case: str) -> None:
    changes, column, words = BAD[case]
    with pytest.raises(IntakeError) as refused:
        OrderIntake().read({**FULL, **changes})
    assert refused.value.facts["column"] == column
    assert words in refused.value.message
