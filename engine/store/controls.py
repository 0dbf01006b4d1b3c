"""Pauses and versioned documents; every change raises the control epoch in the same transaction."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, and_, delete, func, select, update

from engine.domain.policy import VersionStatus
from engine.errors import Conflict
from engine.ports import Pause, PolicyVersion
from engine.runtime.policy import require_active
from engine.store import tables
from engine.store.upsert import insert_missing

_pause = tables.pauses.c
_version = tables.policy_versions.c


class SqlControls:
    """Controls over one open transaction."""

    def __init__(self, connection: Connection) -> None:
        """Write in an open transaction."""
        self._connection = connection

    def pause(self, pause: Pause) -> bool:
        """See `engine.ports.Controls.pause`."""
        row = {column.name: getattr(pause, column.name) for column in tables.pauses.c}
        is_new = insert_missing(self._connection, tables.pauses, row)
        if not is_new:
            query = update(tables.pauses).where(_pause.scope == pause.scope)
            self._connection.execute(query.values(row))
        self.raise_epoch()
        return is_new

    def ask_to_resume(self, pause: Pause, asked: Pause) -> bool:
        """See `engine.ports.Controls.ask_to_resume`."""
        done = self._connection.execute(
            update(tables.pauses)
            .where(*_is_still(pause))
            .values(
                resume_by=asked.resume_by,
                resume_reason=asked.resume_reason,
                resume_at=asked.resume_at,
            )
        )
        return done.rowcount == 1

    def resume(self, pause: Pause) -> bool:
        """See `engine.ports.Controls.resume`."""
        query = delete(tables.pauses).where(*_is_still(pause))
        was_on = self._connection.execute(query).rowcount == 1
        if was_on:
            self.raise_epoch()
        return was_on

    def add_version(self, version: PolicyVersion) -> int:
        """See `engine.ports.Controls.add_version`."""
        newest = self._connection.execute(
            select(func.max(_version.version)).where(
                _version.desk == version.desk, _version.kind == version.kind.value
            )
        ).scalar()
        number = (newest or 0) + 1
        self._connection.execute(
            tables.policy_versions.insert().values(_row(version) | {"version": number})
        )
        if version.status is VersionStatus.ACTIVE:
            self.raise_epoch()
        return int(number)

    def change_version(self, version: PolicyVersion, *, was: PolicyVersion) -> None:
        """See `engine.ports.Controls.change_version`."""
        changed = self._connection.execute(
            update(tables.policy_versions)
            .where(
                _version.desk == version.desk,
                _version.kind == version.kind.value,
                _version.version == version.version,
                _version.status == was.status.value,
                _version.document == was.document,
            )
            .values(_row(version))
        )
        if changed.rowcount != 1:
            raise Conflict(f"Version {version.version} was changed meanwhile; look again.")

    def activate_version(self, version: PolicyVersion, *, was: PolicyVersion, over: int) -> None:
        """See `engine.ports.Controls.activate_version`."""
        self.raise_epoch()  # first: it keeps two signatures of one moment apart
        require_active(self._active_number(version), over)
        self._connection.execute(
            update(tables.policy_versions)
            .where(
                and_(
                    _version.desk == version.desk,
                    _version.kind == version.kind.value,
                    _version.status == VersionStatus.ACTIVE.value,
                )
            )
            .values(status=VersionStatus.SUPERSEDED.value)
        )
        self.change_version(version, was=was)

    def _active_number(self, version: PolicyVersion) -> int:
        """The active version of a document; 0: what the desk shipped with."""
        found: int | None = self._connection.scalar(
            select(_version.version).where(
                _version.desk == version.desk,
                _version.kind == version.kind.value,
                _version.status == VersionStatus.ACTIVE.value,
            )
        )
        return found or 0

    def raise_epoch(self) -> None:
        """See `engine.ports.Controls.raise_epoch`."""
        self._connection.execute(update(tables.control).values(epoch=tables.control.c.epoch + 1))


def _is_still(pause: Pause) -> tuple[ColumnElement[bool], ...]:
    """That nobody put the brake on again, or asked to release it, since it was read."""
    return (
        _pause.scope == pause.scope,
        _pause.at == pause.at,
        _pause.reason == pause.reason,
        _pause.resume_by == pause.resume_by,
    )


def _row(version: PolicyVersion) -> dict[str, object]:
    row = {column.name: getattr(version, column.name) for column in tables.policy_versions.c}
    return row | {"kind": version.kind.value, "status": version.status.value}
