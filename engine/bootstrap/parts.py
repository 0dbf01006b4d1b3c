"""Parts: the database, clock, ids, desks and keys that engine and worker share in one process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from engine.adapters.credentials import KeyIssuer
from engine.adapters.http_tools import HttpTransport
from engine.adapters.keys import KeyFolder
from engine.adapters.system import SystemClock, SystemIds
from engine.bootstrap.reasoners import open_reasoners
from engine.desk import Desk
from engine.desks import DESKS, DeskSettings
from engine.errors import ConfigError
from engine.ports import Clock, CredentialIssuer, Ids
from engine.runtime.runs.reasoners import NO_MODEL, Reasoners
from engine.settings import Settings, read_settings
from engine.store.clock import DatabaseClock
from engine.store.database import Database, open_database
from engine.store.migrate import migrate
from engine.store.seal_file import SealFile
from engine.store.store import SqlStore


def open_clock() -> Clock:
    """The wall clock."""
    return SystemClock()


@dataclass(frozen=True, kw_only=True)
class Parts:
    """What engine and worker share in one process."""

    settings: Settings
    database: Database
    store: SqlStore
    clock: Clock
    ids: Ids
    desks: Mapping[str, Desk]
    keys: KeyFolder
    reasoners: Reasoners = NO_MODEL
    """Who reasons besides the desks' own reasoners."""

    @property
    def seal_file(self) -> SealFile:
        """The copy of all seals outside the database; one file a database."""
        url = self.database.writer.url
        name = Path(url.database or "database").stem
        place = "" if self.database.is_sqlite else f"{url.host or 'local'}-{url.port or 5432}-"
        return SealFile(self.settings.data_dir.absolute() / f"seals-{place}{name}.jsonl")

    @property
    def issuer(self) -> CredentialIssuer:
        """Makes the credentials of calls; a system without a key here takes none."""
        systems = {desk.takes_credentials for desk in self.desks.values()} - {""}
        return KeyIssuer(
            keys={name: partial(self.key, f"{name}.key") for name in systems},
            clock=self.clock,
            ids=self.ids,
        )

    def key(self, name: str) -> bytes | None:
        """A key from its file; None where it is missing."""
        return self.keys.read(name)


def open_parts(
    settings: Settings | None = None,
    *,
    clock: Clock | None = None,
    ids: Ids | None = None,
    desks: Mapping[str, Desk] | None = None,
) -> Parts:
    """Open the database and put desks, clock and ids beside it.

    Args:
        settings: Those of the environment by default.
        clock: The wall clock by default; on PostgreSQL the database's.
        ids: Random UUIDv7 by default.
        desks: Those the settings name by default.

    Raises:
        ConfigError: A setting, the URL or a desk's name is wrong.
    """
    settings = settings or _settings()
    ids = ids or SystemIds()
    database = open_database(settings.database_url)
    clock = clock or (
        SystemClock() if database.is_sqlite else DatabaseClock(database, SystemClock())
    )
    desks = desks if desks is not None else open_desks(settings, clock)
    return Parts(
        settings=settings,
        database=database,
        store=SqlStore(database, ids),
        clock=clock,
        ids=ids,
        desks=desks,
        reasoners=open_reasoners(settings, desks, clock),
        keys=KeyFolder(path=_keys_dir(settings)),
    )


def open_desks(settings: Settings, clock: Clock) -> dict[str, Desk]:
    """The desks the settings name; all where they name none.

    Raises:
        ConfigError: There is no desk of that name.
    """
    wanted = DeskSettings(
        data_dir=settings.data_dir.absolute(),
        clock=clock,
        transport=lambda url, nowhere: HttpTransport(url, clock, nowhere=nowhere),
        keys_dir=_keys_dir(settings),
        itsm_url=settings.itsm_url,
        shop_url=settings.shop_url,
    )
    names = settings.desks or tuple(DESKS)
    unknown = [name for name in names if name not in DESKS]
    if unknown:
        raise ConfigError(
            f"There is no desk {unknown[0]!r}; --desk and COUNTERSIGN_DESKS may name "
            f"{', '.join(DESKS)}."
        )
    return {name: DESKS[name](wanted) for name in names}


def _require_old_keys(parts: Parts) -> None:
    """A lost key is not made anew: old seals would look forged, old draws could be redone."""
    lost = [name for name in parts.keys.missing() if parts.store.reader.has_used_key(name)]
    if lost:
        raise ConfigError(
            f"The key {lost[0]} that this database was used with is missing in "
            f"{parts.keys.path}; put it back from a backup."
        )


def prepare(parts: Parts) -> str:
    """Migrate the database, make missing keys and what the desks' systems need.

    Returns:
        The schema's revision.
    """
    revision = migrate(parts.database)
    _require_old_keys(parts)
    parts.keys.make_missing()
    for name in sorted({desk.takes_credentials for desk in parts.desks.values()} - {""}):
        parts.keys.make(f"{name}.key")
    for desk in parts.desks.values():
        desk.system.prepare()
    return revision


def _keys_dir(settings: Settings) -> Path:
    return settings.data_dir.absolute() / "keys"


def _settings() -> Settings:
    try:
        return read_settings()
    except ValueError as error:
        raise ConfigError(str(error)) from None
