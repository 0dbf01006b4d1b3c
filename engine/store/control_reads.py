"""ControlReads: pauses, envelopes, budgets and people, as authorisation needs them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import and_, select

from engine.domain.actor import Person, Role
from engine.domain.ids import PersonId
from engine.ports import Control, EnvelopeVersion, Pause
from engine.store import prepared, tables
from engine.store.reads import Reads


class ControlReads(Reads):
    """What every authorisation depends on."""

    def control(self) -> Control:
        """See `engine.ports.Reader.control`; the epoch is read first, so it is never too new."""
        epoch = self._first(select(tables.control.c.epoch))
        pauses = self._all(select(tables.pauses))
        active = self._all(select(tables.envelopes).where(tables.envelopes.c.status == "active"))
        return Control(
            epoch=epoch.epoch,
            pauses=tuple(
                Pause(scope=row.scope, reason=row.reason, by=row.by, at=row.at) for row in pauses
            ),
            envelopes={row.desk: _envelope(row) for row in active},
        )

    def control_epoch(self) -> int:
        """The control epoch alone: cheap enough to ask before every batch."""
        return int(self._first(prepared.CONTROL_EPOCH).epoch)

    def envelope_version(self, desk: str, version: int) -> EnvelopeVersion | None:
        """One version of a desk's envelope."""
        c = tables.envelopes.c
        row = self._first(
            select(tables.envelopes).where(and_(c.desk == desk, c.version == version))
        )
        return _envelope(row) if row else None

    def envelope_versions(self, desk: str) -> tuple[EnvelopeVersion, ...]:
        """All versions of a desk's envelope, newest first."""
        c = tables.envelopes.c
        rows = self._all(select(tables.envelopes).where(c.desk == desk).order_by(c.version.desc()))
        return tuple(_envelope(row) for row in rows)

    def executions_since(self, cell: str, window_start: datetime) -> int:
        """See `engine.ports.Reader.executions_since`."""
        row = self._first(prepared.BUDGET_USED, cell=cell, window_start=window_start)
        return row.used if row else 0

    def has_used_key(self, name: str) -> bool:
        """Whether something in the database rests on the key file of that name."""
        table = {"seal.key": tables.seals, "audit.key": tables.audit_draws}[name]
        return self._first(select(next(iter(table.primary_key))).limit(1)) is not None

    def person(self, name: str) -> Person | None:
        """See `engine.ports.Reader.person`."""
        row = self._first(prepared.PERSON, name=name)
        if row is None:
            return None
        return Person(
            id=PersonId(row.id),
            name=row.name,
            display_name=row.display_name,
            roles=frozenset(Role(role) for role in row.roles),
            is_active=row.is_active,
        )


def _envelope(row: Any) -> EnvelopeVersion:
    return EnvelopeVersion(
        desk=row.desk,
        version=row.version,
        status=row.status,
        document=row.document,
        note=row.note,
        proposed_by=row.proposed_by,
        proposed_at=row.proposed_at,
        signed_by=row.signed_by,
        activated_at=row.activated_at,
    )
