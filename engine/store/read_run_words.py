"""What ledger entries about runs say; `read_sentences` maps kinds to them."""

from __future__ import annotations

from engine.domain.run_moves import Answered
from engine.store.read_words import Payload, text, then

_ANSWERS: dict[str, str] = {
    Answered.EXECUTED: "it ran and was read back as asked for",
    Answered.APPROVED: "it was approved, ran and was read back as asked for",
    Answered.OVERRIDDEN: "something else was put in its place, and that ran",
    Answered.REJECTED: "it was rejected",
    Answered.FACT_GIVEN: "a fact was given",
    Answered.TIMED_OUT: "nobody answered in time",
    Answered.DENIED: "policy forbids it",
    Answered.FAILED: "it did not do what was asked for",
}


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
    said = _ANSWERS.get(code, code)
    return f"The run goes on with the answer: {said}{then(p, 'by', ', by ')}."


def ended(p: Payload) -> str:
    """A run came to its end, or could not."""
    if p.get("fault"):
        return f"The {text(p, 'kind')} could not end: {text(p, 'why')}."
    return f"The {text(p, 'kind')} ended: {text(p, 'why')}."
