"""The peer: LangGraph with its SQLite saver does the same work, in a process of its own.

`python -m engine.bench.langgraph_peer FOLDER CASES`. A graph of five nodes (perceive, reason,
approve, act, record) over the same rows and the same outside book: the reads of the target, the
stub's answer, an interrupt for the person, one booking at `synchronous=FULL`, and a read-back.
Checkpoints are kept by `SqliteSaver` in WAL at `synchronous=FULL` with `durability="sync"`: every
step is durable before the next one runs. There is no worker: the act runs in the caller.
"""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter, process_time
from typing import Any, TypedDict

from engine.adapters.system import SystemClock
from engine.bench.machine import peak_mb
from engine.bench.outside_view import settled_bytes
from engine.bench.stub_parts import OPERATOR, bench_rows, book_file
from engine.domain.case import Signal
from engine.errors import EngineError
from engine.testing.stub_desk import StubIntake
from engine.testing.ticket_book import TicketBook

LIBRARIES = ("langgraph", "langgraph-checkpoint", "langgraph-checkpoint-sqlite")
PATIENCE_S = 900.0
RECEIVED_AT_ONCE = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class PeerRun:
    """One run's measures."""

    cases: int
    to_pending_s: float
    """From the first row read to the last graph interrupted."""
    to_done_s: float
    """From the first resume to the end of the last graph."""
    acted_ms: Sequence[float]
    """From before each resume to the moment the outside book has the entry."""
    file_bytes: int
    """Growth of the checkpoint file, with its log written back."""
    peak_mb: float
    cpu_s: float


class State(TypedDict, total=False):
    """What the graph carries from step to step."""

    signal: Mapping[str, Any]
    facts: Sequence[Mapping[str, Any]]
    recommendation: Mapping[str, Any]
    decision: Mapping[str, Any]
    effect: Mapping[str, Any]
    status: str


def is_installed() -> bool:
    """Whether the peer can be measured here."""
    try:
        return find_spec("langgraph.checkpoint.sqlite") is not None
    except ModuleNotFoundError:
        return False


