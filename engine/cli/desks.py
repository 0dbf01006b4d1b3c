"""`countersign desk`: the desks that ship, and whether each is whole."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import typer

from engine.cli.opening import AsJson, DeskArgument, DeskOption, one_desk, opened_parts
from engine.cli.output import CHECK_FAILED, GOOD, say, say_json, say_table
from engine.errors import EngineError, NotFound

if TYPE_CHECKING:
    from engine.desk import Desk


app = typer.Typer(help="The desks.", no_args_is_help=True)


@app.command("list")
def list_desks(as_json: AsJson = False) -> None:
    """The desks that run here."""
    desks = opened_parts().desks.values()
    if as_json:
        say_json([_described(desk) for desk in desks])
        return
    rows = [(desk.name, desk.title, str(len(_tools(desk))), desk.goal) for desk in desks]
    say_table(("NAME", "TITLE", "TOOLS", "GOAL"), rows)


@app.command("tools")
def desk_tools(name: DeskArgument = "", option: DeskOption = "", as_json: AsJson = False) -> None:
    """The contracts of a desk's tools; as JSON with the schemas of what each takes and gives."""
    desk = _desk(one_desk(name, option))
    contracts = [tool.contract for tool in (*desk.read_tools, *desk.effect_tools)]
    if as_json:
        say_json([contract.exported() for contract in contracts])
        return
    say_table(
        ("NAME", "TITLE", "EFFECT", "REPEATED", "SCOPES", "TIMEOUT", "UNDONE BY"),
        [
            (
                contract.name,
                contract.title,
                contract.effect_class,
                contract.delivery,
                ", ".join(contract.scopes) or "-",
                f"{contract.timeout_s:g} s",
                contract.compensation or "-",
            )
            for contract in contracts
        ],
    )


@app.command("check")
def check_desk(name: DeskArgument = "", option: DeskOption = "") -> None:
    """Check a desk: its parts fit each other, and its system of record answers."""
    desk = _desk(one_desk(name, option))
    problems = list(_problems(desk))
    for problem in problems:
        say(f"wrong: {problem}")
    if not problems:
        say(f"The desk {desk.name} is whole: {len(_tools(desk))} tools, its system answers.")
    raise typer.Exit(CHECK_FAILED if problems else GOOD)


def _desk(name: str) -> Desk:
    desk = opened_parts().desks.get(name)
    if desk is None:
        raise NotFound(f"There is no desk {name!r} here; `countersign desk list` names them.")
    return desk


def _described(desk: Desk) -> dict[str, object]:
    return {
        "name": desk.name,
        "title": desk.title,
        "goal": desk.goal,
        "measure": desk.measure,
        "case_types": desk.case_types,
        "tools": _tools(desk),
        "intake_columns": desk.intake.columns,
        "reasoner": desk.reasoner.name,
    }


def _tools(desk: Desk) -> tuple[str, ...]:
    return tuple(tool.contract.name for tool in (*desk.read_tools, *desk.effect_tools))


def _problems(desk: Desk) -> Iterator[str]:
    from engine.govern.envelope import resolve

    names = _tools(desk)
    yield from (f"the tool {name} is there twice" for name in names if names.count(name) > 1)
    for column in desk.intake.required:
        if column not in desk.intake.columns:
            yield f"the required column {column} is no column"
    if desk.envelope.desk != desk.name:
        yield f"the envelope is for {desk.envelope.desk}"
    for cell in resolve(desk.envelope):
        if cell.case_type not in desk.case_types:
            yield f"the envelope names the unknown case type {cell.case_type}"
        if desk.effect_tool(cell.action_type) is None:
            yield f"the envelope names the unknown tool {cell.action_type}"
    try:
        desk.system.prepare()
    except EngineError as error:
        yield f"the system of record does not answer: {error.message}"
