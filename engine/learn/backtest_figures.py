"""Figures of a backtest with 95 % intervals.

Lives here: what was answered case by case (`Scored`) and the report made of it. Must not live
here: the replay (`backtest`) or its text (`backtest_text`).

Shares have Clopper-Pearson intervals; the rest is bootstrapped by whole days, since cases of one
day resemble each other (evidence.md section 5). The generator is seeded: the same cases give the
same report.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.domain.precedent import PrecedentProcedure
from engine.errors import InvalidRequest
from engine.govern.binomial import clopper_pearson_interval
from engine.govern.scores import (
    area_under_risk_coverage,
    brier,
    expected_calibration_error,
    risk_coverage_curve,
)

Floats = NDArray[np.float64]

_DRAWS = 1000
_SEED = 20160229
_CURVE_POINTS = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Scored:
    """One case as the procedure answered it when it was opened, and what was right."""

    case_id: str
    cell: str
    observed_at: datetime
    predicted: str
    """Empty where there was no fit yet."""
    label: str
    raw: float
    confidence: float
    """Calibrated."""
    cut: float | None
    """Raw confidence that was enough at that moment."""
    is_executed: bool
    """Whether it would have run without a person."""
    fitted_as_of: datetime | None

    @property
    def is_answered(self) -> bool:
        """Whether there was a fit to answer with."""
        return self.fitted_as_of is not None

    @property
    def is_correct(self) -> bool:
        """Whether the prediction was right."""
        return self.predicted == self.label


@dataclass(frozen=True, kw_only=True, slots=True)
class Estimate:
    """A figure with its 95 % interval."""

    value: float
    lower: float
    upper: float


@dataclass(frozen=True, kw_only=True, slots=True)
class CellFigures:
    """What would have run without a person in one cell."""

    cell: str
    n: int
    top1: Estimate
    executed: int
    coverage: Estimate
    """Executed cases as a share of all."""
    errors: int
    """Wrong ones among the executed."""
    realised_error: Estimate | None
    """Errors as a share of the executed; None where nothing was executed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CurvePoint:
    """Cut at this confidence, and that share would run with that error."""

    confidence: float
    coverage: float
    error: float


@dataclass(frozen=True, kw_only=True, slots=True)
class BacktestReport:
    """What a frozen procedure would have done on the judged cases."""

    procedure: str
    """Identity of the procedure."""
    features: tuple[str, ...]
    target: float
    labelled: int
    """Labelled cases in all."""
    refits: int
    judged_from: datetime
    judged_until: datetime
    overall: CellFigures
    ece: Estimate
    brier: Estimate
    aurc: Estimate
    cells: tuple[CellFigures, ...]
    curve: tuple[CurvePoint, ...]
    answered: int
    """Judged cases that had a prediction; the rest were opened before there was a fit."""
    without_cut: int
    """Answered cases opened while no confidence was enough to act alone."""
    minimum_rows: int
    """Labelled cases that have to be known before the procedure makes a fit."""
    predictions: tuple[Scored, ...]
    """Judged cases in the order in which they were opened."""

    @property
    def keeps_target(self) -> bool:
        """Whether the realised error is at or under the target."""
        error = self.overall.realised_error
        return error is None or error.value <= self.target

    def to_json(self, *, with_predictions: bool = False) -> dict[str, Any]:
        """Give the report as JSON-able values; times as ISO 8601."""
        plain = asdict(self)
        predictions = plain.pop("predictions")
        plain["keeps_target"] = self.keeps_target
        plain["judged_from"] = self.judged_from.isoformat()
        plain["judged_until"] = self.judged_until.isoformat()
        if with_predictions:
            plain["predictions"] = [_plain_scored(one) for one in predictions]
        return plain


@dataclass(frozen=True, kw_only=True, slots=True)
class _Quality:
    """How good the confidences are, whatever may run with them."""

    ece: Estimate
    brier: Estimate
    aurc: Estimate
    curve: tuple[CurvePoint, ...]


def judge(
    answered: Sequence[tuple[float, Sequence[Scored]]],
    procedure: PrecedentProcedure,
    *,
    labelled: int,
    refits: int,
) -> tuple[BacktestReport, ...]:
    """Make the report of judged cases for each target.

    Args:
        answered: Targets, each with the same cases as answered under it; they differ in their cut
            and in what would have run, not in their confidences.
        procedure: The frozen procedure.
        labelled: Labelled cases in all.
        refits: How often the procedure was fitted.

    Raises:
        InvalidRequest: There is no case.
    """
    if not answered:
        return ()
    if not answered[0][1]:
        raise InvalidRequest("there is no case to judge")
    quality = _quality(answered[0][1])
    return tuple(
        _report(scored, procedure, target, quality, labelled=labelled, refits=refits)
        for target, scored in answered
    )


