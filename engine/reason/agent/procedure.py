"""Procedure: what an agent's run does next. Pure: task and journal in, one move out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from engine.domain.canonical import digest
from engine.domain.failure import FailureCode
from engine.domain.model_call import ModelTool, StopReason, TextBlock, ToolUse
from engine.domain.run import RunKind, RunStep
from engine.domain.run_fault import RunFault
from engine.domain.run_moves import (
    Asked,
    AskWrite,
    Finish,
    GiveUp,
    ModelFailed,
    Move,
    Recall,
    Recommend,
    ToolFailed,
    UseTool,
)
from engine.reason.agent.asking import question
from engine.reason.agent.bounds import call_beyond
from engine.reason.agent.detectors.drift import drifts
from engine.reason.agent.detectors.errors import too_many_errors
from engine.reason.agent.detectors.invented import invented
from engine.reason.agent.detectors.progress import no_progress
from engine.reason.agent.detectors.repetition import alternation, loop
from engine.reason.agent.detectors.taken import taken_of
from engine.reason.agent.history import History, Place, Turn, history_of, invalid_in_a_row
from engine.reason.agent.judging import DeskWords, Judge
from engine.reason.agent.parts import problems_text, set_aside_text
from engine.reason.agent.prompt import Prompt, read_prompt
from engine.reason.agent.tools import misnamed
from engine.reason.brief import Brief, RunLimits
from engine.reason.checks import Problem, invalid, told, worst
from engine.reason.window import block

_CODE = 3
"""Raised with every change of what is asked or done for the same journal; of what is asked, a test
sees to it."""
_NO_WORDS = DeskWords()
_USUAL = RunLimits()


class AgentProcedure:
    """An agent: the model picks its next tool until it is done, within the bounds of its brief."""

    def __init__(
        self,
        words: DeskWords = _NO_WORDS,
        *,
        limits: RunLimits = _USUAL,
        prompt: Prompt | None = None,
        tools: Sequence[ModelTool] = (),
    ) -> None:
        """Make the procedure of one desk.

        Args:
            words: What the desk's code knows of calls.
            limits: Those of the briefs, as part of the version.
            prompt: The words for the model; None: the newest of the package.
            tools: All that the desk's cases may be offered, as part of the identity.
        """
        self._words = words
        self._prompt = prompt or read_prompt()
        code = (words.amount_problem, words.label, words.describe)
        own = [limits.shaping, *map(_name, code)]
        offers = [[one.name, one.description, one.schema] for one in tools]
        parts = (self._prompt.identity, _short(own), _short(offers))
        self.identity = ".".join((f"agent-{_CODE}", *parts))
        """Of code, prompt, what else shapes its questions with the desk's functions, and tools."""
        self.version = f"{self.identity}.{_short(asdict(limits))}"
        """With all limits."""

    @property
    def kind(self) -> RunKind:
        """`AGENT`."""
        return RunKind.AGENT

    def next_move(self, brief: Brief, steps: Sequence[RunStep]) -> Move:
        """The next move of a run whose last step has its observation; see `Procedure`."""
        if ended := _ended(brief, steps):
            return ended
        history = history_of(brief, steps)
        if beyond := _beyond(brief, history):
            return beyond
        notes: list[TextBlock] = []
        if steps and (turn := history.last) is not None:
            answered = self._answered(brief, history, turn)
            if not isinstance(answered, list):
                return answered
            notes = answered
        return question(brief, history, self._prompt, notes)

    def _answered(self, brief: Brief, history: History, turn: Turn) -> Move | list[TextBlock]:
        """The move that the newest answer asks for; else what the model is told of it."""
        if turn.answer.stop is StopReason.REFUSAL:
            why = "The model will not work on this case."
            return GiveUp(fault=RunFault.MODEL_REFUSED, why=why)
        problems = list(_unusable(brief, turn))
        judge = Judge(
            brief=brief,
            history=history,
            taken=taken_of(brief, history.steps),
            words=self._words,
            version=self.identity,
        )
        for call in () if turn.is_cut else turn.calls:
            if not call.is_left:
                continue
            judged = judge.judged(call, turn.answer.tool_uses)
            if not isinstance(judged, tuple):
                needs_call = isinstance(judged, UseTool | AskWrite)
                return (call_beyond(brief, history) if needs_call else None) or judged
            problems += judged
        if problems and (end := _given_up(brief, history, problems)):
            return end
        return [*_notes(turn, problems)]


