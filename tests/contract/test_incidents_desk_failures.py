"""The incidents desk when its database fails, and when many use it at once."""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import OperationalError

from engine.adapters.http_tools import HttpTransport
from engine.desks import DESKS, DeskSettings
from engine.desks.incidents import itsm_database
from engine.desks.incidents.desk import incidents_desk
from engine.domain.canonical import Json
from engine.errors import ConfigError, StoreUnavailable, ToolOutcomeUnknown, ToolUnavailable
from tests.contract.incident_desk import (
    ASSIGN,
    NOTE,
    StoppedClock,
    everything,
    incident,
    new_desk,
    row,
    tool,
)

# ---------------------------------------------------------------- failures of the database


@pytest.mark.parametrize(
    "url",
    ["sqlite://", "sqlite:///:memory:", "oracle://x/y", "not a url"],
    ids=["memory", "named-memory", "another-database", "no-url"],
)
def test_unfit_url_is_refused_at_once(url: str):
    with pytest.raises(ConfigError):
        incidents_desk(itsm_url=url, clock=StoppedClock())


def test_folder_that_cannot_be_made_is_named(tmp_path: Path):
    (tmp_path / "file").write_text("")
    desk = incidents_desk(itsm_url=f"sqlite:///{tmp_path}/file/itsm.db", clock=StoppedClock())
    with pytest.raises(ConfigError, match="cannot be made"):
        desk.system.prepare()


@contextmanager
def held_by_another_program(url: str) -> Iterator[None]:
    other = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    yield
    other.close()


def test_locked_database_is_unavailable_and_unchanged(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(itsm_database, "BUSY_TIMEOUT_MS", 20)
    desk = new_desk(sqlite_url)
    before = everything(sqlite_url)
    with held_by_another_program(sqlite_url):
        with pytest.raises(ToolUnavailable, match=r"locked\. Nothing was changed there"):
            tool(desk, "assign_group").call(ASSIGN, key="k")
        with pytest.raises(StoreUnavailable):
            desk.system.receive([desk.intake.read(row("INC8"))])
        assert incident(desk, "INC1")["state"] == "new"
    assert everything(sqlite_url) == before
    tool(desk, "assign_group").call(ASSIGN, key="k")


def test_read_only_database_is_unavailable(sqlite_url: str):
    new_desk(sqlite_url)
    path = sqlite_url.removeprefix("sqlite:///")
    url = f"sqlite:///file:{path}?mode=ro&uri=true"
    desk = incidents_desk(itsm_url=url, clock=StoppedClock())
    assert incident(desk, "INC1")["state"] == "new"
    with pytest.raises(ToolUnavailable, match="readonly"):
        tool(desk, "assign_group").call(ASSIGN, key="k")


def test_unprepared_database_is_unavailable(database_url: str):
    desk = incidents_desk(itsm_url=database_url, clock=StoppedClock())
    with pytest.raises(ToolUnavailable):
        incident(desk, "INC1")
    with pytest.raises(ToolUnavailable):
        tool(desk, "assign_group").call(ASSIGN, key="k")


@contextmanager
def commits_fail() -> Iterator[None]:
    def fail(connection: Connection) -> None:
        raise OperationalError("COMMIT", {}, sqlite3.OperationalError("disk I/O error"))

    event.listen(Engine, "commit", fail)
    yield
    event.remove(Engine, "commit", fail)


def test_failed_commit_leaves_the_outcome_unknown(database_url: str):
    desk = new_desk(database_url)
    assign = tool(desk, "assign_group")
    with commits_fail(), pytest.raises(ToolOutcomeUnknown, match="disk I/O error"):
        assign.call(ASSIGN, key="k")
    assert assign.call(ASSIGN, key="k")["previous_group"] == ""


def test_default_incident_system_is_a_file_in_the_data_folder(tmp_path: Path):
    settings = DeskSettings(
        data_dir=tmp_path / "not" / "there",
        clock=StoppedClock(),
        transport=lambda url, nowhere: HttpTransport(url, StoppedClock(), nowhere=nowhere),
        keys_dir=tmp_path / "keys",
    )
    DESKS["incidents"](settings).system.prepare()
    assert (tmp_path / "not" / "there" / "itsm.db").is_file()


# ---------------------------------------------------------------- many at once


def at_once(calls: list[Callable[[], Json]]) -> list[Json]:
    barrier = threading.Barrier(len(calls))

    def start(call: Callable[[], Json]) -> Json:
        barrier.wait()
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(start, calls))


def test_one_key_from_many_workers_acts_once(database_url: str):
    new_desk(database_url)
    desks = [incidents_desk(itsm_url=database_url, clock=StoppedClock()) for _ in range(6)]
    notes = [tool(desk, "add_work_note") for desk in desks]
    results = at_once([partial(note.call, NOTE, key="k") for note in notes])
    assert results == [results[0]] * 6
    assert [each["text"] for each in everything(database_url)["work_note"]] == ["Called back."]


def test_threads_share_one_desk(database_url: str):
    desk = new_desk(database_url)
    assign = tool(desk, "assign_group")
    groups = ("Network Operations", "Service Desk EMEA")

    def shuffle(worker: int) -> int:
        calls = [
            assign.call({"number": "INC1", "group": groups[n % 2]}, key=f"{worker}-{n}")
            for n in range(20)
        ]
        return len(calls)

    assert at_once([partial(shuffle, worker) for worker in range(4)]) == [20] * 4
    assert incident(desk, "INC1")["version"] == 81


def test_many_may_prepare_at_once(database_url: str):
    desks = [incidents_desk(itsm_url=database_url, clock=StoppedClock()) for _ in range(4)]
    at_once([desk.system.prepare for desk in desks])
    assert everything(database_url)["incident"] == []
