"""The bench of memory: model calls and correctness over a later part, with precedents and without.

Every part is walked in time order twice, once with memory and once without, over the same cases;
what is compared is the latest share of them. Without memory is the control.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir

from engine.bench.machine import Machine, describe_machine
from engine.bench.memory_orders import CALLS, START, OrdersArm, run_orders
from engine.bench.memory_walk import from_share, walk_incidents, walk_signs
from engine.bench.paired import Difference, Judged, paired
from engine.domain.canonical import Json
from engine.domain.precedent import LabelledCase, PrecedentProcedure
from engine.errors import InvalidRequest
from engine.govern.binomial import clopper_pearson_interval
from engine.simulators.orders.seeds import HELD_OUT_SEEDS
from engine.simulators.orders.world import make_plan

SEEDS = HELD_OUT_SEEDS[:1]
"""A world that nobody has looked at while this was built."""
HELD_OUT = 0.4
"""Share of the cases that is compared: the latest."""
MARGIN = 0.02
"""By so much the share of right cases may be lower at the worst end of the interval."""
ORDERS_LIMIT = 0.05
"""The risk limit of the shipped envelope of the orders desk."""
DISPATCHER = "initial_assignment_group"
"""The fact that stands for the model's answer on incidents."""


@dataclass(frozen=True, kw_only=True, slots=True)
class MemoryPart:
    """One set of cases, with memory and without."""

    name: str
    stand_in: str
    """Who answers in the model's place."""
    risk_limit: float
    with_memory: tuple[Judged, ...]
    without: tuple[Judged, ...]
    """The same cases, in the same order."""

    @property
    def difference(self) -> Difference:
        """Of correctness, with memory against without."""
        return paired(
            [one.is_right for one in self.with_memory], [one.is_right for one in self.without]
        )

    @property
    def is_good(self) -> bool:
        """Whether calls fell and correctness is not worse than the margin allows."""
        fell = calls_per_settled(self.with_memory) < calls_per_settled(self.without)
        return fell and self.difference.low > -MARGIN

    def to_json(self) -> Json:
        """For programs."""
        settled = [one for one in self.with_memory if one.is_by_memory]
        return {
            "name": self.name,
            "stand_in": self.stand_in,
            "risk_limit": self.risk_limit,
            "cases": len(self.without),
            "calls_per_settled": {
                "with": calls_per_settled(self.with_memory),
                "without": calls_per_settled(self.without),
            },
            "right": {"with": _right(self.with_memory), "without": _right(self.without)},
            "settled_by_memory": len(settled),
            "wrong_of_these": sum(not one.is_right for one in settled),
            "difference": self.difference.to_json(),
            "is_good": self.is_good,
        }

    def words(self) -> str:
        """One block for people."""
        gap, n = self.difference, len(self.without)
        settled = [one for one in self.with_memory if one.is_by_memory]
        wrong = sum(not one.is_right for one in settled)
        bounds = clopper_pearson_interval(wrong, len(settled))
        verdict = "met   " if self.is_good else "MISSED"
        return "\n".join(
            (
                f"{self.name}: the latest {n:,} cases, risk limit {self.risk_limit:.0%}; for the "
                f"model answers {self.stand_in}",
                f"  model calls per settled case  {calls_per_settled(self.without):.3f} without, "
                f"{calls_per_settled(self.with_memory):.3f} with memory",
                f"  right                         {_right(self.without):.1%} without, "
                f"{_right(self.with_memory):.1%} with memory",
                f"  settled by precedents         {len(settled):,} ({len(settled) / n:.1%}), "
                f"{wrong} of them wrong ({bounds.lower:.1%} to {bounds.upper:.1%})",
                f"  {verdict}  difference {100 * gap.share:+.2f} points "
                f"({100 * gap.low:+.2f} to {100 * gap.high:+.2f}; {gap.gained} gained, "
                f"{gap.lost} lost), wanted above {-100 * MARGIN:.0f}",
            )
        )


def calls_per_settled(judged: Sequence[Judged]) -> float:
    """Model calls over all cases, by the number of cases that were settled; 0 where none was."""
    settled = sum(one.is_settled for one in judged)
    return sum(one.calls for one in judged) / settled if settled else 0.0


