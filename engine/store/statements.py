"""Statements: what SQLAlchemy compiled, kept once for all engines of one kind of database.

SQLAlchemy keeps it by engine. A process has several engines on one database and may open others:
they are all opened alike, and compiling a statement takes longer than running it.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy.util import LRUCache

MOST = 1_000
"""So many stay; the product has some hundreds."""


class _ByKind(LRUCache[Any, Any]):
    """SQLAlchemy's keys begin with the dialect, which is each engine's own."""

    def get(self, key: Any, default: Any = None) -> Any:
        """What was compiled for this kind of database."""
        return super().get(_by_kind(key), default)

    def __setitem__(self, key: Any, value: Any) -> None:
        super().__setitem__(_by_kind(key), value)


def _by_kind(key: Any) -> Any:
    dialect, *rest = key
    return (dialect.name, dialect.driver, *rest)


STATEMENTS = _ByKind(MOST)
"""For `create_engine(…, execution_options={"compiled_cache": STATEMENTS})`."""
