"""Brief: all that a run knows besides its own journal. Values, made by `runtime`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Protocol

from engine.domain.canonical import Json
from engine.domain.fact import Fact
from engine.domain.ids import CaseId
from engine.domain.run import RunKind, RunStep
from engine.domain.run_moves import Move
from engine.domain.tool import ToolContract


@dataclass(frozen=True, kw_only=True, slots=True)
class RunLimits:
    """How far a run may go; what each does when it is reached is the procedure's."""

    tool_calls_soft: int = 10
    """From here on the model is told to come to an end."""
    tool_calls: int = 15
    turns: int = 12
    """Questions to a model."""
    seconds: float = 120.0
    """On the clock, without the time in which it waited for somebody."""
    window_soft: int = 24_000
    """Tokens; a larger window is pruned."""
    window_hard: int = 40_000
    """Tokens; a run whose window is larger is begun anew from its facts."""
    result_tokens: int = 2_000
    """Of one tool's result in the window; the rest can be asked for."""
    results_kept: int = 3
    """So many of the latest results stand word for word."""
    answer_tokens: int = 2_000
    """The most a model may say at once."""
    tokens: int = 200_000
    """Of the whole run, in and out, as counted by the model's server; 0: no limit."""
    same_results: int = 3
    """The same call with the same result so often is a loop."""
    alternations: int = 6
    """So many calls that go back and forth between two are one."""
    errors: int = 3
    """In a row."""
    steps_without_news: int = 4
    """Tool calls in a row that brought no fact and no result that was not there before."""
    repairs: int = 1
    """How often one invalid output may be sent back."""

    @property
    def shaping(self) -> dict[str, float]:
        """Those that shape what a model is told; the others merely end a run."""
        return {name: value for name, value in asdict(self).items() if name not in _ENDING}


_ENDING = ("seconds", "tokens")
"""How long a run may last, and what it may use in all."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Brief:
    """The task of one run."""

    case_id: CaseId
    desk: str
    case_type: str
    title: str
    """Of the case; untrusted text."""
    goal: str
    """What the desk is there for, and what is asked here; the desk's own words."""
    constraints: tuple[str, ...]
    """What policy and guardrails say, in words: to save refusals, not to keep anybody safe."""
    signal: Mapping[str, Json]
    """What came in; untrusted text."""
    target: str
    """What the case is about, as its tools name it: calls with an effect act on this alone."""
    facts: tuple[Fact, ...]
    """What the desk perceived before the run, and what people told since."""
    reads: tuple[ToolContract, ...]
    """Tools that may be asked for at once."""
    writes: tuple[ToolContract, ...]
    """Tools whose calls are put before policy."""
    at: datetime
    """Now."""
    seconds: float
    """How long it has run so far, without the time in which it waited."""
    limits: RunLimits = RunLimits()

    def tool(self, name: str) -> ToolContract | None:
        """The contract of that name; None where the run may not even ask for it."""
        return next((one for one in (*self.reads, *self.writes) if one.name == name), None)


class Procedure(Protocol):
    """Decides what a run does next, as a pure function of its task and its journal."""

    @property
    def kind(self) -> RunKind:
        """`WORKFLOW` or `AGENT`."""
        ...

    @property
    def identity(self) -> str:
        """What its record is kept by, beside the model; see `engine.domain.identity`."""
        ...

    @property
    def version(self) -> str:
        """`identity` with all limits; a journal is gone on with under its own alone."""
        ...

    def next_move(self, brief: Brief, steps: Sequence[RunStep]) -> Move:
        """The next move of a run whose last step has its observation.

        It never raises for what a model or a tool said: that ends in `GiveUp`.

        Args:
            brief: The task.
            steps: What was done so far, oldest first; none: the run begins.
        """
        ...
