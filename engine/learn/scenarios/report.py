"""Report: how many scenarios were passed, and how reliably: pass^k.

Source of pass^k: `evidence.md` section 7; the mean over scenarios of C(c, k) / C(n, k), the chance
that k runs drawn from n, of which c were passed, were all passed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import comb, fsum


@dataclass(frozen=True, kw_only=True, slots=True)
class Trial:
    """One run of a scenario."""

    happened: str
    wrongs: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """All runs of one scenario."""

    theme: str
    name: str
    expected: str
    why: str
    trials: tuple[Trial, ...]
    known_failure: str = ""
    """Why it is known not to be passed; empty: it should be."""

    @property
    def passed(self) -> int:
        """How many of its runs were passed."""
        return sum(not trial.wrongs for trial in self.trials)

    @property
    def is_passed(self) -> bool:
        """Whether every run was."""
        return self.passed == len(self.trials)

    @property
    def is_as_known(self) -> bool:
        """Whether it is passed, or fails and is known to; a known failure that passes is news."""
        return self.is_passed != bool(self.known_failure)


@dataclass(frozen=True, kw_only=True, slots=True)
class Figures:
    """Figures of one theme, or of all."""

    theme: str
    scenarios: int
    passed: int
    """Scenarios of which every run was passed."""
    pass_1: float
    pass_k: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """What came out of a desk's suites with one reasoner."""

    desk: str
    reasoner: str
    times: int
    """Runs of each scenario: the k of pass^k."""
    seconds: float
    results: tuple[Result, ...]

    @property
    def is_good(self) -> bool:
        """Whether nothing failed that is not known to, and nothing passed that is known to fail."""
        return all(result.is_as_known for result in self.results)

    @property
    def themes(self) -> tuple[Figures, ...]:
        """Figures by theme, in the order of the suites."""
        names = dict.fromkeys(result.theme for result in self.results)
        return tuple(
            self._figures(name, [one for one in self.results if one.theme == name])
            for name in names
        )

    @property
    def all(self) -> Figures:
        """Figures of everything."""
        return self._figures("all", self.results)

    def _figures(self, theme: str, results: Sequence[Result]) -> Figures:
        counts = [(len(result.trials), result.passed) for result in results]
        return Figures(
            theme=theme,
            scenarios=len(results),
            passed=sum(result.is_passed for result in results),
            pass_1=pass_hat(counts, 1),
            pass_k=pass_hat(counts, self.times),
        )


def pass_hat(counts: Sequence[tuple[int, int]], k: int) -> float:
    """pass^k over some scenarios.

    Args:
        counts: Of each scenario: how often it was run, and how many of its runs were passed.
        k: At least 1, and at most as many runs as any of them has.

    Raises:
        ValueError: There is no scenario, or one has fewer than k runs.
    """
    if not counts or k < 1 or any(runs < k or not 0 <= good <= runs for runs, good in counts):
        raise ValueError(f"pass^{k} needs scenarios with at least {max(k, 1)} runs each")
    return fsum(comb(good, k) / comb(runs, k) for runs, good in counts) / len(counts)
