"""Run scripts: procedures and models that are functions, for tests of how runs are advanced."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from engine.domain.context import ContextEntry, Treatment
from engine.domain.model_call import (
    Message,
    ModelAnswer,
    ModelIdentity,
    ModelPrice,
    ModelRequest,
    Speaker,
    StopReason,
    TextBlock,
    TokenUsage,
)
from engine.domain.run import RunKind, RunStep
from engine.domain.run_moves import AskModel, Move
from engine.ports import never
from engine.reason.brief import Brief
from engine.reason.window import pieces

PRICE = ModelPrice(input=2_000_000, output=10_000_000, cache_read=200_000, cache_write=2_500_000)
USAGE = TokenUsage(input=60, output=20, cache_read=40)


class Inline:
    """A crew of one, who is whoever asks."""

    free = 1

    def start(self, work: Callable[[], None]) -> None:
        """Do it now."""
        work()

    def close(self) -> None:
        """Nothing is under way."""


@dataclass(frozen=True, kw_only=True)
class FunctionProcedure:
    """A procedure that is one function of brief and journal."""

    function: Callable[[Brief, Sequence[RunStep]], Move]
    kind: RunKind = RunKind.AGENT
    version: str = "function-1"

    @property
    def identity(self) -> str:
        """The same: it has no limits of its own."""
        return self.version

    def next_move(self, brief: Brief, steps: Sequence[RunStep]) -> Move:
        """See `engine.reason.brief.Procedure.next_move`."""
        return self.function(brief, steps)


@dataclass(kw_only=True)
class FunctionModel:
    """A model that answers what a function says, and remembers what it was asked."""

    function: Callable[[ModelRequest, Callable[[], bool]], str] = lambda request, cancelled: "well"
    """Gives the text of the answer, or raises what a model raises."""
    identity: ModelIdentity = field(
        default=ModelIdentity(name="function-model", is_scripted=False, price=PRICE)
    )
    asked: list[ModelRequest] = field(default_factory=list)
    tokens: Callable[[ModelRequest], int] = lambda request: 100

    def count(self, request: ModelRequest) -> int:
        """See `engine.ports.Model.count`."""
        return self.tokens(request)

    def ask(
        self,
        request: ModelRequest,
        *,
        on_text: Callable[[str], None] | None = None,
        is_cancelled: Callable[[], bool] = never,
    ) -> ModelAnswer:
        """See `engine.ports.Model.ask`."""
        self.asked.append(request)
        text = self.function(request, is_cancelled)
        return ModelAnswer(
            stop=StopReason.END,
            blocks=(TextBlock(text=text),),
            usage=USAGE,
            model=self.identity.name,
        )


def question(text: str, *, max_tokens: int = 50) -> AskModel:
    """A question of one system block and one message, with its context ledger."""
    request = ModelRequest(
        system=(TextBlock(text="You judge tickets.", name="system"),),
        messages=(Message(speaker=Speaker.USER, blocks=(TextBlock(text=text, name="question"),)),),
        max_tokens=max_tokens,
    )
    context = tuple(
        ContextEntry(
            name=piece.name,
            treatment=Treatment.KEPT,
            tokens=len(piece.text),
            text_digest=piece.digest,
        )
        for piece in pieces(request)
    )
    return AskModel(purpose="judge", request=request, context=context)
