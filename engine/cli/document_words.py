"""What the command line calls a document of policy. Only words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.govern.documents import PolicyDocument


def what_it_is(document: PolicyDocument) -> str:
    """What kind of document it is, and how much is in it."""
    from engine.govern.envelope import EnvelopeDocument
    from engine.govern.hard_rules import GuardrailDocument

    match document:
        case EnvelopeDocument():
            return f"an envelope with {_counted(len(document.cells), 'cell')}"
        case GuardrailDocument():
            return _counted(len(document.guardrails), "guardrail")
    return "goals"


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
