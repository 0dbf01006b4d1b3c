"""Reasoners: which of them each desk has here, and which one reasons about its new cases."""

from __future__ import annotations

from collections.abc import Mapping

from engine.adapters.model_gate import GateLimits
from engine.bootstrap.models import open_model
from engine.desk import Desk
from engine.domain.run import RunKind
from engine.domain.run_calls import ModelBudgets
from engine.errors import ConfigError
from engine.ports import Clock, Model
from engine.reason.agent.judging import DeskWords
from engine.reason.agent.procedure import AgentProcedure
from engine.reason.agent.tools import offers
from engine.reason.brief import Procedure, RunLimits
from engine.reason.workflow import WorkflowProcedure
from engine.runtime.runs.beginning import MODEL_KINDS
from engine.runtime.runs.reasoners import Reasoners
from engine.settings import Settings

_SETTING = "COUNTERSIGN_REASONER"
_BESIDE_S = 30.0
"""What a step takes besides the model: its case is read, and what came of it is written."""


def open_reasoners(
    settings: Settings, desks: Mapping[str, Desk], clock: Clock, model: Model | None = None
) -> Reasoners:
    """The procedures of all desks, with the model that the settings name.

    Args:
        settings: Model, budgets and who reasons.
        desks: By name.
        clock: The present.
        model: Another model than that of the settings.

    Raises:
        ConfigError: `COUNTERSIGN_REASONER` cannot be; it says what to do.
    """
    model = model or open_model(settings, clock)
    limits = RunLimits(tokens=settings.model_tokens_run)
    procedures = procedures_of(desks, limits)
    return Reasoners(
        procedures=procedures,
        live=live_reasoners(settings.reasoner, desks, frozenset(procedures), model),
        model=model,
        limits=limits,
        budgets=ModelBudgets(
            run=settings.model_budget_run,
            desk_day=settings.model_budget_desk_day,
            day=settings.model_budget_day,
        ),
        asks_memory=settings.memory == "on",
        lease_s=lease_s_of(settings.model_timeout_s),
    )


def lease_s_of(timeout_s: float) -> float:
    """How long a run stays in a worker's hands without a word, in seconds.

    A lease is renewed with every step. One step calls the model twice, to count and to ask; each
    call may wait for a place and then take its whole time. A lease that ends before lets another
    worker ask the same again, and both are paid.

    Args:
        timeout_s: How long one call may take.
    """
    return 2 * (GateLimits().longest_wait_s + timeout_s) + _BESIDE_S


def procedures_of(
    desks: Mapping[str, Desk], limits: RunLimits
) -> dict[tuple[str, RunKind], Procedure]:
    """The agent of every desk, and the workflow of those that declare one."""
    found: dict[tuple[str, RunKind], Procedure] = {}
    for name, desk in desks.items():
        found[name, RunKind.AGENT] = _agent(desk, limits)
        if desk.workflow is not None:
            found[name, RunKind.WORKFLOW] = WorkflowProcedure(
                desk.workflow, amount_problem=desk.amount_problem, limits=limits
            )
    return found


def _agent(desk: Desk, limits: RunLimits) -> AgentProcedure:
    tools = {tool.contract.name: tool for tool in desk.effect_tools}
    return AgentProcedure(
        DeskWords(
            amount_problem=desk.amount_problem,
            label=desk.label_of,
            describe=lambda tool, arguments: tools[tool].describe(arguments),
        ),
        limits=limits,
        tools=offers(
            (tool.contract for tool in desk.read_tools),
            (tool.contract for tool in desk.effect_tools),
        ),
    )


def live_reasoners(
    said: str,
    desks: Mapping[str, Desk],
    procedures: frozenset[tuple[str, RunKind]],
    model: Model | None,
) -> dict[str, RunKind]:
    """By desk, who reasons about new cases where it is not the desk's own reasoner.

    Args:
        said: As set: one reasoner for all desks, or `desk=reasoner` with commas between.
        desks: By name.
        procedures: Those there are, by desk and kind.
        model: The model; None: there is none.

    Raises:
        ConfigError: A desk or reasoner is unknown, or lacks what it needs.
    """
    live = {}
    for desk, kind in _wanted(said, desks).items():
        if kind not in MODEL_KINDS:
            _require_own(desk, kind, desks[desk])
            continue
        if model is None:
            raise ConfigError(
                f"{_SETTING} lets the {kind} reason on the desk {desk}, and there is no language "
                "model: set COUNTERSIGN_ANTHROPIC_API_KEY, or leave it at playbook; for a "
                "demonstration, COUNTERSIGN_SCRIPTED_MODEL=plain stands in for one."
            )
        if (desk, kind) not in procedures:
            raise ConfigError(f"{_SETTING}: the desk {desk} has no {kind}; use playbook or agent.")
        live[desk] = kind
    return live


def _wanted(said: str, desks: Mapping[str, Desk]) -> dict[str, RunKind]:
    wanted: dict[str, RunKind] = {}
    for part in filter(None, (part.strip() for part in said.split(","))):
        desk, sign, kind = (piece.strip() for piece in part.rpartition("="))
        if not sign and kind in desks:
            raise ConfigError(
                f"{_SETTING} does not say who reasons on the desk {kind}; write {kind}=playbook, "
                f"{kind}=workflow or {kind}=agent."
            )
        if sign and desk not in desks:
            raise ConfigError(
                f"{_SETTING} names the desk {desk!r}; here there is {', '.join(desks)}."
            )
        for name in [desk] if sign else desks:
            if wanted.setdefault(name, _kind(kind)) is not _kind(kind):
                raise ConfigError(f"{_SETTING} names two reasoners for the desk {name}: {said}.")
    return wanted


def _kind(word: str) -> RunKind:
    try:
        return RunKind(word)
    except ValueError:
        kinds = ", ".join(RunKind)
        raise ConfigError(f"{_SETTING} names {word!r}; a reasoner is one of {kinds}.") from None


def _require_own(name: str, kind: RunKind, desk: Desk) -> None:
    """`playbook` is the desk's own reasoner, whatever that is; `precedent` names one exactly."""
    if kind is RunKind.PRECEDENT and desk.reasoner.name != kind:
        raise ConfigError(
            f"{_SETTING}: the desk {name} does not reason by precedent; use playbook, workflow or "
            "agent."
        )
