"""Documents of policy on the command line: envelopes, guardrails and goals as files and versions.

The three groups of commands are the same; what differs is who may use them, which the engine says.
"""

from __future__ import annotations

import json
from difflib import unified_diff
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.document_words import what_it_is
from engine.cli.opening import AsJson, AsName, DeskName, execute_as, opened_engine, settings_with
from engine.cli.output import CHECK_FAILED, GOOD, say, say_json, say_table
from engine.domain.policy import PolicyKind, VersionStatus
from engine.errors import ConfigError, InvalidRequest, NotFound

if TYPE_CHECKING:
    from engine.govern.documents import PolicyDocument
    from engine.service.local import LocalEngine
    from engine.service.requests import Request
    from engine.service.rows import ChangeRow, VersionRow

File = Annotated[Path, typer.Argument(help="The document as YAML.")]
Number = Annotated[int, typer.Argument(help="The version.")]
Version = Annotated[int | None, typer.Option("--version", help="The active one by default.")]
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
From = Annotated[int | None, typer.Option("--from", help="The active one by default.")]
_NOBODY = "(shipped)"
"""Who proposed what the desk ships with."""
To = Annotated[int | None, typer.Option("--to", help="Instead of a file.")]
Note = Annotated[str, typer.Option("--note", "-m", help="What changes, and why.")]


def documents_app(kind: PolicyKind, words: str) -> typer.Typer:
    """The commands for one kind of document."""
    app = typer.Typer(help=words, no_args_is_help=True)
    _add_reading(app, kind)
    _add_comparing(app, kind)
    _add_writing(app, kind)
    _add_signing(app, kind)
    return app


def _add_reading(app: typer.Typer, kind: PolicyKind) -> None:
    @app.command("show")
    def show(desk: DeskName, version: Version = None, as_json: AsJson = False) -> None:
        """The versions of a desk's document, and the text of one of them."""
        versions = _versions(opened_engine(), desk, kind)
        if as_json:
            say_json(versions)
            return
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
        say()
        say(_one(versions, version).document.rstrip())

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
        versions = _versions(engine, desk, kind)
        before = _one(versions, old)
        if file is not None:
            after, after_name = _read(kind, file).to_yaml(), str(file)
        else:
            row = _one(versions, new)
            after, after_name = row.document, f"version {row.version}"
        lines = _unified(before, after, after_name)
        changed = _changes(engine, before, after)
        if as_json:
            say_json({"changes": changed, "diff": lines})
        else:
            _say_changes(changed)
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
        seen = _seen(_versions(engine, desk, kind), over)
        request = ProposeVersion(kind=kind, desk=desk, document=text, note=note, over=seen)
        _execute_shown(engine, desk, text, request, as_name, as_json=as_json)

    @app.command("withdraw")
    def withdraw(version: Number, desk: DeskName, as_name: AsName) -> None:
        """Drop a draft or a proposal; it stays on record."""
        from engine.service.requests import WithdrawVersion

        say(execute_as(as_name, WithdrawVersion(kind=kind, desk=desk, version=version)))


def _add_signing(app: typer.Typer, kind: PolicyKind) -> None:
    @app.command("activate")
    def activate(
        version: Number,
        desk: DeskName,
        as_name: AsName,
        over: Over = None,
        as_json: AsJson = False,
    ) -> None:
        """Sign a version that somebody else proposed; it is active from then on."""
        from engine.service.requests import SignVersion

        engine = opened_engine()
        versions = _versions(engine, desk, kind)
        text = next((row.document for row in versions if row.version == version), "")
        request = SignVersion(kind=kind, desk=desk, version=version, over=_seen(versions, over))
        _execute_shown(engine, desk, text, request, as_name, as_json=as_json)

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
        versions = _versions(engine, desk, kind)
        earlier, seen = _earlier(versions, version), _seen(versions, over)
        request = RollBack(kind=kind, desk=desk, version=earlier.version, reason=reason, over=seen)
        _execute_shown(engine, desk, earlier.document, request, as_name, as_json=as_json)


# --- what the commands share -------------------------------------------------------------


def _versions(engine: LocalEngine, desk: str, kind: PolicyKind) -> tuple[VersionRow, ...]:
    return engine.queries.versions(engine.desk(desk).name, kind)


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


def _execute_shown(
    engine: LocalEngine,
    desk: str,
    document: str,
    request: Request,
    as_name: str,
    *,
    as_json: bool,
) -> None:
    """Ask for something in somebody's name; once it is done, show what it changed."""
    kind: PolicyKind = getattr(request, "kind", PolicyKind.ENVELOPE)
    versions = _versions(engine, desk, kind)
    try:
        changed = _changes(engine, _one(versions, None), document)
    except ConfigError:  # no such document: the engine refuses it in its own words, on the record
        changed = ()
    message = execute_as(as_name, request, engine)
    if as_json:
        say_json({"message": message, "changes": changed})
    else:
        _say_changes(changed)
        say(message)


def _changes(engine: LocalEngine, before: VersionRow, after: str) -> tuple[ChangeRow, ...]:
    return engine.queries.changes(before.desk, before.kind, after, before.version)


def _say_changes(changed: tuple[ChangeRow, ...]) -> None:
    for one in changed:
        say(one.subject)
        for sentence in one.sentences:
            say(f"  {sentence}")
        if one.widens and one.evidence:
            say(f"  Software may do more alone; {one.evidence}.")
        elif one.widens:
            say("  More may happen than before.")


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file} cannot be read: {error}") from None


def _one(versions: tuple[VersionRow, ...], wanted: int | None) -> VersionRow:
    for row in versions:
        if row.version == wanted or (wanted is None and row.status is VersionStatus.ACTIVE):
            return row
    raise NotFound(f"There is no version {wanted if wanted is not None else 'that is active'}.")


def _seen(versions: tuple[VersionRow, ...], over: int | None) -> int:
    return _one(versions, None).version if over is None else over


def _earlier(versions: tuple[VersionRow, ...], wanted: int | None) -> VersionRow:
    if wanted is not None:
        return _one(versions, wanted)
    active = _one(versions, None)
    before = [
        row
        for row in versions
        if row.status is VersionStatus.SUPERSEDED and row.version < active.version
    ]
    if not before:
        raise NotFound("There is no earlier version to go back to.")
    return max(before, key=lambda row: row.version)
