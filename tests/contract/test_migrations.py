"""A migrated database has exactly the tables that the code reads and writes."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext

from engine.errors import ConfigError
from engine.store import mapping, people_tables, run_tables, tables, types  # noqa: F401 - they belong to the schema
from engine.store import migrate as migrating
from engine.store.control_reads import ControlReads
from engine.store.database import open_database
from engine.store.drafts import draft_to_json
from engine.store.migrate import migrate, newest_revision, revision
from engine.store.tables import metadata
from engine.testing.world import START
from tests.scenario.stub.running import draft

SCRIPTS = Path(migrating.__file__).with_name("migrations")


def test_migrated_database_matches_the_tables(empty_database_url: str) -> None:
    database = open_database(empty_database_url)
    migrate(database)
    with database.reader.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), metadata)
    assert differences == []
    database.close()


def test_old_rows_say_whose_they_are(empty_database_url: str) -> None:
    """A recommendation from before versions were told apart, and the envelope in force then."""
    database = open_database(empty_database_url)
    with database.writer.connect() as connection:
        config = Config()
        config.set_main_option("script_location", str(SCRIPTS))
        config.attributes["connection"] = connection
        command.upgrade(config, "0003")
        for table, row in old_rows():
            connection.execute(sa.insert(table).values(row))
        connection.commit()
    migrate(database)
    with database.reader.connect() as connection:
        made = connection.execute(sa.select(tables.recommendations)).all()
        kept = connection.execute(
            sa.select(tables.policy_versions.c.earned).order_by(tables.policy_versions.c.version)
        )
        assert [(row.reasoner, row.reasoner_version) for row in made] == [
            ("precedent", "a1" * 4),
            ("agent", "scripted-plain agent-2.v1"),
            ("precedent", "b2" * 4),
        ]
        assert [mapping.recommendation_of(row, ()).draft.by.version for row in made] == [
            row.reasoner_version for row in made
        ]
        earned = {"precedent": "b2" * 4, "agent": "scripted-plain agent-2.v1"}
        assert list(kept.scalars()) == [earned, None, {}]
    database.close()


def old_rows() -> Iterator[tuple[sa.TableClause, dict[str, Any]]]:
    """Three recommendations, a signed envelope, one that nobody has signed, an idle desk's."""
    said = (
        ("precedent", "a1" * 32),
        ("agent", "scripted-plain agent-2.v1"),
        ("precedent", "b2" * 32),
    )
    drafted = {"desk": "stub", "document": "cells: []", "drafted_at": START}
    yield made_of(tables.cases, id=UUID(int=1), desk="stub", origin="REAL", status="PENDING")
    for number, (reasoner, version) in enumerate(said, start=1):
        made = draft_to_json(replace(draft("north"), reasoner=reasoner, reasoner_version=version))
        own = {"id": UUID(int=number), "case_id": UUID(int=1), "draft": made}
        yield made_of(tables.recommendations, **own, reasoner=reasoner)
    for number, desk, at in ((1, "stub", START), (2, "stub", None), (3, "idle", START)):
        own = {**drafted, "desk": desk, "version": number, "kind": "envelope", "activated_at": at}
        yield made_of(tables.policy_versions, **own)


def made_of(table: sa.Table, **said: Any) -> tuple[sa.TableClause, dict[str, Any]]:
    """A row of a table as it was before: what is not said is nothing."""
    columns = [one for one in table.c if one.name not in ("reasoner_version", "earned")]
    row = {
        one.name: said.get(one.name, None if one.nullable else nothing_of(one.type))
        for one in columns
    }
    old = sa.table(table.name, *(sa.column(one.name, one.type) for one in columns))
    return old, row


def nothing_of(kind: sa.types.TypeEngine[Any]) -> object:
    if isinstance(kind, types.UtcTime):
        return START
    return {int: 0, bool: False, bytes: b""}.get(kind.python_type, "")


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
