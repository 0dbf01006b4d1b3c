"""Verdict: policy's answer to one action, with every rule it checked."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from engine.domain.canonical import Json


class VerdictKind(StrEnum):
    """What policy says may happen, from free to forbidden."""

    EXECUTE = "EXECUTE"
    VETO_WINDOW = "VETO_WINDOW"
    ESCALATE = "ESCALATE"
    DENY = "DENY"

    @property
    def strictness(self) -> int:
        """0 for EXECUTE up to 3 for DENY."""
        return _STRICTNESS[self]

    def at_least(self, other: VerdictKind) -> VerdictKind:
        """This or the other, whichever is stricter."""
        return other if other is not self and other.strictness > self.strictness else self


_STRICTNESS = {kind: place for place, kind in enumerate(VerdictKind)}
_BY_LETTER = {kind.value[0]: kind for kind in VerdictKind}


class RuleResult(NamedTuple):
    """One rule, the limit it holds, the value it saw, and whether it was kept.

    A tuple, because there are very many: dozens in every verdict, asked for or read.
    """

    rule: str
    """Named for what it forbids, for example `confidence_below_threshold`."""
    is_kept: bool
    otherwise: VerdictKind
    """The verdict when the rule is broken."""
    limit: str
    seen: str
    binds_people: bool = False

    def to_json(self) -> Json:
        """The short stored form."""
        letter = self.otherwise[0]
        return [self.rule, int(self.is_kept), letter, self.limit, self.seen, int(self.binds_people)]

    @staticmethod
    def from_json(row: Json) -> RuleResult:
        """Read the form `to_json` writes."""
        rule, is_kept, letter, limit, seen, binds_people = row
        kind = _BY_LETTER[letter]
        return RuleResult(rule, bool(is_kept), kind, limit, seen, bool(binds_people))


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """The answer, what it would have been without the phase, and all rules."""

    kind: VerdictKind
    would_have: VerdictKind
    """The answer if the cell were BOUNDED with the same limits."""
    rules: tuple[RuleResult, ...]
    envelope_hash: bytes

    @property
    def broken(self) -> tuple[RuleResult, ...]:
        """The rules that were not kept."""
        return tuple(rule for rule in self.rules if not rule.is_kept)
