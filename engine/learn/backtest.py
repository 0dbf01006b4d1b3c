"""The backtest: what the frozen procedure would have done, judged on cases it had not seen.

Lives here: the replay in time order and its judgement. Must not live here: reading files (the
desk's intake), texts (`backtest_text`), figures and intervals (`backtest_figures`), or any way
to see a label early: the replay drives the same `RollingState` and `fit_precedent` as a live
worker, and a label goes in strictly after it became known.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Protocol

from engine.domain.precedent import FittedPrecedent, LabelledCase, PrecedentProcedure
from engine.errors import InvalidRequest
from engine.learn.backtest_figures import BacktestReport, Scored, judge
from engine.learn.fit_precedent import fit_precedent
from engine.learn.rolling import ResolvedPrediction, RollingState, due_moment

JUDGED_SHARE = 0.3
"""Share of the labelled cases that is judged: the latest by opening time."""


class BatchPredictions(Protocol):
    """What a predictor gives for many cases (`engine.reason.precedent.Predictions`)."""

    @property
    def groups(self) -> tuple[tuple[str, ...], ...]:
        """Best groups of each case, best first."""
        ...

    @property
    def probabilities(self) -> tuple[tuple[float, ...], ...]:
        """Their probabilities."""
        ...


class Predictor(Protocol):
    """Predicts many cases with one fit (`engine.reason.precedent.predict_batch`)."""

    def __call__(
        self, fitted: FittedPrecedent, cases: Sequence[Mapping[str, str]], /
    ) -> BatchPredictions:
        """Predict cases; each as if it were alone."""
        ...


class Fitter(Protocol):
    """Learns what was known at a moment (`engine.learn.fit_precedent.fit_precedent`)."""

    def __call__(
        self, rows: Sequence[LabelledCase], procedure: PrecedentProcedure, as_of: datetime, /
    ) -> FittedPrecedent | None:
        """Give the fit in force from that moment on; None with too few known cases."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class _Guess:
    case: LabelledCase
    group: str
    raw: float
    fitted_as_of: datetime | None


def backtest(
    rows: Sequence[LabelledCase],
    procedure: PrecedentProcedure,
    target: float,
    *,
    predict: Predictor,
) -> BacktestReport:
    """Replay labelled cases in time order and judge the latest 30 %.

    Args:
        rows: Labelled cases in any order; those without a label are left out.
        procedure: The frozen procedure; its features say which facts are used.
        target: Highest allowed error among executed cases, between 0 and 1.
        predict: How a fit predicts; a sibling stage's, so it is handed in.

    Raises:
        InvalidRequest: The target is not between 0 and 1, a case comes twice, or there are too
            few labelled cases to judge any.
    """
    return backtest_targets(rows, procedure, (target,), predict=predict)[0]


def backtest_targets(
    rows: Sequence[LabelledCase],
    procedure: PrecedentProcedure,
    targets: Sequence[float],
    *,
    predict: Predictor,
    fit: Fitter = fit_precedent,
) -> tuple[BacktestReport, ...]:
    """Give what `backtest` gives for each target, fitting once for all of them.

    Args:
        rows: As `backtest`.
        procedure: As `backtest`.
        targets: Highest allowed errors, each for a report.
        predict: As `backtest`.
        fit: How a fit is made; other than by default where fits are at hand already.

    Raises:
        InvalidRequest: As `backtest`.
    """
    cases = sorted((row for row in rows if row.label), key=_opened)
    _check(cases, targets)
    first = int(len(cases) * (1.0 - JUDGED_SHARE))
    guesses = tuple(_guesses(cases, procedure, predict, fit))
    refits = len({guess.fitted_as_of for guess in guesses if guess.fitted_as_of})
    followed = tuple(_follow(guesses, procedure, targets))[first:]
    return judge(
        tuple(zip(targets, zip(*followed, strict=True), strict=True)),
        procedure,
        labelled=len(cases),
        refits=refits,
    )


def replay(
    cases: Sequence[LabelledCase],
    procedure: PrecedentProcedure,
    target: float,
    *,
    predict: Predictor,
) -> Iterator[Scored]:
    """Give each case as the procedure would have answered it when it was opened.

    Args:
        cases: Labelled cases by opening time and id.
        procedure: The frozen procedure.
        target: Highest allowed error among executed cases.
        predict: How a fit predicts.
    """
    guesses = _guesses(cases, procedure, predict, fit_precedent)
    for (scored,) in _follow(guesses, procedure, (target,)):
        yield scored


def _follow(
    guesses: Iterable[_Guess], procedure: PrecedentProcedure, targets: Sequence[float]
) -> Iterator[tuple[Scored, ...]]:
    """Merge cases as they open with labels as they become known; one answer for each target."""
    state = RollingState(procedure)
    waiting: list[tuple[datetime, str, ResolvedPrediction]] = []
    for guess in guesses:
        while waiting and waiting[0][0] < guess.case.observed_at:
            state.observe_label(heapq.heappop(waiting)[2])
        yield tuple(_score(guess, state, target) for target in targets)
        if guess.fitted_as_of:
            resolved = _resolved(guess)
            heapq.heappush(waiting, (resolved.known_at, resolved.case_id, resolved))


def _guesses(
    cases: Sequence[LabelledCase],
    procedure: PrecedentProcedure,
    predict: Predictor,
    fit: Fitter,
) -> Iterator[_Guess]:
    """Predict each case by the fit in force when it was opened."""
    for moment, group in groupby(
        cases, key=lambda case: due_moment(case.observed_at, procedure.refit_hours)
    ):
        batch = tuple(group)
        fitted = fit(cases, procedure, moment)
        if fitted is None:
            yield from (_Guess(case=case, group="", raw=0.0, fitted_as_of=None) for case in batch)
            continue
        answers = predict(fitted, [case.features for case in batch])
        for case, groups, shares in zip(batch, answers.groups, answers.probabilities, strict=True):
            yield _Guess(case=case, group=groups[0], raw=shares[0], fitted_as_of=moment)


def _score(guess: _Guess, state: RollingState, target: float) -> Scored:
    at = guess.case.observed_at
    calibration = state.calibration_at(at)
    threshold = state.threshold_at(at, target)
    may = calibration.is_calibrated and threshold.may_execute(guess.raw)
    return Scored(
        case_id=guess.case.case_id,
        cell=guess.case.cell,
        observed_at=at,
        predicted=guess.group,
        label=guess.case.label,
        raw=guess.raw,
        confidence=calibration.apply_one(guess.raw),
        cut=threshold.cut,
        is_executed=bool(guess.fitted_as_of) and may,
        fitted_as_of=guess.fitted_as_of,
    )


def _resolved(guess: _Guess) -> ResolvedPrediction:
    return ResolvedPrediction(
        case_id=guess.case.case_id,
        # A label dated before its case was opened cannot have been of use before it.
        known_at=max(guess.case.label_known_at, guess.case.observed_at),
        raw_confidence=guess.raw,
        is_correct=guess.group == guess.case.label,
    )


def _check(cases: Sequence[LabelledCase], targets: Sequence[float]) -> None:
    for target in targets:
        if not 0.0 < target < 1.0:
            raise InvalidRequest(f"a target error lies between 0 and 1, not {target!s}")
    if len(cases) < 10:
        raise InvalidRequest(f"a backtest needs at least 10 labelled cases, not {len(cases)}")
    if len({case.case_id for case in cases}) != len(cases):
        raise InvalidRequest("a case comes twice: a backtest needs each case once")


def _opened(case: LabelledCase) -> tuple[datetime, str]:
    return case.observed_at, case.case_id
