"""Strategies for documents, requests and usage: everything `authorize` may be asked."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

from hypothesis import strategies as st

from engine.domain.actor import Role
from engine.domain.budget import Period, Spent
from engine.domain.money import Money
from engine.domain.phase import Cell, Phase
from engine.domain.tool import EffectClass
from engine.govern.authorize import CellPolicy, policy_for
from engine.govern.envelope import CellEntry, CellLimits, EnvelopeDocument, resolve
from engine.govern.hard_rules import GuardrailDocument, NamedRule, Otherwise, hard_rules
from engine.govern.limits import (
    OWN,
    ArgumentRule,
    Budget,
    Decider,
    HandSetThreshold,
    Hours,
    RollingThreshold,
    Wider,
)
from engine.govern.request import AuthorizationRequest, Usage

CELL = Cell(desk="d", case_type="t", action_type="a")
DECIDERS: list[Decider] = [Role.OPERATOR, Role.SENIOR_OPERATOR]
NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)

share = st.floats(min_value=0, max_value=1)
maybe_share = st.none() | share
names = st.lists(st.sampled_from(["x", "y"]), max_size=2).map(tuple)
minor = st.integers(0, 100)

thresholds = st.one_of(
    st.builds(HandSetThreshold, min_confidence=share),
    st.builds(RollingThreshold, risk_limit=st.floats(min_value=0.01, max_value=0.5)),
)
argument_rules = st.one_of(
    st.builds(ArgumentRule, one_of=st.just(("north", "south"))),
    st.builds(ArgumentRule, none_of=st.just(("north",))),
    st.builds(ArgumentRule, one_of=st.just((1, True, 2.5))),
    st.builds(ArgumentRule, none_of=st.just((1, 2.5))),
    st.builds(ArgumentRule, at_least=st.just(1.0), at_most=st.just(5.0)),
    st.builds(ArgumentRule, longest=st.integers(0, 6)),
    st.builds(ArgumentRule, told_by=st.sampled_from([("a@s",), ("a@s", "b@s")])),
)
arguments = st.dictionaries(st.sampled_from(["owner", "size"]), argument_rules, max_size=2)
budgets = st.lists(
    st.builds(
        Budget,
        per=st.sampled_from(list(Period)),
        for_each=st.sampled_from([None, "customer"]),
        executions=st.integers(0, 3),
        amount=st.none() | minor,
    ),
    max_size=2,
    unique_by=lambda budget: (budget.per, budget.for_each),
).map(tuple)
hours = st.none() | st.builds(
    Hours,
    opens=st.sampled_from([time(0), time(8), time(12)]),
    closes=st.sampled_from([time(13), time(18), time(0)]),
)
bounds: dict[str, Any] = {
    "amount_cap": st.none() | minor,
    "arguments": arguments,
    "budgets": budgets,
    "hours": hours,
    "reversible_only": st.booleans(),
    "most_urgent_priority": st.integers(1, 9),
    "max_stale_facts": st.integers(0, 2),
    "max_contradictions": st.integers(0, 2),
    "max_unseen_values": st.none() | st.integers(0, 2),
}


@st.composite
def entries(draw: st.DrawFn) -> CellEntry:
    """One cell of an envelope; what ON_THE_LOOP allows is never narrower than the rest."""
    limits: dict[str, Any] = {name: draw(values) for name, values in bounds.items()}
    threshold = draw(thresholds)
    wider = None
    if draw(st.booleans()):
        urgent = draw(st.integers(1, limits["most_urgent_priority"]))
        cap = limits["amount_cap"]
        wider = Wider(
            threshold=draw(st.none() | st.just(HandSetThreshold(min_confidence=0.0)))
            if isinstance(threshold, HandSetThreshold)
            else draw(st.none() | st.just(RollingThreshold(risk_limit=0.6))),
            most_urgent_priority=urgent,
            amount_cap=None if cap is None else cap + draw(minor),
            veto_minutes=draw(st.sampled_from([1.0, 10.0])),
        )
    return CellEntry(
        case_type="t",
        action="a",
        phase=draw(st.sampled_from(list(Phase))),
        threshold=threshold,
        earned_by=draw(st.sampled_from([None, None, (OWN, "agent"), ("agent",)])),
        second_person_above=draw(st.none() | minor),
        on_the_loop=wider,
        audit_rate=draw(st.floats(min_value=0.05, max_value=1)),
        roles=draw(
            st.lists(st.sampled_from(DECIDERS), min_size=1, max_size=2, unique=True).map(tuple)
        ),
        **limits,
    )


limits = entries().map(
    lambda entry: resolve(EnvelopeDocument(desk="d", cells=(entry,)))[CELL].limits
)
named_rules = st.builds(
    NamedRule,
    name=st.just("rule"),
    why=st.just("because"),
    case_type=st.sampled_from([None, "t", "other"]),
    action=st.sampled_from([None, "a"]),
    never=st.booleans(),
    otherwise=st.sampled_from(list(Otherwise)),
    **(bounds | {"most_urgent_priority": st.none() | st.integers(1, 9)}),
)
guardrails = st.lists(named_rules, max_size=3).map(
    lambda rules: hard_rules(
        GuardrailDocument(
            desk="d",
            guardrails=tuple(
                rule.model_copy(update={"name": f"rule_{place}"})
                for place, rule in enumerate(rules)
            ),
        )
    )
)
requests = st.builds(
    AuthorizationRequest,
    cell=st.sampled_from([CELL, CELL, Cell(desk="d", case_type="t", action_type="other")]),
    problem=st.sampled_from(["", "", "", "bad argument"]),
    at=st.none() | st.integers(0, 200).map(lambda hour: NOON + timedelta(hours=hour)),
    is_known_case_type=st.sampled_from([True, True, False]),
    effect_class=st.sampled_from(list(EffectClass)),
    arguments=st.fixed_dictionaries(
        {},
        optional={
            "owner": st.sampled_from(["north", "east", ["north"], None]),
            "size": st.integers(0, 6) | st.sampled_from([1.0, 2.5, True, False, [1], {"n": 1}]),
        },
    ),
    told=st.dictionaries(
        st.sampled_from(["owner", "size"]), st.frozensets(st.sampled_from(["a@s", "b@s"]))
    ),
    amount=st.none()
    | st.builds(
        Money,
        minor=st.integers(-1, 150) | st.sampled_from([-(2**63), 2**63, 10**400]),
        currency=st.sampled_from(["EUR", "EUR", "USD", "", "eur"]),
    ),
    customer=st.sampled_from(["", "c1", "\u200b"]),
    reasoner=st.sampled_from([OWN, OWN, OWN, "agent"]),
    confidence=maybe_share | st.floats(),
    is_calibrated=st.booleans(),
    score=maybe_share,
    rolling_cut=maybe_share,
    rolling_threshold=maybe_share,
    wider_cut=maybe_share,
    wider_threshold=maybe_share,
    priority=st.integers(1, 9),
    stale=names,
    contradictory=names,
    unseen=names,
    named=st.sampled_from([(), (), (), ("body: B-2001",)]),
    unearned=st.sampled_from(["", "", "", "agent@2"]),
    in_hand=st.sampled_from(["", "", "", "a fact told by ann"]),
    paused=st.sampled_from(["", "", "all"]),
    can_audit=st.sampled_from([True, True, False]),
    person_roles=st.none() | st.frozensets(st.sampled_from(list(Role)), max_size=3),
    approvals=st.integers(0, 2),
)
spent = st.builds(Spent, executions=st.integers(0, 4), amount=st.integers(0, 150))


@st.composite
def usages(draw: st.DrawFn, policy: CellPolicy) -> Usage:
    """Some of the budgets of a policy, more or less used."""
    keys = [one.limit.key for one in policy.budgets(is_alone=True)]
    return Usage(spent={key: draw(spent) for key in keys if draw(st.booleans())})


def policy_of(of: CellLimits | None, rules: Any = ()) -> CellPolicy:
    """The policy of the one cell with these limits and rules."""
    from engine.govern.envelope import CellEnvelope

    envelope = None if of is None else CellEnvelope(cell=CELL, limits=of, hash=b"h")
    return policy_for(CELL, envelope, rules)
