"""No label leaks: scrambling labels known later leaves every earlier answer as it was."""

from __future__ import annotations

import csv
import gzip
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import takewhile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.desks.incidents.procedure import PROCEDURE as INCIDENTS
from engine.domain.precedent import LabelledCase, PrecedentProcedure
from engine.learn.backtest import replay
from engine.learn.backtest_figures import Scored
from engine.learn.fit_precedent import fit_precedent
from engine.reason.precedent import predict_batch
from tests.unit.learn.made_cases import PROCEDURE, START, made_cases

MADE = made_cases(500)
REAL = Path(__file__).parents[3] / "shared" / "data" / "uci_incidents_dev.csv.gz"


def _scrambled(
    cases: tuple[LabelledCase, ...], moment: datetime, *, also_times: bool
) -> tuple[LabelledCase, ...]:
    """Give each label known at or after the moment to another case, or make it another word."""
    late = [case for case in cases if case.label_known_at >= moment]
    other = {
        case.case_id: late[(position * 7 + 3) % len(late)].label + "?"
        for position, case in enumerate(late)
    }
    shift = timedelta(hours=9) if also_times else timedelta(0)
    return tuple(
        replace(case, label=other[case.case_id], label_known_at=case.label_known_at + shift)
        if case.case_id in other
        else case
        for case in cases
    )


def _answers(
    cases: tuple[LabelledCase, ...], procedure: PrecedentProcedure, until: datetime
) -> list[str]:
    """What was answered before a moment, to the last bit; nothing is answered after it."""
    answers = replay(cases, procedure, 0.15, predict=predict_batch)
    return [_bits(one) for one in takewhile(lambda one: one.observed_at <= until, answers)]


def _bits(one: Scored) -> str:
    return repr(
        (one.case_id, one.predicted, one.raw.hex(), one.confidence.hex(), one.cut, one.is_executed)
    )


@cache
def untouched() -> list[str]:
    """At the first use and not as this is imported, which every process does that collects."""
    return _answers(MADE, PROCEDURE, datetime.max.replace(tzinfo=UTC))


@settings(max_examples=6, deadline=None)
@given(minutes=st.integers(1440, 22000), also_times=st.booleans())
def test_later_labels_change_no_earlier_answer(minutes: int, also_times: bool) -> None:
    moment = START + timedelta(minutes=minutes)
    scrambled = _answers(_scrambled(MADE, moment, also_times=also_times), PROCEDURE, moment)
    assert scrambled == untouched()[: len(scrambled)]


def test_scrambling_does_change_later_answers() -> None:
    moment = START + timedelta(days=4)
    end = datetime.max.replace(tzinfo=UTC)
    assert _answers(_scrambled(MADE, moment, also_times=False), PROCEDURE, end) != untouched()


@pytest.fixture(scope="module")
def real_cases() -> tuple[LabelledCase, ...]:
    if not REAL.exists():
        pytest.skip(f"the shared data is not there: {REAL}")
    with gzip.open(REAL, "rt", encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row["y_final_group"]]
    return tuple(
        sorted(
            (
                LabelledCase(
                    case_id=row["case_id"],
                    observed_at=datetime.fromisoformat(row["opened_at"]).replace(tzinfo=UTC),
                    label_known_at=datetime.fromisoformat(row["label_known_at"]).replace(
                        tzinfo=UTC
                    ),
                    features={name: row[name] for name in INCIDENTS.features},
                    label=row["y_final_group"],
                )
                for row in rows
            ),
            key=lambda case: (case.observed_at, case.case_id),
        )
    )


def test_real_labels_never_reach_earlier_answers(real_cases: tuple[LabelledCase, ...]) -> None:
    early, moment = real_cases[:1800], datetime(2016, 3, 5, 13, 30, tzinfo=UTC)
    scrambled = _answers(_scrambled(early, moment, also_times=False), INCIDENTS, moment)
    assert scrambled == _answers(early, INCIDENTS, moment)


@pytest.mark.parametrize(
    "moment",
    [
        pytest.param(datetime(2016, 3, 10, tzinfo=UTC), id="second week"),
        pytest.param(datetime(2016, 3, 24, tzinfo=UTC), id="fourth week"),
    ],
)
def test_real_fits_see_no_later_label(
    real_cases: tuple[LabelledCase, ...], moment: datetime
) -> None:
    fitted = fit_precedent(real_cases, INCIDENTS, moment)
    scrambled = fit_precedent(_scrambled(real_cases, moment, also_times=True), INCIDENTS, moment)
    assert fitted
    assert scrambled
    assert scrambled.to_bytes() == fitted.to_bytes()
