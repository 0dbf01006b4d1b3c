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
    from engine.service.local import LocalEngine
    from engine.service.rows import EnvelopeRow

app = typer.Typer(help="The limits inside which software may act alone.", no_args_is_help=True)

File = Annotated[Path, typer.Argument(help="An envelope as YAML.")]
Version = Annotated[int | None, typer.Option("--version", help="The active one by default.")]
Note = Annotated[str, typer.Option("--note", "-m", help="What changes, and why.")]


@app.command("show")
def show(desk: DeskName, version: Version = None, as_json: AsJson = False) -> None:
    """The versions of a desk's envelope, and the document of one of them."""
    versions = opened_engine().queries.envelopes(desk)
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
) -> None:
    """What differs between two versions, or a version and a file; exit code 1 if anything does."""
    from engine.govern.envelope import read_envelope

    if (file is None) == (new is None):
        raise InvalidRequest("Give a file or --to VERSION, and not both.")
    versions = opened_engine().queries.envelopes(desk)
    before = _one(versions, old)
    if file is not None:
        after, after_name = read_envelope(_text(file), file.name).to_yaml(), str(file)
    else:
        row = _one(versions, new)
        after, after_name = row.document, f"version {row.version}"
    lines = list(
        unified_diff(
            before.document.splitlines(),
            after.splitlines(),
            f"version {before.version}",
            after_name,
            lineterm="",
        )
    )
    for line in lines:
        say(line)
    raise typer.Exit(CHECK_FAILED if lines else GOOD)


@app.command("propose")
def propose(file: File, desk: DeskName, note: Note, as_name: AsName) -> None:
    """Put forward a new version; somebody else activates it."""
    from engine.service.requests import ProposeEnvelope

    request = ProposeEnvelope(desk=desk, document=_text(file), note=note)
    say(execute_as(as_name, request))


@app.command("activate")
def activate(
    version: Annotated[int, typer.Argument(help="A proposed version.")],
    desk: DeskName,
    as_name: AsName,
) -> None:
    """Sign a version that somebody else proposed; it is active from then on."""
    from engine.service.requests import SignEnvelope

    say(execute_as(as_name, SignEnvelope(desk=desk, version=version)))


@app.command("rollback")
def rollback(desk: DeskName, as_name: AsName, version: Version = None) -> None:
    """Propose an earlier version again, by default the one before the active one."""
    from engine.service.requests import ProposeEnvelope

    engine = opened_engine()
    earlier = _earlier(engine, desk, version)
    note = f"Rollback to version {earlier.version}."
    request = ProposeEnvelope(desk=desk, document=earlier.document, note=note)
    say(execute_as(as_name, request, engine))


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
    versions = engine.queries.envelopes(desk)
    if wanted is not None:
        return _one(versions, wanted)
    active = _one(versions, None)
    before = [
        row for row in versions if row.status == "superseded" and row.version < active.version
    ]
    if not before:
        raise NotFound("There is no earlier version to go back to.")
    return max(before, key=lambda row: row.version)
