"""Answering: what a script answers to a request. Pure: the same window gives the same answer."""

from __future__ import annotations

from collections.abc import Sequence

from engine.domain.canonical import canonical_text
from engine.domain.model_call import ModelRequest, TextBlock, ToolUse
from engine.simulators.scripted_model.agent import next_calls
from engine.simulators.scripted_model.modes import Mode, changed_answer, changed_calls
from engine.simulators.scripted_model.orders.calls import Wanted
from engine.simulators.scripted_model.steps import answered
from engine.simulators.scripted_model.window import Question, window_of

_NOTHING = "There is no script for such a question."


def answer(request: ModelRequest, mode: Mode = Mode.PLAIN) -> tuple[TextBlock | ToolUse, ...]:
    """Answer a request of a workflow or of an agent, from nothing but what stands in it.

    Args:
        request: As the engine asks it; names of blocks are not looked at.
        mode: How the script goes wrong, if it does.
    """
    window = window_of(request)
    match window.question:
        case Question.NEXT:
            calls = next_calls(window, is_stubborn=mode is not Mode.PLAIN)
            return _uses(changed_calls(mode, window, calls), request)
        case Question.UNKNOWN:
            return (TextBlock(text=_NOTHING),)
        case _:
            return (TextBlock(text=canonical_text(changed_answer(mode, window, answered(window)))),)


def _uses(calls: Sequence[Wanted], request: ModelRequest) -> tuple[ToolUse, ...]:
    """Tool uses of some calls, under ids of their own."""
    name = request.digest.hex()[:8]
    return tuple(
        ToolUse(id=f"scripted_{name}_{place}", name=one.tool, arguments=dict(one.arguments))
        for place, one in enumerate(calls, start=1)
    )
