"""Documents of a desk: reading one and holding it against what the desk can do.

One place for whoever checks, previews, replays or proposes a document. Must not live here: what is
well-formed by itself (`govern`), or who may propose it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from engine.desk import Desk
from engine.domain.policy import PolicyKind
from engine.domain.run import RunKind
from engine.errors import ConfigError
from engine.govern.documents import PolicyDocument, line_of, read_document
from engine.govern.envelope import EnvelopeDocument
from engine.govern.hard_rules import GoalsDocument, GuardrailDocument, NamedRule
from engine.govern.limits import OWN, Limits
from engine.runtime.policy import DOCUMENTS

Path = tuple[str | int, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Place:
    """One level or rule of a document, and what of the desk it speaks of."""

    path: Path
    arguments: Iterable[str]
    case_type: str | None = None
    action: str | None = None
    reasoners: tuple[str, ...] = ()


def read_of_desk(desk: Desk, kind: PolicyKind, text: str, source: str) -> PolicyDocument:
    """Read a document and see that the desk has all that it names, from case type to reasoner.

    Args:
        desk: Whose document it has to be.
        kind: What it has to be.
        text: The document.
        source: What to call it in the error message.

    Raises:
        ConfigError: It is none, or names what the desk does not have; the message names the line.
    """
    document = read_document(DOCUMENTS[kind], text, source)
    for path, said in _misfits(desk, document):
        where = ".".join(str(part) for part in path)
        raise ConfigError(f"{source}, line {line_of(text, path)}: {where}: {said}")
    return document


def desk_of(desks: Mapping[str, Desk], document: PolicyDocument, source: str) -> Desk:
    """The desk a document is written for.

    Raises:
        ConfigError: No such desk runs here.
    """
    desk = desks.get(document.desk)
    if desk is None:
        raise ConfigError(
            f"{source}: desk: there is no desk {document.desk!r} here; there is {_listed(desks)}"
        )
    return desk


def _misfits(desk: Desk, document: PolicyDocument) -> Iterator[tuple[Path, str]]:
    if document.desk != desk.name:
        yield ("desk",), f"the document is for {document.desk!r}, not for {desk.name!r}"
    known = {
        tool.contract.name: set(tool.contract.arguments.model_fields) for tool in desk.effect_tools
    }
    for place in _places(document):
        yield from _unknown_reasoners(desk, place)
        if place.case_type is not None and place.case_type not in desk.case_types:
            said = f"the desk has no case type {place.case_type!r}; it has"
            yield (*place.path, "case_type"), f"{said} {_listed(desk.case_types)}"
        if place.action is not None and place.action not in known:
            said = f"the desk has no action {place.action!r}; it has"
            yield (*place.path, "action"), f"{said} {_listed(known)}"
            continue
        taken = set().union(*known.values()) if place.action is None else known[place.action]
        whose = "no action of the desk" if place.action is None else f"{place.action} does not"
        for name in place.arguments:
            if name not in taken:
                verb = "takes" if place.action is None else "take"
                said = f"{whose} {verb} an argument {name!r}; there is {_listed(taken)}"
                yield (*place.path, "arguments", name), said


def _unknown_reasoners(desk: Desk, place: _Place) -> Iterator[tuple[Path, str]]:
    known = {OWN, desk.reasoner.name, *RunKind}
    for at, name in enumerate(place.reasoners):
        if name not in known:
            said = f"there is no reasoner {name!r}; there is {_listed(known)}"
            yield (*place.path, "earned_by", at), said


def _places(document: PolicyDocument) -> Iterator[_Place]:
    match document:
        case EnvelopeDocument():
            yield _place(("limits",), document.limits)
            for name, level in document.case_types.items():
                yield _place(("case_types", name), level)
            for at, cell in enumerate(document.cells):
                yield _Place(
                    path=("cells", at),
                    arguments=cell.arguments,
                    case_type=cell.case_type,
                    action=cell.action,
                    reasoners=cell.earned_by or (),
                )
        case GuardrailDocument():
            yield from _places_of_rules("guardrails", document.guardrails)
        case GoalsDocument():
            yield from _places_of_rules("constraints", document.constraints)


def _place(path: Path, level: Limits) -> _Place:
    return _Place(path=path, arguments=level.arguments, reasoners=level.earned_by or ())


def _places_of_rules(field: str, rules: Iterable[NamedRule]) -> Iterator[_Place]:
    for at, rule in enumerate(rules):
        yield _Place(
            path=(field, at),
            arguments=rule.arguments,
            case_type=rule.case_type,
            action=rule.action,
        )


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "none"
