"""`countersign envelope simulate` and its sisters: what a draft would have done with history."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.opening import AsJson, DeskName, opened_engine
from engine.cli.output import say, say_json, say_table
from engine.domain.percent import percent
from engine.domain.policy import PolicyKind
from engine.errors import ConfigError

if TYPE_CHECKING:
    from engine.service.simulation_rows import CellSimulationRow, RangeRow, SimulationRow

SHOWN_FLIPS = 10

File = Annotated[Path, typer.Argument(help="The draft as YAML.")]
People = Annotated[
    int | None, typer.Option("--people", min=1, help="How many decide side by side.")
]
Opens = Annotated[str, typer.Option("--opens", help="When they come, such as 08:00.")]
Closes = Annotated[str, typer.Option("--closes", help="When they leave, such as 18:00.")]
Minutes = Annotated[
    float | None,
    typer.Option("--minutes-per-case", help="What one of the cases left takes a person."),
]
Days = Annotated[int, typer.Option("--days", min=0, help="Last days of the history; 0: all of it.")]


def add_simulate(app: typer.Typer, kind: PolicyKind) -> None:
    """Add the command to the group of a kind of document."""

    @app.command("simulate")
    def simulate(
        file: File,
        desk: DeskName,
        people: People = None,
        opens: Opens = "",
        closes: Closes = "",
        minutes: Minutes = None,
        days: Days = 28,
        as_json: AsJson = False,
    ) -> None:
        """Replay the desk's history under a draft, beside the documents in force.

        It changes nothing and certifies nothing.
        """
        from engine.service.simulation_rows import AskSimulation, TeamGiven

        asked = AskSimulation(
            desk=desk,
            kind=kind,
            document=_text(file),
            team=TeamGiven(
                people=people,
                opens=opens,
                closes=closes,
                minutes_per_case=minutes,
            ),
            days=days or None,
        )
        row = opened_engine().simulate(asked)
        if as_json:
            say_json(row)
            return
        for line in lines_of(row):
            say(line)
        _say_cells(row)
        _say_rest(row)


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file} cannot be read: {error}") from None


def lines_of(row: SimulationRow) -> Iterator[str]:
    """What was looked at, and what came of it."""
    yield (
        f"{row.desk}: {row.total.decisions:,} of {row.history:,} {row.origin} decisions, "
        f"{row.since:%Y-%m-%d} to {row.until:%Y-%m-%d}"
    )
    yield ""
    yield from row.sentences


def _say_cells(row: SimulationRow) -> None:
    titles = ("CELL", "DECISIONS", "ALONE NOW", "ALONE", "WINDOW", "PEOPLE", "DENIED", "ERROR")
    say()
    say_table(titles, [_cell(cell) for cell in (*row.cells, row.total)])


def _cell(cell: CellSimulationRow) -> tuple[str, ...]:
    draft = cell.draft
    return (
        cell.cell or "all",
        f"{cell.decisions:,}",
        f"{cell.now.alone:,}",
        f"{draft.alone:,}",
        f"{draft.after_window:,}",
        f"{draft.people:,}",
        f"{draft.denied:,}",
        "-" if draft.error is None else _range(draft.error),
    )


def _range(found: RangeRow) -> str:
    return f"{percent(found.value, 1)} ({percent(found.low, 1)} to {percent(found.high, 1)})"


def _say_rest(row: SimulationRow) -> None:
    if row.budgets:
        say()
        rows = [
            (
                one.budget,
                one.words,
                f"{one.turned_away:,}",
                f"{one.never_fit:,}",
                _first(one.first_at),
            )
            for one in row.budgets
        ]
        say_table(("BUDGET", "ALLOWS", "TURNED AWAY", "NEVER FIT", "FIRST"), rows)
    if row.flips:
        say()
        say(f"The first {min(SHOWN_FLIPS, len(row.flips))} that go another way:")
        for flip in row.flips[:SHOWN_FLIPS]:
            way = "to software" if flip.runs_alone else "to people"
            say(f"  {flip.at:%Y-%m-%d %H:%M}  {way}, {flip.truth}: {flip.text[:100]}")
    say()
    say("What history cannot tell:")
    for sentence in row.limits:
        say(f"  {sentence}")


def _first(at: datetime | None) -> str:
    return "-" if at is None else f"{at:%Y-%m-%d %H:%M}"
