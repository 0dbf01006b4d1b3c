"""What was compiled for one database serves another of its kind, and none of another kind."""

import shutil
from pathlib import Path

from engine.store.control_reads import ControlReads
from engine.store.database import Database, open_database
from engine.store.statements import STATEMENTS


def epoch_of(database: Database) -> int:
    """By a compiled statement and by one that SQLAlchemy keeps."""
    reads = ControlReads(database)
    assert reads.control_epoch() == reads.control().epoch
    return reads.control_epoch()


def test_second_database_compiles_nothing_anew(sqlite_url: str, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    shutil.copy(sqlite_url.removeprefix("sqlite:///"), copy)
    first, second = open_database(sqlite_url), open_database(f"sqlite:///{copy}")
    assert epoch_of(first) == 1
    compiled = set(STATEMENTS)
    assert epoch_of(second) == 1
    assert set(STATEMENTS) == compiled
    for database in (first, second):
        database.close()


def test_each_kind_of_database_has_its_own(sqlite_url: str, postgres_url: str) -> None:
    embedded, server = open_database(sqlite_url), open_database(postgres_url)
    assert [epoch_of(embedded), epoch_of(server), epoch_of(embedded)] == [1, 1, 1]
    kinds = {key[:2] for key in STATEMENTS}
    assert kinds == {("sqlite", "pysqlite"), ("postgresql", "psycopg")}
    for database in (embedded, server):
        database.close()
