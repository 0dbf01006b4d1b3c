"""A plan is judged step by step and as a whole."""

from dataclasses import replace
from typing import Any

import pytest

from engine.domain.actor import Role
from engine.domain.budget import Period, Spent
from engine.domain.money import Money
from engine.domain.phase import Cell, Phase
from engine.domain.verdict import VerdictKind
from engine.govern.authorize import CellPolicy, authorize, policy_for
from engine.govern.authorize_plan import PlanStep, authorize_plan, strictest
from engine.govern.documents import read_document
from engine.govern.envelope import CellEntry, EnvelopeDocument, resolve
from engine.govern.hard_rules import GuardrailDocument, HardRule, hard_rules
from engine.govern.limits import Budget, HandSetThreshold
from engine.govern.request import AuthorizationRequest, Usage
from engine.testing.world import START

OPERATOR = frozenset({Role.OPERATOR})


def step(
    minor: int | None,
    *,
    tool: str = "pay",
    currency: str = "EUR",
    rules: str = "",
    by: frozenset[Role] | None = None,
    **limits: Any,
) -> PlanStep:
    cell = Cell(desk="d", case_type="t", action_type=tool)
    entry = CellEntry(
        case_type="t",
        action=tool,
        phase=Phase.BOUNDED,
        threshold=HandSetThreshold(min_confidence=0.5),
        **limits,
    )
    document = EnvelopeDocument(desk="d", cells=(entry,))
    hard: tuple[HardRule, ...] = ()
    if rules:
        hard = tuple(hard_rules(read_document(GuardrailDocument, rules, "a test")))
    request = AuthorizationRequest(
        cell=cell,
        at=START,
        amount=None if minor is None else Money(minor=minor, currency=currency),
        confidence=0.9,
        is_calibrated=True,
        score=0.9,
        person_roles=by,
        approvals=1 if by else 0,
    )
    return PlanStep(request=request, policy=policy_for(cell, resolve(document)[cell], hard))


UNUSED = Usage()


def kinds(*steps: PlanStep, usage: Usage = UNUSED) -> list[VerdictKind]:
    return [verdict.kind for verdict in authorize_plan(steps, usage)]


_E, _S, _D = VerdictKind.EXECUTE, VerdictKind.ESCALATE, VerdictKind.DENY
CAP = "desk: d\nguardrails:\n- {name: no_more, why: risk, action: pay, amount_cap: 100}\n"


@pytest.mark.parametrize(
    ("steps", "wanted"),
    [
        ([step(60, amount_cap=100), step(40, amount_cap=100)], [_E, _E]),
        ([step(60, amount_cap=100), step(41, amount_cap=100)], [_S, _S]),
        ([step(60, amount_cap=100), step(41, tool="gift", amount_cap=100)], [_E, _E]),
        ([step(60, amount_cap=100), step(None, tool="tell")], [_E, _E]),
        ([step(101, amount_cap=100), step(None, tool="tell")], [_S, _E]),
        ([step(60, rules=CAP), step(41, rules=CAP)], [_D, _D]),
        ([step(60, rules=CAP), step(40, rules=CAP)], [_E, _E]),
    ],
    ids=["at the cap", "over it", "other cell", "no money", "one alone", "rule", "rule kept"],
)
def test_caps_see_the_sum_of_a_cell(steps: list[PlanStep], wanted: list[VerdictKind]) -> None:
    assert kinds(*steps) == wanted


@pytest.mark.parametrize(
    ("other", "is_two"),
    [
        (step(41, tool="gift", by=OPERATOR, second_person_above=100), True),
        (step(40, tool="gift", by=OPERATOR, second_person_above=100), False),
        (step(41, tool="gift", by=OPERATOR), True),
        (step(500, tool="gift", currency="USD", by=OPERATOR), False),
    ],
    ids=["sum over", "sum at", "a cell without a limit", "other currency"],
)
def test_the_second_person_sees_the_sum(other: PlanStep, is_two: bool) -> None:
    first = step(60, by=OPERATOR, second_person_above=100)
    verdict = authorize_plan([first, other], Usage())[0]
    broken = [rule.rule for rule in verdict.broken if rule.binds_people]
    assert broken == (["second_person_missing"] if is_two else [])
    assert verdict.kind is (_S if is_two else _E)


def test_a_plan_spends_its_budget_itself() -> None:
    two = (Budget(per=Period.DAY, executions=2),)
    three = [step(None, budgets=two) for _ in range(3)]
    assert kinds(*three) == [_E, _E, _S]
    money = (Budget(per=Period.DAY, amount=100),)
    parts = [step(40, budgets=money, amount_cap=1_000) for _ in range(3)]
    assert kinds(*parts) == [_E, _E, _S]
    key = parts[0].policy.budgets(is_alone=True)[0].limit.key
    used = Usage(spent={key: Spent(executions=1, amount=30)})
    assert kinds(*parts, usage=used) == [_E, _S, _S]


def test_what_a_case_moved_before_counts() -> None:
    def kind(minor: int, *, rules: str = "", **limits: Any) -> VerdictKind:
        one = step(minor, rules=rules, **limits)
        request = replace(one.request, moved_in_cell=60, moved=90)
        return authorize_plan([replace(one, request=request)], Usage())[0].kind

    assert [kind(minor, amount_cap=100) for minor in (40, 41, 0)] == [_E, _S, _E]
    assert [kind(minor, rules=CAP) for minor in (40, 41)] == [_E, _D]
    assert [kind(minor, second_person_above=100) for minor in (10, 11)] == [_E, _S]
    money = (Budget(per=Period.DAY, amount=100),)  # knows by itself what was taken of it
    assert kind(100, budgets=money) is _E


def test_one_action_is_judged_as_ever() -> None:
    for one in (step(101, amount_cap=100), step(None), step(7, by=OPERATOR)):
        assert authorize_plan([one], Usage()) == (authorize(one.request, one.policy, Usage()),)


def test_the_strictest_says_most() -> None:
    verdicts = authorize_plan(
        [step(None, tool="tell"), step(101, amount_cap=100), step(None, tool="note")], Usage()
    )
    assert strictest(verdicts) == 1
    copilot = [replace(one, kind=_S, would_have=_E) for one in verdicts]
    copilot[2] = replace(copilot[2], would_have=_S)
    assert strictest(copilot) == 2


def test_a_cell_without_limits_is_a_persons() -> None:
    bare = replace(step(None), policy=CellPolicy(envelope=None))
    assert kinds(step(None, tool="tell"), bare) == [_E, _S]
