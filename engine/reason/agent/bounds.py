"""Bounds: how far a run has come, what the model is told of it, and where it ends. Pure."""

from __future__ import annotations

from engine.domain.run_fault import RunFault
from engine.domain.run_moves import GiveUp
from engine.reason.agent.history import History
from engine.reason.brief import Brief

MOST_RESTARTS = 2
"""A run whose window is too large again after so many clean restarts has too large a task."""


def call_beyond(brief: Brief, history: History) -> GiveUp | None:
    """The end of a run that asks for one more call of a tool than it may make."""
    limits = brief.limits
    if history.tool_calls >= limits.tool_calls:
        why = f"It has made all its {limits.tool_calls} tool calls and asks for another."
        return GiveUp(fault=RunFault.STEPS_SPENT, why=why)
    return _out_of_time(brief)


def question_beyond(brief: Brief, history: History, window: int) -> GiveUp | None:
    """The end of a run that may not ask its model once more.

    Args:
        brief: The task.
        history: The run.
        window: Tokens of the next window, as estimated.
    """
    limits, used = brief.limits, history.used.total
    if len(history.turns) >= limits.turns:
        why = f"It has had all its {limits.turns} answers and is not at an end."
        return GiveUp(fault=RunFault.STEPS_SPENT, why=why)
    if limits.tokens and used + window + limits.answer_tokens > limits.tokens:
        why = f"It has used {used} of {limits.tokens} tokens; the next question may need more."
        return GiveUp(fault=RunFault.TOKENS_SPENT, why=why)
    return _out_of_time(brief)


def standing(brief: Brief, history: History) -> str:
    """What the model is told of its bounds: they are code's, and are kept whatever it says."""
    limits, calls = brief.limits, history.tool_calls
    left = limits.turns - len(history.turns)
    lines = [
        f"Now it is {brief.at.isoformat(timespec='seconds')}.",
        f"Answers left: {left}. Tool calls left: {max(limits.tool_calls - calls, 0)}.",
        f"One answer may ask for {max(limits.results_kept, 1)} reads.",
    ]
    if left == 1:
        lines.append("This is your last answer: finish, or ask for the change.")
    elif calls >= limits.tool_calls_soft:
        lines.append("You have made many calls. Come to an end: ask for the change, or finish.")
    return "\n".join(lines)


def _out_of_time(brief: Brief) -> GiveUp | None:
    if brief.seconds < brief.limits.seconds:
        return None
    why = f"It has run for {brief.seconds:.0f} s; it may take {brief.limits.seconds:.0f}."
    return GiveUp(fault=RunFault.TIME_SPENT, why=why)
