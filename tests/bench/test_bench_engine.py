"""The bench of the engine: what it counts and how it judges, never how fast this machine is."""

import json
import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine.bench import engine_bench
from engine.bench.engine_bench import bench_engine
from engine.bench.engine_side import EngineRun
from engine.bench.figures import percentile, ratios, spread
from engine.bench.langgraph_peer import PeerRun, State, Steps, is_installed, stored_signal
from engine.bench.machine import Machine, describe_machine, peak_mb
from engine.bench.outside_view import settled_bytes
from engine.bench.report import EngineReport
from engine.bench.report_text import render_text
from engine.bench.stub_parts import bench_rows
from engine.bench.worker_process import WorkerProcess
from engine.cli import main
from engine.errors import EngineError, InvalidRequest
from engine.testing.stub_desk import StubIntake
from engine.testing.ticket_book import TicketBook

CASES = 12

FIGURES = {
    "pending_per_s",
    "done_per_s",
    "acted_p50_ms",
    "acted_p99_ms",
    "recorded_p50_ms",
    "recorded_p99_ms",
    "bytes_a_case",
    "cpu_ms_a_case",
    "worker_peak_mb",
}

MACHINE = Machine(
    processor="Abacus",
    cores=2,
    system="Linux",
    python="3.11.0",
    sqlite="3.40.0",
    libraries=(("sqlalchemy", "2.1.9"),),
    load=0.5,
    fsync_us=40.0,
)


def our_run(
    *,
    to_pending_s: float = 1.0,
    to_done_s: float = 2.0,
    acted_ms: Sequence[float] = (4.0, 6.0, 8.0),
    file_bytes: int = 600_000,
) -> EngineRun:
    return EngineRun(
        cases=100,
        to_pending_s=to_pending_s,
        to_done_s=to_done_s,
        acted_ms=acted_ms,
        recorded_ms=[value + 1 for value in acted_ms],
        file_bytes=file_bytes,
        worker_peak_mb=50.0,
        cpu_s=0.5,
    )


def peer_run(*, to_pending_s: float = 4.0, to_done_s: float = 3.0) -> PeerRun:
    return PeerRun(
        cases=100,
        to_pending_s=to_pending_s,
        to_done_s=to_done_s,
        acted_ms=(1.0, 2.0),
        file_bytes=2_000_000,
        peak_mb=90.0,
        cpu_s=1.0,
    )


def report_of(runs: Sequence[EngineRun], peers: Sequence[PeerRun] = ()) -> EngineReport:
    return EngineReport(machine=MACHINE, runs=runs, peer_runs=peers)


@pytest.fixture(scope="module")
def tiny_report() -> EngineReport:
    return bench_engine(CASES, 1, with_peer=False)


def test_tiny_bench_gives_every_figure(tiny_report: EngineReport) -> None:
    run = tiny_report.runs[0]
    assert set(tiny_report.ours) == FIGURES
    assert (run.cases, len(run.acted_ms), len(run.recorded_ms)) == (CASES, 3, 3)
    assert min(value.low for value in tiny_report.ours.values()) > 0


def test_booking_comes_before_its_record(tiny_report: EngineReport) -> None:
    run = tiny_report.runs[0]
    pairs = zip(run.acted_ms, run.recorded_ms, strict=True)
    assert [acted for acted, recorded in pairs if acted >= recorded] == []


def test_bench_without_the_peer_judges_two_targets(tiny_report: EngineReport) -> None:
    names = [target.name for target in tiny_report.targets]
    assert names == ["approve to acted, p50", "bytes a case"]
    assert tiny_report.to_json()["langgraph"] is None
    assert "LangGraph is not installed" in render_text(tiny_report)


@pytest.mark.parametrize(("cases", "repeats"), [(0, 1), (1, 0)], ids=["no case", "no run"])
def test_bench_of_nothing_is_refused(cases: int, repeats: int) -> None:
    with pytest.raises(InvalidRequest, match="at least one case and one run"):
        bench_engine(cases, repeats)


def test_figures_are_medians_of_the_runs() -> None:
    report = report_of(
        [
            our_run(to_pending_s=1.0, acted_ms=(1.0, 2.0, 3.0)),
            our_run(to_pending_s=0.5, acted_ms=(7.0, 8.0, 9.0)),
            our_run(to_pending_s=2.0, acted_ms=(4.0, 5.0, 6.0)),
        ]
    )
    pending, acted = report.ours["pending_per_s"], report.ours["acted_p50_ms"]
    assert (pending.median, pending.low, pending.high) == (100.0, 50.0, 200.0)
    assert (acted.median, acted.low, acted.high) == (5.0, 2.0, 8.0)
    assert report.ours["bytes_a_case"].median == 6_000.0
    assert report.ours["cpu_ms_a_case"].median == 5.0


