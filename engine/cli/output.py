"""Output: text for people, JSON for programs, errors with their exit codes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

import typer

from engine.domain.canonical import Json
from engine.errors import (
    ConfigError,
    EngineError,
    IntakeError,
    InvalidRequest,
    NotFound,
)

GOOD, CHECK_FAILED, BAD_USAGE = 0, 1, 2

_USAGE_ERRORS = (ConfigError, IntakeError, InvalidRequest, NotFound)


def say(text: str = "") -> None:
    """A line for people or programs."""
    typer.echo(text)


def warn(text: str) -> None:
    """A line that is not part of the answer."""
    typer.echo(text, err=True)


def say_json(value: object) -> None:
    """A value as indented JSON; rows and times in their API form."""
    from engine.api.as_json import as_json

    plain: Json = as_json(value)
    say(json.dumps(plain, indent=2, ensure_ascii=False))


def say_table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Columns as wide as their widest cell; the last one as it is."""
    lines = [list(titles), *map(list, rows)]
    widths = [max(len(line[place]) for line in lines) for place in range(len(titles) - 1)]
    for line in lines:
        cells = [cell.ljust(width) for cell, width in zip(line, [*widths, 0], strict=True)]
        say("  ".join(cells).rstrip())


def report_error(error: EngineError) -> None:
    """An error of the engine in words, with its code."""
    warn(f"countersign: {error.message} [{error.code}]")


def exit_code_of(error: EngineError) -> int:
    """2 where the command was given something wrong, 1 where it could not be carried out."""
    return BAD_USAGE if isinstance(error, _USAGE_ERRORS) else CHECK_FAILED
