"""The fixtures every other test leans on give what they promise."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
from sqlalchemy import create_engine, inspect, text

from engine.store.database import open_database
from engine.store.migrate import migrate
from tests.postgres import Server

if TYPE_CHECKING:
    from playwright.sync_api import Browser


def left_by_a_test(url: str) -> list[str]:
    """Leave a table behind; gives what was there before."""
    engine = create_engine(url)
    with engine.begin() as connection:
        before = inspect(connection).get_table_names()
        connection.execute(text("CREATE TABLE left_by_a_test (id INTEGER)"))
    with engine.connect() as connection:
        assert {*inspect(connection).get_table_names()} == {*before, "left_by_a_test"}
    engine.dispose()
    return before


def rows_in(url: str) -> dict[str, int]:
    """How many rows the tables hold that hold any."""
    engine = create_engine(url)
    with engine.connect() as connection:
        counts = {
            table: connection.execute(text(f'SELECT count(*) FROM "{table}"')).scalar_one()
            for table in inspect(connection).get_table_names()
        }
    engine.dispose()
    return {table: count for table, count in counts.items() if count}


@pytest.mark.parametrize("time", ["first", "again"])
def test_empty_database_has_no_tables(empty_database_url: str, time: str) -> None:
    assert left_by_a_test(empty_database_url) == []


@pytest.mark.parametrize("time", ["first", "again"])
def test_each_database_is_as_migrated(database_url: str, tmp_path: Path, time: str) -> None:
    new = f"sqlite:///{tmp_path / 'new.db'}"
    migrated = open_database(new)
    migrate(migrated)
    migrated.close()
    assert rows_in(database_url) == rows_in(new)
    tables = left_by_a_test(database_url)
    assert sorted(tables) == sorted(left_by_a_test(new))
    assert "left_by_a_test" not in tables


def test_postgres_database_is_dropped_afterwards(postgres_server: Server) -> None:
    with postgres_server.new_database() as url:
        plain = url.replace("postgresql+psycopg://", "postgresql://")
        psycopg.connect(plain).close()
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(plain)


@pytest.mark.xdist_group("together")
@pytest.mark.parametrize("place", range(4))
def test_group_stays_in_one_process(run_folder: Path, place: int) -> None:
    with (run_folder / "together.txt").open("a+") as note:
        note.write(f"{os.getpid()}\n")
        note.seek(0)
        assert {*note.read().split()} == {str(os.getpid())}


def test_browser_runs_scripts_of_pages(chromium: "Browser") -> None:
    page = chromium.new_page()
    page.set_content("<button onclick=\"this.textContent='signed'\">open</button>")
    page.get_by_role("button").click()
    assert page.get_by_role("button").text_content() == "signed"
