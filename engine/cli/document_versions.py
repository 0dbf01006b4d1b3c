"""Versions of a document on the command line: finding one, saying what it changes, asking for one.

What several commands of a document share; the commands themselves stand elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from engine.cli.opening import execute_as
from engine.cli.output import say, say_json
from engine.domain.case import Origin
from engine.domain.policy import PolicyKind, VersionStatus
from engine.errors import ConfigError, InvalidRequest, NotFound

if TYPE_CHECKING:
    from engine.service.local import LocalEngine
    from engine.service.requests import Request
    from engine.service.rows import ChangeRow, VersionRow


def versions_of(engine: LocalEngine, desk: str, kind: PolicyKind) -> tuple[VersionRow, ...]:
    """All versions of a desk's document, newest first."""
    return engine.queries.versions(engine.desk(desk).name, kind)


def version_of(versions: Sequence[VersionRow], wanted: int | None) -> VersionRow:
    """One of the versions; None: the active one.

    Raises:
        NotFound: There is none.
    """
    for row in versions:
        if row.version == wanted or (wanted is None and row.status is VersionStatus.ACTIVE):
            return row
    raise NotFound(f"There is no version {wanted if wanted is not None else 'that is active'}.")


def seen_version(versions: Sequence[VersionRow], over: int | None) -> int:
    """The active version that somebody looked at; the one that is active now where none is named.

    Raises:
        NotFound: None is active.
    """
    return version_of(versions, None).version if over is None else over


def changes_of(
    engine: LocalEngine, before: VersionRow, after: str, back_to: int | None = None
) -> tuple[ChangeRow, ...]:
    """What a text changes against a version; of one that is gone back to it is the document.

    Raises:
        ConfigError: It is no document of this kind.
    """
    return engine.queries.changes(before.desk, before.kind, after, before.version, back_to)


def readable_changes(
    engine: LocalEngine,
    versions: Sequence[VersionRow],
    after: str,
    back_to: int | None = None,
) -> tuple[ChangeRow, ...]:
    """The same against the active version; nothing where the text is no document.

    The engine refuses that in its own words, on the record.
    """
    try:
        return changes_of(engine, version_of(versions, None), after, back_to)
    except ConfigError:
        return ()


def execute_shown(
    engine: LocalEngine,
    desk: str,
    document: str,
    request: Request,
    as_name: str,
    *,
    as_json: bool,
    back_to: int | None = None,
) -> None:
    """Ask for something in somebody's name; once it is done, show what it changed."""
    kind: PolicyKind = getattr(request, "kind", PolicyKind.ENVELOPE)
    changed = readable_changes(engine, versions_of(engine, desk, kind), document, back_to)
    message = execute_as(as_name, request, engine)
    if as_json:
        say_json({"message": message, "changes": changed})
    else:
        say_changes(changed)
        say(message)


def say_changes(changed: Sequence[ChangeRow]) -> None:
    """What changes: what concerns software first, then what people decide all the same."""
    from engine.service.change_words import parted

    first, rest = parted(changed)
    _say_groups(first)
    if rest:
        say(f"In cells that people decide, before and after ({len(rest):,}):")
        _say_groups(rest)


def _say_groups(changed: Sequence[ChangeRow]) -> None:
    from engine.service.change_words import grouped

    for one in grouped(changed):
        say(", ".join(one.subjects))
        for sentence in one.sentences:
            say(f"  {sentence}")
        if one.widens and one.evidence:
            say(f"  Software may do more alone; {one.evidence}.")
        elif one.widens:
            say("  More may happen than before.")


def say_history(row: VersionRow) -> None:
    """What history said of a version when it was proposed, as it is kept with it."""
    said = row.simulation
    say("What history said of it:")
    if not isinstance(said, Mapping):
        say("  Nothing: there was no history to ask when it was proposed.")
        return
    if said.get("unavailable"):
        say(f"  It could not be asked: {said['unavailable']}")
        return
    if said.get("origin") == Origin.SIMULATED:
        say("  This history is simulated: it shows the mechanism, not your desk.")
    sentences = said.get("sentences")
    for sentence in sentences if isinstance(sentences, list) else ():
        say(f"  {sentence}")


def say_cell(row: VersionRow, cell: str, *, as_json: bool) -> None:
    """The limits of one cell of an envelope, with what it takes from the document.

    Raises:
        InvalidRequest: The document is no envelope.
        NotFound: It names no such cell.
    """
    from engine.govern.documents import read_document
    from engine.govern.envelope import EnvelopeDocument, resolve

    if row.kind is not PolicyKind.ENVELOPE:
        raise InvalidRequest("Only an envelope has cells; name the desk alone.")
    document = read_document(EnvelopeDocument, row.document, f"version {row.version}")
    found = {str(one): envelope.limits for one, envelope in resolve(document).items()}
    if cell not in found:
        raise NotFound(f"Version {row.version} names no cell {cell}.")
    limits = found[cell].model_dump(mode="json")
    if as_json:
        say_json({"cell": cell, "version": row.version, "limits": limits})
        return
    import yaml

    say(f"{cell}, version {row.version} ({row.status})")
    say(yaml.safe_dump(limits, sort_keys=False, allow_unicode=True).rstrip())