def test_ratios_pair_neighbouring_runs() -> None:
    report = report_of(
        [our_run(to_pending_s=1.0), our_run(to_pending_s=4.0)],
        [peer_run(to_pending_s=4.0), peer_run(to_pending_s=20.0)],
    )
    assert report.pending_ratio == spread([4.0, 5.0])
    assert report.done_ratio == spread([1.5, 1.5])
    assert report.is_good


@pytest.mark.parametrize(
    ("run", "missed"),
    [
        (our_run(to_pending_s=1.4), "to pending against LangGraph"),
        (our_run(to_done_s=3.1), "to done against LangGraph"),
        (our_run(acted_ms=(1.0, 15.1, 16.0)), "approve to acted, p50"),
        (our_run(file_bytes=800_100), "bytes a case"),
    ],
    ids=["slow to pending", "slow to done", "slow to act", "large"],
)
def test_each_missed_target_is_named(run: EngineRun, missed: str) -> None:
    report = report_of([run], [peer_run()])
    assert [target.name for target in report.targets if not target.is_met] == [missed]
    assert f"MISSED  {missed}" in render_text(report)


def test_limits_themselves_are_met() -> None:
    run = our_run(to_pending_s=1.0, to_done_s=3.0, acted_ms=(15.0,), file_bytes=800_000)
    assert report_of([run], [peer_run(to_pending_s=3.0, to_done_s=3.0)]).is_good


def test_percentile_is_the_nearest_rank() -> None:
    values = [float(value) for value in range(100, 0, -1)]
    assert [percentile(values, share) for share in (0.01, 0.5, 0.99, 1.0)] == [1, 50, 99, 100]
    assert percentile([7.0], 0.5) == 7.0


def test_percentile_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="needs values"):
        percentile([], 0.5)


def test_ratios_need_as_many_runs_of_both() -> None:
    with pytest.raises(ValueError, match="shorter"):
        ratios([1.0, 2.0], [1.0])


def test_machine_names_no_host_and_no_path(tmp_path: Path) -> None:
    machine = describe_machine(tmp_path, ("sqlalchemy", "surely-not-installed"))
    assert [name for name, _ in machine.libraries] == ["sqlalchemy"]
    assert machine.fsync_us > 0
    assert str(tmp_path) not in machine.words()
    assert list(tmp_path.iterdir()) == []


def test_peak_memory_grows_with_use() -> None:
    before = peak_mb()
    held = bytearray(int(before * 1e6))
    held[::4096] = b"x" * len(held[::4096])
    assert peak_mb() > before


def test_settled_size_includes_the_log(tmp_path: Path) -> None:
    file = tmp_path / "some.db"
    connection = sqlite3.connect(file)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("CREATE TABLE much (text TEXT)")
    connection.execute("INSERT INTO much VALUES (?)", ("x" * 100_000,))
    connection.commit()
    unsettled = file.stat().st_size
    assert settled_bytes(file) > unsettled + 90_000
    connection.close()


def test_command_prints_json_and_judges(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    report = report_of([our_run(file_bytes=900_000)], [peer_run()])
    monkeypatch.setattr(engine_bench, "bench_engine", lambda cases, repeat, say: report)
    with pytest.raises(SystemExit) as ended:
        main(["bench", "engine", "--json"])
    said = capsys.readouterr()
    answer = json.loads(said.out)
    assert ended.value.code == 1
    assert said.err == "missed: bytes a case, 9,000.00, wanted ≤ 8000 bytes\n"
    assert set(answer["countersign"]) == FIGURES
    assert answer["pending_ratio"] == {"median": 4.0, "min": 4.0, "max": 4.0}
    assert [target["is_met"] for target in answer["targets"]] == [True, True, True, False]


def test_command_is_content_with_met_targets(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    report = report_of([our_run()], [peer_run()])
    monkeypatch.setattr(engine_bench, "bench_engine", lambda cases, repeat, say: report)
    with pytest.raises(SystemExit) as ended:
        main(["bench", "engine"])
    assert ended.value.code == 0
    assert "Abacus, 2 cores" in capsys.readouterr().out


def test_peer_runs_where_it_is_installed() -> None:
    report = bench_engine(CASES, 1)
    measured = [(run.cases, len(run.acted_ms)) for run in report.peer_runs]
    assert measured == ([(CASES, CASES)] if is_installed() else [])
    assert len(report.targets) == (4 if is_installed() else 2)


def test_peer_steps_book_once_and_read_back(tmp_path: Path) -> None:
    book = TicketBook(tmp_path / "tickets.db")
    book.prepare()
    row = bench_rows(1, datetime(2026, 3, 2, 8, tzinfo=UTC), "T")[0][1]
    item = StubIntake().read(row)
    book.receive([item])
    steps = Steps(book)
    state = State(signal=stored_signal(item.signal))
    for step in (steps.perceive, steps.reason, steps.act, steps.act, steps.record):
        state = {**state, **step(state)}
    assert (state["status"], state["effect"]["is_correct"]) == ("DONE", True)
    assert book.entries() == [("assign-T000000", "T000000", "north")]


def test_worker_that_cannot_start_is_told(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="did not start"):
        WorkerProcess(tmp_path)