def _right(judged: Sequence[Judged]) -> float:
    return sum(one.is_right for one in judged) / len(judged)


@dataclass(frozen=True, kw_only=True, slots=True)
class MemoryReport:
    """What was measured."""

    machine: Machine
    parts: tuple[MemoryPart, ...]

    @property
    def is_good(self) -> bool:
        """Whether every part is."""
        return all(part.is_good for part in self.parts)

    def to_json(self) -> Json:
        """For programs."""
        return {
            "machine": self.machine.to_json(),
            "parts": [part.to_json() for part in self.parts],
            "is_good": self.is_good,
        }

    def words(self) -> str:
        """For people."""
        blocks = "\n\n".join(part.words() for part in self.parts)
        return (
            f"{self.machine.words()}\n\n{blocks}\n\n"
            "A precedent settles a case where its confidence, judged on what it would have said of "
            "earlier\ncases with what was known then, keeps the risk limit. The interval is of the "
            "paired difference,\n95 %. No language model was asked: what a real one would get "
            "right is not in these figures."
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Incidents:
    """A labelled history of incidents."""

    cases: Sequence[LabelledCase]
    """By opening time and id."""
    procedure: PrecedentProcedure
    risk_limit: float


def bench_memory(
    seeds: Sequence[int],
    cases: int,
    days: float,
    incidents: Incidents | None = None,
    *,
    say: Callable[[str], None] = lambda line: None,
) -> MemoryReport:
    """Measure memory on and off.

    Args:
        seeds: Of simulated worlds of orders; none: no orders.
        cases: Of each world, at least 100.
        days: Over which they come, at least 10.
        incidents: A history to walk through beside; None: there is none.
        say: Hears of the progress.

    Raises:
        InvalidRequest: There is nothing to measure, or a number is too small.
    """
    if cases < 100 or days < 10 or not (seeds or incidents):
        raise InvalidRequest("The bench needs 100 cases over 10 days, of one world at least.")
    parts = [_signs(seed, cases, days) for seed in seeds]
    parts += [_orders(seed, cases, days, say) for seed in seeds]
    if incidents is not None:
        say(f"walking through {len(incidents.cases):,} incidents")
        parts.append(_incidents(incidents))
    return MemoryReport(
        machine=describe_machine(Path(gettempdir()), ("numpy", "scikit-learn")),
        parts=tuple(parts),
    )


def _orders(seed: int, cases: int, days: float, say: Callable[[str], None]) -> MemoryPart:
    arms = []
    for asks_memory in (True, False):
        say(f"world {seed}: {cases:,} orders {'with' if asks_memory else 'without'} memory")
        arm = OrdersArm(seed=seed, cases=cases, days=days, asks_memory=asks_memory)
        with TemporaryDirectory() as folder:
            arms.append(from_share(run_orders(arm, Path(folder)), HELD_OUT))
    return MemoryPart(
        name=f"Orders, world {seed}",
        stand_in=f"the playbook, in {CALLS} calls a case",
        risk_limit=ORDERS_LIMIT,
        with_memory=arms[0],
        without=arms[1],
    )


def _signs(seed: int, cases: int, days: float) -> MemoryPart:
    """The hardest stand-in there is, without the engine: whatever memory does worse, it shows."""
    plan = make_plan(seed, START, cases=cases, days=days)
    arms = walk_signs(plan.episodes, ORDERS_LIMIT)
    return MemoryPart(
        name=f"Orders by what they show, world {seed}",
        stand_in="the best reasoner there can be, in one call a case",
        risk_limit=ORDERS_LIMIT,
        with_memory=from_share(arms[0], HELD_OUT),
        without=from_share(arms[1], HELD_OUT),
    )


def _incidents(history: Incidents) -> MemoryPart:
    arms = walk_incidents(history.cases, history.procedure, history.risk_limit, DISPATCHER)
    return MemoryPart(
        name="Incidents",
        stand_in="the dispatcher's first routing, as one call a case",
        risk_limit=history.risk_limit,
        with_memory=from_share(arms[0], HELD_OUT),
        without=from_share(arms[1], HELD_OUT),
    )
