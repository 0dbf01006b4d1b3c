"""Answering: one question asked until its answer passes, as often as repairs are allowed."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TypeVar

from engine.domain.model_call import ModelAnswer, StopReason
from engine.domain.run_fault import RunFault
from engine.domain.run_moves import GiveUp, ModelFailed, ModelSaid, Move, Observation
from engine.domain.tool import Strict
from engine.reason.brief import Brief
from engine.reason.checks import read_output, worst
from engine.reason.grounds import Problem, invalid
from engine.reason.workflow.asking import Question, Repair, ask

S = TypeVar("S", bound=Strict)
T = TypeVar("T")
Walk = Generator[Move, Observation, T]
"""Gives moves, is fed what came of each, and returns what it comes to."""


def answered(
    asked: Question, brief: Brief, schema: type[S], check: Callable[[S], T | tuple[Problem, ...]]
) -> Walk[T | GiveUp]:
    """Ask, look at the answer, and where it cannot be taken say why and ask again.

    Args:
        asked: The question.
        brief: The task, with how many repairs are allowed.
        schema: The form of the answer.
        check: Gives what the answer comes to, which is no tuple, or a tuple of what is wrong
            with it.
    """
    repairs: list[Repair] = []
    while True:
        seen = yield ask(asked, brief, repairs)
        if isinstance(seen, ModelFailed):
            return GiveUp(fault=seen.fault, why=f"{asked.purpose}: {seen.why}")
        if not isinstance(seen, ModelSaid):
            why = f"{asked.purpose}: a model was asked, and something else was observed."
            return GiveUp(fault=RunFault.CODE_FAILED, why=why)
        if seen.answer.stop is StopReason.REFUSAL:
            why = f"{asked.purpose}: the model will not answer this."
            return GiveUp(fault=RunFault.MODEL_REFUSED, why=why)
        taken = _taken(seen.answer, schema, check)
        if not isinstance(taken, tuple):
            return taken
        if len(repairs) >= brief.limits.repairs:
            return GiveUp(fault=worst(taken), why=f"{asked.purpose}: {taken[0].text}")
        repairs.append(Repair(answer=seen.answer.text, problems=taken))


def _taken(
    answer: ModelAnswer, schema: type[S], check: Callable[[S], T | tuple[Problem, ...]]
) -> T | tuple[Problem, ...]:
    if answer.stop is StopReason.MAX_TOKENS:
        return (invalid("The answer was cut at its longest; say the same in fewer words."),)
    read = read_output(schema, answer.text)
    return read if isinstance(read, tuple) else check(read)
