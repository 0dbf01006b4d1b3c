"""Our side of the bench: one run of the engine on a fresh database, with a real worker process.

Cases come in and decisions are taken through the same requests as in the product; the asking
process never runs engine work. Every run ends by counting the outside book and checking the ledger.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from time import perf_counter, process_time, sleep

from sqlalchemy import select

from engine.bench.outside_view import OutsideView, settled_bytes
from engine.bench.stub_parts import (
    add_operator,
    bench_rows,
    book_file,
    database_file,
    open_stub_parts,
)
from engine.bench.worker_process import Worked, WorkerProcess
from engine.bootstrap import Parts, engine_of, prepare
from engine.domain.actor import Person
from engine.domain.decision import DecisionKind
from engine.domain.ids import CaseId
from engine.errors import EngineError
from engine.service.local import LocalEngine
from engine.service.requests import ClaimCase, DecideCase
from engine.store import tables
from engine.testing.stub_desk import DESK
from engine.testing.ticket_book import TicketBook

READING_S = 0.02
"""A person reads at least this long between taking a case and deciding: the worker is asleep."""


@dataclass(frozen=True, kw_only=True, slots=True)
class EngineRun:
    """One run's measures."""

    cases: int
    to_pending_s: float
    """From the first row submitted to the last case PENDING, as read from outside."""
    to_done_s: float
    """From the first claim to the last case DONE, as read from outside."""
    acted_ms: Sequence[float]
    """From before the decide request to the tool's return: the outside book has the entry."""
    recorded_ms: Sequence[float]
    """From before the decide request to the commit of the verified result."""
    file_bytes: int
    """Growth of the database over the cases, sealed and with its log written back."""
    worker_peak_mb: float
    cpu_s: float
    """Processor time of asking process and worker together, of the cases."""


def run_engine(folder: Path, cases: int, lone_cases: int) -> EngineRun:
    """Measure one run.

    Args:
        folder: Empty; the databases go there.
        cases: How many go through as fast as they can.
        lone_cases: How many are then approved one at a time, each when the worker is idle.
    """
    parts = open_stub_parts(folder)
    try:
        prepare(parts)
        bench = _Bench(folder, parts, add_operator(parts), engine_of(parts))
        return bench.run(cases, lone_cases)
    finally:
        parts.database.close()


@dataclass(frozen=True, slots=True)
class _Bench:
    folder: Path
    parts: Parts
    person: Person
    engine: LocalEngine

    def run(self, cases: int, lone_cases: int) -> EngineRun:
        file = database_file(self.folder)
        empty_bytes = settled_bytes(file)
        cpu_start = process_time()
        with self._worker() as (stop, view):
            to_pending_s = self._submit(cases, "T", view)
            to_done_s = self._approve_all(cases, view)
            cpu_s = process_time() - cpu_start
            worked = stop()
        file_bytes = settled_bytes(file) - empty_bytes
        acted_ms, recorded_ms = self._approve_alone(cases, lone_cases)
        self._check(cases + lone_cases)
        return EngineRun(
            cases=cases,
            to_pending_s=to_pending_s,
            to_done_s=to_done_s,
            acted_ms=acted_ms,
            recorded_ms=recorded_ms,
            file_bytes=file_bytes,
            worker_peak_mb=worked.peak_mb,
            cpu_s=cpu_s + worked.cpu_s,
        )

    @contextmanager
    def _worker(self) -> Iterator[tuple[Callable[[], Worked], OutsideView]]:
        worker = WorkerProcess(self.folder)
        try:
            with OutsideView(database_file(self.folder)) as view:
                yield worker.stop, view
        except BaseException:
            worker.kill()
            raise

    def _submit(self, cases: int, prefix: str, view: OutsideView) -> float:
        rows = bench_rows(cases, self.parts.clock.now(), prefix)
        start = perf_counter()
        self.engine.submit(DESK, rows, submitted_by="bench")
        return view.wait_for("PENDING", cases) - start

    def _approve_all(self, cases: int, view: OutsideView) -> float:
        waiting = self._pending()
        start = perf_counter()
        for case_id in waiting:
            self._decide(case_id, self._claim(case_id))
        return view.wait_for("DONE", cases) - start

    def _approve_alone(self, done: int, lone: int) -> tuple[Sequence[float], Sequence[float]]:
        """Approve one case after the other, each at a random moment of the idle worker's poll."""
        pause = Random(lone)
        started = []
        with self._worker() as (stop, view):
            self._submit(lone, "L", view)
            for number, case_id in enumerate(self._pending(), start=1):
                version = self._claim(case_id)
                sleep(READING_S + pause.uniform(0, 0.01))
                started.append(perf_counter())
                self._decide(case_id, version)
                view.wait_for("DONE", done + number)
            worked = stop()
        return _since(started, worked.acted_at), _since(started, worked.recorded_at)

    def _pending(self) -> list[CaseId]:
        c = tables.cases.c
        query = select(c.id).where(c.status == "PENDING").order_by(c.id)
        with self.parts.database.reader.connect() as connection:
            return [CaseId(case_id) for case_id in connection.execute(query).scalars()]

    def _claim(self, case_id: CaseId) -> int:
        version = self.engine.execute(ClaimCase(case_id=case_id), self.person).version
        assert version is not None
        return version

    def _decide(self, case_id: CaseId, version: int) -> None:
        request = DecideCase(
            case_id=case_id,
            version=version,
            kind=DecisionKind.APPROVE,
            client_key=str(self.parts.ids.new()),
        )
        self.engine.execute(request, self.person)

    def _check(self, cases: int) -> None:
        """A figure of a run that lost, doubled or damaged anything is worth nothing.

        Raises:
            EngineError: The outside book or the ledger is not as it must be.
        """
        booked = TicketBook(book_file(self.folder)).entries()
        numbers = {number for _, number, _ in booked}
        if not len(booked) == len(numbers) == cases:
            raise EngineError(f"{cases} cases were approved, the book has {len(booked)} entries.")
        report = self.engine.verify_ledger()
        if not report.is_intact or report.unsealed:
            raise EngineError("The ledger of the bench is broken or not sealed.")


def _since(started: Sequence[float], ended: Sequence[float]) -> tuple[float, ...]:
    """Milliseconds from each start to the end of the same number."""
    return tuple((end - start) * 1e3 for start, end in zip(started, ended, strict=True))
