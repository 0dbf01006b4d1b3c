"""Asking: the next question of an agent, made of its task and its journal. Pure.

The window is rebuilt for every question, as one turn of the user that tells all there is. It is no
growing conversation: there the model's mistakes would stand in its own voice and breed more of
them, older results could not be shortened without forging what was said, and servers want an
answer's hidden thoughts back beside its calls, which nobody keeps. What is the same in every
question stands first, so that a server may cache it: tools, rules and goal, the same for a desk;
constraints, for a case type; the case. The goal is said again at the end.
"""

from __future__ import annotations

from collections.abc import Sequence

from engine.domain.model_call import Message, ModelRequest, Speaker, TextBlock
from engine.domain.run import RunStep
from engine.domain.run_fault import RunFault
from engine.domain.run_moves import AskModel, GiveUp, Recall, ToolReturned, UseTool
from engine.reason.agent.bounds import MOST_RESTARTS, question_beyond, standing
from engine.reason.agent.detectors.drift import GOAL, goal_lost
from engine.reason.agent.history import RESTART, History
from engine.reason.agent.parts import (
    Part,
    case_part,
    decision_part,
    failure_parts,
    result_line,
    result_part,
)
from engine.reason.agent.prompt import Prompt
from engine.reason.agent.pruning import Parts, begun_anew, facts_that_fit, pruned
from engine.reason.agent.tools import offered
from engine.reason.brief import Brief
from engine.reason.window import block, entries

PURPOSE = "next"

_AGAIN = "The goal, word for word. What do you do next to reach it?"
_RESTARTED = (
    "This run is begun anew: there was more than can be read at once. What is known stands below; "
    "how it came to be known is left out."
)


def question(
    brief: Brief, history: History, prompt: Prompt, notes: Sequence[TextBlock]
) -> AskModel | GiveUp:
    """The next question, or why there is none.

    Args:
        brief: The task.
        history: The run.
        prompt: The words for the model.
        notes: What it has to be told of its last answer.
    """
    layout = _Layout(brief, history, prompt, notes)
    parts, limits = _parts(brief, history), brief.limits
    always = layout.tokens(_NOTHING)
    fitting = pruned(parts, limits.window_soft - always)
    move = layout.move(fitting)
    if _tokens(move) > limits.window_hard:
        room = limits.window_hard - layout.tokens(_NOTHING, is_restart=True)
        if room < 0 or len(history.restarts) >= MOST_RESTARTS:
            return _too_large(brief, history, always)
        facts = history.facts(brief)
        move = layout.move(begun_anew(fitting, brief, facts, room), is_restart=True)
    beyond = question_beyond(brief, history, _tokens(move))
    return beyond or goal_lost(brief, history.steps, move.request) or move


class _Layout:
    """Puts parts in their places; all else of a window is the same whatever gives way."""

    def __init__(
        self, brief: Brief, history: History, prompt: Prompt, notes: Sequence[TextBlock]
    ) -> None:
        self._brief = brief
        self._system = (
            block("rules", prompt.text),
            block(GOAL, brief.goal, is_cached=True),
            block("constraints", _constraints(brief), is_cached=True),
        )
        self._tools = offered(brief)
        self._end = (
            *notes,
            block("standing", standing(brief, history)),
            block("goal again", f"{_AGAIN}\n{brief.goal}"),
        )

    def move(self, parts: Parts, *, is_restart: bool = False) -> AskModel:
        """The question with these parts, and its account."""
        request = self._request(parts, is_restart=is_restart)
        shortened = {one.name: one.treated for one in (*parts.gone, *parts.there) if one.treated}
        return AskModel(
            purpose=PURPOSE, request=request, context=entries(request, treated=shortened)
        )

    def tokens(self, parts: Parts, *, is_restart: bool = False) -> int:
        """Of the window with these parts."""
        return _tokens(self.move(parts, is_restart=is_restart))

    def _request(self, parts: Parts, *, is_restart: bool) -> ModelRequest:
        case = {one.name for one in parts.case}
        told = [
            block(one.name, one.text, is_cached=one.name in case) for one in parts.there if one.text
        ]
        begun = [block(RESTART, _RESTARTED)] if is_restart else []
        blocks = (*begun, *told, *self._end)
        return ModelRequest(
            system=self._system,
            messages=(Message(speaker=Speaker.USER, blocks=blocks),),
            max_tokens=self._brief.limits.answer_tokens,
            tools=self._tools,
            must_use_tool=True,
        )


_NOTHING = Parts(case=(), facts=Part(name="facts", text=""), results=())


def _parts(brief: Brief, history: History) -> Parts:
    """All that has a claim on the next window."""
    begun_at, kept = history.begun_at, max(brief.limits.results_kept, 1)
    gave = [one for one in history.steps if _gave(one)]
    there = [one for one in gave if one.number > begun_at]
    decisions = [part for one in history.steps if (part := decision_part(one)) is not None]
    before = [result_line(one, history, brief) for one in gave if one.number <= begun_at]
    return Parts(
        case=(case_part(brief),),
        facts=facts_that_fit(history.facts(brief), brief, brief.limits.window_soft // 2),
        results=(
            *(result_line(one, history, brief) for one in there[:-kept]),
            *(result_part(one, history, brief) for one in there[-kept:]),
        ),
        decisions=tuple(decisions),
        failures=failure_parts(history.steps),
        gone=tuple(one.dropped(f"put aside before step {begun_at}") for one in before),
    )


def _gave(step: RunStep) -> bool:
    is_read = isinstance(step.move, UseTool | Recall)
    return is_read and isinstance(step.observation, ToolReturned)


def _constraints(brief: Brief) -> str:
    lines = [f"- {one}" for one in brief.constraints]
    head = "Policy and guardrails hold whatever you ask for. What they say:"
    return "\n".join([head, *(lines or ["- nothing beyond what every call is checked for"])])


def _tokens(move: AskModel) -> int:
    return sum(one.tokens for one in move.context)


def _too_large(brief: Brief, history: History, always: int) -> GiveUp:
    times = len(history.restarts)
    why = (
        f"Its window has no room below {brief.limits.window_hard} tokens: rules, tools, goal and "
        f"constraints alone take {always}, and it was begun anew {times} times."
    )
    return GiveUp(fault=RunFault.TOKENS_SPENT, why=why)
