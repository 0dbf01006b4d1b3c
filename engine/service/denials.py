"""Denials: what hard rules forbid to people too, asked as things stand, and how it is said."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from engine.desk import Desk
from engine.domain.case import Case
from engine.domain.recommendation import Action
from engine.domain.verdict import RuleResult, VerdictKind
from engine.govern.authorize import CellPolicy, authorize
from engine.ports import Reader
from engine.runtime.asking import Call, Moment, Person, ask, usage_now
from engine.runtime.done_before import done_before
from engine.runtime.policy import why_of
from engine.service.phrases import broken_words, hard_rule_words, rule_value

NOBODY = "Nobody can approve it"
"""In every refusal that no role and no second person helps against."""


def denied_now(
    case: Case, action: Action, desk: Desk, policy: CellPolicy, reader: Reader, at: datetime
) -> str:
    """Why nobody may let an action run as things stand; empty where somebody may.

    Args:
        case: The case with the action.
        action: What an approval would let run.
        desk: The case's desk.
        policy: What holds for the action's cell.
        reader: Where facts and budgets are read.
        at: The desk's present.
    """
    tool = desk.effect_tool(action.tool)
    if tool is None or not policy.hard_rules:
        return ""
    roles = policy.envelope.limits.roles if policy.envelope is not None else ()
    request = ask(
        case,
        desk,
        Call(contract=tool.contract, arguments=action.arguments),
        Moment(at=at, facts=reader.fact_sets([case.id]).get(case.id)),
        person=Person(roles=frozenset(roles), approvals=2),
    )
    if request.amount is not None:
        request = done_before(reader, case, desk).added_to(request)
    verdict = authorize(request, policy, usage_now(reader, policy, request))
    denials = (rule for rule in verdict.broken if _is_for_all(rule))
    rule = next(denials, None)
    return "" if rule is None else denial_words(rule, policy, desk.titles)


def _is_for_all(rule: RuleResult) -> bool:
    return rule.binds_people and rule.otherwise is VerdictKind.DENY


def denial_words(
    rule: RuleResult, policy: CellPolicy, titles: Mapping[str, str] | None = None
) -> str:
    """A broken rule that binds people, by its name, with what it saw and why it is there."""
    seen = rule_value(rule.rule, rule.seen, titles)
    limit = rule_value(rule.rule, rule.limit, titles)
    hard = hard_rule_words(rule.rule)
    said = f"{hard} forbids this to everybody" if hard else broken_words(rule.rule)
    why = why_of(rule, policy)
    because = f" Why: {why.rstrip('.')}." if why else ""
    return f"{said}: {seen} (limit: {limit}).{because} {NOBODY}."
