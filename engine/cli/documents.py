"""Documents of policy on the command line: envelopes, guardrails and goals as files and versions.

The three groups of commands are the same; what differs is who may use them, which the engine says.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from difflib import unified_diff
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.document_signing import Number, Over, add_signing
from engine.cli.document_versions import (
    changes_of,
    execute_shown,
    say_cell,
    say_changes,
    seen_version,
    version_of,
    versions_of,
)
from engine.cli.document_words import what_it_is
from engine.cli.opening import (
    AsJson,
    AsName,
    DeskName,
    DeskOption,
    execute_as,
    one_desk,
    opened_engine,
    settings_with,
)
from engine.cli.output import CHECK_FAILED, GOOD, say, say_json, say_table
from engine.domain.policy import PolicyKind
from engine.errors import ConfigError, InvalidRequest

if TYPE_CHECKING:
    from engine.govern.documents import PolicyDocument
    from engine.service.rows import VersionRow

File = Annotated[Path, typer.Argument(help="The document as YAML.")]
What = Annotated[
    str,
    typer.Argument(metavar="[DESK|CELL|VERSION]", help="A desk, a cell of one, or a version."),
]
Version = Annotated[int | None, typer.Option("--version", help="The active one by default.")]
_NOBODY = "(shipped)"
"""Who proposed what the desk ships with."""
Note = Annotated[str, typer.Option("--note", "-m", help="What changes, and why.")]


def documents_app(kind: PolicyKind, words: str) -> typer.Typer:
    """The commands for one kind of document."""
    app = typer.Typer(help=words, no_args_is_help=True)
    _add_reading(app, kind)
    _add_comparing(app, kind)
    _add_writing(app, kind)
    add_signing(app, kind)
    return app


def _add_reading(app: typer.Typer, kind: PolicyKind) -> None:
    @app.command("show")
    def show(
        what: What = "", desk: DeskOption = "", version: Version = None, as_json: AsJson = False
    ) -> None:
        """The versions of a desk's document, and the text of one of them; or one cell's limits."""
        number = int(what) if what.isdecimal() else version
        named = "" if what.isdecimal() else what.partition("/")[0]
        versions = versions_of(opened_engine(), one_desk(named, desk), kind)
        if "/" in what:
            say_cell(version_of(versions, number), what, as_json=as_json)
            return
        if as_json:
            say_json(versions)
            return
        _say_versions(versions)
        say()
        say(version_of(versions, number).document.rstrip())

    @app.command("validate")
    def validate(file: File) -> None:
        """Check a file against its schema and its desk; exit code 1 and the first mistake where it
        is wrong.
        """  # noqa: D205 - shown as one paragraph by --help
        try:
            document = _fitting(kind, file)
        except ConfigError as error:
            say(error.message)
            raise typer.Exit(CHECK_FAILED) from None
        say(f"{file} is good: {what_it_is(document)} for {document.desk}.")

    @app.command("schema")
    def schema() -> None:
        """The JSON Schema of the document, for editors and programs."""
        from engine.runtime.policy import DOCUMENTS

        say(json.dumps(DOCUMENTS[kind].model_json_schema(), indent=2, ensure_ascii=False))


def _say_versions(versions: Sequence[VersionRow]) -> None:
    rows = [
        (
            str(row.version),
            row.status,
            row.drafted_by or _NOBODY,
            row.rolled_back_by or row.signed_by or "-",
            row.note,
        )
        for row in versions
    ]
    say_table(("VERSION", "STATUS", "PROPOSED BY", "SIGNED BY", "NOTE"), rows)


def _add_comparing(app: typer.Typer, kind: PolicyKind) -> None:
    @app.command("diff")
    def diff(
        desk: DeskName,
        file: Annotated[Path | None, typer.Argument(help="Compare with this file.")] = None,
        old: Annotated[
            int | None, typer.Option("--from", help="The active one by default.")
        ] = None,
        new: Annotated[int | None, typer.Option("--to", help="Instead of a file.")] = None,
        as_json: AsJson = False,
    ) -> None:
        """What differs between two versions, or a version and a file, in sentences; exit code 1 if
        anything does.
        """  # noqa: D205 - shown as one paragraph by --help
        if (file is None) == (new is None):
            raise InvalidRequest("Give a file or --to VERSION, and not both.")
        engine = opened_engine()
        versions = versions_of(engine, desk, kind)
        before = version_of(versions, old)
        if file is not None:
            after, after_name = _read(kind, file).to_yaml(), str(file)
        else:
            row = version_of(versions, new)
            after, after_name = row.document, f"version {row.version}"
        lines = _unified(before, after, after_name)
        changed = changes_of(engine, before, after)
        if as_json:
            say_json({"changes": changed, "diff": lines})
        else:
            say_changes(changed)
            for line in lines:
                say(line)
        raise typer.Exit(CHECK_FAILED if lines else GOOD)


def _add_writing(app: typer.Typer, kind: PolicyKind) -> None:
    @app.command("propose")
    def propose(
        file: File,
        desk: DeskName,
        note: Note,
        as_name: AsName,
        over: Over = None,
        as_json: AsJson = False,
    ) -> None:
        """Put forward a new version; somebody else activates it."""
        from engine.service.requests import ProposeVersion

        text, engine = _text(file), opened_engine()
        seen = seen_version(versions_of(engine, desk, kind), over)
        request = ProposeVersion(kind=kind, desk=desk, document=text, note=note, over=seen)
        execute_shown(engine, desk, text, request, as_name, as_json=as_json)

    @app.command("withdraw")
    def withdraw(version: Number, desk: DeskName, as_name: AsName) -> None:
        """Drop a draft or a proposal; it stays on record."""
        from engine.service.requests import WithdrawVersion

        say(execute_as(as_name, WithdrawVersion(kind=kind, desk=desk, version=version)))


# --- what the commands share -------------------------------------------------------------


def _read(kind: PolicyKind, file: Path) -> PolicyDocument:
    from engine.govern.documents import read_document
    from engine.runtime.policy import DOCUMENTS

    return read_document(DOCUMENTS[kind], _text(file), file.name)


def _fitting(kind: PolicyKind, file: Path) -> PolicyDocument:
    """The document of a file, held against the desk it is for; needs no database."""
    from engine.bootstrap.parts import open_clock, open_desks
    from engine.runtime.desk_documents import desk_of, read_of_desk

    desks = open_desks(settings_with(), open_clock())
    desk = desk_of(desks, _read(kind, file), file.name)
    return read_of_desk(desk, kind, _text(file), file.name)


def _unified(before: VersionRow, after: str, after_name: str) -> list[str]:
    names = (f"version {before.version}", after_name)
    return list(unified_diff(before.document.splitlines(), after.splitlines(), *names, lineterm=""))


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file} cannot be read: {error}") from None
