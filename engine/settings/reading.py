"""Reading: settings from the environment, and back into it.

This module alone reads the environment, and only variables that begin with `COUNTERSIGN_`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass, fields, replace
from pathlib import Path
from typing import Any

from engine.settings.value import BESIDE, PREFIX, Settings, shown, text_of, variable

_NO_SETTING = ("COUNTERSIGN_PASSWORD", "COUNTERSIGN_NEW_PASSWORD", "COUNTERSIGN_TEST_")
"""Read by the command line alone, or by tests."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SettingRow:
    """One setting as `doctor` lists it."""

    variable: str
    value: str
    """Secrets are masked."""
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
        item.name: _parse(item, source[variable(item.name)])
        for item in fields(Settings)
        if source.get(variable(item.name), "") != ""
    }
    values.update({name: value for name, value in changes.items() if value is not None})
    return Settings(**values)


def as_environment(settings: Settings) -> dict[str, str]:
    """The variables from which another process reads the same settings."""
    return {variable(item.name): text_of(getattr(settings, item.name)) for item in fields(settings)}


def setting_rows(settings: Settings) -> tuple[SettingRow, ...]:
    """Every setting with its meaning, secrets masked."""
    plain, following = Settings(), replace(settings, itsm_url="", shop_database_url="")
    return tuple(
        SettingRow(
            variable=variable(item.name),
            value=shown(settings, item),
            is_default=getattr(settings, item.name)
            == getattr(following if item.name in BESIDE else plain, item.name),
            what=item.metadata["what"],
        )
        for item in fields(settings)
    )


def unknown_variables(environment: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """Variables with the prefix that no setting reads, probably misspelt."""
    source = os.environ if environment is None else environment
    known = {variable(item.name) for item in fields(Settings)}
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
        wanted = "a whole number" if type(item.default) is int else "a number"
        if item.name.startswith("model_price_"):
            wanted += " of millionths of a dollar: 3 USD a million tokens is 3000000"
        elif item.name.startswith("model_budget_"):
            wanted += " of millionths of a dollar: 3 USD is 3000000"
        raise ValueError(f"{variable(item.name)} is {text!r}: it must be {wanted}") from None
