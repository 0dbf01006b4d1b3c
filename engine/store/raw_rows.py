"""Rows of the ledger's tables as values, read without the columns' types.

Whoever tampers with a database may put anything into it, and a value that cannot be read has to
become a finding, not a crash. No query lives here.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, type_coerce
from sqlalchemy.types import NullType

from engine.domain.seal import Seal, SealedEntry
from engine.domain.stored_ledger import Head, StoredEntry
from engine.store import tables
from engine.store.types import StreamName

_UUID_BYTES = 16
_UNREADABLE_SEAL = 2**62
_UNREADABLE_TIME = datetime.min.replace(tzinfo=UTC)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_e = tables.ledger_entries.c
_m = tables.seal_entries.c
_s = tables.seals.c


def raw(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """A column as the driver gives it, but for stream names, which can always be read."""
    if isinstance(column.type, StreamName):
        return column
    return type_coerce(column, NullType())


ENTRY_COLUMNS = (
    _e.stream,
    _e.sequence,
    _e.kind,
    _e.decided_by,
    _e.actor,
    _e.at,
    _e.salt,
    _e.payload_digest,
    _e.hash,
    _e.payload,
    _m.seal_number,
    _m.hash,
)
"""What `entry_of` reads, in its order."""

MARK_COLUMNS = (_m.seal_number, _m.stream, _m.sequence, _m.hash)
"""What `mark_of` reads, in its order."""

SEAL_COLUMNS = (_s.number, _s.count, _s.root, _s.previous_mac, _s.mac, _s.sealed_at)
"""What `seal_of` reads, in its order."""


def seal_of(row: Sequence[Any]) -> Seal:
    """The seal a row of `SEAL_COLUMNS` holds, read with or without the columns' types."""
    number, count, root, previous_mac, mac, sealed_at = row
    return Seal(
        number=whole(number, otherwise=_UNREADABLE_SEAL),
        count=whole(count, otherwise=-1),
        root=blob(root) or b"",
        previous_mac=blob(previous_mac) or b"",
        mac=blob(mac) or b"",
        sealed_at=_time(sealed_at),
    )


def entry_of(row: Sequence[Any]) -> StoredEntry:
    """The entry a row of `ENTRY_COLUMNS` holds."""
    stream, sequence, kind, decided_by, actor, at, salt, digest, hash_, payload, seal, mark = row
    return StoredEntry(
        stream=stream,
        sequence=whole(sequence, otherwise=0),
        kind=word(kind),
        decided_by=word(decided_by),
        actor=word(actor),
        at=_time(at),
        salt=blob(salt),
        payload_digest=blob(digest) or b"",
        hash=blob(hash_) or b"",
        payload=None if payload is None else word(payload),
        seal_number=None if seal is None else whole(seal, otherwise=_UNREADABLE_SEAL),
        sealed_hash=blob(mark),
    )


def mark_of(row: Sequence[Any]) -> tuple[int, SealedEntry]:
    """The seal mark a row of `MARK_COLUMNS` holds, with its seal's number."""
    number, stream, sequence, hash_ = row
    entry = SealedEntry(stream, whole(sequence, otherwise=0), blob(hash_) or b"")
    return whole(number, otherwise=_UNREADABLE_SEAL), entry


def head_of(row: Sequence[Any]) -> tuple[str, Head]:
    """The stream and head that a row (name or case id, sequence, head) holds."""
    name, sequence, head = row
    if isinstance(name, bytes) and len(name) == _UUID_BYTES:
        name = UUID(bytes=name)
    stream = f"case:{name}" if isinstance(name, UUID) else word(name)
    return stream, Head(whole(sequence, otherwise=-1), blob(head) or b"")


def blob(value: object) -> bytes | None:
    """Bytes; None stays None, and anything else becomes bytes that no engine stored."""
    if value is None:
        return None
    return bytes(value) if isinstance(value, (bytes, memoryview)) else ascii(value).encode()


def word(value: object) -> str:
    """Text."""
    return value if isinstance(value, str) else repr(value)


def whole(value: object, *, otherwise: int) -> int:
    """A whole number, or what stands for an unreadable one."""
    return value if isinstance(value, int) else otherwise


def _time(value: object) -> datetime:
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    try:
        return _EPOCH + timedelta(microseconds=whole(value, otherwise=2**62))
    except OverflowError:
        return _UNREADABLE_TIME
