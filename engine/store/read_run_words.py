"""What ledger entries about runs say; `read_sentences` maps kinds to them."""

from __future__ import annotations

from engine.service.run_words import ANSWERED
from engine.store.read_words import Payload, text, then


def begun(p: Payload) -> str:
    """A run began."""
    how = " beside the case; nothing it asks for is executed" if p.get("is_shadow") else ""
    return f"A run of the {text(p, 'kind')} began{how}.{then(p, 'fallback', ' Before: ')}"


def suspended(p: Payload) -> str:
    """A run waits for what comes of a write."""
    return f"The {text(p, 'kind')} waits for what comes of step {text(p, 'step')}."


def answered(p: Payload) -> str:
    """What came of it."""
    code = text(p, "answered")
    said = ANSWERED.get(code, code)
    return f"The run goes on with the answer: {said}{then(p, 'by', ', by ')}."


def ended(p: Payload) -> str:
    """A run came to its end, or could not."""
    if p.get("fault"):
        return f"The {text(p, 'kind')} could not end: {text(p, 'why')}."
    return f"The {text(p, 'kind')} ended: {text(p, 'why')}."