def run_peer(folder: Path, cases: int) -> PeerRun:
    """Measure one run in a process of its own.

    Raises:
        EngineError: It failed.
    """
    ended = subprocess.run(
        [sys.executable, "-m", "engine.bench.langgraph_peer", str(folder), str(cases)],
        stdout=subprocess.PIPE,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    if ended.returncode:
        raise EngineError("The LangGraph run failed; its message stands above.")
    return PeerRun(**json.loads(ended.stdout))


class Steps:
    """The five nodes, over one outside book."""

    def __init__(self, book: TicketBook) -> None:
        """Act on a book."""
        self._book = book
        self.booked_at = 0.0
        """When the last booking had committed."""

    def perceive(self, state: State) -> State:
        """Facts of the signal."""
        signal = state["signal"]
        facts = [
            {
                "entity": "ticket",
                "attribute": name,
                "value": signal["payload"][name],
                "source": "intake",
                "observed_at": signal["as_of"],
            }
            for name in ("owner", "confidence")
        ]
        return {"facts": facts}

    def reason(self, state: State) -> State:
        """The stub's recommendation, with the target as it is now."""
        values = {fact["attribute"]: fact["value"] for fact in state["facts"]}
        number, owner = state["signal"]["source_id"], values["owner"]
        recommendation = {
            "tool": "assign_owner",
            "arguments": {"number": number, "owner": owner},
            "summary": f"Assign to {owner}",
            "rationale": f"The row names {owner}.",
            "confidence": values["confidence"],
            "before": {"number": number, "owner": self._book.owner(number)},
        }
        return {"recommendation": recommendation, "status": "PENDING"}

    def approve(self, state: State) -> State:
        """Wait for the person."""
        from langgraph.types import interrupt

        return {"decision": interrupt(state["recommendation"]), "status": "GRANTED"}

    def act(self, state: State) -> State:
        """Book once."""
        arguments = state["recommendation"]["arguments"]
        key = f"assign-{arguments['number']}"
        self._book.assign(arguments["number"], arguments["owner"], key)
        self.booked_at = perf_counter()
        return {"effect": {"key": key, "result": arguments}}

    def record(self, state: State) -> State:
        """Read the target back and finish."""
        arguments = state["recommendation"]["arguments"]
        is_correct = self._book.owner(arguments["number"]) == arguments["owner"]
        effect = {**state["effect"], "is_completed": True, "is_correct": is_correct}
        return {"effect": effect, "status": "DONE"}


def build_graph(steps: Steps, connection: sqlite3.Connection) -> Any:
    """The compiled graph with its saver on a connection at WAL and FULL."""
    from langgraph.checkpoint.sqlite import SqliteSaver
    from langgraph.graph import END, START, StateGraph

    saver = SqliteSaver(connection)
    saver.setup()
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    graph = StateGraph(State)
    names = ("perceive", "reason", "approve", "act", "record")
    for name in names:
        graph.add_node(name, getattr(steps, name))
    for before, after in zip((START, *names), (*names, END), strict=True):
        graph.add_edge(before, after)
    return graph.compile(checkpointer=saver)


def measure(folder: Path, cases: int) -> PeerRun:
    """Run all cases to the interrupt, then approve each."""
    book = TicketBook(book_file(folder))
    book.prepare()
    file = folder / "checkpoints.db"
    connection = sqlite3.connect(file, check_same_thread=False)
    steps = Steps(book)
    graph = build_graph(steps, connection)
    connection.commit()
    empty_bytes = file.stat().st_size
    rows = bench_rows(cases, SystemClock().now(), "T")
    cpu_start, start = process_time(), perf_counter()
    numbers = _to_pending(graph, book, rows)
    pending_at = perf_counter()
    acted_ms = _to_done(graph, steps, numbers)
    done_at, cpu_s = perf_counter(), process_time() - cpu_start
    connection.close()
    _check(book, cases)
    return PeerRun(
        cases=cases,
        to_pending_s=pending_at - start,
        to_done_s=done_at - pending_at,
        acted_ms=acted_ms,
        file_bytes=settled_bytes(file) - empty_bytes,
        peak_mb=peak_mb(),
        cpu_s=cpu_s,
    )


def stored_signal(signal: Signal) -> Mapping[str, Any]:
    """A signal as the graph's state holds it."""
    return {
        "source": signal.source,
        "source_id": signal.source_id,
        "case_type": signal.case_type,
        "title": signal.title,
        "as_of": signal.as_of.isoformat(),
        "priority": signal.priority,
        "payload": dict(signal.payload),
    }


def _to_pending(
    graph: Any, book: TicketBook, rows: Sequence[tuple[int, dict[str, str]]]
) -> list[str]:
    intake = StubIntake()
    incoming = [intake.read(row) for _, row in rows]
    for start in range(0, len(incoming), RECEIVED_AT_ONCE):
        book.receive(incoming[start : start + RECEIVED_AT_ONCE])
    for item in incoming:
        stored = stored_signal(item.signal)
        graph.invoke({"signal": stored}, _thread(item.signal.source_id), durability="sync")
    return [item.signal.source_id for item in incoming]


def _to_done(graph: Any, steps: Steps, numbers: Sequence[str]) -> list[float]:
    from langgraph.types import Command

    acted_ms = []
    for number in numbers:
        start = perf_counter()
        answer = Command(resume={"kind": "APPROVE", "person": OPERATOR, "reason": "AGREED"})
        graph.invoke(answer, _thread(number), durability="sync")
        acted_ms.append((steps.booked_at - start) * 1e3)
    return acted_ms


def _thread(number: str) -> Mapping[str, Any]:
    return {"configurable": {"thread_id": number}}


def _check(book: TicketBook, cases: int) -> None:
    booked = len(book.entries())
    if booked != cases:
        raise EngineError(f"{cases} cases were approved, the peer's book has {booked} entries.")


if __name__ == "__main__":
    import dataclasses

    run = measure(Path(sys.argv[1]), int(sys.argv[2]))
    sys.stdout.write(json.dumps(dataclasses.asdict(run)))
