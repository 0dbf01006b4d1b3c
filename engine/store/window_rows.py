"""Veto windows as rows, and the notices that told people of them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, update

from engine.domain.ids import ActionId, CaseId
from engine.domain.veto import VetoWindow
from engine.store import tables

_c = tables.veto_windows.c
_NAMES = tuple(column.name for column in tables.veto_windows.c)


def window_row(window: VetoWindow) -> dict[str, Any]:
    """A row of `veto_windows`."""
    return {name: getattr(window, name) for name in _NAMES}


def window_of(row: Any) -> VetoWindow:
    """The window a row holds."""
    fields = {name: getattr(row, name) for name in _NAMES}
    fields["action_id"], fields["case_id"] = ActionId(row.action_id), CaseId(row.case_id)
    return VetoWindow(**fields)


class SqlWindows:
    """Notices over one open transaction."""

    def __init__(self, connection: Connection) -> None:
        """Write in an open transaction."""
        self._connection = connection

    def note(self, window: VetoWindow) -> bool:
        """See `engine.ports.Windows.note`."""
        noted = self._connection.execute(
            update(tables.veto_windows)
            .where(
                _c.action_id == window.action_id, _c.noticed_at.is_(None), _c.closed_at.is_(None)
            )
            .values(
                noticed_at=window.noticed_at,
                noticed_by=window.noticed_by,
                attempts=window.attempts,
                last_error=window.last_error,
            )
        )
        return noted.rowcount == 1
