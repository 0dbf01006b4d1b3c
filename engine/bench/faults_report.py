"""Report of the fault campaign: what was done to calls, what became of cases, what was promised."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from engine.bench.faults_books import WITH_A_PERSON, Books
from engine.bench.faults_campaign import FaultCampaign
from engine.bench.machine import Machine
from engine.bench.report import Target
from engine.domain.canonical import Json
from engine.domain.case_status import CaseStatus
from engine.testing.faulty_proxy.faults import Fault

MIN_DONE = 0.80
MIN_FAULTY = 0.20
MIN_EACH = 0.02
SHOWN = 20
"""Disagreements printed at most."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FaultReport:
    """What a campaign found."""

    machine: Machine
    seed: int
    workers: int
    database: str
    """The engine's kind of database."""
    cases: int
    kills: int
    wanted_kills: int
    took_s: float
    """From the first worker to the last settled case."""
    calls: int
    """Through the proxy."""
    faults: Mapping[Fault, int]
    """What was really done, by kind."""
    ends: Mapping[tuple[str, str], int]
    """Cases by status and code."""
    failures: Mapping[str, tuple[int, int]]
    """Failed steps by code: all, and those that were recovered from."""
    killed_in: Mapping[str, int]
    effects: Mapping[tuple[str, str], int]
    """By tool and status."""
    disagreements: tuple[str, ...]

    @property
    def done_share(self) -> float:
        """Share of cases that are DONE; no person ever touched one."""
        done = sum(n for (status, _), n in self.ends.items() if status == CaseStatus.DONE)
        return done / self.cases

    @property
    def with_a_person(self) -> int:
        """Cases that wait for somebody, each with a code."""
        return sum(count for (status, _), count in self.ends.items() if status in WITH_A_PERSON)

    @property
    def faulty_share(self) -> float:
        """Share of calls that met a fault."""
        return sum(self.faults.values()) / max(1, self.calls)

    @property
    def least_share(self) -> float:
        """Share of the rarest kind of fault."""
        return min(self.faults.get(one, 0) for one in Fault) / max(1, self.calls)

    @property
    def targets(self) -> tuple[Target, ...]:
        """What was promised."""
        wrong = len(self.disagreements)
        return (
            Target(name="disagreements", wanted="0", value=wrong, is_met=not wrong),
            _share("DONE without a person", self.done_share, MIN_DONE),
            _share("calls that met a fault", round(self.faulty_share, 3), MIN_FAULTY),
            _share("calls that met the rarest fault", self.least_share, MIN_EACH),
            Target(
                name="workers killed",
                wanted=str(self.wanted_kills),
                value=self.kills,
                is_met=self.kills == self.wanted_kills,
            ),
        )

    @property
    def is_good(self) -> bool:
        """Whether everything promised is kept."""
        return all(target.is_met for target in self.targets)

    def to_json(self) -> Json:
        """For programs."""
        return {
            "machine": self.machine.to_json(),
            "seed": self.seed,
            "workers": self.workers,
            "database": self.database,
            "cases": self.cases,
            "kills": self.kills,
            "took_s": round(self.took_s, 1),
            "calls": self.calls,
            "faults": {str(one): count for one, count in self.faults.items()},
            "ends": {f"{status} {code}".strip(): n for (status, code), n in self.ends.items()},
            "done_share": self.done_share,
            "failures": {
                code: {"steps": steps, "recovered": recovered}
                for code, (steps, recovered) in self.failures.items()
            },
            "killed_in": dict(self.killed_in),
            "effects": {f"{tool} {status}": n for (tool, status), n in self.effects.items()},
            "disagreements": list(self.disagreements),
            "targets": [target.to_json() for target in self.targets],
            "is_good": self.is_good,
        }

    def words(self) -> str:
        """For people."""
        return "\n".join(_lines(self))


def fault_report(machine: Machine, campaign: FaultCampaign, books: Books) -> FaultReport:
    """Count what a campaign left behind; disagreements are counted elsewhere."""
    plan = campaign.plan
    mine = {case.id for case in books.drilled}
    failed: Counter[str] = Counter(step.code for step in books.failures if step.case_id in mine)
    recovered = Counter(
        step.code for step in books.failures if step.case_id in mine and step.is_recovered
    )
    return FaultReport(
        machine=machine,
        seed=plan.seed,
        workers=len(plan.workers),
        database=campaign.site.parts.database.writer.dialect.name,
        cases=plan.cases,
        kills=campaign.kills,
        wanted_kills=plan.kills,
        took_s=campaign.took_s,
        calls=len(books.proxy),
        faults=Counter(call.fault for call in books.proxy if call.fault is not None),
        ends=Counter((case.status, case.attention or "") for case in books.drilled),
        failures={code: (steps, recovered[code]) for code, steps in failed.most_common()},
        killed_in=campaign.killed_in,
        effects=Counter((one.tool, one.status) for one in books.effects if one.case_id in mine),
        disagreements=(),
    )


def _share(name: str, value: float, limit: float) -> Target:
    return Target(name=name, wanted=f"≥ {limit:.0%}", value=value, is_met=value >= limit)


def _lines(report: FaultReport) -> Iterator[str]:
    yield report.machine.words()
    yield (
        f"{report.cases:,} cases of the orders desk, {report.kills} kills of {report.workers} "
        f"worker(s), {report.database}, seed {report.seed}: {report.took_s:,.0f} s"
    )
    yield ""
    yield f"{report.calls:,} calls through the proxy, {report.faulty_share:.1%} met a fault"
    for fault in Fault:
        count = report.faults.get(fault, 0)
        yield f"  {fault:<16}{count:>8,}{count / max(1, report.calls):>8.1%}"
    yield ""
    yield "cases at the end"
    for (status, code), count in sorted(report.ends.items(), key=lambda one: -one[1]):
        yield f"  {f'{status} {code}'.strip():<40}{count:>8,}{count / report.cases:>8.1%}"
    yield ""
    yield f"{'failed steps':<42}{'all':>8}{'recovered':>12}"
    for code, (steps, recovered) in report.failures.items():
        yield f"  {code:<40}{steps:>8,}{recovered:>12,}"
    yield ""
    killed = ", ".join(f"{status} {n}" for status, n in sorted(report.killed_in.items()))
    yield f"killed while cases were: {killed or 'idle'}"
    yield ""
    yield from _verdicts(report)


def _verdicts(report: FaultReport) -> Iterator[str]:
    for target in report.targets:
        verdict = "met   " if target.is_met else "MISSED"
        value = f"{target.value:.1%}" if "%" in target.wanted else f"{target.value:g}"
        yield f"{verdict}  {target.name}: {value}, wanted {target.wanted}"
    yield from (f"  {line}" for line in report.disagreements[:SHOWN])
    yield ""
    yield (
        "What is checked: every effect that succeeded here is in the shop's books under its key "
        "with the\nsame tool, arguments and case, every operation in the shop belongs to one "
        "effect here and rested on\nits grant, no step of a case stands twice, a case that is "
        "DONE did all of its plan, the shop balances\nto the cent and the piece, every other case "
        "waits for a person with a code, and the ledger verifies.\nTimeouts and waits are scaled "
        "down, and nobody answers: what reaches a person stays there."
    )
