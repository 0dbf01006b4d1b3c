"""The procedure of a workflow: the next move of a run, from its path and its journal. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, is_dataclass
from enum import Enum
from typing import Any

from engine.domain.canonical import Json, digest
from engine.domain.fact import Fact
from engine.domain.model_call import TokenUsage
from engine.domain.run import RunKind, RunStep
from engine.domain.run_fault import RunFault
from engine.domain.run_moves import Asked, AskModel, GiveUp, Made, ModelSaid, Move, UseTool
from engine.errors import ConfigError
from engine.reason.brief import Brief, RunLimits
from engine.reason.checks import AmountProblem, no_amounts
from engine.reason.window import DATA_RULE
from engine.reason.workflow.asking import window_tokens
from engine.reason.workflow.path import Scope, Workflow, problems_of, tools_of
from engine.reason.workflow.walking import Walker

_CODE = 2
"""Goes up with every change of how a path is walked or a window is put together."""
_LONGEST_WHY = 300
_USUAL = RunLimits()


class WorkflowProcedure:
    """Takes the declared path of a case type; a model answers inside its steps."""

    kind = RunKind.WORKFLOW

    def __init__(
        self,
        workflow: Workflow,
        *,
        amount_problem: AmountProblem = no_amounts,
        limits: RunLimits = _USUAL,
    ) -> None:
        """Take the workflow of a desk.

        Args:
            workflow: Its paths and prompts.
            amount_problem: The desk's, for the calls it recommends.
            limits: Those of the briefs, as part of the version.

        Raises:
            ConfigError: A path is not whole; the message says where.
        """
        problems = problems_of(workflow)
        if problems:
            raise ConfigError(f"The workflow cannot be taken: {'; '.join(problems)}.")
        self._workflow = workflow
        self._amount_problem = amount_problem
        self.identity = _identity(workflow, amount_problem, limits)
        """Of code, prompts, paths and what else shapes its questions."""
        self.version = f"{self.identity}.{digest(asdict(limits)).hex()[:8]}"
        """With all limits."""

    def scope(self, case_type: str) -> Scope | None:
        """The tools of its path, known before it runs; None where the case type has none."""
        path = self._workflow.paths.get(case_type)
        return None if path is None else tools_of(path)

    def next_move(self, brief: Brief, steps: Sequence[RunStep]) -> Move:
        """The next move; the same for the same task and journal. It never raises.

        Args:
            brief: The task, with the tools of `scope` and no others.
            steps: The journal, oldest first; each has its observation.
        """
        move, _ = self._replayed(brief, steps)
        return _beyond(brief, steps, move) or move

    def facts(self, brief: Brief, steps: Sequence[RunStep]) -> tuple[Fact, ...]:
        """All facts of a run: the brief's, those of its reads, and what was heard in texts."""
        _, facts = self._replayed(brief, steps)
        return facts

    def _replayed(self, brief: Brief, steps: Sequence[RunStep]) -> tuple[Move, tuple[Fact, ...]]:
        path = self._workflow.paths.get(brief.case_type)
        if path is None:
            why = f"No path is declared for {brief.case_type!r} on the desk {brief.desk!r}."
            return GiveUp(fault=RunFault.CODE_FAILED, why=why), brief.facts
        tape = _Tape(steps)
        walker = Walker(
            path,
            brief,
            prompts=self._workflow.prompts,
            amount_problem=self._amount_problem,
            version=self.identity,
            recorded=tape.recorded,
        )
        try:
            return tape.play(walker), walker.facts
        except Exception as error:  # a desk's bug ends the run, and not the worker
            why = f"{type(error).__name__}: {error}"[:_LONGEST_WHY]
            return GiveUp(fault=RunFault.CODE_FAILED, why=why), walker.facts


@dataclass
class _Tape:
    """A journal, and how far it has been played."""

    steps: Sequence[RunStep]
    place: int = 0

    def recorded(self) -> Made | None:
        """The next move in the journal; None: what comes next is new."""
        return self.steps[self.place].move if self.place < len(self.steps) else None

    def play(self, walker: Walker) -> Move:
        """Feed the walker all of the journal, and give the move it then makes."""
        walk = walker.walk()
        try:
            move = next(walk)
            for step in self.steps:
                if not _is_same(move, step.move) or step.observation is None:
                    return _unfit(step)
                self.place += 1
                move = walk.send(step.observation)
        except StopIteration as end:
            last: Move = end.value
            left = self.steps[self.place :]
            return _unfit(left[0]) if left else last
        return move


def _is_same(move: Move, made: Made) -> bool:
    if isinstance(move, AskModel):
        return isinstance(made, Asked) and made.purpose == move.purpose
    return move == made


def _unfit(step: RunStep) -> GiveUp:
    why = f"Step {step.number} of the journal is not one this path takes there, or has no answer."
    return GiveUp(fault=RunFault.CODE_FAILED, why=why)


def _beyond(brief: Brief, steps: Sequence[RunStep], move: Move) -> GiveUp | None:
    """What ends the run in place of a move that costs something; None: it may be made."""
    limits = brief.limits
    if not isinstance(move, AskModel | UseTool):
        return None
    if brief.seconds > limits.seconds:
        why = f"It ran for {brief.seconds:.0f} s; {limits.seconds:.0f} s are allowed."
        return GiveUp(fault=RunFault.TIME_SPENT, why=why)
    made = [one.move for one in steps]
    if isinstance(move, UseTool):
        if sum(isinstance(one, UseTool) for one in made) >= limits.tool_calls:
            why = f"It made {limits.tool_calls} tool calls, and more are not allowed."
            return GiveUp(fault=RunFault.STEPS_SPENT, why=why)
        return None
    if sum(isinstance(one, Asked) for one in made) >= limits.turns:
        why = f"It asked the model {limits.turns} times, and may not again."
        return GiveUp(fault=RunFault.STEPS_SPENT, why=why)
    return _beyond_tokens(limits, steps, move)


def _beyond_tokens(limits: RunLimits, steps: Sequence[RunStep], move: AskModel) -> GiveUp | None:
    answers = [one.observation.answer for one in steps if isinstance(one.observation, ModelSaid)]
    used = sum((one.usage for one in answers), TokenUsage()).total
    if limits.tokens and used >= limits.tokens:
        why = f"It used {used} tokens; {limits.tokens} are allowed."
        return GiveUp(fault=RunFault.TOKENS_SPENT, why=why)
    window = window_tokens(move)
    if window > limits.window_hard:
        why = f"{move.purpose}: its window is of {window} tokens; {limits.window_hard} are allowed."
        return GiveUp(fault=RunFault.TOKENS_SPENT, why=why)
    return None


def _identity(workflow: Workflow, amount_problem: AmountProblem, limits: RunLimits) -> str:
    parts = [DATA_RULE, limits.shaping, _plain(amount_problem), _plain(workflow)]
    return f"workflow-{_CODE}.{digest(parts).hex()[:16]}"


def _plain(value: Any) -> Json:
    """A declaration as plain values; code by its name, the desk's `revision` for the rest."""
    if isinstance(value, type) and issubclass(value, Enum):
        return [one.value for one in value]
    if is_dataclass(value) and not isinstance(value, type):
        own = {one.name: _plain(getattr(value, one.name)) for one in fields(value)}
        return {"is": type(value).__name__, **own}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if hasattr(value, "items"):
        return {str(name): _plain(one) for name, one in value.items()}
    return f"{value.__module__}.{value.__qualname__}" if callable(value) else value
