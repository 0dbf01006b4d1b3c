"""A migrated database has exactly the tables that the code reads and writes."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from engine.errors import ConfigError
from engine.store import people_tables, run_tables  # noqa: F401 - they belong to the schema
from engine.store.control_reads import ControlReads
from engine.store.database import open_database
from engine.store.migrate import migrate, newest_revision, revision
from engine.store.tables import metadata


def test_migrated_database_matches_the_tables(empty_database_url: str) -> None:
    database = open_database(empty_database_url)
    migrate(database)
    with database.reader.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), metadata)
    assert differences == []
    database.close()


def test_migrating_again_changes_nothing(empty_database_url: str) -> None:
    database = open_database(empty_database_url)
    assert revision(database) is None
    assert migrate(database) == migrate(database) == newest_revision() == revision(database)
    assert ControlReads(database).control_epoch() == 1
    database.close()


def test_unmigrated_database_says_what_to_do(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'new.db'}")
    with pytest.raises(ConfigError, match="run `countersign migrate`"):
        ControlReads(database).control_epoch()
    database.close()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("not a url", "not a database URL"),
        ("mysql://host/db", "mysql is not supported"),
        ("sqlite://", "must be a file"),
    ],
)
def test_unusable_urls_are_refused(url: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        open_database(url)
