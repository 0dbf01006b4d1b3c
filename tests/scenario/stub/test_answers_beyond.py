"""Answers that are too long, too deep, or count tokens as no call can: nothing of them is kept."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from engine.domain.answer_limits import MOST_CHARACTERS, MOST_DEPTH, MOST_TOKENS
from engine.domain.model_call import (
    ModelAnswer,
    ModelRequest,
    StopReason,
    TextBlock,
    TokenUsage,
    ToolUse,
)
from engine.domain.run_calls import CallStatus
from engine.domain.run_fault import RunFault
from engine.ports import never
from engine.testing.run_scripts import PRICE, USAGE, FunctionModel
from engine.testing.world import World
from tests.scenario.stub.running import A, journals, reasoners, submitted, with_reasoners

LONG = "x" * (MOST_CHARACTERS + 1)
Said = tuple[TextBlock | ToolUse, TokenUsage]


def nested(depth: int) -> dict[str, object]:
    inner: dict[str, object] = {}
    for _ in range(depth - 1):
        inner = {"in": inner}
    return inner


def use(arguments: dict[str, object], name: str = "get_ticket") -> ToolUse:
    return ToolUse(id="1", name=name, arguments=arguments)


WELL = TextBlock(text="well")
BEYOND: Mapping[str, Said] = {
    "it is longer than 1,000,000 characters (text)": (TextBlock(text=LONG), USAGE),
    "it is longer than 1,000,000 characters (name)": (use({}, LONG), USAGE),
    "it is longer than 1,000,000 characters (value)": (use({"number": [LONG]}), USAGE),
    "it is longer than 1,000,000 characters (many)": (use({"numbers": [0] * 1_000_000}), USAGE),
    "it is nested more than 50 deep (little)": (use(nested(MOST_DEPTH + 1)), USAGE),
    "it is nested more than 50 deep (far)": (use(nested(5_000)), USAGE),
    "it counts tokens as no call can take them (2^63)": (WELL, TokenUsage(output=2**63)),
    "it counts tokens as no call can take them (more)": (WELL, TokenUsage(input=MOST_TOKENS + 1)),
    "it counts tokens as no call can take them (less)": (WELL, TokenUsage(cache_read=-1)),
}
WITHIN: Mapping[str, Said] = {
    "long": (TextBlock(text="x" * 900_000), USAGE),
    "deep": (use(nested(MOST_DEPTH)), USAGE),
    "dear": (WELL, TokenUsage(output=MOST_TOKENS)),
}


@dataclass(kw_only=True)
class Answering(FunctionModel):
    """Gives one answer after the other."""

    said: list[Said]

    def ask(
        self,
        request: ModelRequest,
        *,
        on_text: Callable[[str], None] | None = None,
        is_cancelled: Callable[[], bool] = never,
    ) -> ModelAnswer:
        self.asked.append(request)
        block, usage = self.said[len(self.asked) - 1]
        if on_text and isinstance(block, TextBlock):
            on_text(block.text)
        return ModelAnswer(stop=StopReason.END, blocks=(block,), usage=usage, model="m")


def test_answers_beyond_the_limits_are_not_taken(stub_world: World) -> None:
    model = Answering(said=list(BEYOND.values()))
    world = submitted(with_reasoners(stub_world, reasoners(model)), len(BEYOND))
    assert len(model.asked) == len(BEYOND)
    told = []
    for number in range(len(BEYOND)):
        (journal,) = journals(world, f"{A[:-1]}{number}")
        (call,) = world.parts.store.runs.calls(journal.run.id)
        assert journal.run.fault is RunFault.OUTPUT_INVALID, journal.run.end_note
        assert (call.status, call.usage) == (CallStatus.FAILED, TokenUsage())
        most = PRICE.cost(TokenUsage(cache_write=100, output=50))
        assert (call.cost_micro_usd, journal.run.cost_micro_usd) == (most, most)
        assert len(repr(journal)) < 20_000
        told.append(call.error)
    assert sorted(told) == sorted(
        f"The model's answer is not taken: {name.partition(' (')[0]}." for name in BEYOND
    )


def test_answers_at_the_limits_are_taken(stub_world: World) -> None:
    model = Answering(said=list(WITHIN.values()))
    world = submitted(with_reasoners(stub_world, reasoners(model)), len(WITHIN))
    for number in range(len(WITHIN)):
        (journal,) = journals(world, f"{A[:-1]}{number}")
        (call,) = world.parts.store.runs.calls(journal.run.id)
        assert (journal.run.fault, call.status) == (None, CallStatus.ANSWERED)
