"""Opening: settings, parts and people for commands, in the words of the command line."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from engine.cli.output import warn
from engine.errors import ConfigError, InvalidRequest, NotSignedIn
from engine.settings import Settings, read_settings, secret_from_environment

if TYPE_CHECKING:
    from engine.bootstrap import Parts
    from engine.domain.actor import Person
    from engine.service.local import LocalEngine
    from engine.service.requests import Request

AsName = Annotated[
    str,
    typer.Option("--as", help="Your sign-in name; the password is asked for, or read from "
                 "COUNTERSIGN_PASSWORD or the first line of the input."),
]  # fmt: skip
AsJson = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]
DeskName = Annotated[str, typer.Option("--desk", help="Name of the desk.")]
DeskArgument = Annotated[str, typer.Argument(metavar="[DESK]", help="Name of the desk.")]
DeskOption = Annotated[str, typer.Option("--desk", help="Name of the desk, instead of DESK.")]


def one_desk(argument: str, option: str) -> str:
    """The desk a command is about, which may be named either way.

    Raises:
        InvalidRequest: None is named, or two different ones.
    """
    if argument and option and argument != option:
        raise InvalidRequest(f"Name one desk: this says {argument} and --desk {option}.")
    if not (argument or option):
        raise InvalidRequest("Name the desk; `countersign desk list` names them.")
    return argument or option


def settings_with(**changes: Any) -> Settings:
    """The settings of the environment with some changed by options.

    Raises:
        ConfigError: One cannot be read or is out of range.
    """
    try:
        return read_settings(**changes)
    except ValueError as error:
        raise ConfigError(str(error)) from None


def scripted_words(settings: Settings) -> str:
    """That a script stands in for the language model, as a line; empty where none does."""
    if not settings.scripted_model:
        return ""
    return (
        f"SCRIPTED: no language model is asked; a script ({settings.scripted_model}) stands in "
        "for it and proves nothing of a real one."
    )


def opened_parts(**changes: Any) -> Parts:
    """The parts of the engine on a database that has been migrated.

    Raises:
        ConfigError: A setting is wrong or the tables are missing.
    """
    from engine.bootstrap import open_parts

    return open_parts(settings_with(**changes))


def opened_engine() -> LocalEngine:
    """The engine, for one command."""
    from engine.bootstrap import engine_of

    return engine_of(opened_parts())


def warn_of_replay(parts: Parts, desks: Iterable[str]) -> None:
    """Say who reasons about replayed history, where a model takes the live cases of such a desk."""
    for desk in desks:
        kind = parts.reasoners.live.get(desk)
        if kind is not None:
            warn(
                f"{desk}: replayed history is always the desk's own reasoner's; the {kind} takes "
                "cases that come in live."
            )


def signed_in(engine: LocalEngine, name: str) -> Person:
    """The person who runs a command, by name and password.

    Raises:
        NotSignedIn: Name or password is wrong.
    """
    if not name:
        raise NotSignedIn("Say who you are: --as NAME.")
    session = engine.sign_in(name, read_secret(f"Password of {name}", "PASSWORD"))
    engine.sign_out(session.token)
    return session.person


def execute_as(name: str, request: Request, engine: LocalEngine | None = None) -> str:
    """Carry out a request in the name of whoever runs the command.

    Returns:
        What to say about it.
    """
    engine = engine or opened_engine()
    done = engine.execute(request, signed_in(engine, name))
    return "\n".join(filter(None, (done.message, done.secret)))


def read_secret(what: str, variable: str) -> str:
    """A password: from the environment, from a person, or from the next line of the input.

    Raises:
        ConfigError: None was given.
    """
    if given := secret_from_environment(variable):
        return given
    if sys.stdin.isatty():
        typed: str = typer.prompt(what, hide_input=True, err=True)
        return typed
    if given := sys.stdin.readline().rstrip("\r\n"):
        return given
    raise ConfigError(
        f"{what} was not given: run this at a terminal, set COUNTERSIGN_{variable}, or give it as "
        "the next line of the input."
    )
