"""`countersign submit`: cases from a file."""

from __future__ import annotations

from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.opening import AsJson, DeskName, opened_parts, warn_of_replay
from engine.cli.output import CHECK_FAILED, GOOD, say, say_json

if TYPE_CHECKING:
    from engine.service.engine import Submitted

COMMAND_LINE = "command line"


def submit(
    file: Annotated[Path, typer.Argument(help="CSV or JSON lines, also with .gz behind it.")],
    desk: DeskName,
    replay: Annotated[
        bool, typer.Option("--replay", help="History: the desk's clock follows the rows.")
    ] = False,
    simulated: Annotated[
        bool, typer.Option("--simulated", help="Made-up data; never counts as evidence.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Take cases in, each once. Bad lines are told one by one; the rest go in.

    Exit code 1 where a line was rejected.
    """
    from engine.bootstrap import engine_of
    from engine.domain.case import Origin
    from engine.perceive.files import read_rows

    parts = opened_parts()
    engine = engine_of(parts)
    rows = read_rows(file, engine.desk(desk).intake)
    # The first row tells that the file can be read at all, before anything is said of the desk.
    first = tuple(islice(rows, 1))
    submitted = engine.submit(
        desk,
        chain(first, rows),
        origin=Origin.SIMULATED if simulated else Origin.REAL,
        is_replay=replay,
        submitted_by=COMMAND_LINE,
    )
    if replay:
        warn_of_replay(parts, [desk])
    if as_json:
        say_json(submitted)
    else:
        say_submitted(submitted)
    raise typer.Exit(CHECK_FAILED if submitted.rejected else GOOD)


def say_submitted(submitted: Submitted) -> None:
    """What came of an intake, in words."""
    for rejected in submitted.rejected:
        say(f"line {rejected.line}: {rejected.reason}")
    say(
        f"{submitted.accepted} accepted, {submitted.duplicates} duplicates, "
        f"{submitted.changed} changed, {len(submitted.rejected)} rejected; "
        f"{submitted.labels} labels kept for later."
    )
