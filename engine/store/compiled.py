"""Compiled: statements whose text and types are found once, then run with little work a row.

SQLAlchemy's general way finds them anew for every run and row, which costs more than an embedded
database needs to answer. What every case, decision and execution runs goes this way, on SQLite
straight to the driver.
"""

from __future__ import annotations

import sqlite3
from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Dialect, Select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql import ClauseElement
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

from engine.store.types import PLAIN_ON_SQLITE

Row = Mapping[str, Any]
_Convert = Callable[[Any], Any]


class Compiled:
    """One statement; its values are given by the names of its parameters.

    It fails as everything of SQLAlchemy does, with a `DBAPIError`.
    """

    def __init__(self, statement: ClauseElement) -> None:
        """Take a statement; it is compiled at its first run on each kind of database."""
        self.statement = statement
        self._texts: dict[str, _Text] = {}

    def run(self, connection: Connection, **values: Any) -> int:
        """Run it once; gives how many rows it changed."""
        text = self._text(connection.dialect)
        changed: int = text.send(connection, text.parameters(values)).rowcount
        return changed

    def run_all(self, connection: Connection, rows: Sequence[Row]) -> None:
        """Run it for every row of values."""
        text = self._text(connection.dialect)
        text.send(connection, [text.parameters(row) for row in rows], is_many=True)

    def all(self, connection: Connection, **values: Any) -> list[Any]:
        """The rows of a query, with the columns' names as attributes."""
        text = self._text(connection.dialect)
        found = text.send(connection, text.parameters(values))
        text.learn_types(found)
        return [text.row(row) for row in found.fetchall()]

    def first(self, connection: Connection, **values: Any) -> Any:
        """The first row of a query; None where there is none."""
        text = self._text(connection.dialect)
        found = text.send(connection, text.parameters(values))
        text.learn_types(found)
        row = found.fetchone()
        found.close()
        return None if row is None else text.row(row)

    def _text(self, dialect: Dialect) -> _Text:
        """One for all engines of a kind: `open_database` opens them alike."""
        text = self._texts.get(dialect.name)
        if text is None:
            text = self._texts[dialect.name] = _Text(self.statement, dialect)
        return text


class _Text:
    """A statement in the words of one kind of database, with the conversions of its values."""

    def __init__(self, statement: ClauseElement, dialect: Dialect) -> None:
        compiled = statement.compile(dialect=dialect)
        assert isinstance(compiled, SQLCompiler)
        self._sql = str(compiled)
        self._is_direct = dialect.name == "sqlite"
        self._is_query = isinstance(statement, Select)
        self._names = tuple(compiled.positiontup or ())
        given = compiled.params
        self._fixed: dict[str, Any] = {}
        self._binds: dict[str, _Convert] = {}
        for bind, name in compiled.bind_names.items():
            if not bind.required:
                self._fixed[name] = given[name]
            convert = _binder(bind.type, dialect)
            if convert is not None:
                self._binds[name] = convert
        columns = list(statement.selected_columns) if isinstance(statement, Select) else []
        self._types = [column.type for column in columns]
        self._make = _row_type(tuple(str(column.key) for column in columns))
        self._results: list[tuple[int, _Convert]] | None = None
        self._dialect = dialect

    def send(self, connection: Connection, parameters: Any, *, is_many: bool = False) -> Any:
        """Run it; gives a cursor of the driver, or SQLAlchemy's result that is like one."""
        # Without a transaction SQLAlchemy has to begin one before anything is changed.
        if not self._is_direct or not (self._is_query or connection.in_transaction()):
            return connection.exec_driver_sql(self._sql, parameters)
        driver: Any = connection.connection.driver_connection
        try:
            return (driver.executemany if is_many else driver.execute)(self._sql, parameters)
        except sqlite3.Error as error:
            raise DBAPIError.instance(
                self._sql,
                None,
                error,
                sqlite3.Error,
                hide_parameters=True,
                dialect=connection.dialect,
            ) from error

    def parameters(self, values: Row) -> Any:
        """Values as the driver takes them: by position or by name."""
        bound = {**self._fixed, **values}
        for name, convert in self._binds.items():
            bound[name] = convert(bound[name])
        return tuple([bound[name] for name in self._names]) if self._names else bound

    def learn_types(self, found: Any) -> None:
        """Find how values are converted; a driver says only with an answer what it sends."""
        if self._results is None:
            results: list[tuple[int, _Convert]] = []
            described = found if self._is_direct else found.cursor
            for place, sent in enumerate(described.description):
                kind = self._types[place].dialect_impl(self._dialect)
                convert = kind.result_processor(self._dialect, sent[1])
                if convert is not None:
                    results.append((place, convert))
            self._results = results  # at once: other threads read it too

    def row(self, values: Sequence[Any]) -> Any:
        """A row of the driver with its values converted."""
        converted = list(values)
        for place, convert in self._results or ():
            converted[place] = convert(converted[place])
        return self._make(converted)


def _row_type(names: tuple[str, ...]) -> Any:
    kind: Any = namedtuple("Row", names)  # type: ignore[misc]  # names of a query
    return kind._make


def _binder(kind: TypeEngine[Any], dialect: Dialect) -> _Convert | None:
    if dialect.name != "sqlite":
        return kind.dialect_impl(dialect).bind_processor(dialect)
    if isinstance(kind, PLAIN_ON_SQLITE):  # the driver takes what they give as it is
        return lambda value: kind.process_bind_param(value, dialect)
    return None
