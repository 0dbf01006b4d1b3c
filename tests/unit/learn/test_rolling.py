"""The rolling state: schedules, the strict order of time, and what labels change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from engine.errors import InvalidRequest
from engine.learn.rolling import ResolvedPrediction, RollingState, due_moment
from tests.unit.learn.made_cases import PROCEDURE, START

HOUR = timedelta(hours=1)


def _resolved(number: int, at: datetime, *, raw: float = 0.9, right: bool = True):
    return ResolvedPrediction(
        case_id=f"C{number:05d}", known_at=at, raw_confidence=raw, is_correct=right
    )


def _filled(count: int = 400) -> RollingState:
    state = RollingState(PROCEDURE)
    for number in range(count):
        raw = 0.5 + 0.45 * (number % 10) / 9
        right = number % 10 > 4 or number % 3 == 0
        state.observe_label(_resolved(number, START + number * HOUR, raw=raw, right=right))
    return state


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        pytest.param(24, datetime(2024, 3, 4, tzinfo=UTC), id="daily"),
        pytest.param(6, datetime(2024, 3, 4, 12, tzinfo=UTC), id="every six hours"),
        pytest.param(168, datetime(2024, 2, 29, tzinfo=UTC), id="weekly"),
    ],
)
def test_due_moment_follows_the_calendar(hours: int, expected: datetime) -> None:
    assert due_moment(datetime(2024, 3, 4, 13, 37, tzinfo=UTC), hours) == expected


def test_due_moment_is_its_own_latest() -> None:
    assert due_moment(START, 24) == START


def test_due_moment_refuses_a_naive_time() -> None:
    with pytest.raises(InvalidRequest, match="zone"):
        due_moment(START.replace(tzinfo=None), 24)


def test_refit_is_due_once_a_day() -> None:
    state = RollingState(PROCEDURE)
    at = START + 30 * HOUR
    assert state.refit_due(at, None) == START + 24 * HOUR
    assert state.refit_due(at, START) == START + 24 * HOUR
    assert state.refit_due(at, START + 24 * HOUR) is None


def test_without_labels_nothing_may_execute() -> None:
    state = RollingState(PROCEDURE)
    assert not state.calibration_at(START).is_calibrated
    assert state.threshold_at(START, 0.1).cut is None


def test_label_counts_only_strictly_later() -> None:
    state = _filled(30)
    assert not state.calibration_at(START + 29 * HOUR).is_calibrated
    assert state.calibration_at(START + 29.1 * HOUR).is_calibrated


def test_threshold_changes_only_on_schedule() -> None:
    state = _filled()
    morning = state.threshold_at(START + 300.1 * HOUR, 0.4)
    assert state.threshold_at(START + 311.9 * HOUR, 0.4) is morning
    assert state.threshold_at(START + 312 * HOUR, 0.4).resolved > morning.resolved


def test_threshold_looks_at_the_latest_window() -> None:
    state = RollingState(PROCEDURE)
    for number in range(PROCEDURE.threshold_window + 50):
        state.observe_label(_resolved(number, START + number * HOUR))
    resolved = state.threshold_at(START + timedelta(days=60), 0.1).resolved
    assert resolved == PROCEDURE.threshold_window


def test_early_labels_give_the_same_answers() -> None:
    early, late = _filled(), RollingState(PROCEDURE)
    fed = 0
    for hours in range(0, 400, 7):
        at = START + hours * HOUR
        while fed < 400 and START + fed * HOUR < at:
            raw = 0.5 + 0.45 * (fed % 10) / 9
            right = fed % 10 > 4 or fed % 3 == 0
            late.observe_label(_resolved(fed, START + fed * HOUR, raw=raw, right=right))
            fed += 1
        assert late.calibration_at(at) == early.calibration_at(at)
        assert late.threshold_at(at, 0.3) == early.threshold_at(at, 0.3)


def test_labels_out_of_order_are_refused() -> None:
    state = _filled(3)
    with pytest.raises(InvalidRequest, match="order"):
        state.observe_label(_resolved(9, START))


def test_label_before_an_answer_is_refused() -> None:
    state = RollingState(PROCEDURE)
    state.calibration_at(START + 5 * HOUR)
    with pytest.raises(InvalidRequest, match="too late"):
        state.observe_label(_resolved(1, START + 4 * HOUR))


def test_questions_back_in_time_are_refused() -> None:
    state = _filled(3)
    state.threshold_at(START + 5 * HOUR, 0.1)
    with pytest.raises(InvalidRequest, match="order of time"):
        state.calibration_at(START)
