"""SqlStore: the database behind the engine's `Store` port."""

from __future__ import annotations

from engine.ports import Ids
from engine.store.database import Database
from engine.store.reader import SqlReader
from engine.store.run_reads import RunReads
from engine.store.unit_of_work import SqlUnitOfWork


class SqlStore:
    """Reads, and write transactions, on SQLite or PostgreSQL."""

    def __init__(self, database: Database, ids: Ids) -> None:
        """Bind a database and the source of ids and salts."""
        self.database = database
        self._ids = ids
        self._reader = SqlReader(database)
        self._runs = RunReads(database)

    @property
    def reader(self) -> SqlReader:
        """Reads of the engine."""
        return self._reader

    @property
    def runs(self) -> RunReads:
        """Reads of runs."""
        return self._runs

    def begin(self, *, is_lasting: bool = True) -> SqlUnitOfWork:
        """See `engine.ports.Store.begin`."""
        return SqlUnitOfWork(self.database, self._ids, is_lasting=is_lasting)
