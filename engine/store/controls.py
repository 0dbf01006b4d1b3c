"""Pauses and versioned documents; every change raises the control epoch in the same transaction."""

from __future__ import annotations

from sqlalchemy import Connection, and_, delete, func, select, update

from engine.domain.policy import VersionStatus
from engine.errors import Conflict
from engine.ports import Pause, PolicyVersion
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
        if is_new:
            self.raise_epoch()
        return is_new

    def ask_to_resume(self, scope: str, by: str, reason: str) -> bool:
        """See `engine.ports.Controls.ask_to_resume`."""
        asked = self._connection.execute(
            update(tables.pauses)
            .where(_pause.scope == scope, _pause.resume_by == "")
            .values(resume_by=by, resume_reason=reason)
        )
        return asked.rowcount == 1

    def resume(self, scope: str) -> bool:
        """See `engine.ports.Controls.resume`."""
        was_on = self._connection.execute(
            delete(tables.pauses).where(_pause.scope == scope)
        ).rowcount
        if was_on:
            self.raise_epoch()
        return bool(was_on)

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

    def change_version(self, version: PolicyVersion, *, was: VersionStatus) -> None:
        """See `engine.ports.Controls.change_version`."""
        changed = self._connection.execute(
            update(tables.policy_versions)
            .where(
                _version.desk == version.desk,
                _version.kind == version.kind.value,
                _version.version == version.version,
                _version.status == was.value,
            )
            .values(_row(version))
        )
        if changed.rowcount != 1:
            raise Conflict(f"Version {version.version} is no longer {was}; look again.")

    def activate_version(self, version: PolicyVersion, *, was: VersionStatus) -> None:
        """See `engine.ports.Controls.activate_version`."""
        self.raise_epoch()  # first: it keeps two signatures of one moment apart
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

    def raise_epoch(self) -> None:
        """See `engine.ports.Controls.raise_epoch`."""
        self._connection.execute(update(tables.control).values(epoch=tables.control.c.epoch + 1))


def _row(version: PolicyVersion) -> dict[str, object]:
    row = {column.name: getattr(version, column.name) for column in tables.policy_versions.c}
    return row | {"kind": version.kind.value, "status": version.status.value}
