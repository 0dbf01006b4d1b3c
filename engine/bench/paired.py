"""Paired: the same cases judged with and without something, and how much better that was.

Pure arithmetic. The interval of the difference is Agresti and Min's (2005): a normal interval of
the paired difference after half a case was added to each of the four kinds of pairs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

from engine.domain.canonical import Json
from engine.errors import InvalidRequest

_PSEUDO = 0.5


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """One case under one arm."""

    source_id: str
    calls: int
    """Of the model, for this case."""
    is_settled: bool
    """Whether something was done for it, and verified."""
    is_right: bool
    """Whether what was recommended is what later proved right."""
    is_by_memory: bool
    """Whether precedents settled it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """How much more often one arm is right than the other, on the same cases."""

    pairs: int
    gained: int
    """Right with it, wrong without."""
    lost: int
    """Wrong with it, right without."""
    low: float
    high: float
    """Of the difference of shares, 95 %."""

    @property
    def share(self) -> float:
        """The difference of shares as seen, -1 to 1."""
        return (self.gained - self.lost) / self.pairs

    def to_json(self) -> Json:
        """For programs."""
        names = ("pairs", "gained", "lost", "low", "high", "share")
        return {name: getattr(self, name) for name in names}


def paired(
    with_it: Sequence[bool], without: Sequence[bool], *, confidence: float = 0.95
) -> Difference:
    """Compare two arms, case by case.

    Args:
        with_it: Whether each case was right with it.
        without: The same cases, in the same order, without.
        confidence: Of the two-sided interval.

    Raises:
        InvalidRequest: There is no case, or the arms have not the same number of them.
    """
    if not with_it or len(with_it) != len(without):
        raise InvalidRequest("Two arms are compared over the same cases, at least one.")
    pairs = list(zip(with_it, without, strict=True))
    gained = sum(now and not before for now, before in pairs)
    lost = sum(before and not now for now, before in pairs)
    n, b, c = len(pairs) + 4 * _PSEUDO, gained + _PSEUDO, lost + _PSEUDO
    middle = (b - c) / n
    spread = sqrt(max(b + c - (b - c) ** 2 / n, 0.0)) / n
    reach = NormalDist().inv_cdf(0.5 + confidence / 2) * spread
    return Difference(
        pairs=len(pairs), gained=gained, lost=lost, low=middle - reach, high=middle + reach
    )
