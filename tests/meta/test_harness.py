"""The fixtures every other test leans on give what they promise."""

from typing import TYPE_CHECKING

import psycopg
import pytest
from sqlalchemy import create_engine, inspect, text

from tests.postgres import new_database

if TYPE_CHECKING:
    from playwright.sync_api import Page


def test_each_database_starts_without_tables(database_url: str) -> None:
    engine = create_engine(database_url)
    with engine.begin() as connection:
        assert inspect(connection).get_table_names() == []
        connection.execute(text("CREATE TABLE left_by_a_test (id INTEGER)"))
    with engine.connect() as connection:
        assert inspect(connection).get_table_names() == ["left_by_a_test"]
    engine.dispose()


def test_database_starts_empty_every_time(database_url: str) -> None:
    test_each_database_starts_without_tables(database_url)


def test_postgres_database_is_dropped_afterwards(postgres_server: str) -> None:
    with new_database(postgres_server) as url:
        plain = url.replace("postgresql+psycopg://", "postgresql://")
        psycopg.connect(plain).close()
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(plain)


def test_browser_runs_scripts_of_pages(page: "Page") -> None:
    page.set_content("<button onclick=\"this.textContent='signed'\">open</button>")
    page.get_by_role("button").click()
    assert page.get_by_role("button").text_content() == "signed"
