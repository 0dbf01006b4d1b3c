"""Signing a document of policy on the command line: a version made active, and the way back."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.document_versions import (
    execute_shown,
    readable_changes,
    say_changes,
    say_history,
    seen_version,
    version_of,
    versions_of,
)
from engine.cli.opening import AsJson, AsName, DeskName, execute_as, opened_engine
from engine.cli.output import CHECK_FAILED, say
from engine.domain.policy import PolicyKind, VersionStatus
from engine.errors import NotFound

if TYPE_CHECKING:
    from engine.service.rows import VersionRow

Number = Annotated[int, typer.Argument(help="The version.")]
Earlier = Annotated[
    int | None, typer.Option("--version", help="The one before the active one by default.")
]
Over = Annotated[
    int | None,
    typer.Option(
        "--over",
        help="The active version you looked at: refused if another one is active by then. "
        "By default the one that is active now.",
    ),
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask at a terminal.")]


def add_signing(app: typer.Typer, kind: PolicyKind) -> None:
    """Add the commands that make a version active to the group of a kind of document."""
    _add_activate(app, kind)
    _add_rollback(app, kind)


def _add_activate(app: typer.Typer, kind: PolicyKind) -> None:
    @app.command("activate")
    def activate(
        version: Number,
        desk: DeskName,
        as_name: AsName,
        over: Over = None,
        yes: Yes = False,
        as_json: AsJson = False,
    ) -> None:
        """Sign a version that somebody else proposed; it is active from then on.

        What it changes and what history said of it is shown first, and at a terminal it is asked
        for then.
        """
        from engine.service.requests import SignVersion

        engine = opened_engine()
        versions = versions_of(engine, desk, kind)
        row = next((one for one in versions if one.version == version), None)
        seen = seen_version(versions, over)
        request = SignVersion(kind=kind, desk=desk, version=version, over=seen)
        if row is None or as_json:
            text = row.document if row is not None else ""
            execute_shown(engine, desk, text, request, as_name, as_json=as_json)
            return
        say_changes(readable_changes(engine, versions, row.document))
        say_history(row)
        if not yes and sys.stdin.isatty():
            _ask(f"Sign version {version} of {desk}, in place of version {seen}?")
        say(execute_as(as_name, request, engine))


def _add_rollback(app: typer.Typer, kind: PolicyKind) -> None:
    @app.command("rollback")
    def rollback(
        desk: DeskName,
        as_name: AsName,
        reason: Annotated[str, typer.Option("--reason", "-r", "-m", help="Why.")],
        version: Earlier = None,
        over: Over = None,
        as_json: AsJson = False,
    ) -> None:
        """Make an earlier version active again, by default the one before the active one."""
        from engine.service.requests import RollBack

        engine = opened_engine()
        versions = versions_of(engine, desk, kind)
        earlier, seen = _earlier(versions, version), seen_version(versions, over)
        request = RollBack(kind=kind, desk=desk, version=earlier.version, reason=reason, over=seen)
        text, number = earlier.document, earlier.version
        execute_shown(engine, desk, text, request, as_name, as_json=as_json, back_to=number)


def _ask(question: str) -> None:
    if not typer.confirm(question, err=True):
        say("Nothing was signed.")
        raise typer.Exit(CHECK_FAILED)


def _earlier(versions: tuple[VersionRow, ...], wanted: int | None) -> VersionRow:
    if wanted is not None:
        return version_of(versions, wanted)
    active = version_of(versions, None)
    before = [
        row
        for row in versions
        if row.status is VersionStatus.SUPERSEDED and row.version < active.version
    ]
    if not before:
        raise NotFound("There is no earlier version to go back to.")
    return max(before, key=lambda row: row.version)
