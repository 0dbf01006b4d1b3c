"""Mirrored tools: reads and effects over environments that are plain data.

An effect is a pure function of one part of an environment: what is there before, and the arguments,
give what is there after. Preview, verification and the undo follow from that alone. Lives here:
the machinery. Must not live here: what the tools of one suite do (`bank`, `workspace`).
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.desk import Incoming
from engine.domain.canonical import Json, canonical_text
from engine.domain.credential import Credential
from engine.domain.difference import Difference, FieldChange
from engine.domain.outcome import Label
from engine.domain.tool import ToolContract
from engine.errors import ToolError
from engine.ports import ReadTool, Verification

Part = Any
"""One part of an environment, as JSON."""
Call = tuple[str, str]
"""A tool's name, and its arguments in canonical form."""


def call_of(tool: str, arguments: Mapping[str, Any]) -> Call:
    """A call that can be compared."""
    return tool, canonical_text(dict(arguments))


@dataclass(slots=True)
class Environments:
    """The system of record: one environment for each target, and a book of every effect."""

    by_target: dict[str, dict[str, Part]] = field(default_factory=dict)
    book: dict[str, list[Call]] = field(default_factory=dict)
    """What was really done, by target, oldest first."""
    _done: dict[str, Call] = field(default_factory=dict)

    def open(self, target: str, environment: Mapping[str, Part]) -> None:
        """Give a target an environment of its own."""
        self.by_target[target] = copy.deepcopy(dict(environment))
        self.book[target] = []

    def of(self, target: str) -> dict[str, Part]:
        """The environment of a target.

        Raises:
            ToolError: There is none.
        """
        if target not in self.by_target:
            raise ToolError(f"There is nothing called {target}.")
        return self.by_target[target]

    def act(
        self, key: str, call: Call, target: str, part: str, after: Callable[[Part], Part]
    ) -> None:
        """Make another part of the one that is there, once a key.

        Raises:
            ToolError: The key belongs to another call, or the environment refuses it.
        """
        known = self._done.get(key)
        if known is None:
            environment = self.of(target)
            environment[part] = after(copy.deepcopy(environment[part]))
            self.book[target].append(call)
            self._done[key] = call
        elif known != call:
            raise ToolError("The key belongs to another call.")

    def prepare(self) -> None:
        """Nothing: environments are opened one by one."""

    def receive(self, incoming: Sequence[Incoming]) -> None:
        """Nothing: a task's environment is there before the task."""

    def settle(self, labels: Sequence[Label]) -> None:
        """Nothing: nobody else acts on these environments."""


@dataclass(frozen=True, kw_only=True)
class MirroredRead:
    """A tool that looks at an environment."""

    contract: ToolContract
    environments: Environments
    look: Callable[[Mapping[str, Part], Mapping[str, Any]], Json]

    def call(
        self, arguments: Mapping[str, Any], *, key: str = "", credential: Credential | None = None
    ) -> Json:
        """What it sees."""
        target = arguments[self.contract.target_argument]
        return copy.deepcopy(self.look(self.environments.of(target), arguments))


def _no_undo(before: Part, arguments: Mapping[str, Any]) -> None:
    return None


@dataclass(frozen=True, kw_only=True)
class MirroredEffect:
    """A tool that changes one part of an environment."""

    contract: ToolContract
    environments: Environments
    part: str
    after: Callable[[Part, Mapping[str, Any]], Part]
    """Raises `ToolError` where the environment would refuse it."""
    undone_by: Callable[[Part, Mapping[str, Any]], dict[str, Any] | None] = _no_undo
    """Arguments of the compensation, from the part before and the call's arguments."""

    def call(
        self, arguments: Mapping[str, Any], *, key: str, credential: Credential | None = None
    ) -> Json:
        """Change it, once a key."""
        target, name = arguments[self.contract.target_argument], self.contract.name
        self.environments.act(
            key,
            call_of(name, arguments),
            target,
            self.part,
            lambda before: self.after(before, arguments),
        )
        return {"done": name}

    def _now(self, arguments: Mapping[str, Any]) -> Part:
        return self.environments.of(arguments[self.contract.target_argument])[self.part]

    def describe(self, arguments: Mapping[str, Any]) -> str:
        """The call in words."""
        told = ", ".join(text for _, text in self.contract.view(arguments))
        return f"{self.contract.title}: {told}"[:300]

    def options(self, argument: str) -> tuple[str, ...]:
        """Any value may be typed."""
        return ()

    def target_state(self, arguments: Mapping[str, Any], read: ReadTool) -> Json:
        """The part that the call changes."""
        return copy.deepcopy(self._now(arguments))

    def is_settled(self, state: Json) -> bool:
        """Never: nobody else acts here."""
        return False

    def preview(self, arguments: Mapping[str, Any], read: ReadTool) -> Difference | None:
        """The part as it is, and as it would be."""
        before = self.target_state(arguments, read)
        after = self.after(copy.deepcopy(before), arguments)
        target = str(arguments[self.contract.target_argument])
        change = FieldChange(
            of=target,
            field=self.part,
            before=canonical_text(before),
            after=canonical_text(after),
        )
        return Difference(fields=(change,))

    def verify(
        self, arguments: Mapping[str, Any], before: Json, result: Json, read: ReadTool
    ) -> Verification:
        """Look whether the part is what the call makes of what was there before."""
        seen = self.target_state(arguments, read)
        is_correct = seen == self.after(copy.deepcopy(before), arguments)
        note = "" if is_correct else f"{self.part} is not as it was asked for"
        return Verification(is_correct=is_correct, seen=seen, note=note)

    def undo(
        self, arguments: Mapping[str, Any], before: Json, result: Json
    ) -> tuple[str, dict[str, Any]] | None:
        """The call that puts it back, where the suite has one."""
        back = self.undone_by(before, arguments)
        return None if back is None else (self.contract.compensation, back)

    def ask(self, key: str, read: ReadTool) -> Json:
        """Not needed: the tool dedupes."""
        return None
