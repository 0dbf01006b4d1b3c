"""`authorize` is total, deterministic, monotone and explains itself (invariants 5, 6, 13)."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.domain.actor import Role
from engine.domain.budget import BudgetLimit, Period
from engine.domain.money import Money
from engine.domain.phase import Phase
from engine.domain.verdict import VerdictKind
from engine.govern.authorize import authorize
from engine.govern.envelope import CellLimits, WiderLimits
from engine.govern.limits import (
    WORKING_DAYS,
    ArgumentRule,
    HandSetThreshold,
    Hours,
    RollingThreshold,
)
from engine.govern.look import Look
from engine.govern.request import AuthorizationRequest, Usage
from engine.govern.strictness import LOOSER, is_looser
from tests.property import policies
from tests.property.policies import CELL, NOON, policy_of

EASY = AuthorizationRequest(
    cell=CELL, at=NOON, confidence=0.9, is_calibrated=True, score=0.9, rolling_cut=0.8, priority=5
)


@given(policies.requests, policies.limits, policies.guardrails, st.data())
def test_every_request_gets_one_verdict(
    request: AuthorizationRequest, of: CellLimits, rules: Any, data: st.DataObject
) -> None:
    policy = policy_of(of, rules)
    usage = data.draw(policies.usages(policy))
    first = authorize(request, policy, usage)
    assert first == authorize(request, policy_of(of, rules), usage)
    assert len(first.rules) == len(policy.own_checks) + len(policy.hard_checks)
    look, hard = Look(request, usage), policy.hard_checks
    assert hard(look) == hard.one_by_one(look)
    assert len({rule.rule for rule in first.rules}) == len(first.rules)


@given(policies.requests, policies.guardrails)
def test_without_envelope_software_never_executes(
    request: AuthorizationRequest, rules: Any
) -> None:
    software = replace(request, person_roles=None)
    verdict = authorize(software, policy_of(None, rules), Usage())
    assert verdict.kind.strictness >= VerdictKind.ESCALATE.strictness
    assert verdict.kind is VerdictKind.DENY or not request.problem


@given(policies.requests, policies.limits, policies.guardrails)
def test_malformed_requests_are_denied(
    request: AuthorizationRequest, of: CellLimits, rules: Any
) -> None:
    malformed = replace(request, problem="no such argument")
    assert authorize(malformed, policy_of(of, rules), Usage()).kind is VerdictKind.DENY


@given(policies.requests, policies.limits, policies.guardrails, st.data())
def test_verdict_is_the_strictest_broken_rule(
    request: AuthorizationRequest, of: CellLimits, rules: Any, data: st.DataObject
) -> None:
    policy = policy_of(of, rules)
    verdict = authorize(request, policy, data.draw(policies.usages(policy)))
    is_person = request.person_roles is not None
    binding = [r.otherwise for r in verdict.broken if r.binds_people or not is_person]
    expected = max((kind.strictness for kind in binding), default=0)
    assert verdict.kind.strictness == expected


IMPOSSIBLE: dict[str, dict[str, Any]] = {
    "negative": {"amount": Money(minor=-1, currency="EUR")},
    "more than all money": {"amount": Money(minor=10**15, currency="EUR")},
    "beyond a number": {"amount": Money(minor=10**400, currency="EUR")},
    "no currency": {"amount": Money(minor=1, currency="")},
    "small letters": {"amount": Money(minor=1, currency="eur")},
    "two lines": {"amount": Money(minor=1, currency="EUR\n")},
    "too sure": {"confidence": 7.0},
    "endlessly sure": {"confidence": float("inf")},
    "less than unsure": {"confidence": -0.01},
    "not a number": {"confidence": float("nan")},
    "raw beyond a number": {"score": float("inf")},
    "raw not a number": {"score": float("nan")},
}


@pytest.mark.parametrize("wrong", IMPOSSIBLE.values(), ids=list(IMPOSSIBLE))
@pytest.mark.parametrize("roles", [None, frozenset({Role.OPERATOR})], ids=["software", "person"])
def test_impossible_values_are_denied_by_name(
    wrong: dict[str, Any], roles: frozenset[Role] | None
) -> None:
    of = CellLimits(
        case_type="t",
        action="a",
        phase=Phase.BOUNDED,
        threshold=HandSetThreshold(min_confidence=0),
        reversible_only=False,
    )
    for policy in (policy_of(of), policy_of(None)):
        verdict = authorize(replace(EASY, person_roles=roles, **wrong), policy, Usage())
        assert (verdict.kind, verdict.broken[0].rule) == (VerdictKind.DENY, "request_malformed")


# --- monotony ----------------------------------------------------------------------------


def _higher(threshold: Any) -> Any:
    if isinstance(threshold, HandSetThreshold):
        return HandSetThreshold(min_confidence=(1 + threshold.min_confidence) / 2)
    return RollingThreshold(risk_limit=threshold.risk_limit / 2)


def _less(value: int | None) -> int:
    return 50 if value is None else max(0, value - 1)


def _wider(of: CellLimits, **changes: Any) -> CellLimits:
    if of.on_the_loop is None:
        return of
    return of.model_copy(update={"on_the_loop": of.on_the_loop.model_copy(update=changes)})


def _budgets(of: CellLimits) -> tuple[BudgetLimit, ...]:
    return tuple(
        BudgetLimit(
            scope=one.scope,
            period=one.period,
            is_per_customer=one.is_per_customer,
            executions=_less(one.executions),
            amount=_less(one.amount),
        )
        for one in of.budgets
    )


_EVENING = Hours(days=WORKING_DAYS, opens=NOON.time().replace(hour=17))
TIGHTENINGS: dict[str, Callable[[CellLimits], CellLimits]] = {
    "phase": lambda of: of.model_copy(
        update={
            "phase": Phase.COPILOT
            if of.phase is Phase.BOUNDED
            else Phase.BOUNDED
            if of.phase is Phase.ON_THE_LOOP
            else Phase.COPILOT
        }
    ),
    "threshold": lambda of: of.model_copy(update={"threshold": _higher(of.threshold)}),
    "earned_by": lambda of: of.model_copy(update={"earned_by": of.earned_by[1:]}),
    "amount_cap": lambda of: of.model_copy(update={"amount_cap": _less(of.amount_cap)}),
    "second_person_above": lambda of: of.model_copy(
        update={"second_person_above": _less(of.second_person_above)}
    ),
    "reversible_only": lambda of: of.model_copy(update={"reversible_only": True}),
    "most_urgent_priority": lambda of: of.model_copy(
        update={"most_urgent_priority": min(9, of.most_urgent_priority + 1)}
    ),
    "max_stale_facts": lambda of: of.model_copy(
        update={"max_stale_facts": max(0, of.max_stale_facts - 1)}
    ),
    "max_contradictions": lambda of: of.model_copy(
        update={"max_contradictions": max(0, of.max_contradictions - 1)}
    ),
    "max_unseen_values": lambda of: of.model_copy(
        update={
            "max_unseen_values": 2
            if of.max_unseen_values is None
            else max(0, of.max_unseen_values - 1)
        }
    ),
    "audit_rate": lambda of: of.model_copy(update={"audit_rate": 1.0}),
    "roles": lambda of: of.model_copy(update={"roles": of.roles[1:]}),
    "review_minutes": lambda of: of.model_copy(update={"review_minutes": 1}),
    "grant_minutes": lambda of: of.model_copy(update={"grant_minutes": 1}),
    "on_the_loop.threshold": lambda of: _wider(of, threshold=of.threshold),
    "on_the_loop.most_urgent_priority": lambda of: _wider(
        of, most_urgent_priority=of.most_urgent_priority
    ),
    "on_the_loop.amount_cap": lambda of: _wider(of, amount_cap=of.amount_cap),
    "on_the_loop.veto_minutes": lambda of: _wider(of, veto_minutes=60.0),
    "on_the_loop": lambda of: of.model_copy(update={"on_the_loop": None}),
    "arguments": lambda of: of.model_copy(
        update={"arguments": (*of.arguments, ("owner", ArgumentRule(one_of=("north",))))}
    ),
    "hours": lambda of: of.model_copy(update={"hours": (*of.hours, _EVENING)}),
    "budgets": lambda of: of.model_copy(update={"budgets": _budgets(of)}),
    "one more budget": lambda of: of.model_copy(
        update={
            "budgets": (
                *of.budgets,
                BudgetLimit(scope="desk:d", period=Period.DAY, executions=2),
            )
        }
    ),
}


def test_every_ordered_limit_is_tightened() -> None:
    assert set(LOOSER) <= set(TIGHTENINGS)


@settings(max_examples=400)
@given(
    st.sampled_from(sorted(TIGHTENINGS)),
    policies.requests,
    policies.limits,
    policies.guardrails,
    st.data(),
)
def test_tightening_never_frees_a_verdict(
    how: str, request: AuthorizationRequest, of: CellLimits, rules: Any, data: st.DataObject
) -> None:
    tight = TIGHTENINGS[how](of)
    usage = data.draw(policies.usages(policy_of(of, rules)))
    before = authorize(request, policy_of(of, rules), usage)
    after = authorize(request, policy_of(tight, rules), usage)
    assert after.kind.strictness >= before.kind.strictness


@given(policies.limits, st.sampled_from(sorted(LOOSER)))
def test_no_tightening_counts_as_looser(of: CellLimits, name: str) -> None:
    tight = TIGHTENINGS[name](of)
    assert not is_looser(name, _value(of, name), _value(tight, name))


def _value(of: CellLimits, name: str) -> Any:
    outer, _, inner = name.partition(".")
    if not inner:
        return getattr(of, outer)
    wider = of.on_the_loop or WiderLimits(
        threshold=of.threshold, most_urgent_priority=9, amount_cap=0, veto_minutes=60.0
    )
    return getattr(wider, inner)


@given(policies.requests, policies.limits, policies.guardrails, policies.guardrails, st.data())
def test_a_guardrail_never_frees_a_verdict(
    request: AuthorizationRequest,
    of: CellLimits,
    rules: tuple[Any, ...],
    more: tuple[Any, ...],
    data: st.DataObject,
) -> None:
    usage = data.draw(policies.usages(policy_of(of, (*rules, *more))))
    before = authorize(request, policy_of(of, rules), usage)
    after = authorize(request, policy_of(of, (*rules, *more)), usage)
    assert after.kind.strictness >= before.kind.strictness


@given(policies.requests, policies.limits, policies.guardrails)
def test_a_pause_never_frees_a_verdict(
    request: AuthorizationRequest, of: CellLimits, rules: Any
) -> None:
    before = authorize(replace(request, paused=""), policy_of(of, rules), Usage())
    after = authorize(replace(request, paused="all"), policy_of(of, rules), Usage())
    assert after.kind.strictness >= VerdictKind.ESCALATE.strictness
    assert after.kind.strictness >= before.kind.strictness


@pytest.mark.parametrize(
    ("without", "held"),
    [({"in_hand": ""}, {"in_hand": "told by ann"}), ({"named": ()}, {"named": ("body: B-2001",)})],
    ids=["in hand", "names others"],
)
@given(policies.requests, policies.limits, policies.guardrails)
def test_what_is_for_people_stays_theirs(
    without: dict[str, Any],
    held: dict[str, Any],
    request: AuthorizationRequest,
    of: CellLimits,
    rules: Any,
) -> None:
    of_people = replace(request, person_roles=None, **held)
    before = authorize(replace(of_people, **without), policy_of(of, rules), Usage())
    after = authorize(of_people, policy_of(of, rules), Usage())
    assert after.kind.strictness >= VerdictKind.ESCALATE.strictness
    assert after.kind.strictness >= before.kind.strictness
    by_person = replace(of_people, person_roles=frozenset(of.roles))
    assert (
        authorize(by_person, policy_of(of, rules), Usage()).kind
        is authorize(replace(by_person, **without), policy_of(of, rules), Usage()).kind
    )


@given(policies.requests, policies.limits, policies.guardrails)
def test_copilot_says_what_bounded_would_do(
    request: AuthorizationRequest, of: CellLimits, rules: Any
) -> None:
    copilot = of.model_copy(update={"phase": Phase.COPILOT})
    bounded = of.model_copy(update={"phase": Phase.BOUNDED})
    software = replace(request, person_roles=None, unearned="")
    would = authorize(software, policy_of(copilot, rules), Usage()).would_have
    assert would is authorize(software, policy_of(bounded, rules), Usage()).kind


@given(policies.requests, policies.limits, policies.guardrails)
def test_the_loop_is_never_stricter_than_bounded(
    request: AuthorizationRequest, of: CellLimits, rules: Any
) -> None:
    on_the_loop = of.model_copy(update={"phase": Phase.ON_THE_LOOP})
    bounded = of.model_copy(update={"phase": Phase.BOUNDED})
    wide = authorize(request, policy_of(on_the_loop, rules), Usage())
    narrow = authorize(request, policy_of(bounded, rules), Usage())
    assert wide.kind.strictness <= narrow.kind.strictness


def test_bounded_cell_executes_inside_its_limits() -> None:
    of = CellLimits(
        case_type="t", action="a", phase=Phase.BOUNDED, threshold=RollingThreshold(risk_limit=0.1)
    )
    verdict = authorize(EASY, policy_of(of), Usage())
    assert (verdict.kind, verdict.broken) == (VerdictKind.EXECUTE, ())
