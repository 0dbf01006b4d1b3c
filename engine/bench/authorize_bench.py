"""The bench of `authorize`: a desk of twenty cells and twenty guardrails, every limit in use."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import gettempdir
from time import perf_counter_ns

from engine.bench.figures import Spread, percentile, spread
from engine.bench.machine import Machine, describe_machine
from engine.domain.budget import Spent
from engine.domain.canonical import Json
from engine.domain.money import Money
from engine.errors import InvalidRequest
from engine.govern.authorize import CellPolicy, authorize, policy_for
from engine.govern.documents import read_document
from engine.govern.envelope import read_envelope, resolve
from engine.govern.hard_rules import GuardrailDocument, hard_rules
from engine.govern.request import AuthorizationRequest, Usage

CELLS = GUARDRAILS = 20
MAX_P99_US = 50.0
CALLS = 20_000

World = tuple[tuple[AuthorizationRequest, CellPolicy], ...]
"""Requests, each with the policy of its cell."""

_ENVELOPE = """\
desk: bench
zone: Europe/Vienna
limits:
  phase: ON_THE_LOOP
  threshold: {kind: rolling, risk_limit: 0.05}
  amount_cap: 5000
  second_person_above: 9000
  arguments: {group: {one_of: [north, south, east]}, note: {longest: 500}}
  budgets: [{per: hour, executions: 100}, {per: day, amount: 100000}]
  hours: {opens: "06:00", closes: "22:00"}
  max_unseen_values: 1
  on_the_loop: {threshold: {kind: rolling, risk_limit: 0.08}, amount_cap: 8000, veto_minutes: 10}
cells:
"""
_CELL = """\
- case_type: type_{number}
  action: act
  budgets: [{{per: hour, for_each: customer, executions: 3}}]
"""
_RULES = (
    "amount_cap: 9000",
    "hours: {opens: '05:00', closes: '23:00'}",
    "arguments: {group: {none_of: [nowhere]}}",
    "budgets: [{per: day, executions: 500}]",
    "max_contradictions: 0, max_stale_facts: 0",
)
"""What the guardrails limit, in turns."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AuthorizeRun:
    """One run: microseconds a decision."""

    p50_us: float
    p99_us: float


@dataclass(frozen=True, kw_only=True, slots=True)
class AuthorizeReport:
    """What was measured, against what was promised."""

    machine: Machine
    calls: int
    rules: int
    """Rules that every verdict reports."""
    runs: tuple[AuthorizeRun, ...]
    """Of requests that keep every limit."""
    refused: tuple[AuthorizeRun, ...]
    """Of requests that many rules refuse; nothing was promised of these."""

    @property
    def p50_us(self) -> Spread:
        """The median call."""
        return _p50(self.runs)

    @property
    def p99_us(self) -> Spread:
        """The slowest call but for one in a hundred."""
        return _p99(self.runs)

    @property
    def is_good(self) -> bool:
        """Whether the promise is kept."""
        return self.p99_us.median < MAX_P99_US

    def to_json(self) -> Json:
        """For programs."""
        return {
            "machine": self.machine.words(),
            "calls": self.calls,
            "rules": self.rules,
            "p50_us": self.p50_us.to_json(),
            "p99_us": self.p99_us.to_json(),
            "refused_p50_us": _p50(self.refused).to_json(),
            "refused_p99_us": _p99(self.refused).to_json(),
            "wanted_p99_us": MAX_P99_US,
            "is_good": self.is_good,
        }

    def words(self) -> str:
        """For people."""
        verdict = "met   " if self.is_good else "MISSED"
        return "\n".join(
            (
                self.machine.words(),
                f"{CELLS} cells, {GUARDRAILS} guardrails, {self.rules} rules in every verdict; "
                f"{len(self.runs)} runs of {self.calls:,} calls: median (lowest to highest)",
                "",
                f"p50  {_us(self.p50_us)}",
                f"p99  {_us(self.p99_us)}",
                "",
                "where many rules refuse",
                f"p50  {_us(_p50(self.refused))}",
                f"p99  {_us(_p99(self.refused))}",
                "",
                f"{verdict}  p99: {self.p99_us.median:.1f} µs, wanted less than {MAX_P99_US:.0f}",
                "",
                "What is measured: one call of `authorize` with a request that uses every limit "
                "and keeps\nthem all, then with one that asks for too much money on a stale fact, "
                "so that the\nguardrails are asked one by one; the policy is made once, as after a "
                "signature. The\ncells take turns. One process, garbage collection as usual.",
            )
        )