def _ended(brief: Brief, steps: Sequence[RunStep]) -> Move | None:
    """The last move where the run is at its end, and the end where it cannot go on."""
    if text := misnamed(brief):
        return GiveUp(fault=RunFault.CODE_FAILED, why=text)
    if not steps:
        return None
    last = steps[-1]
    match last.move:
        case Finish() | GiveUp() | Recommend():
            return last.move
        case Asked() | UseTool() | Recall() | AskWrite() if last.observation is None:
            why = f"Step {last.number} was not answered when the next move was asked for."
            return GiveUp(fault=RunFault.CODE_FAILED, why=why)
    match last.observation:
        case ModelFailed(fault=fault, why=why):
            return GiveUp(fault=fault, why=why)
        case ToolFailed(code=FailureCode.PAUSED, why=why):
            return GiveUp(fault=RunFault.PAUSED, why=why)
    return None


def _beyond(brief: Brief, history: History) -> GiveUp | None:
    """The end of a run that goes in circles, by what it has done so far."""
    taken, limits = taken_of(brief, history.steps), brief.limits
    return (
        loop(taken, limits.same_results)
        or alternation(taken, limits.alternations)
        or too_many_errors(history, limits.errors, is_judged=False)
        or no_progress(taken, limits.steps_without_news)
    )


def _unusable(brief: Brief, turn: Turn) -> Iterator[Problem]:
    """What is wrong with an answer as a whole."""
    if turn.is_cut:
        limit = brief.limits.answer_tokens
        yield invalid(f"It reached its limit of {limit} tokens and was cut; say less, in one call.")
    elif not turn.calls:
        yield invalid("It had no tool call; use a tool, or `finish`.")


def _given_up(brief: Brief, history: History, problems: Sequence[Problem]) -> GiveUp | None:
    """The end of a run that was told as often as it may be."""
    fault, repairs = worst(problems), brief.limits.repairs
    row = invalid_in_a_row(history.turns)
    if row > repairs or _times(brief, history, fault) > repairs:
        return GiveUp(fault=fault, why=f"It was told, and did it again: {_first(fault, problems)}")
    return too_many_errors(history, brief.limits.errors, is_judged=True)


def _times(brief: Brief, history: History, fault: RunFault) -> int:
    """How often the run has done it, for what may be told but so often in a whole run."""
    match fault:
        case RunFault.GOAL_LOST:
            return sum(any(drifts(brief, use) for use in _left(turn)) for turn in history.turns)
        case RunFault.FACT_INVENTED:
            return sum(
                any(invented(use, history.facts(brief, turn.step)) for use in _left(turn))
                for turn in history.turns
            )
        case _:
            return 0


def _left(turn: Turn) -> Iterator[ToolUse]:
    return (call.use for call in turn.calls if call.is_left)


def _first(fault: RunFault, problems: Sequence[Problem]) -> str:
    return next((one.text for one in problems if one.fault is fault), problems[0].text)


def _notes(turn: Turn, problems: Sequence[Problem]) -> Iterator[TextBlock]:
    """What the model is told of its last answer."""
    if problems:
        yield block("problems", problems_text(told(problems).splitlines()))
    aside = [call.use for call in turn.calls if call.place is Place.SET_ASIDE and not turn.is_cut]
    if aside:
        yield block("set aside", set_aside_text(aside))


def _short(value: Any) -> str:
    return digest(value).hex()[:8]


def _name(function: Any) -> str:
    """Of a desk's function; a desk that changes what it does under one name changes no version."""
    named = function if hasattr(function, "__qualname__") else type(function)
    return f"{named.__module__}.{named.__qualname__}"
