"""The backtest: what is judged, how it is counted, and what its forms hold."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import numpy as np
import pytest

from engine.domain.precedent import FittedPrecedent, LabelledCase, PrecedentProcedure
from engine.errors import InvalidRequest
from engine.govern.scores import area_under_risk_coverage, brier
from engine.learn.backtest import backtest, backtest_targets
from engine.learn.backtest_figures import BacktestReport
from engine.learn.backtest_text import PREDICTION_COLUMNS, prediction_rows, render_text
from engine.learn.fit_precedent import fit_precedent
from engine.learn.precedent_encode import hash_cases, known_cases
from engine.reason.precedent import predict_batch
from tests.unit.learn.made_cases import PROCEDURE, made_cases

CASES = made_cases(900)


class Fitted:
    """Fits as the backtest does, but what it fitted on the very same cases before."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str, datetime], FittedPrecedent | None] = {}

    def __call__(
        self, rows: Sequence[LabelledCase], procedure: PrecedentProcedure, as_of: datetime, /
    ) -> FittedPrecedent | None:
        learned_from = hash_cases(known_cases(rows, procedure, as_of), procedure.features)
        at = (procedure.identity, learned_from, as_of)
        if at not in self._kept:
            self._kept[at] = fit_precedent(rows, procedure, as_of)
        return self._kept[at]


FITTED = Fitted()


def judged(cases: Sequence[LabelledCase], target: float = 0.15) -> BacktestReport:
    """A backtest that fits nothing twice."""
    return backtest_targets(cases, PROCEDURE, (target,), predict=predict_batch, fit=FITTED)[0]


@pytest.fixture(scope="module")
def report() -> BacktestReport:
    return judged(CASES)


@pytest.fixture(scope="module")
def tight() -> BacktestReport:
    return judged(CASES, 0.06)


def test_latest_share_of_cases_is_judged(report: BacktestReport) -> None:
    assert report.labelled == 900
    assert [one.case_id for one in report.predictions] == [case.case_id for case in CASES[630:]]
    assert report.overall.n == 270


def test_development_file_size_gives_its_judged_count() -> None:
    assert 15717 - int(15717 * 0.7) == 4716


def test_order_of_rows_changes_nothing(report: BacktestReport) -> None:
    again = backtest(CASES[::-1], PROCEDURE, 0.15, predict=predict_batch)
    assert again == report


def test_learnable_rule_is_learned(report: BacktestReport) -> None:
    assert report.overall.top1.value > 0.8
    assert report.keeps_target


def test_figures_follow_from_the_predictions(report: BacktestReport) -> None:
    confidence = np.array([one.confidence for one in report.predictions])
    correct = np.array([one.is_correct for one in report.predictions], dtype=float)
    executed = [one for one in report.predictions if one.is_executed]
    assert report.brier.value == brier(confidence, correct)
    assert report.aurc.value == area_under_risk_coverage(confidence, correct)
    assert report.overall.executed == len(executed)
    assert report.overall.errors == sum(not one.is_correct for one in executed)


def test_every_figure_lies_in_its_interval(report: BacktestReport) -> None:
    overall = report.overall
    for figure in (overall.top1, overall.coverage, report.brier, report.aurc):
        assert figure.lower <= figure.value <= figure.upper


def test_cells_are_counted_apart() -> None:
    halves = [replace(case, cell="a" if number % 2 else "b") for number, case in enumerate(CASES)]
    report = judged(halves)
    assert [(cell.cell, cell.n) for cell in report.cells] == [("a", 135), ("b", 135)]
    assert sum(cell.executed for cell in report.cells) == report.overall.executed


def test_unlabelled_cases_are_not_judged(report: BacktestReport) -> None:
    unknown = tuple(replace(case, case_id="U" + case.case_id, label="") for case in CASES[:50])
    assert judged((*CASES, *unknown)) == report


def test_tighter_target_executes_less(report: BacktestReport, tight: BacktestReport) -> None:
    assert tight.overall.executed < report.overall.executed
    assert tight.aurc == report.aurc


def test_several_targets_equal_one_by_one(report: BacktestReport, tight: BacktestReport) -> None:
    several = backtest_targets(CASES, PROCEDURE, (0.06, 0.15), predict=predict_batch, fit=FITTED)
    assert several == (tight, report)


def test_too_little_history_executes_nothing() -> None:
    report = backtest(CASES[:30], PROCEDURE, 0.15, predict=predict_batch)
    assert report.overall.executed == 0
    assert report.overall.realised_error is None
    assert "nothing was executed" in render_text(report)


@pytest.mark.parametrize(
    ("cases", "target", "message"),
    [
        pytest.param(CASES[:5], 0.1, "at least 10", id="too few"),
        pytest.param((), 0.1, "at least 10", id="none"),
        pytest.param(CASES, 0.0, "between 0 and 1", id="target zero"),
        pytest.param((*CASES, CASES[0]), 0.1, "twice", id="one twice"),
    ],
)
def test_impossible_requests_are_refused(cases, target: float, message: str) -> None:
    with pytest.raises(InvalidRequest, match=message):
        backtest(cases, PROCEDURE, target, predict=predict_batch)


def test_text_holds_every_main_figure(report: BacktestReport) -> None:
    text = render_text(report)
    for word in ("top-1", "ECE", "Brier", "AURC", "coverage", "realised error", "target 15%"):
        assert word in text
    assert max(map(len, text.splitlines())) <= 78


def test_json_form_is_plain_json(report: BacktestReport) -> None:
    plain = json.loads(json.dumps(report.to_json(with_predictions=True)))
    assert plain["overall"]["n"] == 270
    assert plain["predictions"][0]["case_id"] == "C00630"
    assert "predictions" not in report.to_json()


def test_prediction_rows_say_executed_as_digit(report: BacktestReport) -> None:
    rows = list(prediction_rows(report))
    assert PREDICTION_COLUMNS == ("case_id", "predicted", "confidence", "executed")
    assert {row[3] for row in rows} == {"0", "1"}
    assert [float(row[2]) for row in rows] == [one.confidence for one in report.predictions]


def test_text_counts_what_was_answered(report: BacktestReport) -> None:
    assert "answered   270 of 270\n" in render_text(report)


def test_unanswered_rows_are_counted_in_words() -> None:
    late = replace(PROCEDURE, minimum_rows=700)
    report = backtest(CASES, late, 0.15, predict=predict_batch)
    missing = report.overall.n - report.answered
    assert 0 < missing < 270
    assert f"{missing} came before the first fit" in render_text(report)


def test_text_without_any_fit_names_what_is_needed() -> None:
    report = backtest(CASES, replace(PROCEDURE, minimum_rows=2000), 0.15, predict=predict_batch)
    said = render_text(report)
    assert report.answered == 0
    assert "too few labelled rows.\nIt takes 2000" in said
    assert "holds 900 in all" in said
    assert "0.0000" not in said


def test_closed_rule_says_why_nothing_ran() -> None:
    said = render_text(judged(CASES, 0.001))
    assert "nothing was executed, because the rule stayed closed" in said
    assert "confidence\n  keeps the error at or under 0.1%" in said
