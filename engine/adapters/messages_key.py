"""Hidden key: keeps the key of the Messages API out of everything its server says. Pure.

A server may repeat what it was shown, also in an answer; what it says is stored, shown and logged.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from engine.domain.canonical import Json
from engine.domain.model_call import ModelAnswer, TextBlock, ToolUse

REMOVED = "[key removed]"


class HiddenKey:
    """A key that nothing shows."""

    def __init__(self, key: str) -> None:
        self._key = key

    def __repr__(self) -> str:
        return "HiddenKey(***)"

    def header(self) -> str:
        """What a request bears (RFC 6750)."""
        return f"Bearer {self._key}"

    def shown_to(self) -> str:
        """The key, for the client alone."""
        return self._key

    def out_of(self, said: Json) -> Json:
        """What was said, less the key, in all its parts."""
        if isinstance(said, str):
            return said.replace(self._key, REMOVED)
        if isinstance(said, dict):
            return {self.out_of(name): self.out_of(value) for name, value in said.items()}
        if isinstance(said, list):
            return [self.out_of(one) for one in said]
        return said

    def out_of_answer(self, answer: ModelAnswer) -> ModelAnswer:
        """An answer less the key, also where two blocks of text bear a part of it each.

        Its words then stand in one block, where the first of them stood.
        """
        said = str(self.out_of(answer.text))
        if said == answer.text:
            return answer
        blocks: list[TextBlock | ToolUse] = []
        for block in answer.blocks:
            if isinstance(block, ToolUse):
                blocks.append(block)
            elif said:
                blocks.append(replace(block, text=said))
                said = ""
        return replace(answer, blocks=tuple(blocks))

    def longest_start(self, said: str) -> int:
        """How many characters at the end of a text may be the start of the key."""
        most = min(len(said), len(self._key) - 1)
        return next((n for n in range(most, 0, -1) if self._key.startswith(said[-n:])), 0)


class Watcher:
    """Passes pieces of text on; holds back what may be the start of the key."""

    def __init__(self, on_text: Callable[[str], None], key: HiddenKey) -> None:
        self._on_text = on_text
        self._key = key
        self._held = ""

    def take(self, piece: str) -> None:
        """Hear a piece."""
        said = self._key.out_of(self._held + piece)
        free = len(said) - self._key.longest_start(said)
        self._held = said[free:]
        self._tell(said[:free])

    def end(self) -> None:
        """Tell the rest: no more comes."""
        self._tell(self._held)
        self._held = ""

    def _tell(self, said: str) -> None:
        if said:
            self._on_text(said)
