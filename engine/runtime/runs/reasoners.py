"""Reasoners: who may reason about the cases of each desk, and what a run may use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Protocol, runtime_checkable

from engine.desk import Desk
from engine.domain.fact import Fact
from engine.domain.identity import ReasonerId, reasoner_id, version_of
from engine.domain.model_call import ModelIdentity
from engine.domain.run import RunKind, RunStep
from engine.domain.run_calls import ModelBudgets
from engine.ports import Model
from engine.reason.brief import Brief, Procedure, RunLimits
from engine.reason.memory_reasoner import NAME as MEMORY


class Scope(Protocol):
    """The tools that a run can touch, known before it runs."""

    @property
    def reads(self) -> tuple[str, ...]:
        """Names of read tools."""
        ...

    @property
    def writes(self) -> tuple[str, ...]:
        """Names of tools that it may ask for."""
        ...


@runtime_checkable
class Scoped(Protocol):
    """A procedure that knows beforehand which tools it takes."""

    def scope(self, case_type: str) -> Scope | None:
        """Those for a case type; None: it has no way for such cases."""
        ...


@runtime_checkable
class TellsFacts(Protocol):
    """A procedure that finds facts by itself, as in texts, besides those that reads give."""

    def facts(self, brief: Brief, steps: Sequence[RunStep]) -> Sequence[Fact]:
        """All facts of a run; those it found in texts with their quote, so that they tell none."""
        ...


@dataclass(frozen=True, kw_only=True)
class Reasoners:
    """The procedures of each desk, the model they ask, and its limits."""

    procedures: Mapping[tuple[str, RunKind], Procedure] = field(
        default_factory=lambda: MappingProxyType({})
    )
    """By desk and kind."""
    live: Mapping[str, RunKind] = field(default_factory=lambda: MappingProxyType({}))
    """By desk, who reasons about new cases; absent: the desk's own reasoner, at once."""
    model: Model | None = None
    limits: RunLimits = field(default=RunLimits())
    budgets: ModelBudgets = field(default=ModelBudgets())
    asks_memory: bool = True
    """Whether precedents are asked before a model: what they settle needs none."""
    lease_s: float = 180.0
    """How long a run stays in hands that do not move: longer than a model may take to answer."""

    @property
    def identity(self) -> ModelIdentity | None:
        """Of the model; None: there is none."""
        return None if self.model is None else self.model.identity

    def procedure(self, desk: str, kind: RunKind) -> Procedure | None:
        """The procedure of a kind on a desk; None where a run of that kind cannot go on."""
        return None if self.model is None else self.procedures.get((desk, kind))

    def version(self, desk: str, kind: RunKind) -> str:
        """What recommendations of a kind that asks a model bear; empty where none can be made."""
        procedure = self.procedure(desk, kind)
        if procedure is None or self.model is None:
            return ""
        asked = self.model.identity
        return version_of(asked.name, asked.asking(procedure.identity))

    def run_version(self, desk: str, kind: RunKind) -> str:
        """What a run of a kind that asks a model keeps of its procedure, at most 100 characters.

        Empty where none can go on.
        """
        procedure = self.procedure(desk, kind)
        if procedure is None or self.model is None:
            return ""
        return self.model.identity.asking(procedure.version)[:100]

    def here(self, desk: Desk) -> Iterator[ReasonerId]:
        """The reasoners of a desk that can recommend here, each as it is now."""
        yield desk.reasoner_id
        if desk.recall is not None:
            yield reasoner_id(MEMORY, desk.recall.procedure.identity)
        for kind in (RunKind.WORKFLOW, RunKind.AGENT):
            if version := self.version(desk.name, kind):
                yield reasoner_id(kind.value, version)

    def takes(self, desk: str, kind: RunKind, case_type: str) -> bool:
        """Whether a run of a kind has a way for a case."""
        procedure = self.procedure(desk, kind)
        if procedure is None:
            return False
        return not isinstance(procedure, Scoped) or procedure.scope(case_type) is not None


NO_MODEL = Reasoners()
"""Only the desks' own reasoners."""
