"""History: the journal of an agent's run, read as answers and what became of their calls. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import takewhile

from engine.domain.fact import Fact
from engine.domain.model_call import ModelAnswer, StopReason, TokenUsage, ToolUse
from engine.domain.run import RunStep, facts_of
from engine.domain.run_moves import (
    Answered,
    Asked,
    AskWrite,
    ModelSaid,
    Recall,
    UseTool,
    WriteAnswered,
)
from engine.reason.agent.tools import FINISH
from engine.reason.brief import Brief

RESTART = "restart"
"""Name of the part of a window that says: all before this was put aside."""


class Place(StrEnum):
    """Whether a call may be made where it stands in its answer."""

    IN_TURN = "IN_TURN"
    SET_ASIDE = "SET_ASIDE"
    """What it would rest on had not been seen when it was asked for; no error."""
    SAME_ID = "SAME_ID"
    """It bears the id of a call before it, so answers could not be told apart."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """One tool use of an answer, and the step that was made of it."""

    use: ToolUse
    place: Place
    step: RunStep | None
    """None: nothing was made of it, or not yet."""

    @property
    def is_left(self) -> bool:
        """Whether it was in turn and nothing was made of it: refused, or not judged yet."""
        return self.place is not Place.SET_ASIDE and self.step is None


@dataclass(frozen=True, kw_only=True, slots=True)
class Turn:
    """One answer of the model, with what became of its calls."""

    step: int
    """Number of the step in which it was asked."""
    answer: ModelAnswer
    calls: tuple[Call, ...]

    @property
    def is_cut(self) -> bool:
        """Whether it reached its limit, so that nothing it says can be trusted to be whole."""
        return self.answer.stop is StopReason.MAX_TOKENS

    @property
    def is_invalid(self) -> bool:
        """Whether any of it could not be taken; of an answer all of whose calls were judged."""
        return self.is_cut or not self.calls or any(one.is_left for one in self.calls)


@dataclass(frozen=True, kw_only=True, slots=True)
class History:
    """All that a journal tells."""

    steps: tuple[RunStep, ...]
    turns: tuple[Turn, ...]

    @property
    def last(self) -> Turn | None:
        """The newest answer; None: there is none yet."""
        return self.turns[-1] if self.turns else None

    @property
    def tool_calls(self) -> int:
        """Calls of tools of the desk, changes included; what is read again is none."""
        return sum(isinstance(one.move, UseTool | AskWrite) for one in self.steps)

    @property
    def restarts(self) -> tuple[int, ...]:
        """Numbers of the steps at which the window was begun anew."""
        return tuple(one.number for one in self.steps if _is_restart(one))

    @property
    def begun_at(self) -> int:
        """Number of the step at which the window was last begun anew; 0: never."""
        return max(self.restarts, default=0)

    @property
    def used(self) -> TokenUsage:
        """Tokens of all answers."""
        return sum((turn.answer.usage for turn in self.turns), TokenUsage())

    @property
    def writes(self) -> tuple[tuple[AskWrite, WriteAnswered, RunStep], ...]:
        """The changes that were asked for and answered, oldest first."""
        return tuple(
            (one.move, one.observation, one)
            for one in self.steps
            if isinstance(one.move, AskWrite) and isinstance(one.observation, WriteAnswered)
        )

    def facts(self, brief: Brief, before: int | None = None) -> tuple[Fact, ...]:
        """The brief's facts, then those of the reads, oldest first.

        Args:
            brief: The task.
            before: Only of steps before this number; None: all.
        """
        steps = self.steps if before is None else [s for s in self.steps if s.number < before]
        return (*brief.facts, *facts_of(steps))


DONE = frozenset({Answered.EXECUTED, Answered.APPROVED})
"""The change stands, as it was asked for."""
IN_FORCE = DONE | {Answered.OVERRIDDEN}
"""Some change stands."""


def history_of(brief: Brief, steps: Sequence[RunStep]) -> History:
    """Read a journal.

    Args:
        brief: The task; it says which tools write.
        steps: The journal, oldest first.
    """
    turns = [
        _turn(brief, one, one.observation.answer, steps[place + 1 :])
        for place, one in enumerate(steps)
        if isinstance(one.move, Asked) and isinstance(one.observation, ModelSaid)
    ]
    return History(steps=tuple(steps), turns=tuple(turns))


def invalid_in_a_row(turns: Iterable[Turn]) -> int:
    """How many of the newest answers, one after the other, could not be taken whole."""
    return sum(1 for _ in takewhile(lambda turn: turn.is_invalid, reversed(tuple(turns))))


def _turn(brief: Brief, asked: RunStep, answer: ModelAnswer, later: Sequence[RunStep]) -> Turn:
    own = list(takewhile(lambda one: not isinstance(one.move, Asked), later))
    made: Mapping[str, RunStep] = {
        one.move.use_id: one for one in own if isinstance(one.move, UseTool | Recall | AskWrite)
    }
    calls: list[Call] = []
    for number, use in enumerate(answer.tool_uses):
        place = _place(brief, answer.tool_uses, number)
        step = made.get(use.id) if place is Place.IN_TURN else None
        calls.append(Call(use=use, place=place, step=step))
    return Turn(step=asked.number, answer=answer, calls=tuple(calls))


def _place(brief: Brief, uses: Sequence[ToolUse], number: int) -> Place:
    """Nothing is done whose ground the model had not seen: see `prompts`."""
    use, before = uses[number], uses[:number]
    decides = {FINISH, *(one.name for one in brief.writes)}
    if any(one.name in decides for one in before) or (before and use.name in decides):
        return Place.SET_ASIDE
    if number >= max(brief.limits.results_kept, 1):
        return Place.SET_ASIDE  # its result would push an unseen one out of the window
    return Place.SAME_ID if any(one.id == use.id for one in before) else Place.IN_TURN


def _is_restart(step: RunStep) -> bool:
    return isinstance(step.move, Asked) and any(one.name == RESTART for one in step.move.context)
