"""Briefing: the task of a run, made of its case, its desk and the policy in force."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from engine.desk import Desk
from engine.domain.case import Case
from engine.domain.money import Money
from engine.domain.phase import Phase
from engine.domain.tool import ToolContract
from engine.govern.authorize import CellPolicy
from engine.govern.bounds import argument_words, budget_words
from engine.govern.cell_limits import CellLimits
from engine.ports import EffectTool
from engine.reason.brief import Brief, Procedure, RunLimits
from engine.runtime.choosing import unnamed
from engine.runtime.policy import Policy, cell_of
from engine.runtime.runs.held import Held
from engine.runtime.runs.reasoners import Scoped


def brief_of(held: Held, procedure: Procedure, limits: RunLimits, at: datetime) -> Brief:
    """What a run has to know, besides its journal."""
    case, desk, policy = held.case, held.desk, held.setting.policy
    reads, writes = _tools(case, desk, policy, procedure)
    return Brief(
        case_id=case.id,
        desk=desk.name,
        case_type=case.case_type,
        title=case.title,
        goal=desk.goal,
        constraints=constraints(case, writes, policy),
        signal=held.signal.payload if isinstance(held.signal.payload, dict) else {},
        target=desk.target_of(held.signal),
        facts=held.facts.facts,
        reads=reads,
        writes=writes,
        at=at,
        seconds=held.seconds,
        limits=limits,
    )


def paused_for(case: Case, desk: Desk, policy: Policy) -> str:
    """The brake that holds everything a run could ask for; empty: there is something left."""
    scopes = [
        policy.paused(cell_of(case, tool.contract.name)) for tool in _asked(case, desk, policy)
    ]
    return scopes[0] if scopes and all(scopes) else ""


def constraints(case: Case, writes: Sequence[ToolContract], policy: Policy) -> tuple[str, ...]:
    """What policy says of the tools a run may ask for: a sentence each, after whom it is for."""
    tools: dict[str, list[str]] = {}
    for contract in writes:
        for sentence in _of_tool(policy.of(cell_of(case, contract.name))):
            tools.setdefault(sentence, []).append(contract.name)
    return tuple(f"{', '.join(names)}: {sentence}" for sentence, names in tools.items())


def _tools(
    case: Case, desk: Desk, policy: Policy, procedure: Procedure
) -> tuple[tuple[ToolContract, ...], tuple[ToolContract, ...]]:
    """What a run may read and ask for: all the desk offers for the case, or exactly its scope."""
    writes = tuple(tool.contract for tool in _asked(case, desk, policy))
    beside = {tool.contract.preview for tool in desk.effect_tools}
    beside -= {one.preview for one in writes}  # previews of changes that it cannot ask for
    reads = tuple(tool.contract for tool in desk.read_tools if tool.contract.name not in beside)
    scope = procedure.scope(case.case_type) if isinstance(procedure, Scoped) else None
    if scope is None:
        return reads, writes
    all_writes = (tool.contract for tool in desk.effect_tools)
    return (
        tuple(one for one in reads if one.name in scope.reads),
        tuple(one for one in all_writes if one.name in scope.writes),
    )


def _asked(case: Case, desk: Desk, policy: Policy) -> tuple[EffectTool, ...]:
    """Tools that the envelope names for the case type: nobody could choose another one."""
    return tuple(tool for tool in desk.effect_tools if not unnamed(policy, case, tool.contract))


def _of_tool(policy: CellPolicy) -> list[str]:
    said = [] if policy.envelope is None else _of_limits(policy.envelope.limits)
    return said + [hard.rule.why for hard in policy.hard_rules]


def _of_limits(limits: CellLimits) -> list[str]:
    if limits.phase is Phase.COPILOT:
        return ["a person decides every call."]
    said = [f"{argument_words(of, rule)}, else a person decides." for of, rule in limits.arguments]
    if limits.amount_cap is not None:
        cap = Money(minor=limits.amount_cap, currency=limits.currency)
        said.append(f"above {cap} a person decides.")
    said += [
        f"at most {budget_words(one, limits.currency)} without a person." for one in limits.budgets
    ]
    return said
