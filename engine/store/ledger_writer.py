"""LedgerWriter: collects the entries of a transaction and inserts them in one go."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select, update

from engine.domain.ledger import GENESIS, Entry, EntryDraft, link
from engine.ports import Ids
from engine.store import tables
from engine.store.bulk import insert_rows
from engine.store.upsert import insert_missing


class LedgerWriter:
    """Links entries to their stream's head and writes them together."""

    def __init__(self, connection: Connection, ids: Ids) -> None:
        """Collect for one open transaction."""
        self._connection = connection
        self._ids = ids
        self._rows: list[dict[str, Any]] = []

    def extend(
        self, stream: str, drafts: Sequence[EntryDraft], sequence: int, head: bytes | None
    ) -> tuple[int, bytes]:
        """Link drafts behind a head.

        Returns:
            Sequence number and hash of the stream's new head.
        """
        last = bytes(head) if head is not None else GENESIS
        for draft in drafts:
            sequence += 1
            entry = link(
                draft, stream=stream, sequence=sequence, head=last, salt=self._ids.token(16)
            )
            self._rows.append(_row(entry))
            last = entry.hash
        return sequence, last

    def append(self, stream: str, drafts: Sequence[EntryDraft]) -> None:
        """Append to a stream at once, and move its head."""
        if stream.startswith("case:"):
            self._append_to_case(stream, drafts)
        else:
            self._append_to_stream(stream, drafts)
        self.write()

    def write(self) -> None:
        """Insert what was collected."""
        if self._rows:
            insert_rows(self._connection, tables.ledger_entries, self._rows)
            self._rows = []

    def _append_to_case(self, stream: str, drafts: Sequence[EntryDraft]) -> None:
        c = tables.cases.c
        case_id = UUID(stream.removeprefix("case:"))
        row = self._connection.execute(
            select(c.ledger_sequence, c.ledger_head).where(c.id == case_id).with_for_update()
        ).one()
        sequence, head = self.extend(stream, drafts, row.ledger_sequence, row.ledger_head)
        self._connection.execute(
            update(tables.cases)
            .where(c.id == case_id)
            .values(ledger_sequence=sequence, ledger_head=head)
        )

    def _append_to_stream(self, stream: str, drafts: Sequence[EntryDraft]) -> None:
        table = tables.ledger_streams
        insert_missing(self._connection, table, {"name": stream, "sequence": 0, "head": GENESIS})
        row = self._connection.execute(
            select(table.c.sequence, table.c.head).where(table.c.name == stream).with_for_update()
        ).one()
        sequence, head = self.extend(stream, drafts, row.sequence, row.head)
        self._connection.execute(
            update(table).where(table.c.name == stream).values(sequence=sequence, head=head)
        )


def _row(entry: Entry) -> dict[str, Any]:
    return {
        "stream": entry.stream,
        "sequence": entry.sequence,
        "kind": entry.kind.value,
        "decided_by": entry.decided_by.value,
        "actor": entry.actor,
        "at": entry.at,
        "salt": entry.salt,
        "payload_digest": entry.payload_digest,
        "hash": entry.hash,
        "payload": entry.payload,
    }