def _p50(runs: Sequence[AuthorizeRun]) -> Spread:
    return spread([run.p50_us for run in runs])


def _p99(runs: Sequence[AuthorizeRun]) -> Spread:
    return spread([run.p99_us for run in runs])


def _us(found: Spread) -> str:
    return f"{found.median:.1f} µs ({found.low:.1f} to {found.high:.1f})"


def bench_authorize(
    calls: int = CALLS, repeats: int = 3, *, say: Callable[[str], None] = lambda line: None
) -> AuthorizeReport:
    """Measure `authorize`.

    Args:
        calls: Calls a run, at least 100.
        repeats: Runs, at least 1.
        say: Hears of the progress.

    Raises:
        InvalidRequest: A number is too small.
    """
    if calls < 100 or repeats < 1:
        raise InvalidRequest("The bench needs at least 100 calls and one run.")
    world = made_world()
    bad = refused(world)
    usage = Usage(spent={"desk:bench hour": Spent(executions=5, amount=0)})
    (request, policy), *_ = world
    verdict = authorize(request, policy, usage)
    _run((*world, *bad), usage, calls // 10)  # warm
    runs, refusals = [], []
    for number in range(1, repeats + 1):
        say(f"run {number} of {repeats}")
        runs.append(_run(world, usage, calls))
        refusals.append(_run(bad, usage, calls))
    return AuthorizeReport(
        machine=describe_machine(Path(gettempdir()), ("pydantic",)),
        calls=calls,
        rules=len(verdict.rules),
        runs=tuple(runs),
        refused=tuple(refusals),
    )


def made_world() -> World:
    """A request and the policy of its cell, for every cell."""
    document = _ENVELOPE + "".join(_CELL.format(number=number) for number in range(CELLS))
    rules = hard_rules(read_document(GuardrailDocument, _guardrails(), "guardrails"))
    cells = resolve(read_envelope(document))
    return tuple(
        (_request_of(cell.case_type, policy), policy)
        for cell, envelope in cells.items()
        for policy in (policy_for(cell, envelope, rules),)
    )


def refused(world: World) -> World:
    """The same cells, asked for more money than any limit allows, on a fact that is stale."""
    much = Money(minor=9500, currency="EUR")
    return tuple(
        (replace(request, amount=much, stale=("owner",)), policy) for request, policy in world
    )


def _guardrails() -> str:
    rules = "".join(
        f"- {{name: rule_{number}, why: a bench, {_RULES[number % len(_RULES)]}}}\n"
        for number in range(GUARDRAILS)
    )
    return f"desk: bench\nzone: Europe/Vienna\nguardrails:\n{rules}"


def _request_of(case_type: str, policy: CellPolicy) -> AuthorizationRequest:
    assert policy.envelope is not None
    return AuthorizationRequest(
        cell=policy.envelope.cell,
        at=datetime(2026, 11, 20, 12, tzinfo=UTC),
        arguments={"group": "north", "note": f"about {case_type}"},
        amount=Money(minor=4000, currency="EUR"),
        customer="customer 1",
        confidence=0.93,
        is_calibrated=True,
        score=0.9,
        rolling_cut=0.8,
        rolling_threshold=0.85,
        wider_cut=0.7,
        wider_threshold=0.75,
        priority=4,
        unseen=("a",),
    )


def _run(world: World, usage: Usage, calls: int) -> AuthorizeRun:
    times = []
    for number in range(calls):
        request, policy = world[number % len(world)]
        began = perf_counter_ns()
        authorize(request, policy, usage)
        times.append((perf_counter_ns() - began) / 1000)
    return AuthorizeRun(p50_us=percentile(times, 0.5), p99_us=percentile(times, 0.99))