def _quality(scored: Sequence[Scored]) -> _Quality:
    confidence = np.array([one.confidence for one in scored])
    correct = np.array([one.is_correct for one in scored], dtype=np.float64)
    days = np.array([one.observed_at.toordinal() for one in scored])
    scores = (expected_calibration_error, brier, area_under_risk_coverage)
    ece, squared, area = _by_day(scores, confidence, correct, days)
    return _Quality(ece=ece, brier=squared, aurc=area, curve=_curve(confidence, correct))


def _report(
    scored: Sequence[Scored],
    procedure: PrecedentProcedure,
    target: float,
    quality: _Quality,
    *,
    labelled: int,
    refits: int,
) -> BacktestReport:
    cells = sorted({one.cell for one in scored})
    return BacktestReport(
        procedure=procedure.identity,
        features=procedure.features,
        target=target,
        labelled=labelled,
        refits=refits,
        judged_from=scored[0].observed_at,
        judged_until=scored[-1].observed_at,
        overall=_figures("", scored),
        ece=quality.ece,
        brier=quality.brier,
        aurc=quality.aurc,
        cells=tuple(_figures(cell, [one for one in scored if one.cell == cell]) for cell in cells),
        curve=quality.curve,
        answered=sum(one.is_answered for one in scored),
        without_cut=sum(one.is_answered and one.cut is None for one in scored),
        minimum_rows=procedure.minimum_rows,
        predictions=tuple(scored),
    )


def _figures(cell: str, scored: Sequence[Scored]) -> CellFigures:
    executed = [one for one in scored if one.is_executed]
    errors = sum(not one.is_correct for one in executed)
    return CellFigures(
        cell=cell,
        n=len(scored),
        top1=_share(sum(one.is_correct for one in scored), len(scored)),
        executed=len(executed),
        coverage=_share(len(executed), len(scored)),
        errors=errors,
        realised_error=_share(errors, len(executed)) if executed else None,
    )


def _share(hits: int, n: int) -> Estimate:
    interval = clopper_pearson_interval(hits, n)
    return Estimate(value=hits / n, lower=interval.lower, upper=interval.upper)


def _by_day(
    scores: Sequence[Callable[[Floats, Floats], float]],
    confidence: Floats,
    correct: Floats,
    days: NDArray[np.int64],
) -> tuple[Estimate, ...]:
    """Bootstrap scores by whole days, percentiles of 1,000 draws, the same draws for each."""
    blocks = [np.flatnonzero(days == day) for day in np.unique(days)]
    generator = np.random.default_rng(_SEED)
    drawn = np.empty((len(scores), _DRAWS))
    for draw in range(_DRAWS):
        chosen = generator.integers(len(blocks), size=len(blocks))
        rows = np.concatenate([blocks[at] for at in chosen])
        drawn_confidence, drawn_correct = confidence[rows], correct[rows]
        for place, score in enumerate(scores):
            drawn[place, draw] = score(drawn_confidence, drawn_correct)
    return tuple(
        _estimate(score(confidence, correct), values)
        for score, values in zip(scores, drawn, strict=True)
    )


def _estimate(value: float, drawn: Floats) -> Estimate:
    lower, upper = np.quantile(drawn, (0.025, 0.975))
    return Estimate(value=float(value), lower=float(lower), upper=float(upper))


def _curve(confidence: Floats, correct: Floats) -> tuple[CurvePoint, ...]:
    full = risk_coverage_curve(confidence, correct)
    size = full.coverage.size
    kept = np.unique(np.linspace(0, size - 1, min(size, _CURVE_POINTS)).round().astype(np.int64))
    return tuple(
        CurvePoint(
            confidence=float(full.threshold[at]),
            coverage=float(full.coverage[at]),
            error=float(full.risk[at]),
        )
        for at in kept
    )


def _plain_scored(one: dict[str, Any]) -> dict[str, Any]:
    at, fitted = one["observed_at"], one["fitted_as_of"]
    one["observed_at"] = at.isoformat()
    one["fitted_as_of"] = fitted.isoformat() if fitted else None
    return one
