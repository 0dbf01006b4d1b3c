"""A database with a ledger in it, its seal file, and what a forger with SQL can do to both."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, delete, insert, update

from engine.domain.actor import ENGINE
from engine.domain.ledger import GENESIS, EntryDraft, EventKind
from engine.domain.ledger_report import LedgerReport
from engine.store import tables
from engine.store.database import Database, open_database
from engine.store.ledger_source import verify_ledger
from engine.store.ledger_writer import LedgerWriter
from engine.store.seal_file import SealFile
from engine.store.seals import SealMade, seal_now

KEY = b"a key for tests, 32 bytes long.."
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

cases, entries = tables.cases, tables.ledger_entries
seals, marks = tables.seals, tables.seal_entries

_TABLES = [cases, entries, seals, marks, tables.ledger_streams]


class CountedIds:
    """Identifiers and salts that count up."""

    def __init__(self) -> None:
        self.count = 0

    def new(self) -> UUID:
        self.count += 1
        return UUID(int=self.count)

    def token(self, size: int = 16) -> bytes:
        self.count += 1
        return self.count.to_bytes(size, "big")


@dataclass
class LedgerWorld:
    database: Database
    file: SealFile
    ids: CountedIds = field(default_factory=CountedIds)
    now: datetime = START

    # -- what the engine does

    def open_case(self, *, events: int = 3) -> str:
        case_id = self.ids.new()
        with self.database.writer.begin() as connection:
            connection.execute(cases.insert(), _case_row(case_id))
        stream = f"case:{case_id}"
        self.append(stream, events=events)
        return stream

    def append(self, stream: str, *, events: int = 1, at: datetime | None = None) -> None:
        with self.database.writer.begin() as connection:
            self.append_over(connection, stream, events=events, at=at)

    def append_over(
        self, connection: Connection, stream: str, *, events: int = 1, at: datetime | None = None
    ) -> None:
        drafts = []
        for _ in range(events):
            self.now += timedelta(milliseconds=1)
            drafts.append(
                EntryDraft(
                    kind=EventKind.CASE_PERCEIVED,
                    actor=ENGINE,
                    at=at or self.now,
                    payload={"text": "größer \x00 é", "rate": 0.1, "n": self.ids.count},
                )
            )
        LedgerWriter(connection, self.ids).append(stream, drafts)

    def seal(self, **options: Any) -> SealMade | None:
        self.now += timedelta(seconds=5)
        return seal_now(self.database, KEY, self.file, self.now, **options)

    def verify(self, key: bytes | None = KEY) -> LedgerReport:
        return verify_ledger(self.database, key, self.file)

    def found(self) -> list[tuple[str, str]]:
        return [(finding.kind.value, finding.where) for finding in self.verify().findings]

    def fill(self) -> None:
        """Three cases and the global stream in two seals, and one unsealed entry."""
        streams = [self.open_case() for _ in range(3)]
        self.append("global", events=2)
        self.seal()
        for stream in streams:
            self.append(stream, events=2)
        self.seal()
        self.append("desk:incidents")

    def rows(self, query: Any) -> list[Any]:
        with self.database.reader.connect() as connection:
            return list(connection.execute(query).all())

    # -- what a forger does

    def forge(self, *statements: Any) -> None:
        with self.database.writer.begin() as connection:
            for statement in statements:
                connection.execute(statement)

    def lines(self) -> list[str]:
        return self.file.path.read_text().splitlines(keepends=True)

    def write_lines(self, lines: list[str]) -> None:
        self.file.path.write_text("".join(lines))


def new_world(url: str, folder: Path) -> LedgerWorld:
    database = open_database(url)
    tables.metadata.create_all(database.writer, tables=_TABLES)
    return LedgerWorld(database=database, file=SealFile(folder / "seals" / "seals.jsonl"))


def at(table: Any, stream: str, sequence: int) -> Any:
    return (table.c.stream == stream) & (table.c.sequence == sequence)


def edit_entry(stream: str, sequence: int, /, **changes: Any) -> Any:
    return update(entries).where(at(entries, stream, sequence)).values(**changes)


def drop_entries(table: Any, stream: str, *, after: int = 0) -> Any:
    return delete(table).where(table.c.stream == stream, table.c.sequence > after)


def drop_case(stream: str) -> Any:
    return delete(cases).where(cases.c.id == UUID(stream.removeprefix("case:")))


def set_head(stream: str, sequence: int, head: bytes) -> Any:
    return (
        update(cases)
        .where(cases.c.id == UUID(stream.removeprefix("case:")))
        .values(ledger_sequence=sequence, ledger_head=head)
    )


def insert_entry(**values: Any) -> Any:
    return insert(entries).values(**values)


def _case_row(case_id: UUID) -> dict[str, Any]:
    return {
        "id": case_id,
        "desk": "incidents",
        "case_type": "routing",
        "source": "test",
        "source_id": str(case_id),
        "title": "",
        "origin": "real",
        "status": "RECEIVED",
        "version": 1,
        "as_of": START,
        "received_at": START,
        "priority": 3,
        "payload_digest": GENESIS,
        "payload": {},
        "lane": 1,
        "lease_epoch": 0,
        "facts_revision": 0,
        "facts_digest": GENESIS,
        "proposal": "",
        "attention_note": "",
        "role": "operator",
        "ledger_sequence": 0,
        "ledger_head": GENESIS,
    }
