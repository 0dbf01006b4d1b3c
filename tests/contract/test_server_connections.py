"""Connections to a database server: kept from use to use, replaced where they were lost."""

import time
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, text

from engine.store import database as store
from engine.store.database import Database, open_database
from engine.store.wakeup import CHANNEL, PostgresWakeup
from tests.postgres import Server


@pytest.fixture
def database(postgres_url: str) -> Iterator[Database]:
    opened = open_database(postgres_url)
    yield opened
    opened.close()


def process_of(engine: Engine) -> int:
    with engine.connect() as connection:
        return int(connection.execute(text("SELECT pg_backend_pid()")).scalar_one())


def test_connection_lost_at_rest_is_replaced(
    database: Database, postgres_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = process_of(database.reader)
    assert process_of(database.reader) == first
    postgres_server.end_connection(first)
    monkeypatch.setattr(store, "RESTED_S", 0.0)
    second = process_of(database.reader)
    assert second != first
    assert process_of(database.reader) == second


def test_wakeup_gives_its_connection_back_deaf(database: Database, postgres_server: Server) -> None:
    wakeup = PostgresWakeup(database)
    with database.writer.begin() as connection:
        connection.execute(text(f"NOTIFY {CHANNEL}"))
    started = time.perf_counter()
    wakeup.wait(30.0)
    assert time.perf_counter() - started < 30.0
    wakeup.close()
    with database.reader.connect() as connection:
        assert connection.execute(text("SELECT pg_listening_channels()")).all() == []
    process = process_of(database.reader)
    lost = PostgresWakeup(database)
    postgres_server.end_connection(process)
    lost.close()
    assert process_of(database.reader) != process
