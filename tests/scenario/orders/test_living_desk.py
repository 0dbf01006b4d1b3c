"""A living desk: engine, shop over HTTP and a simulated world, from case to outcome."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

import pytest

from engine.desks.orders.words import CaseType
from engine.domain.actor import Person, Role
from engine.domain.case import Attention, Case, Origin
from engine.domain.case_status import CaseStatus
from engine.domain.decision import DecisionKind
from engine.domain.grant import GrantBasis
from engine.domain.outcome import OutcomeKind
from engine.domain.phase import Phase
from engine.domain.plan import StepStatus
from engine.domain.preview import Preview
from engine.errors import InvalidRequest
from engine.govern.limits import RollingThreshold
from engine.service.requests import ProvideFact, UndoEffect
from engine.service.rows import CaseCard
from engine.simulators.orders.events import Episode
from engine.simulators.orders.world import make_sample
from engine.testing.world import START
from tests.scenario.orders.living import OrdersWorld, disagreements, envelope
from tests.scenario.reasoned import ledger_findings

SEED, FEW, HOURS = 3, 20, 1.0
ENOUGH = 32
"""Labels from which confidence is calibrated."""
LATER_SEED, LATER = 4, 18
WHOLE = ["cancel_order", "refund", "message_customer"]
"""The plan of three steps."""


@dataclass
class Life:
    """A world with a sample of cases, and the people who look after them."""

    orders: OrdersWorld
    episodes: Sequence[Episode]

    @property
    def sam(self) -> Person:
        return self.orders.world.person("sam", Role.OPERATOR, Role.SENIOR_OPERATOR)

    def of(self, case_type: CaseType) -> Sequence[Episode]:
        return [one for one in self.episodes if one.row.case_type == case_type]

    def case(self, one: Episode) -> Case:
        return self.orders.case(one.row.id)

    def card(self, one: Episode) -> CaseCard:
        return self.orders.card(one.row.id)

    def plan(self, one: Episode) -> list[str]:
        made = self.card(one).recommendation
        return [action.tool for action in made.actions] if made else []

    def decide(self, one: Episode, kind: DecisionKind, **fields: object) -> Case:
        self.orders.world.decide(self.case(one), self.sam, kind, **fields)
        self.orders.work()
        return self.case(one)

    def undo(self, one: Episode) -> str:
        case = self.case(one)
        request = UndoEffect(case_id=case.id, version=case.version, reason="customer called")
        said = self.orders.world.execute(request, self.sam).message
        self.orders.work()
        return said

    def with_plan(self, tools: list[str]) -> Episode:
        return next(one for one in self.episodes if self.plan(one) == tools)


def begun(orders: OrdersWorld, cases: int = FEW) -> Life:
    """A sample of every case type, reasoned about; nobody has decided yet."""
    plan = make_sample(SEED, cases, START, hours=HOURS)
    assert orders.live(plan).accepted == cases
    orders.work()
    return Life(orders=orders, episodes=plan.episodes)


@pytest.fixture
def life(make_orders: Callable[..., OrdersWorld]) -> Life:
    return begun(make_orders())


def sound(life: Life, *more: Episode) -> None:
    """Both sides agree, and the ledger verifies."""
    names = [one.row.id for one in (*life.episodes, *more)]
    assert disagreements(life.orders, names) == []
    assert ledger_findings(life.orders.world) == []


# ---------------------------------------------------------------------------- what waits


def test_every_type_waits_with_what_is_needed(life: Life) -> None:
    for case_type in CaseType:
        assert len(life.of(case_type)) >= 3
        for one in life.of(case_type):
            look_at(life, one)
    quoted = [fact for one in life.episodes for fact in life.card(one).facts if fact.quote]
    assert {fact.source for fact in quoted} == {"customer", "carrier", "detector"}
    assert life.orders.shop.operations() == {}
    sound(life)


def look_at(life: Life, one: Episode) -> None:
    """One card: a recommendation, its preview and its way back, facts and who says them."""
    case, card = life.case(one), life.card(one)
    assert (case.status, case.origin) == (CaseStatus.PENDING, Origin.SIMULATED)
    assert case.attention in (Attention.COPILOT, Attention.OUTSIDE_ENVELOPE)
    assert card.recommendation
    assert card.recommendation.draft.rationale
    assert "order_id" in {fact.attribute for fact in card.facts}
    first = card.steps[0]
    assert bool(first.way_back) == (first.tool != "message_customer")
    shown = Preview.from_json(card.recommendation.actions[0].preview)
    assert shown
    assert (shown.refusal, shown.difference and shown.difference.is_empty) == ("", False)
    for quote in (fact.quote for fact in card.facts if fact.quote):
        assert quote.before + quote.words + quote.after in getattr(one.row, quote.field)


# ---------------------------------------------------------------------------- what is decided


def test_approved_plans_run_to_their_end(life: Life) -> None:
    for one in life.episodes:
        plan = life.plan(one)
        assert life.decide(one, DecisionKind.APPROVE).status is CaseStatus.DONE, one.row.id
        assert life.orders.called(one.row.id) == plan
        assert {row.status for row in life.card(one).steps} == {StepStatus.VERIFIED}
    assert WHOLE in [life.plan(one) for one in life.episodes]
    grants = life.orders.world.parts.store.reader.grants
    assert {grant.basis for one in life.episodes for grant in grants(life.case(one).id)} == {
        GrantBasis.DECISION
    }
    sound(life)
    labels_tell_what_was_right(life)


def labels_tell_what_was_right(life: Life) -> None:
    """Each label becomes the outcome of what was done; nothing simulated counts as real."""
    life.orders.tell_labels(life.episodes)
    life.orders.world.clock.move(minutes=1)
    life.orders.work()
    reader = life.orders.world.parts.store.reader
    for one in life.episodes:
        (outcome,) = reader.outcomes(life.case(one).id)
        made = life.card(one).recommendation
        assert made
        is_right = made.draft.label == one.outcome.y_resolution
        expected = OutcomeKind.CORRECT if is_right else OutcomeKind.WRONG
        assert (outcome.kind, outcome.truth) == (expected, one.outcome.y_resolution)
        assert outcome.origin is Origin.SIMULATED


def test_people_can_answer_in_every_way(life: Life) -> None:
    override, reject, ask = life.of(CaseType.DUPLICATE_ORDER)[:3]
    escalate = life.of(CaseType.PAYMENT_MISMATCH)[0]
    said = {"order_id": override.row.order_id, "subject": "Two orders", "body": "Are both meant?"}
    done = life.decide(
        override, DecisionKind.OVERRIDE, tool="message_customer", arguments=said, note="ask first"
    )
    assert done.status is CaseStatus.DONE
    assert life.orders.called(override.row.id) == ["message_customer"]
    assert life.decide(reject, DecisionKind.REJECT).status is CaseStatus.CLOSED_NO_ACTION
    assert life.orders.called(reject.row.id) == []
    waits = life.decide(ask, DecisionKind.ASK, question="Is the second one a gift?")
    assert waits.status is CaseStatus.WAITING_FACT
    answer = ProvideFact(case_id=waits.id, version=waits.version, attribute="gift", value="no")
    life.orders.world.execute(answer, life.sam)
    life.orders.work()
    assert life.case(ask).status is CaseStatus.PENDING
    raised = life.decide(escalate, DecisionKind.ESCALATE, role=Role.SENIOR_OPERATOR)
    assert (raised.status, raised.role) == (CaseStatus.PENDING, Role.SENIOR_OPERATOR)
    assert life.decide(escalate, DecisionKind.APPROVE).status is CaseStatus.DONE
    sound(life)


# ---------------------------------------------------------------------------- what is undone


def no_false_alarm(life: Life, one: Episode) -> None:
    """What an undo puts back last cannot be told yet, which is no refusal."""
    rows = life.orders.world.engine.preview_undo(life.case(one).id, life.sam)
    assert [(row.is_left, row.refusal, row.after) for row in rows] == [
        *((True, "", 0), (False, "", 0), (False, "", 2)),
    ]
    assert [row.difference is None for row in rows] == [True, False, True]


def test_plan_is_undone_before_money_settles(life: Life) -> None:
    one = life.with_plan(WHOLE)
    before = life.orders.shop.payments(one.row.order_id)["refunded_minor"]
    life.decide(one, DecisionKind.APPROVE)
    order = life.orders.shop.order(one.row.order_id)
    assert (order["status"], order["refunded_minor"]) == ("CANCELLED", order["captured_minor"])
    no_false_alarm(life, one)
    assert "cannot be taken back" in life.undo(one)
    case = life.case(one)
    assert (case.status, case.attention) == (CaseStatus.PENDING, Attention.UNDONE)
    assert life.orders.called(one.row.id) == [*WHOLE, "cancel_refund", "reinstate_order"]
    order = life.orders.shop.order(one.row.order_id)
    assert (order["status"], order["refunded_minor"]) == ("PLACED", before)
    assert len(order["messages"]) == 1
    assert [row.status for row in life.card(one).steps] == [
        StepStatus.UNDONE,
        StepStatus.UNDONE,
        StepStatus.VERIFIED,
    ]
    sound(life)


def test_settled_money_does_not_come_back(life: Life) -> None:
    one = life.with_plan(WHOLE)
    life.decide(one, DecisionKind.APPROVE)
    life.orders.world.clock.move(hours=72)
    life.orders.shop.happen("settle")
    life.undo(one)
    case = life.case(one)
    assert (case.status, case.attention) == (CaseStatus.NEEDS_REPAIR, Attention.UNDO_FAILED)
    assert life.orders.called(one.row.id) == WHOLE
    assert life.orders.shop.order(one.row.order_id)["status"] == "CANCELLED"
    sound(life)


def test_message_alone_has_no_way_back(life: Life) -> None:
    one = life.with_plan(["message_customer"])
    life.decide(one, DecisionKind.APPROVE)
    with pytest.raises(InvalidRequest, match="no declared way back"):
        life.undo(one)
    assert life.case(one).status is CaseStatus.DONE


# ---------------------------------------------------------------------------- what runs alone


def test_some_run_alone_once_labels_are_in(make_orders: Callable[..., OrdersWorld]) -> None:
    orders = make_orders()
    life = begun(orders, ENOUGH)
    orders.tell_labels(life.episodes)
    orders.world.clock.move(days=1)
    trusted = RollingThreshold(risk_limit=0.35)
    orders.world.set_envelope(envelope(Phase.BOUNDED, threshold=trusted).to_yaml())
    later = make_sample(LATER_SEED, LATER, orders.world.clock.now() + timedelta(hours=1), hours=1)
    orders.live(later)
    orders.work()
    ended = Counter(orders.case(one.row.id).status for one in later.episodes)
    assert set(ended) <= {CaseStatus.DONE, CaseStatus.PENDING}
    assert ended[CaseStatus.DONE] > 3
    for one in later.episodes:
        card = orders.card(one.row.id)
        if orders.case(one.row.id).status is CaseStatus.DONE:
            assert card.recommendation
            assert card.recommendation.is_calibrated
            assert card.grant
            assert (card.grant.basis, card.decision) == (GrantBasis.VERDICT, None)
            assert {row.status for row in card.steps} == {StepStatus.VERIFIED}
    sound(life, *later.episodes)
