"""Scripted model: answers what the script of a case says, in the place of a language model."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from engine.domain.model_call import (
    ModelAnswer,
    ModelIdentity,
    ModelRequest,
    StopReason,
    TextBlock,
    TokenUsage,
    ToolUse,
)
from engine.ports import never
from tests.failures.seen import Call, Cut, Said, Seen, finish, order_of

_END = finish("needs_person", "There is nothing more to say to this case.")
"""What a script says that has nothing more to say."""


@dataclass
class ScriptedModel:
    """A model that plays the script of the case it is asked about."""

    scripts: dict[str, Callable[[Seen], Iterator[Said]]]
    """By order."""
    identity: ModelIdentity = field(default=ModelIdentity(name="failing-model", is_scripted=True))
    seen: dict[str, Seen] = field(default_factory=dict)
    playing: dict[str, Iterator[Said]] = field(default_factory=dict)
    broken: dict[str, Exception] = field(default_factory=dict)
    """Scripts that could not go on: mistakes of this file's neighbours, not of the product."""
    asked: int = 0

    def count(self, request: ModelRequest) -> int:
        """About four characters a token."""
        said = [one for message in request.messages for one in message.blocks]
        texts = [one.text for one in (*request.system, *said) if not isinstance(one, ToolUse)]
        tools = [f"{one.description}{one.schema}" for one in request.tools]
        return sum(len(one) for one in (*texts, *tools)) // 4

    def ask(
        self,
        request: ModelRequest,
        *,
        on_text: Callable[[str], None] | None = None,
        is_cancelled: Callable[[], bool] = never,
    ) -> ModelAnswer:
        """The next answer of the script."""
        self.asked += 1
        order = order_of(request)
        seen = self.seen.setdefault(order, Seen())
        seen.look(request)
        if order not in self.playing:
            self.playing[order] = self.scripts[order](seen)
        try:
            said: Said = next(self.playing[order], _END)
        except Exception as error:
            self.broken[order] = error
            raise
        return self._answer(said, self.count(request))

    def _answer(self, said: Said, tokens: int) -> ModelAnswer:
        parts = said.said if isinstance(said, Cut) else said
        parts = [parts] if isinstance(parts, str | Call) else parts
        blocks = tuple(self._block(one, number) for number, one in enumerate(parts))
        is_call = any(isinstance(one, ToolUse) for one in blocks)
        stop = StopReason.TOOL_USE if is_call else StopReason.END
        length = sum(len(str(one)) for one in blocks) // 4
        return ModelAnswer(
            stop=StopReason.MAX_TOKENS if isinstance(said, Cut) else stop,
            blocks=blocks,
            usage=TokenUsage(input=tokens, output=length),
            model=self.identity.name,
        )

    def _block(self, part: str | Call, number: int) -> TextBlock | ToolUse:
        if isinstance(part, str):
            return TextBlock(text=part)
        name = f"use-{self.asked}-{number}"
        return ToolUse(id=name, name=part.tool, arguments=dict(part.arguments))
