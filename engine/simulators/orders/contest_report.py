"""Contest report: least expected cost against first come, first served, expected and in truth.

Both allocations are made from what the shop tells, as the desk makes them, and both are judged by
what the customers really did. Nothing is tuned on what comes out here, and nothing left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from engine.desks.orders.allocation import Compared
from engine.desks.orders.shop.operations import Shop
from engine.desks.orders.stock_facts import shared_out, wish
from engine.domain.money import Money
from engine.errors import InvalidRequest
from engine.govern.resample import Band, total_by_day
from engine.ports import ReadTool
from engine.simulators.orders.contested import (
    Contest,
    draw_contest,
    draw_contest_rates,
    realised_minor,
)
from engine.simulators.orders.driver import Send, ShopInProcess, play
from engine.simulators.orders.events import ID_PREFIX
from engine.simulators.orders.people import CURRENCY
from engine.simulators.orders.trial import ShopReads

DRAWS = 2_000
_APART = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Costs:
    """What both allocations cost over some contests, in minor units."""

    first_come: int
    best: int
    saved: Band
    """A contest on average; below 0 where the least expected cost turned out dearer."""

    def row(self, name: str, contests: int) -> str:
        """A line of a table in Markdown: amounts a contest, the interval at 95 %."""
        cells = [_shown(self.first_come / contests), _shown(self.best / contests)]
        band = f"{_shown(self.saved.lower)} to {_shown(self.saved.upper)}"
        return f"| {' | '.join([name, *cells, _shown(self.saved.value), band])} |"


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """Both allocations over the contests of one seed, or of all."""

    name: str
    contests: int
    lines: int
    expected: Costs
    realised: Costs


@dataclass(frozen=True, kw_only=True, slots=True)
class ContestReport:
    """Seeds, and all of them together; there the seed is what is drawn again for intervals."""

    seeds: tuple[Comparison, ...]
    whole: Comparison

    def table(self, kind: str = "held-out") -> str:
        """For a README, in Markdown; says of which kind the seeds are."""
        whole = self.whole
        dearer = sum(one.realised.saved.value < 0 for one in self.seeds)
        least = min(self.seeds, key=lambda one: one.realised.saved.value)
        return "\n".join(
            (
                "| cost of a contest | first come | least expected | saved | 95 % |",
                "|---|---|---|---|---|",
                whole.expected.row("expected", whole.contests),
                whole.realised.row("realised", whole.contests),
                "",
                f"Figures of {len(self.seeds)} {kind} seeds, simulated: {whole.contests} "
                f"contests, {whole.lines} lines. By what customers really did, "
                f"{dearer} of {len(self.seeds)} seeds came out dearer than first come, first "
                f"served; the worst by {_shown(max(0.0, -least.realised.saved.value))} a contest.",
            )
        )


def contests_of(seed: int, start: datetime, count: int) -> tuple[Contest, ...]:
    """The contests of one seed, an hour apart."""
    rates = draw_contest_rates(seed)
    return tuple(
        draw_contest(rates, number, start + number * _APART) for number in range(1, count + 1)
    )


def begin(send: Send, contest: Contest) -> None:
    """Let a contest happen up to its cases.

    Raises:
        ToolUnavailable: Begin again, nothing is doubled.
        ToolError: The shop refuses an event.
    """
    play(send, contest.prologue, key=f"{ID_PREFIX}{contest.seed}-contest-{contest.number}")


def allocated(contest: Contest, read: ReadTool) -> Compared:
    """Both allocations of a contest, from what the shop tells now.

    Raises:
        ToolError: The shop could not be read.
    """
    order = read("get_order", {"order_id": contest.fates[0].order_id})
    (line,) = order["lines"]
    variant = {"variant_id": line["variant_id"]}
    levels = read("stock_levels", {**variant, "with_substitutes": True})["levels"]
    waiting = read("waiting_lines", variant)["lines"]
    ours = wish(order, line, accepts=None, can_wait=False, needed_by=None)
    return shared_out(ours, levels, waiting, contest.opened_at.date())


def compare_contests(
    seeds: Sequence[int], shop: Shop, start: datetime, *, contests: int
) -> ContestReport:
    """Play contests into a shop, allocate both ways, and compare cost expected and realised.

    Args:
        seeds: Held-out ones, two or more.
        shop: Prepared, with a clock behind the last contest.
        start: Before the first contest; aware.
        contests: Of each seed, two or more.

    Raises:
        InvalidRequest: There are too few seeds or contests for an interval.
        ToolError: The shop refuses an event, or could not be read.
    """
    if len(seeds) < 2 or contests < 2:
        raise InvalidRequest("Intervals need two seeds and two contests of each, or more.")
    measured = [
        [_measured(one, shop) for one in contests_of(seed, start, contests)] for seed in seeds
    ]
    rng = np.random.default_rng(0)
    rows = tuple(
        _comparison(f"seed {seed}", found, [[one] for one in found], rng)
        for seed, found in zip(seeds, measured, strict=True)
    )
    every = [one for found in measured for one in found]
    return ContestReport(seeds=rows, whole=_comparison("all", every, measured, rng))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Measured:
    """One contest: costs of first come and of the best, expected and realised."""

    lines: int
    expected: tuple[int, int]
    realised: tuple[int, int]


def _measured(contest: Contest, shop: Shop) -> _Measured:
    begin(ShopInProcess(shop=shop), contest)
    found = allocated(contest, ShopReads(shop=shop))
    first, best = found.first_come, found.best
    return _Measured(
        lines=len(contest.fates),
        expected=(first.expected_cost_minor, best.expected_cost_minor),
        realised=(realised_minor(contest, first), realised_minor(contest, best)),
    )


def _comparison(
    name: str,
    found: Sequence[_Measured],
    groups: Sequence[Sequence[_Measured]],
    rng: np.random.Generator,
) -> Comparison:
    return Comparison(
        name=name,
        contests=len(found),
        lines=sum(one.lines for one in found),
        expected=_costs([[one.expected for one in group] for group in groups], rng),
        realised=_costs([[one.realised for one in group] for group in groups], rng),
    )


def _costs(groups: Sequence[Sequence[tuple[int, int]]], rng: np.random.Generator) -> Costs:
    """Sums, and the mean saving with its interval; groups of the same size are drawn again."""
    pairs = [pair for group in groups for pair in group]
    saved = [_mean(first - best for first, best in group) for group in groups]
    numbers = np.arange(len(groups))
    band = total_by_day(saved, numbers, period_days=len(groups), rng=rng, draws=DRAWS)
    if band is None:
        raise InvalidRequest("An interval needs two groups or more.")
    return Costs(
        first_come=sum(first for first, _ in pairs),
        best=sum(best for _, best in pairs),
        saved=band,
    )


def _mean(values: Iterable[int]) -> float:
    found = tuple(values)
    return sum(found) / len(found)


def _shown(minor: float) -> str:
    return str(Money(minor=round(minor), currency=CURRENCY))
