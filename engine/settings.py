"""Settings: everything that can be set from outside, as one frozen value.

This module alone reads the environment, and only variables that begin with `COUNTERSIGN_`. What
the values mean to a part of the engine lives in that part.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

PREFIX = "COUNTERSIGN_"
_NO_SETTING = ("COUNTERSIGN_PASSWORD", "COUNTERSIGN_NEW_PASSWORD", "COUNTERSIGN_TEST_")
"""Read by the command line alone, or by tests."""
_MASK = "***"
_QUERY_PASSWORD = re.compile(r"(\bpassword=)[^&]*")


def _is(what: str) -> dict[str, str]:
    return {"what": what}


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """How this installation runs; one variable a field, upper case after `COUNTERSIGN_`."""

    data_dir: Path = field(
        default=Path("data/local"),
        metadata=_is("Folder of the SQLite files, the keys and the seal file."),
    )
    database_url: str = field(
        default="",
        metadata=_is("Database of the engine; by default countersign.db in the data folder."),
    )
    itsm_url: str = field(
        default="",
        metadata=_is(
            "Database of the ticket system the incidents desk acts on; by default itsm.db."
        ),
    )
    shop_url: str = field(
        default="",
        metadata=_is(
            "Where the shop answers that the orders desk acts on; empty: the one that ships with "
            "the desk, started with the product."
        ),
    )
    shop_database_url: str = field(
        default="", metadata=_is("Database of the shop that ships; by default shop.db.")
    )
    desks: tuple[str, ...] = field(
        default=(), metadata=_is("Desks that run, comma-separated; empty: all.")
    )
    host: str = field(default="127.0.0.1", metadata=_is("Address the web process listens on."))
    port: int = field(default=8501, metadata=_is("Port the web process listens on."))
    public_url: str = field(
        default="",
        metadata=_is(
            "What people type where a proxy stands in front, such as https://ops.example."
        ),
    )
    workers: int = field(default=1, metadata=_is("Worker processes; SQLite allows one."))
    take_back_s: float = field(
        default=8.0, metadata=_is("How long a decision can be taken back, in seconds.")
    )
    claim_s: float = field(
        default=300.0, metadata=_is("How long a claim lasts without being renewed, in seconds.")
    )
    session_hours: float = field(default=12.0, metadata=_is("How long a person stays signed in."))
    setup_hours: float = field(
        default=24.0, metadata=_is("How long the one-time set-up link works.")
    )
    notice_url: str = field(
        default="",
        metadata=_is("Web hook that is told of every veto window; empty: only the console is."),
    )
    body_limit_mb: float = field(
        default=16.0, metadata=_is("Largest request body the API reads, in megabytes.")
    )

    def __post_init__(self) -> None:
        """Fill in what follows from the data folder, and refuse what cannot work.

        Raises:
            ValueError: A value is out of range; the message names the variable.
        """
        folder = self.data_dir.absolute()
        if not self.database_url:
            object.__setattr__(self, "database_url", f"sqlite:///{folder / 'countersign.db'}")
        if not self.itsm_url:
            object.__setattr__(self, "itsm_url", f"sqlite:///{folder / 'itsm.db'}")
        if not self.shop_database_url:
            object.__setattr__(self, "shop_database_url", f"sqlite:///{folder / 'shop.db'}")
        _require(self, "port", 0 <= self.port <= 65535, "must be 0 to 65535")
        _require(self, "workers", self.workers >= 1, "must be 1 or more")
        _require(self, "take_back_s", 0 <= self.take_back_s <= 3600, "must be 0 to 3600")
        _require(
            self,
            "notice_url",
            not self.notice_url or self.notice_url.startswith(("http://", "https://")),
            "must begin with http:// or https://",
        )
        _require(
            self,
            "shop_url",
            not self.shop_url or self.shop_url.startswith(("http://", "https://")),
            "must begin with http:// or https://",
        )
        for name in ("claim_s", "session_hours", "setup_hours", "body_limit_mb"):
            _require(self, name, getattr(self, name) > 0, "must be more than 0")
        _require(
            self,
            "workers",
            self.workers == 1 or not self.is_sqlite,
            "must be 1 on SQLite: it lets one process write at a time, so a second worker "
            "only waits for the first; use PostgreSQL for more",
        )

    @property
    def is_sqlite(self) -> bool:
        """Whether the engine's database is an SQLite file."""
        return self.database_url.startswith("sqlite")


