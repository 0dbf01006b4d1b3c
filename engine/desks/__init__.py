"""The desks this product ships: one folder and one line of `DESKS` each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from engine.desk import Desk
from engine.desks.incidents import incidents_desk
from engine.ports import Clock


@dataclass(frozen=True, kw_only=True, slots=True)
class DeskSettings:
    """What desks need of the outside."""

    data_dir: Path
    """Where a desk keeps the files of its own that no setting places elsewhere."""
    clock: Clock
    itsm_url: str = ""
    """SQLAlchemy URL of the incident system; empty: a SQLite file in `data_dir`."""


def _incidents(settings: DeskSettings) -> Desk:
    url = settings.itsm_url or f"sqlite:///{settings.data_dir / 'itsm.db'}"
    return incidents_desk(itsm_url=url, clock=settings.clock)


DESKS: Mapping[str, Callable[[DeskSettings], Desk]] = MappingProxyType({"incidents": _incidents})
"""Every desk by name, in the order in which they are shown."""
