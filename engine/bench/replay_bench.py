"""The bench of the replay: how long it takes to ask a long history about a draft.

The first question of a history is measured with all that is derived from it; the next ones are what
a person pays who drags a threshold. Both go through budgets in the order of events.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import gettempdir
from time import perf_counter

from engine.bench.figures import Spread, spread
from engine.bench.machine import Machine, describe_machine
from engine.bench.replay_history import PROCEDURE, made_up_history, made_up_policy
from engine.domain.canonical import Json
from engine.errors import InvalidRequest
from engine.govern.history import DecisionHistory
from engine.govern.replay import Replayed, Replaying
from engine.learn.rolling_cuts import RollingCuts

SIZES = (100_000, 1_000_000)
REPEATS = 3
_WANTED_S = {100_000: 1.0, 1_000_000: 10.0}
_DRAGGED = (0.72, 0.75, 0.78)
_RISK_LIMIT = 0.1


@dataclass(frozen=True, kw_only=True, slots=True)
class ReplayRun:
    """One run: seconds."""

    first_s: float
    """The first question of a history."""
    next_s: float
    """Another threshold set by hand, the mean of three."""
    cuts_s: float
    """Choosing the rolling cuts of a new risk limit, once for every day of the history."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SizeReport:
    """All runs of one length of history."""

    decisions: int
    alone: int
    """That would have run without a person."""
    turned_away: int
    """By budgets."""
    runs: tuple[ReplayRun, ...]

    @property
    def first_s(self) -> Spread:
        """The first question."""
        return spread([run.first_s for run in self.runs])

    @property
    def next_s(self) -> Spread:
        """The next ones."""
        return spread([run.next_s for run in self.runs])

    @property
    def cuts_s(self) -> Spread:
        """The cuts of a new risk limit."""
        return spread([run.cuts_s for run in self.runs])

    @property
    def wanted_s(self) -> float | None:
        """What was promised; None: nothing, for this length."""
        return _WANTED_S.get(self.decisions)

    @property
    def is_good(self) -> bool:
        """Whether the promise is kept."""
        return self.wanted_s is None or self.first_s.median < self.wanted_s

    def to_json(self) -> Json:
        """For programs."""
        return {
            "decisions": self.decisions,
            "alone": self.alone,
            "turned_away": self.turned_away,
            "first_s": self.first_s.to_json(),
            "next_s": self.next_s.to_json(),
            "cuts_s": self.cuts_s.to_json(),
            "wanted_s": self.wanted_s,
            "is_good": self.is_good,
        }

    def words(self) -> str:
        """One block for people."""
        lines = [
            f"{self.decisions:,} decisions: {self.alone:,} would run alone, budgets turn "
            f"{self.turned_away:,} away",
            f"  first question  {_seconds(self.first_s)}",
            f"  next question   {_seconds(self.next_s)}",
            f"  new risk limit  {_seconds(self.cuts_s)} more, once",
        ]
        if self.wanted_s is not None:
            verdict = "met   " if self.is_good else "MISSED"
            lines.append(
                f"  {verdict}  {self.first_s.median:.2f} s, wanted < {self.wanted_s:.0f} s"
            )
        return "\n".join(lines)


def _seconds(found: Spread) -> str:
    return f"{found.median:.3f} s ({found.low:.3f} to {found.high:.3f})"


@dataclass(frozen=True, kw_only=True, slots=True)
class ReplayReport:
    """What was measured, against what was promised."""

    machine: Machine
    sizes: tuple[SizeReport, ...]

    @property
    def is_good(self) -> bool:
        """Whether every promise is kept."""
        return all(size.is_good for size in self.sizes)

    def to_json(self) -> Json:
        """For programs."""
        return {
            "machine": self.machine.to_json(),
            "sizes": [size.to_json() for size in self.sizes],
            "is_good": self.is_good,
        }

    def words(self) -> str:
        """For people."""
        blocks = "\n\n".join(size.words() for size in self.sizes)
        return (
            f"{self.machine.words()}\n"
            f"20 cells, budgets at five levels, {len(self.sizes[0].runs)} runs each: median "
            f"(lowest to highest)\n\n{blocks}\n\n"
            "What is measured: the vectorised replay of made-up decisions over a year under an "
            "envelope with\ncaps, arguments, veto windows and thresholds set by hand and rolling, "
            "five guardrails and two\nconstraints, budgets in the order of events. Reading a "
            "history from the database is not in it."
        )


def bench_replay(
    sizes: Sequence[int] = SIZES,
    repeats: int = REPEATS,
    *,
    say: Callable[[str], None] = lambda line: None,
) -> ReplayReport:
    """Measure the replay.

    Args:
        sizes: Lengths of history, each at least 1,000.
        repeats: Runs of each, at least 1.
        say: Hears of the progress.

    Raises:
        InvalidRequest: A number is too small.
    """
    if repeats < 1 or not sizes or min(sizes) < 1_000:
        raise InvalidRequest("The bench needs at least one run and 1,000 decisions.")
    return ReplayReport(
        machine=describe_machine(Path(gettempdir()), ("numpy",)),
        sizes=tuple(_measured(size, repeats, say) for size in sizes),
    )


def _measured(size: int, repeats: int, say: Callable[[str], None]) -> SizeReport:
    say(f"making {size:,} decisions")
    history = made_up_history(size)
    runs, replayed = [], None
    for number in range(1, repeats + 1):
        say(f"run {number} of {repeats}: {size:,} decisions")
        run, replayed = _run(history)
        runs.append(run)
    assert replayed is not None
    return SizeReport(
        decisions=size,
        alone=int(replayed.alone.sum()),
        turned_away=sum(hit.turned_away for hit in replayed.hits),
        runs=tuple(runs),
    )


def _run(history: DecisionHistory) -> tuple[ReplayRun, Replayed]:
    size = len(history)
    cuts, begun = RollingCuts(history, PROCEDURE), perf_counter()
    cuts(_RISK_LIMIT)
    chosen = perf_counter()
    past = Replaying(history, cuts)
    replayed = past.under(made_up_policy(size))
    first = perf_counter()
    for confidence in _DRAGGED:
        past.under(made_up_policy(size, min_confidence=confidence))
    last = perf_counter()
    run = ReplayRun(
        first_s=first - chosen, next_s=(last - first) / len(_DRAGGED), cuts_s=chosen - begun
    )
    return run, replayed