@dataclass(frozen=True, kw_only=True, slots=True)
class SettingRow:
    """One setting as `doctor` lists it."""

    variable: str
    value: str
    """Passwords are masked."""
    is_default: bool
    what: str


def read_settings(environment: Mapping[str, str] | None = None, **changes: Any) -> Settings:
    """Read the settings.

    Args:
        environment: Variables; those of the process by default.
        **changes: Fields that win over the environment; None leaves a field as it is.

    Raises:
        ValueError: A variable cannot be read or is out of range; the message names it.
    """
    source = os.environ if environment is None else environment
    values = {
        item.name: _parse(item, source[_variable(item.name)])
        for item in fields(Settings)
        if source.get(_variable(item.name), "") != ""
    }
    values.update({name: value for name, value in changes.items() if value is not None})
    return Settings(**values)


def as_environment(settings: Settings) -> dict[str, str]:
    """The variables from which another process reads the same settings."""
    return {_variable(item.name): _text(getattr(settings, item.name)) for item in fields(settings)}


def setting_rows(settings: Settings) -> tuple[SettingRow, ...]:
    """Every setting with its meaning, passwords masked."""
    defaults = Settings()
    return tuple(
        SettingRow(
            variable=_variable(item.name),
            value=masked(_text(getattr(settings, item.name))),
            is_default=getattr(settings, item.name) == getattr(defaults, item.name),
            what=item.metadata["what"],
        )
        for item in fields(settings)
    )


def unknown_variables(environment: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """Variables with the prefix that no setting reads, probably misspelt."""
    source = os.environ if environment is None else environment
    known = {_variable(item.name) for item in fields(Settings)}
    return tuple(
        sorted(
            name
            for name in source
            if name.startswith(PREFIX) and name not in known and not name.startswith(_NO_SETTING)
        )
    )


def secret_from_environment(name: str, environment: Mapping[str, str] | None = None) -> str:
    """A secret for the command line, never a setting and never shown; empty where it is not set.

    Args:
        name: Without the prefix, `PASSWORD` or `NEW_PASSWORD`.
        environment: Variables; those of the process by default.
    """
    source = os.environ if environment is None else environment
    return source.get(PREFIX + name, "")


def child_environment(settings: Settings) -> dict[str, str]:
    """Variables for a child process with these settings: all but people's passwords."""
    inherited = {name: value for name, value in os.environ.items() if name not in _NO_SETTING}
    return inherited | as_environment(settings)


def masked(url: str) -> str:
    """A URL without its password; any other text as it is."""
    try:
        parts = urlsplit(url)
        password = parts.password
    except ValueError:
        return _MASK
    if password:
        account, _, place = parts.netloc.rpartition("@")
        name = account.partition(":")[0]
        url = url.replace(parts.netloc, f"{name}:{_MASK}@{place}", 1)
    return _QUERY_PASSWORD.sub(rf"\1{_MASK}", url)


def _variable(name: str) -> str:
    return PREFIX + name.upper()


def _require(settings: Settings, name: str, is_met: bool, rule: str) -> None:
    if not is_met:
        raise ValueError(f"{_variable(name)} is {_text(getattr(settings, name))}: it {rule}")


def _text(value: object) -> str:
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _names(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


_READERS: dict[type, Callable[[str], Any]] = {
    Path: lambda text: Path(text).expanduser(),
    int: int,
    float: float,
    tuple: _names,
}


def _parse(item: Field[Any], text: str) -> Any:
    if item.default is MISSING:  # pragma: no cover - every setting has a default
        raise TypeError(f"{item.name} has no default")
    read = next((read for kind, read in _READERS.items() if isinstance(item.default, kind)), str)
    try:
        return read(text.strip())
    except ValueError:
        wanted = type(item.default).__name__
        raise ValueError(f"{_variable(item.name)} is {text!r}: it must be a {wanted}") from None
