"""Migrated databases to copy: `migrate` runs once a test run and not once a test.

Holds making and copying them; fixtures are in conftest.py. A copy is what `migrate` makes of an
empty database, and as much a test's own as a new one.
"""

import shutil
from pathlib import Path

from tests.postgres import Server, one_at_a_time

NOTE = "migrated.txt"
"""Holds the name of the PostgreSQL database to copy."""


def copy_sqlite(folder: Path, copy: Path) -> str:
    """Put a migrated SQLite file somewhere; gives its URL.

    Args:
        folder: What the workers of this run share.
        copy: Where the file goes.
    """
    made = folder / "migrated.db"
    with one_at_a_time(folder):
        if not made.exists():
            begun = folder / "begun.db"
            _migrate(f"sqlite:///{begun}")
            begun.rename(made)
    shutil.copy(made, copy)
    return f"sqlite:///{copy}"


def postgres_template(folder: Path, server: Server) -> str:
    """The name of a migrated database on the server; the first worker that asks makes it."""
    note = folder / NOTE
    with one_at_a_time(folder):
        if not note.exists():
            name = server.create_database()
            _migrate(server.url_of(name))
            note.write_text(name)
        return note.read_text()


def drop_postgres_template(folder: Path, url: str) -> None:
    """Leave nothing on a server that outlives this run."""
    note = folder / NOTE
    if note.exists():
        server = Server(url)
        server.drop_database(note.read_text())
        server.close()


def _migrate(url: str) -> None:
    # Here and not above: the process that only hands out tests need not load the store.
    from engine.store.database import open_database
    from engine.store.migrate import migrate

    database = open_database(url)
    migrate(database)
    database.close()
