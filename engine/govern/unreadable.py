"""Unreadable: what holds where a stored document cannot be read any more. Nothing is allowed.

A version may have been signed under a wider schema, or written past the engine. Then neither
software nor a person acts on the desk until a version that can be read is active; other desks go
on, and so do their pages.
"""

from __future__ import annotations

from engine.govern.documents import PolicyDocument
from engine.govern.envelope import EnvelopeDocument
from engine.govern.hard_rules import (
    GoalsDocument,
    GuardrailDocument,
    HardRule,
    NamedRule,
    hard_rules,
)

_NOTE = "This version cannot be read; go back to another one, or propose and sign a new one."
_WORDS: dict[type[PolicyDocument], str] = {
    EnvelopeDocument: "envelope",
    GuardrailDocument: "guardrails",
    GoalsDocument: "goals",
}
UNREADABLE = frozenset(f"{word}_unreadable" for word in _WORDS.values())
"""Names of the rules that stand for documents that cannot be read."""


class UnreadableEnvelope(EnvelopeDocument):
    """Stands for an envelope that cannot be read: it has no cell."""


def nothing_allowed(kind: type[PolicyDocument], desk: str) -> PolicyDocument:
    """The document that stands for one that cannot be read.

    Args:
        kind: What that one should have been.
        desk: Whose it is.
    """
    rules = (_rule(kind),)
    if issubclass(kind, GuardrailDocument):
        return GuardrailDocument(desk=desk, note=_NOTE, guardrails=rules)
    if issubclass(kind, GoalsDocument):
        return GoalsDocument(desk=desk, note=_NOTE, goal=_NOTE, constraints=rules)
    return UnreadableEnvelope(desk=desk, note=_NOTE, cells=())


def rules_of_envelope(document: EnvelopeDocument) -> tuple[HardRule, ...]:
    """The hard rules an envelope brings along: none, unless it cannot be read.

    Without its cells nobody knows when two people are needed, so people do not act either.
    """
    if not isinstance(document, UnreadableEnvelope):
        return ()
    return hard_rules(GuardrailDocument(desk=document.desk, guardrails=(_rule(EnvelopeDocument),)))


def _rule(kind: type[PolicyDocument]) -> NamedRule:
    word = _WORDS[kind]
    return NamedRule(
        name=f"{word}_unreadable",
        why=f"the active {word} of the desk cannot be read: go back to another version, or sign "
        "a new one",
        never=True,
    )
