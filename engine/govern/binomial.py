"""Exact binomial statements about k errors in n labels.

Lives here: the binomial tail, the regularised incomplete beta function with its quantile,
Clopper-Pearson limits and the smallest sample that can pass a test. Pure `math`, scalar.
Must not live here: anything sequential (`e_values`), weighted (`estimate`) or about thresholds.

k and n may be fractional for the limits: an effective sample has no whole counts.
Source: evidence.md sections 0 and 1.3; DLMF 8.17 for the continued fraction.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from engine.errors import InvalidRequest
from engine.govern.checked_input import checked_fraction

_FRACTION_STEPS = 200_000  # it needs about sqrt(n) steps
_EPSILON = 5e-16
_QUANTILE_TOLERANCE = 1e-14
_TINY = 1e-300
_QUANTILE_STEPS = 200
_MAX_LABELS = 10**9


@dataclass(frozen=True, kw_only=True, slots=True)
class Interval:
    """A two-sided confidence interval of a proportion."""

    lower: float
    """Lower limit, in [0, 1]."""
    upper: float
    """Upper limit, in [0, 1]."""


def regularized_beta(x: float, a: float, b: float) -> float:
    """Return I_x(a, b), the distribution function of Beta(a, b) at x.

    Args:
        x: point in [0, 1].
        a: first shape, > 0.
        b: second shape, > 0.

    Raises:
        InvalidRequest: if x is outside [0, 1] or a shape is not positive and finite.

    Source: DLMF 8.17.22, evaluated by Lentz's method on the side where it converges fast.
    """
    _check_shapes(a, b)
    if not 0.0 <= x <= 1.0:
        raise InvalidRequest(f"x must lie in [0, 1], not {x!s}")
    if x == 0.0 or x == 1.0:
        return x
    if x <= (a + 1.0) / (a + b + 2.0):
        return min(1.0, _beta_front(x, a, b) * _continued_fraction(x, a, b) / a)
    return max(0.0, 1.0 - _beta_front(x, a, b) * _continued_fraction(1.0 - x, b, a) / b)


def beta_quantile(q: float, a: float, b: float) -> float:
    """Return the x with I_x(a, b) = q.

    Newton's method inside a bracket that every step shrinks; a step that leaves the bracket
    is replaced by its midpoint, so it always ends.

    Raises:
        InvalidRequest: if q is not strictly between 0 and 1 or a shape is not positive and finite.
    """
    checked_fraction(q, name="q")
    _check_shapes(a, b)
    low, high = 0.0, 1.0
    x = a / (a + b)
    for _ in range(_QUANTILE_STEPS):
        excess = regularized_beta(x, a, b) - q
        if excess > 0.0:
            high = x
        else:
            low = x
        density = _beta_front(x, a, b) / (x * (1.0 - x))
        step = x - excess / density if density > 0.0 else -1.0
        proposal = step if low < step < high else 0.5 * (low + high)
        if abs(proposal - x) <= _QUANTILE_TOLERANCE * x or not low < proposal < high:
            return proposal
        x = proposal
    return x


def binomial_tail(k: int, n: int, p: float) -> float:
    """Return P(Bin(n, p) <= k): the exact p-value of k errors against "error rate is p".

    Args:
        k: errors, 0 <= k <= n.
        n: labels, >= 0.
        p: error rate under test, in [0, 1].

    Raises:
        InvalidRequest: if the counts do not fit each other or p is outside [0, 1].
    """
    _check_counts(k, n)
    if not 0.0 <= p <= 1.0:
        raise InvalidRequest(f"p must lie in [0, 1], not {p!s}")
    if k >= n:
        return 1.0
    if k == 0:
        return (1.0 - p) ** n
    return regularized_beta(1.0 - p, n - k, k + 1.0)


def clopper_pearson_upper(k: float, n: float, delta: float = 0.05) -> float:
    """Return the one-sided upper 1 - delta limit of an error rate.

    Args:
        k: errors, 0 <= k <= n; may be fractional for an effective sample.
        n: labels, >= 0; 0 labels give 1.0.
        delta: chance that the limit is too low, strictly between 0 and 1.

    Raises:
        InvalidRequest: if the counts do not fit each other or delta is out of range.
    """
    _check_counts(k, n)
    checked_fraction(delta, name="delta")
    if k >= n:
        return 1.0
    if k == 0:
        return -math.expm1(math.log(delta) / n)
    return beta_quantile(1.0 - delta, k + 1.0, n - k)


def clopper_pearson_lower(k: float, n: float, delta: float = 0.05) -> float:
    """Return the one-sided lower 1 - delta limit of an error rate.

    Args and errors as `clopper_pearson_upper`; 0 labels give 0.0.
    """
    _check_counts(k, n)
    checked_fraction(delta, name="delta")
    if k == 0:
        return 0.0
    return beta_quantile(delta, k, n - k + 1.0)


def clopper_pearson_interval(k: float, n: float, delta: float = 0.05) -> Interval:
    """Return the two-sided 1 - delta Clopper-Pearson interval of a rate.

    Args and errors as `clopper_pearson_upper`; 0 labels give [0, 1].
    """
    return Interval(
        lower=clopper_pearson_lower(k, n, delta / 2.0),
        upper=clopper_pearson_upper(k, n, delta / 2.0),
    )


def n_min(alpha: float, delta: float = 0.05, *, errors: int = 0) -> int:
    """Return the fewest labels at which `errors` errors still show "error <= alpha".

    With no error this is ceil(ln delta / ln(1 - alpha)); fewer labels than that can never pass.

    Args:
        alpha: allowed error rate, strictly between 0 and 1.
        delta: chance of a false pass, strictly between 0 and 1.
        errors: errors seen, >= 0.

    Raises:
        InvalidRequest: if a rate is out of range, errors is negative, or more than 10^9 labels
            would be needed.
    """
    checked_fraction(alpha, name="alpha")
    checked_fraction(delta, name="delta")
    if errors < 0:
        raise InvalidRequest(f"errors must not be negative, not {errors}")
    high = errors + 1
    while binomial_tail(errors, high, alpha) > delta:
        high *= 2
        if high > _MAX_LABELS:
            raise InvalidRequest(f"alpha {alpha!s} would need more than {_MAX_LABELS} labels")
    low = errors
    while high - low > 1:  # the tail falls as n grows, so bisection finds the first pass
        middle = (low + high) // 2
        if binomial_tail(errors, middle, alpha) > delta:
            low = middle
        else:
            high = middle
    return high


def _beta_front(x: float, a: float, b: float) -> float:
    """Return x^a (1-x)^b / B(a, b)."""
    log_beta = math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)
    return math.exp(a * math.log(x) + b * math.log1p(-x) - log_beta)


def _continued_fraction(x: float, a: float, b: float) -> float:
    c = 1.0
    d = 1.0 / _away_from_zero(1.0 - (a + b) * x / (a + 1.0))
    value = d
    for m in range(1, _FRACTION_STEPS):
        for term in (
            m * (b - m) * x / ((a + 2 * m - 1.0) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1.0)),
        ):
            d = 1.0 / _away_from_zero(1.0 + term * d)
            c = _away_from_zero(1.0 + term / c)
            factor = c * d
            value *= factor
        if abs(factor - 1.0) <= _EPSILON:
            return value
    raise ArithmeticError(f"incomplete beta function did not settle for {a!s}, {b!s}")


def _away_from_zero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY


def _check_shapes(a: float, b: float) -> None:
    if not (0.0 < a < math.inf and 0.0 < b < math.inf):
        raise InvalidRequest(f"beta shapes must be positive and finite, not {a!s} and {b!s}")


def _check_counts(k: float, n: float) -> None:
    if not 0 <= k <= n < math.inf:
        raise InvalidRequest(f"need 0 <= errors <= labels, not {k!s} of {n!s}")
