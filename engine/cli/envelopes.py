"""`countersign envelope`: the limits as files and as signed versions."""

from __future__ import annotations

from difflib import unified_diff
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.opening import AsJson, AsName, DeskName, execute_as, opened_engine
from engine.cli.output import CHECK_FAILED, GOOD, say, say_json, say_table
from engine.errors import ConfigError, InvalidRequest, NotFound

if TYPE_CHECKING:
    from engine.cli.envelope_changes import CellChange
    from engine.service.local import LocalEngine
    from engine.service.requests import Request
    from engine.service.rows import EnvelopeRow

app = typer.Typer(help="The limits inside which software may act alone.", no_args_is_help=True)

File = Annotated[Path, typer.Argument(help="An envelope as YAML.")]
Version = Annotated[int | None, typer.Option("--version", help="The active one by default.")]
Earlier = Annotated[
    int | None, typer.Option("--version", help="The one before the active one by default.")
]
Note = Annotated[str, typer.Option("--note", "-m", help="What changes, and why.")]


@app.command("show")
def show(desk: DeskName, version: Version = None, as_json: AsJson = False) -> None:
    """The versions of a desk's envelope, and the document of one of them."""
    engine = opened_engine()
    versions = engine.queries.envelopes(engine.desk(desk).name)
    if as_json:
        say_json(versions)
        return
    rows = [
        (str(row.version), row.status, row.proposed_by, row.signed_by or "-", row.note)
        for row in versions
    ]
    say_table(("VERSION", "STATUS", "PROPOSED BY", "SIGNED BY", "NOTE"), rows)
    say()
    say(_one(versions, version).document.rstrip())


@app.command("validate")
def validate(file: File) -> None:
    """Check an envelope file; exit code 1 and the first mistake where it is none."""
    from engine.govern.envelope import read_envelope, resolve

    try:
        document = read_envelope(_text(file), file.name)
    except ConfigError as error:
        say(error.message)
        raise typer.Exit(CHECK_FAILED) from None
    say(f"{file} is an envelope for {document.desk} with {len(resolve(document))} cells.")


@app.command("diff")
def diff(
    desk: DeskName,
    file: Annotated[Path | None, typer.Argument(help="Compare with this file.")] = None,
    old: Annotated[int | None, typer.Option("--from", help="The active one by default.")] = None,
    new: Annotated[int | None, typer.Option("--to", help="Instead of a file.")] = None,
    as_json: AsJson = False,
) -> None:
    """What differs between two versions, or a version and a file, and which evidence there is for
    what widens; exit code 1 if anything differs.
    """  # noqa: D205 - shown as one paragraph by --help
    from engine.govern.envelope import read_envelope

    if (file is None) == (new is None):
        raise InvalidRequest("Give a file or --to VERSION, and not both.")
    engine = opened_engine()
    versions = engine.queries.envelopes(engine.desk(desk).name)
    before = _one(versions, old)
    if file is not None:
        after, after_name = read_envelope(_text(file), file.name).to_yaml(), str(file)
    else:
        row = _one(versions, new)
        after, after_name = row.document, f"version {row.version}"
    lines = _unified(before, after, after_name)
    changed = _changes(engine, versions, before, after)
    if as_json:
        say_json({"changes": changed, "diff": lines})
    else:
        _say_changes(changed)
        for line in lines:
            say(line)
    raise typer.Exit(CHECK_FAILED if lines else GOOD)


def _unified(before: EnvelopeRow, after: str, after_name: str) -> list[str]:
    names = (f"version {before.version}", after_name)
    return list(unified_diff(before.document.splitlines(), after.splitlines(), *names, lineterm=""))


@app.command("propose")
def propose(
    file: File, desk: DeskName, note: Note, as_name: AsName, as_json: AsJson = False
) -> None:
    """Put forward a new version; somebody else activates it."""
    from engine.service.requests import ProposeEnvelope

    text = _text(file)
    request = ProposeEnvelope(desk=desk, document=text, note=note)
    _execute_shown(opened_engine(), desk, text, request, as_name, as_json=as_json)


@app.command("activate")
def activate(
    version: Annotated[int, typer.Argument(help="A proposed version.")],
    desk: DeskName,
    as_name: AsName,
    as_json: AsJson = False,
) -> None:
    """Sign a version that somebody else proposed; it is active from then on."""
    from engine.service.requests import SignEnvelope

    engine = opened_engine()
    versions = engine.queries.envelopes(engine.desk(desk).name)
    text = next((row.document for row in versions if row.version == version), "")
    request = SignEnvelope(desk=desk, version=version)
    _execute_shown(engine, desk, text, request, as_name, as_json=as_json)


@app.command("rollback")
def rollback(
    desk: DeskName, as_name: AsName, version: Earlier = None, as_json: AsJson = False
) -> None:
    """Propose an earlier version again, by default the one before the active one."""
    from engine.service.requests import ProposeEnvelope

    engine = opened_engine()
    earlier = _earlier(engine, desk, version)
    note = f"Rollback to version {earlier.version}."
    request = ProposeEnvelope(desk=desk, document=earlier.document, note=note)
    _execute_shown(engine, desk, earlier.document, request, as_name, as_json=as_json)


def _execute_shown(
    engine: LocalEngine,
    desk: str,
    document: str,
    request: Request,
    as_name: str,
    *,
    as_json: bool,
) -> None:
    """Show what a document changes before it is asked for in somebody's name."""
    versions = engine.queries.envelopes(engine.desk(desk).name)
    try:
        changed = _changes(engine, versions, _one(versions, None), document)
    except ConfigError:  # no envelope: the engine refuses it in its own words, on the record
        changed = ()
    if not as_json:
        _say_changes(changed)
    message = execute_as(as_name, request, engine)
    if as_json:
        say_json({"message": message, "changes": changed})
    else:
        say(message)


def _changes(
    engine: LocalEngine, versions: tuple[EnvelopeRow, ...], before: EnvelopeRow, after: str
) -> tuple[CellChange, ...]:
    from engine.cli.envelope_changes import changes
    from engine.govern.envelope import read_envelope

    return changes(
        read_envelope(before.document, f"version {before.version}"),
        read_envelope(after, "the envelope"),
        active=read_envelope(_one(versions, None).document, "the active version"),
        cells={row.cell: row for row in engine.queries.cells(before.desk)},
    )


def _say_changes(changed: tuple[CellChange, ...]) -> None:
    for one in changed:
        say(one.cell)
        for sentence in one.sentences:
            say(f"  {sentence}")
        if one.widens:
            say(f"  Software may do more alone; {one.evidence}.")


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file} cannot be read: {error}") from None


def _one(versions: tuple[EnvelopeRow, ...], wanted: int | None) -> EnvelopeRow:
    for row in versions:
        if row.version == wanted or (wanted is None and row.status == "active"):
            return row
    raise NotFound(f"There is no version {wanted if wanted is not None else 'that is active'}.")


def _earlier(engine: LocalEngine, desk: str, wanted: int | None) -> EnvelopeRow:
    versions = engine.queries.envelopes(engine.desk(desk).name)
    if wanted is not None:
        return _one(versions, wanted)
    active = _one(versions, None)
    before = [
        row for row in versions if row.status == "superseded" and row.version < active.version
    ]
    if not before:
        raise NotFound("There is no earlier version to go back to.")
    return max(before, key=lambda row: row.version)
