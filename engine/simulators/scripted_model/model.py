"""Scripted model: answers written beforehand, behind the same port as a language model."""

from __future__ import annotations

from collections.abc import Callable

from engine.domain.canonical import canonical_text
from engine.domain.model_call import (
    ModelAnswer,
    ModelIdentity,
    ModelRequest,
    StopReason,
    TextBlock,
    TokenUsage,
    ToolUse,
)
from engine.domain.recommendation import SCRIPTED
from engine.errors import ModelCancelled
from engine.ports import never
from engine.reason.window import estimated_tokens, pieces
from engine.simulators.scripted_model.answering import answer
from engine.simulators.scripted_model.modes import Mode


class ScriptedModel:
    """Answers by a script; it costs nothing, waits for nothing and proves nothing."""

    def __init__(self, mode: Mode = Mode.PLAIN) -> None:
        """Take the script.

        Args:
            mode: How it goes wrong, if it does; its name says so too.
        """
        self._mode = mode
        self.identity = ModelIdentity(name=f"{SCRIPTED}{mode}", is_scripted=True)

    def count(self, request: ModelRequest) -> int:
        """Tokens of the window, estimated from its characters as in `reason.window`."""
        return sum(estimated_tokens(one.text) for one in pieces(request))

    def ask(
        self,
        request: ModelRequest,
        *,
        on_text: Callable[[str], None] | None = None,
        is_cancelled: Callable[[], bool] = never,
    ) -> ModelAnswer:
        """Answer; see `engine.ports.Model.ask`.

        Raises:
            ModelCancelled: `is_cancelled` said so.
        """
        if is_cancelled():
            raise ModelCancelled()
        blocks = answer(request, self._mode)
        text = "".join(one.text for one in blocks if isinstance(one, TextBlock))
        if on_text is not None and text:
            on_text(text)
        has_calls = any(isinstance(one, ToolUse) for one in blocks)
        return ModelAnswer(
            stop=StopReason.TOOL_USE if has_calls else StopReason.END,
            blocks=blocks,
            usage=TokenUsage(
                input=self.count(request),
                output=sum(estimated_tokens(_written(one)) for one in blocks),
            ),
            model=self.identity.name,
            id=request.digest.hex()[:16],
        )


def _written(block: TextBlock | ToolUse) -> str:
    return block.text if isinstance(block, TextBlock) else canonical_text(block.arguments)
