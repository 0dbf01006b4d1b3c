"""Workflow runs of order cases, with a script in place of the model that answers as it should."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from engine.desks.orders.contracts import READ_CONTRACTS, WRITE_CONTRACTS
from engine.desks.orders.desk import orders_desk
from engine.desks.orders.intake import OrderIntake
from engine.desks.orders.perceive import perceive
from engine.desks.orders.playbook import MODELS
from engine.desks.orders.playbook.beliefs import believe
from engine.desks.orders.playbook.view import View
from engine.desks.orders.words import CaseType
from engine.domain.canonical import Json, parse
from engine.domain.case import Signal
from engine.domain.fact import Fact, fact_set
from engine.domain.model_call import ModelRequest
from engine.ports import ReadTool
from engine.reason.brief import Brief
from engine.reason.workflow import WorkflowProcedure
from engine.simulators.orders.trial import case_of
from tests.unit.reason.workflow.running import Ran, Runner, grounds, rows_of


class NoTransport:
    """The tools are not called; the desk is asked for everything else."""

    def send(self, path: str, arguments: Mapping[str, Any], **how: Any) -> Json:
        raise AssertionError(f"{path} was called")


DESK = orders_desk(transport=NoTransport())
assert DESK.workflow
WORKFLOW = DESK.workflow
PROCEDURE = WorkflowProcedure(WORKFLOW, amount_problem=DESK.amount_problem)


def brief_of(signal: Signal, facts: Sequence[Fact], *, after: timedelta = timedelta()) -> Brief:
    """What the runner would give: the tools of the path and no others."""
    scope = PROCEDURE.scope(signal.case_type)
    assert scope
    return Brief(
        case_id=case_of(signal).id,
        desk=DESK.name,
        case_type=signal.case_type,
        title=signal.title,
        goal=DESK.goal,
        constraints=(),
        signal=signal.payload,
        target=DESK.target_of(signal),
        facts=tuple(facts),
        reads=tuple(READ_CONTRACTS[name] for name in scope.reads),
        writes=tuple(WRITE_CONTRACTS[name] for name in scope.writes),
        at=signal.as_of + after,
        seconds=0.0,
    )


@dataclass
class Script:
    """Weighs as the playbook does and takes the first option; it hears what it is told to hear."""

    brief: Brief
    heard: Sequence[Json] = ()
    weights: Mapping[str, float] | None = None
    because: str = "That is what the facts show."

    def __call__(self, purpose: str, request: ModelRequest) -> Json:
        if purpose.startswith("read texts"):
            return {"statements": list(self.heard)}
        if purpose.startswith("assess"):
            return {
                "weighed": [
                    {"name": name, "probability": share, "because": "So.", "cites": []}
                    for name, share in self._weights().items()
                ]
            }
        first = rows_of(request, "options")[0]
        assessed = first.partition("right with ")[2][:4]
        confidence = float(assessed) if assessed else 0.5
        said = grounds("order.status@shop", confidence=confidence, because=self.because)
        return {**said, "choice": parse(first.partition(": ")[0])}

    def _weights(self) -> Mapping[str, float]:
        if self.weights is not None:
            return self.weights
        told = fact_set(self.brief.case_id, 0, self.brief.facts)
        view = View(facts=told, today=date.fromisoformat(self.brief.signal["opened_at"][:10]))
        beliefs = believe(MODELS[CaseType(self.brief.case_type)], view)
        return {cause.name: round(share, 4) for cause, share in beliefs.by_probability()[:4]}


def run_of(row: Mapping[str, str], read: ReadTool, **how: Any) -> Ran:
    """Perceive a row and run its workflow.

    Args:
        row: As intake takes it.
        read: Of the shop.
        how: `after` it was raised the run begins; the rest is the script's.
    """
    signal = OrderIntake().read(row).signal
    after = how.pop("after", timedelta())
    brief = brief_of(signal, tuple(perceive(signal, read, signal.as_of)), after=after)
    model = replace(Script(brief=brief), **how)
    runner = Runner(procedure=PROCEDURE, model=model, read=read, facts_of_read=DESK.facts_of_read)
    return runner.run(brief)
