"""Column types that store one value the same way on SQLite and PostgreSQL."""

from __future__ import annotations

import zlib
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, Dialect, LargeBinary, Text, Uuid
from sqlalchemy.types import TypeDecorator, TypeEngine

from engine.domain.canonical import CanonicalText, Json, canonical_text, parse

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class UtcTime(TypeDecorator[datetime]):
    """Aware UTC time: microseconds since 1970 on SQLite, TIMESTAMPTZ on PostgreSQL."""

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose the column type of the database."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(DateTime(timezone=True))
        return dialect.type_descriptor(BigInteger())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Write; a naive time is refused."""
        if value is None or dialect.name == "postgresql":
            return value
        return (value - _EPOCH) // _MICROSECOND

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Read as aware UTC."""
        if value is None:
            return None
        if dialect.name == "postgresql":
            return value.astimezone(UTC)  # type: ignore[no-any-return]  # driver's datetime
        return _EPOCH + timedelta(microseconds=value)


class Id(TypeDecorator[UUID]):
    """UUID: 16 bytes on SQLite, the native type on PostgreSQL."""

    impl = LargeBinary
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose the column type of the database."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(Uuid())
        return dialect.type_descriptor(LargeBinary(16))

    def process_bind_param(self, value: UUID | None, dialect: Dialect) -> Any:
        """Write."""
        if value is None or dialect.name == "postgresql":
            return value
        return value.bytes

    def process_result_value(self, value: Any, dialect: Dialect) -> UUID | None:
        """Read."""
        if value is None or dialect.name == "postgresql":
            return value  # type: ignore[no-any-return]  # driver's UUID
        return UUID(bytes=bytes(value))


class Document(TypeDecorator[Json]):
    """A JSON value in canonical form, as text; None is SQL NULL."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Json, dialect: Dialect) -> str | None:
        """Write canonical JSON."""
        if value is None or isinstance(value, CanonicalText):
            return value
        return canonical_text(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Json:
        """Read."""
        return None if value is None else parse(value)


class Packed(TypeDecorator[Json]):
    """A longer JSON value: canonical JSON, compressed; `zlib` and any JSON reader undo it."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Json, dialect: Dialect) -> bytes | None:
        """Write compressed canonical JSON."""
        if value is None:
            return None
        return zlib.compress(canonical_text(value).encode("utf-8", "surrogatepass"), 1)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> Json:
        """Read."""
        if value is None:
            return None
        return parse(zlib.decompress(value).decode("utf-8", "surrogatepass"))


PLAIN_ON_SQLITE = (UtcTime, Id, Document, Packed)
"""Types whose bound values SQLite's driver takes without further work."""
