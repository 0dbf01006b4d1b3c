"""Report: what a bench of the engine found, against its targets, for people and for programs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from engine.bench.engine_side import EngineRun
from engine.bench.figures import Spread, percentile, ratios, spread
from engine.bench.langgraph_peer import PeerRun
from engine.bench.machine import Machine
from engine.domain.canonical import Json

MIN_PENDING_RATIO = 3.0
MIN_DONE_RATIO = 1.0
MAX_ACTED_P50_MS = 15.0
MAX_CASE_BYTES = 8_000.0


class Run(Protocol):
    """What both sides measure."""

    @property
    def cases(self) -> int:
        """Cases of the run."""
        ...

    @property
    def to_pending_s(self) -> float:
        """Seconds until all wait for a person."""
        ...

    @property
    def to_done_s(self) -> float:
        """Seconds from the first approval until all are done."""
        ...

    @property
    def acted_ms(self) -> Sequence[float]:
        """Milliseconds from approval to the booking."""
        ...

    @property
    def file_bytes(self) -> int:
        """Growth of the database."""
        ...

    @property
    def cpu_s(self) -> float:
        """Processor seconds."""
        ...


AnyRun = TypeVar("AnyRun", bound=Run)


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """One thing that was promised, and what came of it."""

    name: str
    wanted: str
    value: float
    is_met: bool

    def to_json(self) -> Json:
        """All of it."""
        return {
            "name": self.name,
            "wanted": self.wanted,
            "value": self.value,
            "is_met": self.is_met,
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class EngineReport:
    """Runs of both sides, made in turns: ours, the peer's, ours, the peer's."""

    machine: Machine
    runs: Sequence[EngineRun]
    """At least one."""
    peer_runs: Sequence[PeerRun]
    """As many, or none where the peer is not installed."""

    @property
    def ours(self) -> dict[str, Spread]:
        """Our figures by name; a name ends in its unit."""
        return {
            **_shared(self.runs),
            "recorded_p50_ms": _over(self.runs, lambda r: percentile(r.recorded_ms, 0.5)),
            "recorded_p99_ms": _over(self.runs, lambda r: percentile(r.recorded_ms, 0.99)),
            "worker_peak_mb": _over(self.runs, lambda r: r.worker_peak_mb),
        }

    @property
    def peers(self) -> dict[str, Spread]:
        """The peer's figures under the same names; empty where it is not installed."""
        if not self.peer_runs:
            return {}
        return {
            **_shared(self.peer_runs),
            "peak_mb": _over(self.peer_runs, lambda r: r.peak_mb),
        }

    @property
    def pending_ratio(self) -> Spread | None:
        """Our cases a second to pending over the peer's, run by run; None without the peer."""
        return self._ratio(_pending_rate)

    @property
    def done_ratio(self) -> Spread | None:
        """Our cases a second from approval to done over the peer's; None without the peer."""
        return self._ratio(_done_rate)

    @property
    def targets(self) -> tuple[Target, ...]:
        """What was promised; the two ratios are judged only beside the peer."""
        return tuple(self._targets())

    @property
    def is_good(self) -> bool:
        """Whether every judged target is met."""
        return all(target.is_met for target in self.targets)

    def _targets(self) -> Iterator[Target]:
        if (pending := self.pending_ratio) is not None:
            yield _at_least("to pending against LangGraph", pending.median, MIN_PENDING_RATIO, "×")
        if (done := self.done_ratio) is not None:
            yield _at_least("to done against LangGraph", done.median, MIN_DONE_RATIO, "×")
        ours = self.ours
        acted, size = ours["acted_p50_ms"].median, ours["bytes_a_case"].median
        yield _at_most("approve to acted, p50", acted, MAX_ACTED_P50_MS, "ms")
        yield _at_most("bytes a case", size, MAX_CASE_BYTES, "bytes")

    def _ratio(self, rate: Callable[[Run], float]) -> Spread | None:
        if not self.peer_runs:
            return None
        ours = [rate(run) for run in self.runs]
        return spread(ratios(ours, [rate(run) for run in self.peer_runs]))

    def to_json(self) -> Json:
        """Machine, figures, ratios and targets."""
        pending, done = self.pending_ratio, self.done_ratio
        return {
            "machine": self.machine.to_json(),
            "cases": self.runs[0].cases,
            "lone_approvals": len(self.runs[0].acted_ms),
            "repeats": len(self.runs),
            "countersign": {name: value.to_json() for name, value in self.ours.items()},
            "langgraph": {name: value.to_json() for name, value in self.peers.items()} or None,
            "pending_ratio": pending.to_json() if pending else None,
            "done_ratio": done.to_json() if done else None,
            "targets": [target.to_json() for target in self.targets],
            "is_good": self.is_good,
        }


def _pending_rate(run: Run) -> float:
    return run.cases / run.to_pending_s


def _done_rate(run: Run) -> float:
    return run.cases / run.to_done_s


def _shared(runs: Sequence[AnyRun]) -> dict[str, Spread]:
    return {
        "pending_per_s": _over(runs, _pending_rate),
        "done_per_s": _over(runs, _done_rate),
        "acted_p50_ms": _over(runs, lambda r: percentile(r.acted_ms, 0.5)),
        "acted_p99_ms": _over(runs, lambda r: percentile(r.acted_ms, 0.99)),
        "bytes_a_case": _over(runs, lambda r: r.file_bytes / r.cases),
        "cpu_ms_a_case": _over(runs, lambda r: r.cpu_s / r.cases * 1e3),
    }


def _over(runs: Sequence[AnyRun], figure: Callable[[AnyRun], float]) -> Spread:
    return spread([figure(run) for run in runs])


def _at_least(name: str, value: float, limit: float, unit: str) -> Target:
    return Target(name=name, wanted=f"≥ {limit:g} {unit}", value=value, is_met=value >= limit)


def _at_most(name: str, value: float, limit: float, unit: str) -> Target:
    return Target(name=name, wanted=f"≤ {limit:g} {unit}", value=value, is_met=value <= limit)
