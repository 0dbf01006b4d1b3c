"""Forecast: what a policy may be expected to do in the days to come, and how sure that is.

Lives here: share run alone and error of a coming period. Must not live here: what it would have
done (`sides`), waiting and hours (`workload`).

Method. The basis are the last `BASIS_DAYS` days, for a desk that learns is not what it was a month
ago, judged with the rolling cuts in force *now*: the coming days will not be judged with old ones.
The share's band is the day bootstrap of `resample.predict_ratio`. The error's band is the wider of
two: the exact limits of `predict_errors` for as many cases as are to come, and the day bootstrap,
since errors of one day hang together. Both are widened to as far as the same method was off when it
is applied one basis earlier: what it would have said then, against what then happened.

Held on nine weeks of real incidents, of 95 % promised, for seven days to come, thresholds set by
hand from .6 to .9 and rolling ones from 5 to 20 %: share 80 % and error 82 % of 89 splits from the
fifth week on, 85 % and 85 % of 67 from the sixth. A desk that still learns moves further than its
own past shows, and a change of the model is outside of any band.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.govern.estimate import ErrorEstimate, estimate_error
from engine.govern.history import DecisionHistory
from engine.govern.local_time import Moments
from engine.govern.policy_set import PolicySet
from engine.govern.predict_errors import predict_errors
from engine.govern.replay import Replayed, Replaying
from engine.govern.replay_columns import Mask, Rows
from engine.govern.replay_rules import Cuts
from engine.govern.resample import Band, predict_ratio
from engine.govern.sides import Truths, truths_of

BASIS_DAYS = 14
"""Whole weeks, so that every weekday counts as often as the others."""
FUTURE_DAYS = 7


@dataclass(frozen=True, kw_only=True, slots=True)
class Forecast:
    """What to expect of a coming period."""

    basis_days: int
    future_days: int
    decisions: float
    """Expected in that period."""
    share: Band | None
    """Run alone; None without at least two days with decisions."""
    error: Band | None
    """Wrong ones among those; None where no truth is known of any."""
    labels: int
    """Known truths behind the error."""
    share_was_off: float | None
    """By how much the same forecast, one basis earlier, missed the share; None: not known."""
    error_was_off: float | None


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class _Basis:
    """Some days of history under a policy with cuts that do not move."""

    rows: Rows
    days: Moments
    """Local day of each row."""
    alone: Mask
    """Whether software would have acted on each row."""
    truths: Truths
    """Of those that would have run alone."""

    @property
    def share(self) -> float:
        return float(self.alone.mean())

    def error(self) -> ErrorEstimate:
        return estimate_error(self.truths.wrong, self.truths.probability)


def forecast(
    past: Replaying,
    policy: PolicySet,
    replayed: Replayed,
    *,
    days: Moments,
    future_days: int,
    rng: np.random.Generator,
) -> Forecast:
    """What to expect of a policy.

    Args:
        past: The history.
        policy: The documents.
        replayed: Its answers to the whole history.
        days: Local day of every row of the history.
        future_days: Calendar days of the coming period, at least 1.
        rng: The only source of chance.
    """
    history = past.history
    end = int(days[-1]) + 1
    now = _basis(past, policy, days, end)
    earlier = _basis(past, policy, days, end - BASIS_DAYS)
    share_off, error_off = _was_off(history, earlier, _happened(history, replayed, now))
    decisions = now.rows.size * future_days / BASIS_DAYS
    return Forecast(
        basis_days=BASIS_DAYS,
        future_days=future_days,
        decisions=decisions,
        share=_widened(_share(now, future_days, rng), share_off),
        error=_widened(_error(now, future_days, decisions, rng), error_off),
        labels=int(now.truths.rows.size),
        share_was_off=share_off,
        error_was_off=error_off,
    )


def _basis(past: Replaying, policy: PolicySet, days: Moments, end: int) -> _Basis:
    """The days before one, judged with the cuts in force at its beginning."""
    rows = np.flatnonzero((days >= end - BASIS_DAYS) & (days < end))
    frozen = past.under(policy, _frozen(past, int(rows[-1]))) if rows.size else None
    alone = frozen.alone[rows] if frozen is not None else np.zeros(0, dtype=bool)
    return _Basis(
        rows=rows, days=days[rows], alone=alone, truths=truths_of(past.history, rows[alone])
    )


def _frozen(past: Replaying, row: int) -> Cuts:
    """The cuts of the moment of one row for all: of each reasoner its last one until then."""
    reasoner = past.history.reasoner
    of = np.array(
        [_last(reasoner[: row + 1] == code) for code in range(len(past.history.reasoners))]
    )

    def frozen(risk_limit: float) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        found = past.cuts(risk_limit)
        return np.where(of[reasoner] < 0, np.nan, found[of[reasoner]])

    return frozen


def _last(is_so: Mask) -> int:
    """The last place at which something is so; -1: at none."""
    found = np.flatnonzero(is_so)
    return int(found[-1]) if found.size else -1


def _happened(history: DecisionHistory, replayed: Replayed, basis: _Basis) -> _Basis:
    """The same days as the policy really would have judged them, with the cuts of each day."""
    alone = replayed.alone[basis.rows]
    return _Basis(
        rows=basis.rows,
        days=basis.days,
        alone=alone,
        truths=truths_of(history, basis.rows[alone]),
    )


def _was_off(
    history: DecisionHistory, said: _Basis, happened: _Basis
) -> tuple[float | None, float | None]:
    if not said.rows.size or not happened.rows.size:
        return None, None
    share_off = abs(happened.share - said.share)
    was, became = said.error().error, happened.error().error
    return share_off, None if was is None or became is None else abs(became - was)


def _share(basis: _Basis, future_days: int, rng: np.random.Generator) -> Band | None:
    if not basis.rows.size:
        return None
    return predict_ratio(
        basis.alone.astype(np.float64),
        np.ones(basis.rows.size),
        basis.days,
        future_days=_working(basis.days, future_days),
        rng=rng,
    )


def _error(
    basis: _Basis, future_days: int, decisions: float, rng: np.random.Generator
) -> Band | None:
    truths, seen = basis.truths, basis.error()
    if seen.error is None:
        return None
    coming = max(1, round(decisions * basis.share))
    exact = predict_errors(seen.k_eff, seen.n_eff, coming)
    weights = 1.0 / truths.probability
    days = basis.days[np.searchsorted(basis.rows, truths.rows)]
    by_day = predict_ratio(
        weights * truths.wrong, weights, days, future_days=_working(days, future_days), rng=rng
    )
    lower, upper = exact.lower, exact.upper
    if by_day is not None:
        lower, upper = min(lower, by_day.lower), max(upper, by_day.upper)
    return Band(value=seen.error, lower=min(lower, seen.error), upper=max(upper, seen.error))


def _working(days: Moments, future_days: int) -> int:
    """Days of the coming period that will have decisions, as often as those of the basis had."""
    return max(1, round(np.unique(days).size * future_days / BASIS_DAYS))


def _widened(band: Band | None, by: float | None) -> Band | None:
    if band is None or by is None:
        return band
    return Band(
        value=band.value,
        lower=max(0.0, min(band.lower, band.value - by)),
        upper=min(1.0, max(band.upper, band.value + by)),
    )
