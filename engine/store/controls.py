"""Pauses and envelope versions; every change raises the control epoch in the same transaction."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, func, select, update

from engine.errors import Conflict, NotFound
from engine.ports import EnvelopeVersion, Pause
from engine.store import tables
from engine.store.upsert import insert_missing


class SqlControls:
    """Controls over one open transaction."""

    def __init__(self, connection: Connection) -> None:
        """Write in an open transaction."""
        self._connection = connection

    def pause(self, pause: Pause) -> bool:
        """See `engine.ports.Controls.pause`."""
        is_new = insert_missing(
            self._connection,
            tables.pauses,
            {"scope": pause.scope, "reason": pause.reason, "by": pause.by, "at": pause.at},
        )
        if is_new:
            self.raise_epoch()
        return is_new

    def resume(self, scope: str) -> bool:
        """See `engine.ports.Controls.resume`."""
        was_on = self._connection.execute(
            delete(tables.pauses).where(tables.pauses.c.scope == scope)
        ).rowcount
        if was_on:
            self.raise_epoch()
        return bool(was_on)

    def propose_envelope(self, proposed: EnvelopeVersion) -> int:
        """See `engine.ports.Controls.propose_envelope`."""
        c = tables.envelopes.c
        newest = self._connection.execute(
            select(func.max(c.version)).where(c.desk == proposed.desk)
        ).scalar()
        number = (newest or 0) + 1
        self._connection.execute(
            tables.envelopes.insert().values(
                desk=proposed.desk,
                version=number,
                status=proposed.status,
                document=proposed.document,
                note=proposed.note,
                proposed_by=proposed.proposed_by,
                proposed_at=proposed.proposed_at,
                signed_by=proposed.signed_by,
                activated_at=proposed.activated_at,
            )
        )
        if proposed.status == "active":
            self.raise_epoch()
        return int(number)

    def activate_envelope(self, desk: str, version: int, signed_by: str, at: datetime) -> None:
        """See `engine.ports.Controls.activate_envelope`."""
        table = tables.envelopes
        row = self._connection.execute(
            select(table.c.status)
            .where(table.c.desk == desk, table.c.version == version)
            .with_for_update()
        ).first()
        if row is None:
            raise NotFound(f"The envelope of {desk} has no version {version}.")
        if row.status == "active":
            raise Conflict(f"Version {version} of {desk}'s envelope is active already.")
        self._connection.execute(
            update(table)
            .where(table.c.desk == desk, table.c.status == "active")
            .values(status="superseded")
        )
        self._connection.execute(
            update(table)
            .where(table.c.desk == desk, table.c.version == version)
            .values(status="active", signed_by=signed_by, activated_at=at)
        )
        self.raise_epoch()

    def raise_epoch(self) -> None:
        """See `engine.ports.Controls.raise_epoch`."""
        self._connection.execute(update(tables.control).values(epoch=tables.control.c.epoch + 1))
