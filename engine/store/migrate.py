"""Migrations: bringing a database to the newest schema, with Alembic.

Alembic, which loads a templating language and its highlighter, is imported where it is used: a
worker or a web process never migrates.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from engine.store.database import Database
from engine.store.failures import translated

if TYPE_CHECKING:
    from alembic.config import Config

_SCRIPTS = Path(__file__).with_name("migrations")


def migrate(database: Database) -> str:
    """Bring the database to the newest schema; doing it again changes nothing.

    Returns:
        The revision it is at now.

    Raises:
        StoreUnavailable: The database is locked, read-only or out of reach.
    """
    from alembic import command

    newest = newest_revision()
    if revision(database) == newest:
        return newest
    config = _config()
    with translated(), database.writer.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()
    return newest


def revision(database: Database) -> str | None:
    """The revision the database is at; None where it has no tables."""
    from alembic.migration import MigrationContext

    with translated(), database.reader.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


@cache
def newest_revision() -> str:
    """The revision this version of the engine needs."""
    from alembic.script import ScriptDirectory

    head = ScriptDirectory.from_config(_config()).get_current_head()
    if head is None:
        raise RuntimeError("there is no migration")
    return head


def _config() -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    return config
