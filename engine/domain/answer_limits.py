"""Answer limits: how much a model may answer. Pure.

An answer is journaled, shown, and put before the model again; beyond these limits it is none. Each
is far above what an answer of use needs.
"""

from __future__ import annotations

from collections.abc import Mapping

from engine.domain.canonical import Json
from engine.domain.model_call import ModelAnswer, TextBlock, TokenUsage

MOST_CHARACTERS = 1_000_000
"""Of all it says, as JSON."""
MOST_DEPTH = 50
"""Lists and objects within each other in the arguments of a tool."""
MOST_TOKENS = 1_000_000_000
"""Of one kind, in one call."""
TOO_LONG = f"it is longer than {MOST_CHARACTERS:,} characters"
TOO_DEEP = f"it is nested more than {MOST_DEPTH} deep"


def too_much(answer: ModelAnswer) -> str:
    """What of an answer is beyond the limits, as a clause; empty: nothing."""
    if not are_tokens(answer.usage):
        return "it counts tokens as no call can take them"
    said: list[Json] = [answer.model, answer.id]
    for block in answer.blocks:
        if isinstance(block, TextBlock):
            said.append(block.text)
        else:
            said += [block.id, block.name, block.arguments]
    extents = [extent(one) for one in said]
    if sum(characters for characters, _ in extents) > MOST_CHARACTERS:
        return TOO_LONG
    return TOO_DEEP if max(depth for _, depth in extents) > MOST_DEPTH else ""


def are_tokens(usage: TokenUsage) -> bool:
    """Whether a call can have taken so many tokens."""
    counts = (usage.input, usage.output, usage.cache_read, usage.cache_write)
    return all(0 <= count <= MOST_TOKENS for count in counts)


def extent(value: Json) -> tuple[int, int]:
    """About how many characters a JSON value has as text, and how deep it is nested.

    Without recursion, and no further than the limits: what lies beyond is not measured out.
    """
    characters = deepest = 0
    rest = [(value, 0)]
    while rest and characters <= MOST_CHARACTERS:
        one, depth = rest.pop()
        characters += _length(one)
        if isinstance(one, Mapping):
            parts = [part for pair in one.items() for part in pair]
        elif isinstance(one, (list, tuple)):
            parts = list(one)
        else:
            continue
        deepest = max(deepest, depth + 1)
        rest += [(part, depth + 1) for part in parts]
    return characters, deepest


def _length(one: Json) -> int:
    """Characters of one value, without those in it; a number of n bits has about n / 3 digits."""
    if isinstance(one, str):
        return len(one) + 2
    return one.bit_length() // 3 + 1 if isinstance(one, int) else 4
