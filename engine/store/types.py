"""Column types that store one value the same way on SQLite and PostgreSQL."""

from __future__ import annotations

import zlib
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, Dialect, LargeBinary, String, Text, Uuid
from sqlalchemy.types import TypeDecorator, TypeEngine

from engine.domain.canonical import CanonicalText, Json, canonical_text, parse

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_ID_BYTES = 16
_REPLACEMENT = "\ufffd"


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


class PlainText(TypeDecorator[str]):
    """Text from outside; what no database takes as text is replaced."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Write without NUL and halves of surrogate pairs."""
        return None if value is None else storable(value)


def storable(text: str) -> str:
    """Text that both databases take: no NUL, no half of a surrogate pair."""
    if "\x00" in text:
        text = text.replace("\x00", _REPLACEMENT)
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


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


_PHRASES = (
    b'"unseen":[],"precedents":[],"missing":[],"counter":[],"cost":0,"alternatives":[["proposals":[["'
    b'"rationale":"","reasoner":"precedent","reasons":[["summary":"Assign to ","version":"1"'
    b'"label":"","raw":0.["source_id":"","observed_at":"+00:00","similarity":0.,"outcome":"'
    b'[["request_malformed",1,"D","the tool\'s schema","kept",1],["paused",1,"E","no pause",'
    b'"none",1],["role_may_not_decide",1,"D","operator or senior_operator","software",1],'
    b'["case_type_unknown",1,"E","a case type of the desk","routing",0],["action_not_listed",1,'
    b'"E","assign_group","assign_group",0],["phase_is_copilot",0,"E","BOUNDED or wider",'
    b'"COPILOT",0],["effect_not_reversible",1,"E","reversible only","reversible",0],'
    b'["confidence_uncalibrated",0,"E","a calibrated confidence","calibrated",0],'
    b'["confidence_below_threshold",1,"E","at least 0.500, set by hand","0.",0],'
    b'["priority_too_urgent",1,"E","priority 3 or less urgent","priority 3",0],'
    b'["amount_over_cap",1,"E","any amount","no money",0],["argument_out_of_bounds",1,"E",'
    b'"any arguments","kept",0],["outside_hours",1,"E","any time","inside",0],["budget_spent",1,'
    b'"E"," an hour","0 so far",0],["values_unseen",1,"E","any unseen value","none",0],'
    b'["second_person_missing",1,"E","one person","not needed",1],["fact_stale",1,"E",'
    b'"no stale fact","none",0],["facts_contradictory",1,"E","no contradiction","none",0],'
    b'["audit_key_missing",1,"E","the key of the audit draw","at hand",0]]'
)
"""What packed values often say, so that they need not store it. Stored values can be read only with
these very bytes: never change them; better ones belong to a column type of their own."""


class Packed(TypeDecorator[Json]):
    """A longer JSON value: canonical JSON, compressed with `zlib` on the dictionary `_PHRASES`."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Json, dialect: Dialect) -> bytes | None:
        """Write compressed canonical JSON."""
        if value is None:
            return None
        packing = zlib.compressobj(zdict=_PHRASES)
        return packing.compress(canonical_text(value).encode("utf-8", "surrogatepass")) + (
            packing.flush()
        )

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> Json:
        """Read."""
        if value is None:
            return None
        text = zlib.decompressobj(zdict=_PHRASES).decompress(value)
        return parse(text.decode("utf-8", "surrogatepass"))


class StreamName(TypeDecorator[str]):
    """Name of a ledger stream; on SQLite a case's stream is the 16 bytes of the case's id."""

    impl = String(100)
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> Any:
        """Write."""
        if value is None or dialect.name == "postgresql":
            return value
        case_id = case_of_stream(value)
        return value if case_id is None else case_id.bytes

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        """Read; what the engine never stores reads as no stream's name, so that it is found."""
        if value is None:
            return None
        if isinstance(value, bytes) and len(value) == _ID_BYTES:
            return f"case:{UUID(bytes=value)}"
        is_ours = dialect.name == "postgresql" or case_of_stream(str(value)) is None
        return value if isinstance(value, str) and is_ours else repr(value)


def case_of_stream(name: str) -> UUID | None:
    """The case whose stream has this name, written the one way the engine writes it."""
    try:
        found = UUID(name.removeprefix("case:"))
    except ValueError:
        return None
    return found if name == f"case:{found}" else None


def streams_of_cases(prefix: str) -> tuple[bytes, bytes] | None:
    """First and last stored name of the case streams whose names begin with `prefix`."""
    if "case:".startswith(prefix):
        return bytes(_ID_BYTES), b"\xff" * _ID_BYTES
    digits = prefix.removeprefix("case:").replace("-", "")
    try:
        first, last = UUID(digits.ljust(32, "0")), UUID(digits.ljust(32, "f"))
    except ValueError:
        return None
    return (first.bytes, last.bytes) if f"case:{first}".startswith(prefix) else None


PLAIN_ON_SQLITE = (UtcTime, Id, PlainText, Document, Packed, StreamName)
"""Types whose bound values SQLite's driver takes without further work."""
