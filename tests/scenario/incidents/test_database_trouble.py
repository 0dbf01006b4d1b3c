"""A database that is locked or read-only: said in words, nothing half done, nothing lost."""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from engine.cli import main
from engine.domain.actor import Role
from engine.domain.case_status import CaseStatus
from engine.domain.decision import DecisionKind, ReasonCode
from engine.errors import StoreUnavailable
from engine.service.requests import ClaimCase, DecideCase
from engine.store import database
from tests.scenario.incidents.incident_world import IncidentWorld, make_incident_world

LOCKED = "The database is locked by another program; nothing was changed. Try again in a moment"
READ_ONLY = "The database is read-only; nothing was changed. Check the permissions of the file"
HOLD = (
    "import sqlite3, sys\n"
    "held = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
    "held.execute('BEGIN IMMEDIATE')\n"
    "print('held', flush=True)\n"
    "sys.stdin.read()\n"
)
ROW = {"case_id": "INC1", "opened_at": "2026-03-02T07:15", "priority": "3 - Moderate"}


class Holder:
    """Another process that holds the write lock until it is let go."""

    def __init__(self, file: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", HOLD, str(file)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout
        assert self._process.stdout.readline() == "held\n"

    def let_go(self) -> None:
        self._process.communicate()


@contextmanager
def held_by_another_process(file: Path) -> Iterator[Holder]:
    holder = Holder(file)
    try:
        yield holder
    finally:
        if holder._process.poll() is None:
            holder.let_go()


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[IncidentWorld]:
    """A world on SQLite that does not wait long for another writer."""
    monkeypatch.setattr(database, "BUSY_TIMEOUT_MS", 40)
    made = make_incident_world(tmp_path)
    yield made
    made.close()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "countersign.db"


def test_locked_database_takes_no_row_in(place: IncidentWorld, file: Path) -> None:
    with (
        held_by_another_process(file),
        pytest.raises(StoreUnavailable, match=LOCKED),
    ):
        place.world.submit([(2, ROW)])
    again = place.world.submit([(2, ROW)])
    assert (again.accepted, again.duplicates) == (1, 0)


def test_locked_database_keeps_the_click_for_later(place: IncidentWorld, file: Path) -> None:
    place.world.submit([(2, ROW)])
    place.world.work()
    case = place.world.case("INC1")
    ann = place.world.person("ann", Role.OPERATOR)
    place.world.execute(ClaimCase(case_id=case.id), ann)
    click = DecideCase(
        case_id=case.id,
        version=case.version,
        kind=DecisionKind.REJECT,
        reason_code=ReasonCode.DUPLICATE,
        client_key="form-1",
    )
    with (
        held_by_another_process(file),
        pytest.raises(StoreUnavailable, match=LOCKED),
    ):
        place.world.execute(click, ann)
    assert place.world.case("INC1") == case
    assert place.world.execute(click, ann).message == "Rejected; nothing will be done."
    assert place.world.execute(click, ann).message == "Already recorded, once."
    place.world.work()
    assert place.world.case("INC1").status is CaseStatus.CLOSED_NO_ACTION
    assert place.world.engine.verify_ledger().is_intact


def test_worker_waits_out_a_locked_database(place: IncidentWorld, file: Path) -> None:
    place.world.submit([(2, ROW)])
    opened = place.world.open_worker()
    with held_by_another_process(file) as holder:
        rounds = iter((False, holder.let_go, lambda: None))

        def is_stopping() -> bool:
            step = next(rounds, None)
            if callable(step):
                step()
            return place.world.case("INC1").status is CaseStatus.PENDING

        opened.worker.run(is_stopping)
    opened.seal()
    opened.stop()
    assert place.world.engine.verify_ledger().is_intact


# --- on the command line ----------------------------------------------------------------------


@pytest.fixture
def run(
    place: IncidentWorld,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Callable[..., tuple[int, str, str]]:
    """The command line on the same database."""
    monkeypatch.setenv("COUNTERSIGN_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("COUNTERSIGN_DESKS", "incidents")

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "stdin", io.StringIO(""))
        capsys.readouterr()
        code = 0
        try:
            main(arguments)
        except SystemExit as ended:
            code = int(ended.code or 0)
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    sheet = tmp_path / "cases.csv"
    sheet.write_text(f"{','.join(ROW)}\n{','.join(ROW.values())}\n", "utf-8")
    return sheet


def test_locked_database_leaves_with_one_and_advice(
    run: Callable[..., tuple[int, str, str]], file: Path, rows: Path
) -> None:
    submit = ("submit", "--desk", "incidents", str(rows))
    with held_by_another_process(file):
        code, out, err = run(*submit)
        assert (code, out, LOCKED in err, "Traceback" in err) == (1, "", True, False)
        code, out, err = run("work", "--drain")
        assert (code, out, LOCKED in err, "Traceback" in err) == (1, "", True, False)
    assert run(*submit)[1].startswith("1 accepted, 0 duplicates")


def test_read_only_database_leaves_with_one_and_advice(
    run: Callable[..., tuple[int, str, str]],
    file: Path,
    rows: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    copy = tmp_path / "copy.db"
    run("submit", "--desk", "incidents", str(rows))
    shutil.copy(file, copy)
    shutil.copy(f"{file}-wal", f"{copy}-wal")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COUNTERSIGN_DATABASE_URL", f"sqlite:///file:{copy}?mode=ro&uri=true")
    rows.write_text(rows.read_text("utf-8").replace("INC1", "INC2"), "utf-8")
    for command in (("submit", "--desk", "incidents", str(rows)), ("work", "--drain")):
        code, out, err = run(*command)
        assert (code, out, READ_ONLY in err, "Traceback" in err) == (1, "", True, False), err
    code, out, err = run("doctor")
    assert "RECEIVED 1" in out
