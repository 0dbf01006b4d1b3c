"""A ledger in memory that can be written, sealed and tampered with in every way.

It is a fake of `StoredLedger`; the checks that read it are the real ones.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from engine.domain.actor import Actor, DecidedBy
from engine.domain.canonical import canonical_text, parse
from engine.domain.ledger import GENESIS, EntryDraft, EventKind, entry_hash, link
from engine.domain.ledger_check import check_ledger
from engine.domain.ledger_report import LedgerReport
from engine.domain.seal import GENESIS_MAC, Seal, SealedEntry, make_seal
from engine.domain.seal_line import make_line
from engine.domain.stored_ledger import FileLine, Head, StoredEntry

KEY = b"a key for tests, 32 bytes long.."
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
OPERATOR = Actor(decided_by=DecidedBy.PERSON, name="olga")

Place = tuple[str, int]


@dataclass
class MemoryLedger:
    rows: dict[Place, StoredEntry] = field(default_factory=dict)
    head_rows: dict[str, Head] = field(default_factory=dict)
    seal_rows: dict[int, Seal] = field(default_factory=dict)
    mark_rows: dict[Place, tuple[int, bytes]] = field(default_factory=dict)
    file: list[str] | None = None
    torn: str = ""
    """A half line behind the last one."""
    ticks: int = 0

    # -- what the engine does

    def append(
        self,
        stream: str,
        payload: Any = None,
        *,
        kind: EventKind = EventKind.CASE_PERCEIVED,
        actor: Actor = OPERATOR,
    ) -> Place:
        head = self.head_rows.get(stream, Head(0, GENESIS))
        self.ticks += 1
        at = START + timedelta(seconds=self.ticks)
        entry = link(
            EntryDraft(kind=kind, actor=actor, at=at, payload=payload),
            stream=stream,
            sequence=head.sequence + 1,
            head=head.hash,
            salt=self.ticks.to_bytes(16, "big"),
        )
        self.rows[stream, entry.sequence] = StoredEntry(
            stream=stream,
            sequence=entry.sequence,
            kind=entry.kind.value,
            decided_by=entry.decided_by.value,
            actor=entry.actor,
            at=entry.at,
            salt=entry.salt,
            payload_digest=entry.payload_digest,
            hash=entry.hash,
            payload=canonical_text(payload),
            seal_number=None,
            sealed_hash=None,
        )
        self.head_rows[stream] = Head(entry.sequence, entry.hash)
        return stream, entry.sequence

    def seal(self) -> Seal | None:
        waiting = [
            SealedEntry(*place, row.hash)
            for place, row in self.rows.items()
            if place not in self.mark_rows
        ]
        if not waiting:
            return None
        number = max(self.seal_rows, default=0) + 1
        mac = self.seal_rows[number - 1].mac if number > 1 else GENESIS_MAC
        at = START + timedelta(seconds=self.ticks)
        seal = make_seal(waiting, number=number, previous_mac=mac, sealed_at=at, key=KEY)
        self.seal_rows[number] = seal
        for entry in waiting:
            self.mark_rows[entry.stream, entry.sequence] = (number, entry.hash)
        self.file = [*(self.file or []), make_line(seal, waiting, KEY).text()]
        return seal

    def erase(self, place: Place) -> None:
        self.rows[place] = self.rows[place]._replace(payload=None, salt=None)

    def check(self, key: bytes | None = KEY) -> LedgerReport:
        return check_ledger(self, key)

    # -- what somebody with the database can do

    def edit(self, place: Place, **changes: Any) -> None:
        self.rows[place] = self.rows[place]._replace(**changes)

    def stream_of(self, stream: str) -> list[StoredEntry]:
        return [self.rows[place] for place in sorted(self.rows) if place[0] == stream]

    def replace_stream(self, stream: str, entries: Sequence[StoredEntry]) -> None:
        """Put these in the stream's place, numbered from 1, with a head row that fits."""
        for place in [place for place in self.rows if place[0] == stream]:
            del self.rows[place]
        for number, entry in enumerate(entries, start=1):
            self.rows[stream, number] = entry._replace(stream=stream, sequence=number)
        if entries:
            self.head_rows[stream] = Head(len(entries), entries[-1].hash)
        else:
            del self.head_rows[stream]

    def recompute(self, stream: str) -> None:
        """Compute the stream's digests, chain and head anew, as a forger with code would."""
        before = GENESIS
        for entry in self.stream_of(stream):
            payload = parse(entry.payload or "null")
            fresh = link(
                EntryDraft(
                    kind=EventKind(entry.kind),
                    actor=Actor(decided_by=DecidedBy(entry.decided_by), name=entry.actor),
                    at=entry.at,
                    payload=payload,
                ),
                stream=stream,
                sequence=entry.sequence,
                head=before,
                salt=entry.salt or b"",
            )
            self.edit(
                (stream, entry.sequence), hash=fresh.hash, payload_digest=fresh.payload_digest
            )
            before = fresh.hash
            self.head_rows[stream] = Head(entry.sequence, before)

    def rehash(self, place: Place) -> None:
        """Make one entry's hash fit its content again."""
        row = self.rows[place]
        before = self.rows[place[0], place[1] - 1].hash if place[1] > 1 else GENESIS
        fresh = entry_hash(
            previous_hash=before,
            stream=row.stream,
            sequence=row.sequence,
            kind=row.kind,
            decided_by=row.decided_by,
            actor=row.actor,
            at=row.at,
            payload_digest=row.payload_digest,
        )
        self.edit(place, hash=fresh)

    def remark(self, stream: str) -> None:
        """Make the stream's seal marks fit its entries."""
        for place, (number, _) in list(self.mark_rows.items()):
            if place[0] == stream and place in self.rows:
                self.mark_rows[place] = (number, self.rows[place].hash)

    def drop_marks(self, places: Sequence[Place]) -> None:
        for place in places:
            self.mark_rows.pop(place, None)

    def marks_of(self, number: int) -> list[Place]:
        return [place for place, (of, _) in self.mark_rows.items() if of == number]

    # -- StoredLedger

    def entries(self) -> Iterator[StoredEntry]:
        for place in sorted(self.rows):
            number, sealed_hash = self.mark_rows.get(place, (None, None))
            yield self.rows[place]._replace(seal_number=number, sealed_hash=sealed_hash)

    def heads(self, streams: Sequence[str]) -> Mapping[str, Head]:
        return {name: self.head_rows[name] for name in streams if name in self.head_rows}

    def heads_without_entries(self) -> Iterator[tuple[str, Head]]:
        for name, head in self.head_rows.items():
            if head.sequence > 0 and not self.last_sequence(name):
                yield name, head

    def orphan_marks(self) -> Iterator[Place]:
        return (place for place in sorted(self.mark_rows) if place not in self.rows)

    def last_sequence(self, stream: str) -> int:
        return max((number for name, number in self.rows if name == stream), default=0)

    def entry_hash(self, stream: str, sequence: int) -> bytes | None:
        row = self.rows.get((stream, sequence))
        return row.hash if row else None

    def marked_hash(self, stream: str, sequence: int) -> bytes | None:
        return self.mark_rows.get((stream, sequence), (0, None))[1]

    def seals(self) -> Iterator[Seal]:
        return (self.seal_rows[number] for number in sorted(self.seal_rows))

    def marks(self) -> Iterator[tuple[int, SealedEntry]]:
        in_order = sorted(self.mark_rows.items(), key=lambda item: item[1][0])
        return ((number, SealedEntry(*place, said)) for place, (number, said) in in_order)

    def lines(self) -> Iterator[FileLine] | None:
        if self.file is None:
            return None
        texts = [(text, True) for text in self.file]
        if self.torn:
            texts.append((self.torn, False))
        return (
            FileLine(number=number, text=text, is_whole=is_whole)
            for number, (text, is_whole) in enumerate(texts, start=1)
        )
