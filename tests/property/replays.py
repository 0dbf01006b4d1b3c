"""Generated histories and documents of a made-up desk, for the tests of the replay."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from random import Random
from typing import Any, TypeVar

import numpy as np
from hypothesis import strategies as st

from engine.domain.budget import Period
from engine.domain.case import Origin
from engine.domain.money import Money
from engine.domain.phase import Cell, Phase
from engine.domain.tool import EffectClass
from engine.govern.documents import PolicyDocument
from engine.govern.envelope import CellEntry, EnvelopeDocument
from engine.govern.hard_rules import GoalsDocument, GuardrailDocument, NamedRule, Otherwise
from engine.govern.history import DecisionHistory
from engine.govern.limits import (
    OWN,
    ArgumentRule,
    Budget,
    HandSetThreshold,
    Hours,
    Limits,
    RollingThreshold,
    Weekday,
    Wider,
)
from engine.govern.past_decisions import PastDecision, PastDecisions
from engine.govern.policy_set import PolicySet
from engine.govern.replay_rules import Cuts
from engine.govern.request import AuthorizationRequest

D = TypeVar("D", bound=PolicyDocument)

DESK = "d"
ZONES = ("UTC", "Europe/Vienna", "Australia/Lord_Howe", "America/New_York")
CELLS = tuple(
    Cell(desk=DESK, case_type=case_type, action_type=action)
    for case_type, action in (("t", "a"), ("t", "b"), ("u", "a"))
)
STRAY = Cell(desk=DESK, case_type="u", action_type="gone")
# Clocks change in Vienna in this week, and on Lord Howe a week later.
START = datetime(2026, 3, 26, 20, tzinfo=UTC)
RISKS = (0.05, 0.1)

maybe = st.booleans()

STEPS_S = (0, 1, 90, 900, 1_200, 1_200, 3_600, 3_600, 20_000, 90_000)
SHARES = (0.2, 0.5, 0.8, 0.95, 0.95)
AMOUNTS = (None, None, 0, 100, 400, 1000, 5000)
ARGUMENTS: tuple[dict[str, Any], ...] = (
    *({}, {"x": 1}, {"x": 1}, {"x": 1.0}),
    *({"x": True}, {"x": "north"}, {"x": ["north"]}, {"x": None}),
)

TOLD: tuple[dict[str, frozenset[str]], ...] = (
    *({}, {"x": frozenset(["a@s"])}, {"x": frozenset(["b@s", "a@s"])}),
    {"x": frozenset(["b@s"]), "y": frozenset(["a@s"])},
)


IMPOSSIBLE = (-1, 10**15, 2**63, 10**400)
"""Amounts that are none."""
UNSURE = (None, None, float("nan"), float("inf"), -0.1, 7.0)
"""No confidence, and what is none."""
NOBODY = ("", "", "\u200b ")


def request(chance: Random, at: datetime, trouble: float) -> AuthorizationRequest:
    """A request of software; `trouble` is how often each thing is wrong that can be wrong."""

    def odd(value: Any, usual: Any) -> Any:
        return value if chance.random() < trouble else usual

    amount = odd(chance.choice(IMPOSSIBLE), chance.choice(AMOUNTS))
    confidence = odd(chance.choice(UNSURE), chance.choice(SHARES))
    effect, money = EffectClass.REVERSIBLE, chance.choice(["USD", "USD", "eur", ""])
    return AuthorizationRequest(
        cell=odd(STRAY, chance.choice(CELLS)),
        problem=odd("bad argument", ""),
        at=at,
        is_known_case_type=odd(False, True),
        effect_class=odd(chance.choice(list(EffectClass)), effect),
        arguments=odd({"x": 5.5, "y": "long"}, chance.choice(ARGUMENTS)),
        told=chance.choice(TOLD),
        reasoner=odd("agent", OWN),
        unearned=odd("agent@2", ""),
        amount=None if amount is None else Money(minor=amount, currency=odd(money, "EUR")),
        customer=odd(chance.choice(NOBODY), chance.choice(["c1", "c2", " C1"])),
        confidence=confidence,
        is_calibrated=odd(False, True),
        score=confidence,
        priority=odd(1, chance.randint(2, 5)),
        stale=("s",) * odd(1, 0),
        contradictory=("c",) * odd(2, 0),
        unseen=("u",) * odd(2, 0),
        named=odd(("body: B-2001",), ()),
        in_hand=odd("a person told a fact", ""),
    )


@st.composite
def histories(draw: st.DrawFn, most: int = 60) -> DecisionHistory:
    """Days of decisions, some of them at one moment."""
    chance, rows = Random(draw(st.integers(0, 10**6))), draw(st.integers(1, most))
    trouble = draw(st.sampled_from([0.0, 0.02, 0.2]))
    cases = draw(st.sampled_from([4, 10**6]))  # few: several calls each
    past, at = PastDecisions(), START
    for number in range(rows):
        at += timedelta(seconds=chance.choice(STEPS_S))
        asked, before = request(chance, at, trouble), chance.choice([0, 0, 0, 100, 700])
        asked = replace(asked, moved=before, moved_in_cell=chance.choice([0, before]))
        case_id, acted = f"case {chance.randrange(cases)}", chance.random() < 0.3
        past.add(PastDecision(request=asked, case_id=case_id, text=f"Case {number}", acted=acted))
    return past.history(desk=DESK, origin=Origin.SIMULATED, as_of=at)


# --- documents ---------------------------------------------------------------------------

budgets = st.builds(
    Budget,
    per=st.sampled_from(list(Period)),
    for_each=st.sampled_from([None, "customer"]),
    executions=st.sampled_from([1, 2, 2, 3, 3, 4, 5, 9, 9, 0]),
    amount=st.sampled_from([*[None] * 7, 3000, 500, 0]),
)
several_budgets = st.lists(
    budgets, max_size=2, unique_by=lambda budget: (budget.per, budget.for_each)
).map(tuple)
hours = st.builds(
    Hours,
    days=st.sampled_from([tuple(Weekday), tuple(Weekday)[1:], tuple(Weekday)[:5]]),
    opens=st.sampled_from([time(0), time(2, 30), time(8)]),
    closes=st.sampled_from([time(0), time(18, 15)]),
)
argument_rules = st.sampled_from(
    [
        ArgumentRule(none_of=(True,)),
        ArgumentRule(one_of=(1, "north")),
        ArgumentRule(at_least=1, at_most=6),
        ArgumentRule(longest=3),
        ArgumentRule(none_of=(1,)),
        ArgumentRule(none_of=("north",)),
        ArgumentRule(told_by=("a@s",)),
        ArgumentRule(told_by=("a@s", "b@s"), at_most=6),
    ]
)
several_arguments: st.SearchStrategy[dict[str, ArgumentRule]] = st.one_of(
    st.just({}),
    st.just({}),
    st.dictionaries(st.sampled_from(["x", "y"]), argument_rules, max_size=1),
)


zones = st.sampled_from(ZONES)


def in_zone(document: D, zone: str) -> D:
    """The document in a zone; its check asks the whole list of zones, which takes its time."""
    return document.model_copy(update={"zone": zone})


def rarely(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """None in two cases of three."""
    return st.one_of(st.none(), st.none(), strategy)


@st.composite
def entries(draw: st.DrawFn, cell: Cell) -> CellEntry:
    """The limits of a cell, and wider ones beyond them."""
    is_rolling, low = draw(maybe), draw(st.sampled_from([0.1, 0.5]))
    threshold = (
        RollingThreshold(risk_limit=RISKS[0])
        if is_rolling
        else HandSetThreshold(min_confidence=low + 0.4)
    )
    beyond = (
        RollingThreshold(risk_limit=draw(st.sampled_from(RISKS)))
        if is_rolling
        else HandSetThreshold(min_confidence=low)
    )
    cap, urgent = draw(rarely(st.sampled_from([1000, 200]))), draw(st.sampled_from([2, 3, 4]))
    wider = Wider(
        threshold=draw(st.sampled_from([None, beyond])),
        most_urgent_priority=draw(st.sampled_from([None, 1, 2])),
        amount_cap=None if cap is None else draw(st.sampled_from([None, cap, 4000])),
        veto_minutes=draw(st.sampled_from([20, 600, None, 1, 1.0000001])),
    )
    return CellEntry(
        case_type=cell.case_type,
        action=cell.action_type,
        phase=draw(
            st.sampled_from([Phase.COPILOT, *[Phase.BOUNDED] * 2, *[Phase.ON_THE_LOOP] * 3])
        ),
        threshold=threshold,
        earned_by=draw(rarely(st.sampled_from([(OWN, "agent"), ("agent", "other")]))),
        most_urgent_priority=urgent,
        amount_cap=cap,
        arguments=draw(several_arguments),
        budgets=draw(several_budgets),
        hours=draw(rarely(hours)),
        reversible_only=draw(maybe),
        max_stale_facts=draw(st.integers(0, 1)),
        max_contradictions=draw(st.integers(0, 2)),
        max_unseen_values=draw(rarely(st.integers(0, 1))),
        second_person_above=draw(rarely(st.just(900))),
        on_the_loop=wider,
    )


@st.composite
def generous_entries(draw: st.DrawFn, cell: Cell) -> CellEntry:
    """Limits so wide that little but budgets, windows and sums keeps software from acting."""
    cap = draw(st.sampled_from([None, 1000, 5000]))
    return CellEntry(
        case_type=cell.case_type,
        action=cell.action_type,
        phase=draw(st.sampled_from([Phase.BOUNDED, Phase.ON_THE_LOOP, Phase.ON_THE_LOOP])),
        threshold=HandSetThreshold(min_confidence=draw(st.sampled_from([0.3, 0.6]))),
        most_urgent_priority=1,
        amount_cap=cap,
        second_person_above=draw(st.sampled_from([None, 9000])),
        budgets=draw(several_budgets),
        reversible_only=False,
        on_the_loop=Wider(
            amount_cap=None if cap is None else draw(st.sampled_from([None, 6000])),
            threshold=HandSetThreshold(min_confidence=0.1),
            veto_minutes=draw(st.sampled_from([20, 600])),
        ),
    )


@st.composite
def envelopes(draw: st.DrawFn) -> EnvelopeDocument:
    """Limits of some of the cells, with budgets at every level."""
    listed = draw(st.sampled_from([CELLS, CELLS[::-1], CELLS[:2], CELLS[2:]]))
    kind = draw(st.sampled_from([entries, generous_entries, generous_entries]))
    document = EnvelopeDocument(
        desk=DESK,
        currency="EUR",
        limits=Limits(budgets=draw(several_budgets), hours=draw(rarely(rarely(hours)))),
        case_types={listed[0].case_type: Limits(budgets=draw(several_budgets))},
        cells=tuple(draw(kind(cell)) for cell in listed),
    )
    return in_zone(document, draw(zones))


@st.composite
def named_rules(draw: st.DrawFn, name: str) -> NamedRule:
    """One hard rule with one limit, or one that says never."""
    field, value = draw(
        st.one_of(
            st.tuples(st.just("budgets"), st.tuples(budgets)),
            st.tuples(st.just("budgets"), st.tuples(budgets)),
            st.tuples(st.just("hours"), hours),
            st.tuples(st.just("amount_cap"), st.sampled_from([0, 900])),
            st.tuples(st.just("arguments"), st.just({"x": ArgumentRule(none_of=("north",))})),
            st.tuples(st.just("max_unseen_values"), st.integers(0, 1)),
            st.tuples(st.just("max_stale_facts"), st.just(0)),
            st.tuples(st.just("max_contradictions"), st.just(1)),
            st.tuples(st.just("most_urgent_priority"), st.just(2)),
            st.tuples(st.just("reversible_only"), st.just(True)),
            st.tuples(st.just("never"), st.just(True)),
        )
    )
    where: dict[str, Any] = draw(st.sampled_from([{}, {"case_type": "t"}, {"action": "b"}]))
    return NamedRule(
        name=name,
        why="because",
        otherwise=draw(st.sampled_from(list(Otherwise))),
        **where,
        **{field: value},
    )


@st.composite
def policies(draw: st.DrawFn) -> PolicySet:
    """All three documents, each in a zone of its own."""
    rules = [
        draw(named_rules(f"g{number}")) for number in range(draw(st.sampled_from([0, 1, 0, 2])))
    ]
    constraints = [draw(named_rules(f"c{number}")) for number in range(draw(st.integers(0, 1)))]
    return PolicySet(
        envelope=draw(envelopes()),
        guardrails=in_zone(GuardrailDocument(desk=DESK, guardrails=tuple(rules)), draw(zones)),
        goals=GoalsDocument(
            desk=DESK,
            goal="Be right.",
            currency=draw(st.sampled_from(["EUR", "USD"])),
            constraints=tuple(constraints),
        ),
    )


@dataclass(frozen=True)
class SomeCuts:
    """Cuts that change over the rows; none for the first of them."""

    history: DecisionHistory

    def __call__(self, risk_limit: float) -> Any:
        cuts = np.where(np.arange(len(self.history)) % 3 == 0, 0.8, 0.5 - risk_limit)
        cuts[: len(self.history) // 5] = np.nan
        return cuts


def cuts_of(history: DecisionHistory) -> Cuts:
    return SomeCuts(history)
