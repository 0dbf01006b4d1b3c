"""Entrants: the reasoners that scenarios can be run with, by name.

To add one, add a line to `ENTRANTS`. One that cannot run here says so by raising ConfigError.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from engine.bootstrap.parts import Parts
from engine.bootstrap.reasoners import open_reasoners
from engine.desk import Desk
from engine.domain.run import RunKind
from engine.errors import ConfigError
from engine.ports import Model
from engine.simulators.scripted_model import Mode, ScriptedModel

SCRIPTED = "scripted-"
"""With this begin the names of those that ask the scripted model."""


def as_it_is(desk: Desk) -> Desk:
    """The desk as it ships."""
    return desk


@dataclass(frozen=True, kw_only=True, slots=True)
class Entrant:
    """A reasoner, and how it gets into an engine."""

    name: str
    join: Callable[[Parts], Parts]
    """Lets it reason about new cases of all desks of these parts; raises ConfigError where it
    cannot run."""
    desk: Callable[[Desk], Desk] = as_it_is
    """What is different about the desk."""
    has_runs: bool = False
    """Whether it reasons in runs, which live cases get and replayed history does not."""


def _own(name: str) -> Entrant:
    def join(parts: Parts) -> Parts:
        for desk in parts.desks.values():
            if desk.reasoner.name != name:
                raise ConfigError(
                    f"The desk {desk.name} has no reasoner {name!r} of its own; its own is "
                    f"{desk.reasoner.name!r}: use --reasoner {desk.reasoner.name}."
                )
        return parts

    return Entrant(name=name, join=join)


def _with_model(kind: RunKind) -> Entrant:
    def join(parts: Parts) -> Parts:
        if parts.settings.scripted_model:
            raise ConfigError(
                "COUNTERSIGN_SCRIPTED_MODEL stands in for the language model, and what it passes "
                f"proves nothing of one: use --reasoner {SCRIPTED}{kind.value}."
            )
        return _reasoning(parts, kind)

    return Entrant(name=kind.value, join=join, has_runs=True)


def _scripted(kind: RunKind) -> Entrant:
    def join(parts: Parts) -> Parts:
        mode = Mode(parts.settings.scripted_model or Mode.PLAIN)
        return _reasoning(parts, kind, ScriptedModel(mode))

    return Entrant(name=f"{SCRIPTED}{kind.value}", join=join, has_runs=True)


def _reasoning(parts: Parts, kind: RunKind, model: Model | None = None) -> Parts:
    settings = replace(parts.settings, reasoner=kind.value)
    return replace(parts, reasoners=open_reasoners(settings, parts.desks, parts.clock, model))


ENTRANTS: Mapping[str, Entrant] = MappingProxyType(
    {
        one.name: one
        for one in (
            _own(RunKind.PLAYBOOK.value),
            _own(RunKind.PRECEDENT.value),
            _with_model(RunKind.WORKFLOW),
            _with_model(RunKind.AGENT),
            _scripted(RunKind.WORKFLOW),
            _scripted(RunKind.AGENT),
        )
    }
)


def entrant_of(name: str) -> Entrant:
    """The entrant of that name.

    Raises:
        ConfigError: There is none.
    """
    if name not in ENTRANTS:
        raise ConfigError(f"There is no reasoner {name!r}; there is {', '.join(ENTRANTS)}.")
    return ENTRANTS[name]
