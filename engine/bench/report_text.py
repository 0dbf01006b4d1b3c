"""The report of `countersign bench engine` in words and columns."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bench.figures import Spread
from engine.bench.report import EngineReport

_ROWS = (
    ("to pending, cases/s", "pending_per_s", "pending_per_s"),
    ("approved to done, cases/s", "done_per_s", "done_per_s"),
    ("approve → acted, p50 ms", "acted_p50_ms", "acted_p50_ms"),
    ("approve → acted, p99 ms", "acted_p99_ms", "acted_p99_ms"),
    ("approve → recorded, p50 ms", "recorded_p50_ms", ""),
    ("approve → recorded, p99 ms", "recorded_p99_ms", ""),
    ("bytes a case", "bytes_a_case", "bytes_a_case"),
    ("processor ms a case", "cpu_ms_a_case", "cpu_ms_a_case"),
    ("peak memory, MB", "worker_peak_mb", "peak_mb"),
)
_METHOD = """\
What is measured: a fresh database a run, SQLite in WAL at synchronous=FULL, a stub reasoner, no
take-back window, and an outside book in a second SQLite file at FULL. "To pending" begins with the
first row submitted and includes intake. "Approved to done" claims and approves the cases one by
one through the service while one worker process acts on them. "Approve → acted" is of {lone} more
cases, approved one at a time while the worker is idle: from before the decide request in the
asking process to the return of the booking in the worker process, "recorded" to the commit of the
verified result, both on the machine's monotonic clock. Bytes are the growth of the database over
the cases, ledger sealed and log written back. Memory is the worker process'.
LangGraph runs the same rows against the same book in one process: SqliteSaver in WAL at FULL,
durability "sync", interrupt and resume a case. It acts in the caller, so its "approve → acted"
crosses no process. The sides take turns; ratios are taken run by run."""


def render_text(report: EngineReport) -> str:
    """The whole report."""
    return "\n".join(_lines(report))


def _lines(report: EngineReport) -> Iterator[str]:
    first = report.runs[0]
    yield report.machine.words()
    yield f"{first.cases} cases, {len(report.runs)} runs a side: median (lowest to highest)"
    yield ""
    yield f"{'':<28}{'Countersign':<30}{'LangGraph' if report.peer_runs else ''}".rstrip()
    ours, peers = report.ours, report.peers
    for title, mine, other in _ROWS:
        yield f"{title:<28}{_cell(ours.get(mine)):<30}{_cell(peers.get(other))}".rstrip()
    yield ""
    if not report.peer_runs:
        yield "LangGraph is not installed, so there are no ratios; `./run bench engine` brings it."
    for name, ratio in (("to pending", report.pending_ratio), ("to done", report.done_ratio)):
        if ratio is not None:
            yield f"{name}: {_cell(ratio)} × LangGraph"
    yield ""
    for target in report.targets:
        verdict = "met   " if target.is_met else "MISSED"
        yield f"{verdict}  {target.name}: {_number(target.value)}, wanted {target.wanted}"
    yield ""
    yield _METHOD.format(lone=len(first.acted_ms))


def _cell(value: Spread | None) -> str:
    if value is None:
        return ""
    return f"{_number(value.median)} ({_number(value.low)} to {_number(value.high)})"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.2f}"
