"""Run: one durable execution of a reasoner for a case, as the journal of its steps.

A run is its journal. What it does next is a pure function of what stands there, so a run that was
killed or has waited for days goes on from the rows alone, and what a model saw can be shown later.
Who computes the next move is `reason`; who performs it is `runtime`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from engine.domain.fact import Fact
from engine.domain.identity import ReasonerId, reasoner_id, version_of
from engine.domain.ids import CaseId, RunId
from engine.domain.model_call import TokenUsage
from engine.domain.run_fault import RunFault
from engine.domain.run_moves import Made, Observation, ToolReturned, UseTool


class RunKind(StrEnum):
    """Who decides what happens next in a run."""

    PLAYBOOK = "playbook"
    """Declared rules; no model is asked."""
    PRECEDENT = "precedent"
    """Past cases; no model is asked."""
    WORKFLOW = "workflow"
    """Code: the path is declared, a model does the language work inside a step."""
    AGENT = "agent"
    """A model: it picks its next tool until it is done."""


class RunStatus(StrEnum):
    """Where a run stands."""

    RUNNING = "RUNNING"
    SUSPENDED = "SUSPENDED"
    """It has asked for a write and waits for what comes of it."""
    ENDED = "ENDED"
    """It has said all it had to say."""
    FAILED = "FAILED"
    """It could not end; the next reasoner took over, or a person."""
    SUPERSEDED = "SUPERSEDED"
    """Its case went on without it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RunStep:
    """One move of a run with what came of it."""

    number: int
    """From 1."""
    move: Made
    observation: Observation | None
    """None: it is waited for, or there is nothing to see (the last move)."""
    at: datetime
    duration_us: int = 0
    cost_micro_usd: int = 0
    """Of all tries, those that were lost included."""
    scopes: tuple[str, ...] = ()
    """Of the credential that was shown at a tool call."""
    verdict: str = ""
    """What policy said of a tool call, with its rule."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """A run's row: what it is, how far it has come, and what it has used."""

    id: RunId
    case_id: CaseId
    desk: str
    case_type: str
    kind: RunKind
    version: str
    """Identity of the procedure: how the model is asked, code, prompts and limits."""
    model: str
    """Empty where none is asked."""
    is_scripted: bool
    is_shadow: bool
    """Nothing it asks for is executed, and its case does not wait for it."""
    status: RunStatus
    steps: int
    started_at: datetime
    usage: TokenUsage = field(default=TokenUsage())
    cost_micro_usd: int = 0
    ended_at: datetime | None = None
    fault: RunFault | None = None
    """Why it failed, where it did."""
    end_note: str = ""
    fallback_of: RunId | None = None
    """The run that failed before this one."""

    @property
    def by(self) -> ReasonerId:
        """Whose record what it recommends is part of.

        The last part of a procedure's version says how far it may go, which is no part of that.
        """
        if not self.model:
            return reasoner_id(self.kind.value, self.version)
        procedure = self.version.rpartition(".")[0] or self.version
        return reasoner_id(self.kind.value, version_of(self.model, procedure))


@dataclass(frozen=True, kw_only=True, slots=True)
class Journal:
    """A run with its steps, oldest first."""

    run: Run
    steps: tuple[RunStep, ...]

    @property
    def last(self) -> RunStep | None:
        """The newest step; None: it has not begun."""
        return self.steps[-1] if self.steps else None


def facts_of(steps: Sequence[RunStep]) -> tuple[Fact, ...]:
    """All facts that the reads of a run gave, oldest first."""
    return tuple(
        fact
        for step in steps
        if isinstance(step.observation, ToolReturned) and isinstance(step.move, UseTool)
        for fact in step.observation.facts
    )


def looks_already(kind: RunKind) -> str:
    """Why no second run of a kind begins beside a case, as a sentence."""
    return f"The {kind} looks at this case already; wait until it is done."
