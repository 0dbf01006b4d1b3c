"""Path: the declared steps of one case type, and what follows from the declaration alone.

Code owns order, branches and failures; a model answers inside a step. From a path stands, before it
runs, which tools a run can touch: those are its scopes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from engine.domain.run_fault import RunFault
from engine.reason.checks import PutForward
from engine.reason.workflow.known import (
    Candidate,
    Finding,
    Heard,
    Known,
    Listening,
    Offer,
    Sayable,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Read:
    """A read that code asks for where what it tells is missing or too old."""

    tool: str
    source: str
    """Of the facts it gives."""
    calls: Callable[[Known], Sequence[Mapping[str, Any]]]
    """The arguments of each call, taken from facts."""
    is_needed: bool = True
    """Whether the path cannot go on without it; else it goes on and the model is told."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Gather:
    """Code reads what the path needs, each only where it has to be read afresh."""

    name: str
    reads: tuple[Read, ...]
    then: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadTexts:
    """The model says what strangers' texts say; each statement quotes them. No text: no question.

    Code looks whether the words stand there and makes facts of them.
    """

    name: str
    prompt: str
    sayable: tuple[Sayable, ...]
    listen: Callable[[Known, Sequence[Heard]], Listening]
    then: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """Code looks at the facts and chooses the branch."""

    name: str
    check: Callable[[Known], Finding]
    answers: type[StrEnum]
    branches: Mapping[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Assess:
    """The model weighs what may be the case; code chooses the branch by the weights."""

    name: str
    prompt: str
    candidates: Callable[[Known], Sequence[Candidate]]
    judge: Callable[[Known], str]
    """Sees the assessment in `known`."""
    answers: type[StrEnum]
    branches: Mapping[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Recommend:
    """The model chooses among what code has put together, and says on what grounds. An end."""

    name: str
    prompt: str
    offer: Callable[[Known], Offer]
    may: tuple[str, ...]
    """Tools whose calls may be recommended here."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Conclude:
    """Code recommends: there is nothing to weigh. An end."""

    name: str
    conclude: Callable[[Known], PutForward]
    may: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Stop:
    """The path cannot go on; the next reasoner takes over, or a person. An end."""

    name: str
    fault: RunFault
    why: str


Step = Gather | ReadTexts | Check | Assess | Recommend | Conclude | Stop


@dataclass(frozen=True, kw_only=True, slots=True)
class Path:
    """All steps of a case type; the first one begins."""

    case_type: str
    steps: tuple[Step, ...]

    def step(self, name: str) -> Step:
        """The step of that name; `problems_of` sees to it that there is one."""
        return next(one for one in self.steps if one.name == name)


@dataclass(frozen=True, kw_only=True, slots=True)
class Scope:
    """The tools of a path: the most a run of it can touch."""

    reads: tuple[str, ...]
    writes: tuple[str, ...]
    """At most these it may recommend; it calls none of them."""

    @property
    def names(self) -> frozenset[str]:
        """All of them."""
        return frozenset((*self.reads, *self.writes))


def tools_of(path: Path) -> Scope:
    """The tools of a path, from its declaration."""
    reads = [one.tool for step in path.steps if isinstance(step, Gather) for one in step.reads]
    writes = [
        name for step in path.steps if isinstance(step, Recommend | Conclude) for name in step.may
    ]
    return Scope(reads=tuple(dict.fromkeys(reads)), writes=tuple(dict.fromkeys(writes)))


def leads_to(step: Step) -> tuple[str, ...]:
    """Names of the steps that may follow; none of an end."""
    match step:
        case Gather() | ReadTexts():
            return (step.then,)
        case Check() | Assess():
            return tuple(dict.fromkeys(step.branches.values()))
        case Recommend() | Conclude() | Stop():
            return ()


def prompt_of(step: Step) -> str:
    """Name of the prompt of a step; empty where no model is asked."""
    return step.prompt if isinstance(step, ReadTexts | Assess | Recommend) else ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Workflow:
    """The workflow of a desk: a path for each case type, and the prompts of their steps."""

    paths: Mapping[str, Path]
    prompts: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Texts by name; the name carries the version, as in `assess.v1`."""
    revision: str = ""
    """Of the desk's code that the steps call: it goes up with every change of it."""


def problems_of(workflow: Workflow) -> tuple[str, ...]:
    """What is wrong with the declaration of a workflow, for its author; none: it is whole."""
    return tuple(
        f"{path.case_type}: {problem}"
        for case_type, path in workflow.paths.items()
        for problem in (
            *(() if case_type == path.case_type else (f"it is listed under {case_type}",)),
            *_problems_of_path(path, workflow.prompts),
        )
    )


def _problems_of_path(path: Path, prompts: Mapping[str, str]) -> list[str]:
    names = [one.name for one in path.steps]
    found = [f"two steps are called {name}" for name in sorted({*names}) if names.count(name) > 1]
    if not names:
        return ["it has no steps"]
    reads = [one.tool for step in path.steps if isinstance(step, Gather) for one in step.reads]
    found += [f"{name} is read in two places" for name in {*reads} if reads.count(name) > 1]
    for step in path.steps:
        nowhere = (name for name in leads_to(step) if name not in names)
        found += [f"{step.name} leads to {name}, which is no step" for name in nowhere]
        if isinstance(step, Check | Assess) and {*step.branches} != {*step.answers}:
            found.append(f"{step.name} does not branch for exactly {', '.join(step.answers)}")
        if prompt_of(step) not in ("", *prompts):
            found.append(f"{step.name} has no prompt {prompt_of(step)}")
    return found or _problems_of_order(path)


def _problems_of_order(path: Path) -> list[str]:
    """Of a path whose steps all exist: circles, and steps that nothing leads to."""
    reached: set[str] = set()
    found: list[str] = []

    def follow(name: str, way: tuple[str, ...]) -> None:
        if name in way:
            found.append(f"it goes in a circle: {' > '.join((*way, name))}")
        elif name not in reached:
            reached.add(name)
            for following in leads_to(path.step(name)):
                follow(following, (*way, name))

    follow(path.steps[0].name, ())
    unreached = [one.name for one in path.steps if one.name not in reached]
    return found + [f"nothing leads to {name}" for name in unreached]
