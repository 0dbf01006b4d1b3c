"""Script: one way in which a model behaves in one case, and how scripts are collected."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from engine.domain.decision import DecisionKind, ReasonCode
from engine.domain.run import RunKind
from tests.failures.scenes import Scene
from tests.failures.seen import Said, Seen

Play = Callable[[Seen], Iterator[Said]]


class Mode(StrEnum):
    """How a model fails."""

    REPEATS = "repeats itself"
    DRIFTS = "drifts from its goal"
    INVENTS = "invents a fact"
    CONTRADICTS = "contradicts itself"
    OBEYS = "obeys text in the case or a result"
    STOPS = "stops early, or claims what it did not do"
    MALFORMED = "calls in the wrong form"
    DEFIES = "ignores a no"
    SPENDS = "spends without getting on"
    CLEAN = "clean"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a person says to what a run asks for."""

    kind: DecisionKind
    code: ReasonCode = ReasonCode.AGREED
    note: str = ""
    minutes: int = 0
    """After so many more minutes."""


YES = Answer(kind=DecisionKind.APPROVE)
NO = Answer(kind=DecisionKind.REJECT, code=ReasonCode.WRONG_FACTS, note="Leave it as it is.")


@dataclass(frozen=True, kw_only=True)
class Script:
    """One model in one case."""

    name: str
    mode: Mode
    why: str
    """What it does, in a sentence."""
    scene: Scene
    play: Play
    kind: RunKind
    person: tuple[Answer, ...]
    """What people say, in their order; nobody answers after that."""
    meanwhile: str
    """What the world does in the shop before the first of these answers."""


@dataclass(frozen=True, kw_only=True)
class Scripts:
    """Collects the scripts of one file."""

    mode: Mode
    all: list[Script] = field(default_factory=list)

    def __call__(
        self,
        scene: Scene,
        *,
        person: tuple[Answer, ...] = (),
        kind: RunKind = RunKind.AGENT,
        meanwhile: str = "",
    ) -> Callable[[Play], Play]:
        """Take a function as a script; its name and docstring say what it does."""

        def taken(play: Any) -> Play:
            made = Script(
                name=play.__name__,
                mode=self.mode,
                why=" ".join(play.__doc__.split()),
                scene=scene,
                play=play,
                kind=kind,
                person=person,
                meanwhile=meanwhile,
            )
            self.all.append(made)
            return made.play

        return taken
