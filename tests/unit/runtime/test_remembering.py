"""Remembering: memory judges itself on every case, by what was known when it came in."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from engine.desks.orders.desk import NO_FIT
from engine.domain.memory import MemoryProcedure, Remembered
from engine.reason.memory_reasoner import Recall
from engine.runtime.remembering import Remembering

START = datetime(2026, 3, 2, tzinfo=UTC)
RECALL = Recall(
    features=lambda case, facts: {},
    text=lambda facts: "",
    options=lambda case, facts: {},
    procedure=MemoryProcedure(nearest=5, least=5, text_share=0.0),
)


def row(number: int, label: str = "north") -> Remembered:
    """Six an hour; right is known a day later."""
    at = START + timedelta(minutes=10 * number)
    return Remembered(
        case_id=f"{number:04d}",
        source_id=f"T{number}",
        kind="real ticket",
        observed_at=at,
        known_at=at + timedelta(days=1),
        label=label,
        features={"site": label},
        text="",
        options=frozenset({"north", "south"}),
        done="done",
        settled_at=at + timedelta(days=1),
    )


def remembering(rows: list[Remembered], days: int) -> Remembering:
    """Asked at the beginning of each day."""
    made = Remembering(RECALL, NO_FIT)
    for day in range(1, days + 1):
        at = made.due(START + timedelta(days=day))
        made.tell(one for one in rows if one.known_at < at)
        made.renew(at)
        made.present(at)
    return made


def test_memory_judges_itself_before_it_acts() -> None:
    rows = [row(number) for number in range(6 * 24 * 3)]
    state = remembering(rows, 4).state
    now = START + timedelta(days=4)
    calibration, threshold = state.calibration_at(now), state.threshold_at(now, 0.05)
    # The first day had nothing to go by, and five cases had to be known before a first answer.
    assert threshold.resolved == 2 * 6 * 24 - 5
    assert threshold.errors == 0
    assert threshold.cut is not None
    assert calibration.is_calibrated


def test_wrong_answers_close_the_way() -> None:
    """The same facts, and a truth that turns about: memory learns that it does not know."""
    rows = [row(number) for number in range(6 * 24)]
    turned = [
        replace(row(number, "south"), features={"site": "north"})
        for number in range(6 * 24, 6 * 24 * 2)
    ]
    now = START + timedelta(days=3)
    threshold = remembering([*rows, *turned], 3).state.threshold_at(now, 0.05)
    assert (threshold.cut, threshold.resolved) == (None, 6 * 24 - 5)


def test_later_truths_change_nothing_earlier() -> None:
    rows = [row(number) for number in range(6 * 24 * 3)]
    soon = START + timedelta(days=2)
    known = [one for one in rows if one.known_at < soon]
    later = [replace(one, label="south") for one in rows if one.known_at >= soon]
    states = [remembering(told, 2) for told in (known, [*known, *later])]
    libraries = [one.library for one in states]
    assert libraries[0]
    assert libraries[1]
    assert libraries[0].digest == libraries[1].digest
    found = [one.state.threshold_at(soon, 0.05) for one in states]
    assert found[0] == found[1]
