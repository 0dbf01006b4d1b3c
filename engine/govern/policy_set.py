"""Policy set: the three documents of a desk together, and what they say about each cell."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from engine.domain.phase import Cell
from engine.govern.authorize import CellPolicy, policy_for
from engine.govern.documents import PolicyDocument
from engine.govern.envelope import EnvelopeDocument, resolve
from engine.govern.hard_rules import GoalsDocument, GuardrailDocument, HardRule, hard_rules


@dataclass(frozen=True, kw_only=True)
class PolicySet:
    """Envelope, guardrails and goals of one desk, as if all three were active."""

    envelope: EnvelopeDocument
    guardrails: GuardrailDocument
    goals: GoalsDocument

    def put(self, document: PolicyDocument) -> PolicySet:
        """The same with one document in the place of its kind.

        Raises:
            TypeError: It is of no kind that a desk has.
        """
        match document:
            case EnvelopeDocument():
                return replace(self, envelope=document)
            case GuardrailDocument():
                return replace(self, guardrails=document)
            case GoalsDocument():
                return replace(self, goals=document)
        raise TypeError(f"{type(document).__name__} is no document of a desk")

    @property
    def rules(self) -> tuple[HardRule, ...]:
        """The hard rules: guardrails first, then constraints."""
        return (*hard_rules(self.guardrails), *hard_rules(self.goals))

    def of(self, cells: Iterable[Cell]) -> tuple[CellPolicy, ...]:
        """What holds for each of some cells, in their order."""
        envelopes, rules = resolve(self.envelope), self.rules
        return tuple(policy_for(cell, envelopes.get(cell), rules) for cell in cells)
