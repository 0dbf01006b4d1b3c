"""A living desk: engine, shop over HTTP and a simulated world, from case to outcome."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

import pytest

from engine.desks.orders.words import CaseType
from engine.domain.actor import Role
from engine.domain.case import Attention, Origin
from engine.domain.case_status import CaseStatus
from engine.domain.decision import DecisionKind
from engine.domain.grant import GrantBasis
from engine.domain.outcome import OutcomeKind
from engine.domain.phase import Phase
from engine.domain.plan import StepStatus
from engine.domain.preview import Preview
from engine.errors import InvalidRequest
from engine.govern.limits import RollingThreshold
from engine.service.requests import ProvideFact
from engine.simulators.orders.events import Episode
from engine.simulators.orders.world import make_sample
from engine.testing.world import START
from tests.scenario.orders.life import Life, begun
from tests.scenario.orders.living import OrdersWorld, disagreements, envelope
from tests.scenario.reasoned import ledger_findings

ENOUGH, HOURS = 32, 1.0
"""Labels from which confidence is calibrated; hours in which cases come."""
LEARNED_SEED, LATER_SEED, LATER = 3, 4, 18
WHOLE = ["cancel_order", "refund", "message_customer"]
"""The plan of three steps."""


@dataclass
class SharedLife(Life):
    """A life that several tests share, each with cases of its own."""

    @property
    def undone(self) -> Episode:
        return self.of(CaseType.DUPLICATE_ORDER)[0]

    @property
    def settled(self) -> Episode:
        return self.of(CaseType.DUPLICATE_ORDER)[1]

    @property
    def answered(self) -> Sequence[Episode]:
        return [*self.of(CaseType.DUPLICATE_ORDER)[2:], self.of(CaseType.PAYMENT_MISMATCH)[0]]

    @property
    def messaged(self) -> Episode:
        return self.with_plan(["message_customer"])

    @property
    def approved(self) -> Sequence[Episode]:
        others = [self.undone, *self.answered, self.messaged]
        return [one for one in self.episodes if one not in others]

    def approve(self) -> None:
        """Whatever of these is not approved yet."""
        for one in self.approved:
            if self.case(one).status is CaseStatus.PENDING:
                self.orders.world.decide(self.case(one), self.sam, DecisionKind.APPROVE)
        self.orders.work()


@pytest.fixture(scope="module")
def life(shared_orders: OrdersWorld) -> SharedLife:
    made = begun(shared_orders)
    return SharedLife(orders=made.orders, episodes=made.episodes, waited=made.waited)


def sound(orders: OrdersWorld, *episodes: Episode) -> None:
    """Both sides agree, and the ledger verifies."""
    assert disagreements(orders, [one.row.id for one in episodes]) == []
    assert ledger_findings(orders.world) == []


# ---------------------------------------------------------------------------- what waits


def test_every_type_waits_with_what_is_needed(life: SharedLife) -> None:
    for case_type in CaseType:
        assert len(life.of(case_type)) >= 3
        for one in life.of(case_type):
            look_at(life, one)
    cards = [card for _, card in life.waited.values()]
    quoted = [fact for card in cards for fact in card.facts if fact.quote]
    assert {fact.source for fact in quoted} == {"customer", "carrier", "detector"}


def look_at(life: SharedLife, one: Episode) -> None:
    """One card: a recommendation, its preview and its way back, facts and who says them."""
    case, card = life.waited[one.row.id]
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


def test_people_can_answer_in_every_way(life: SharedLife) -> None:
    ask, override, reject, escalate = life.answered
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
    sound(life.orders, *life.episodes)


# ---------------------------------------------------------------------------- what is undone


def no_false_alarm(life: SharedLife, one: Episode) -> None:
    """What an undo puts back last cannot be told yet, which is no refusal."""
    rows = life.orders.world.engine.preview_undo(life.case(one).id, life.sam)
    assert [(row.is_left, row.refusal, row.after) for row in rows] == [
        *((True, "", 0), (False, "", 0), (False, "", 2)),
    ]
    assert [row.difference is None for row in rows] == [True, False, True]


def test_plan_is_undone_before_money_settles(life: SharedLife) -> None:
    one = life.undone
    assert life.plan(one) == WHOLE
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
    sound(life.orders, *life.episodes)


def test_message_alone_has_no_way_back(life: SharedLife) -> None:
    one = life.messaged
    life.decide(one, DecisionKind.APPROVE)
    with pytest.raises(InvalidRequest, match="no declared way back"):
        life.undo(one)
    assert life.case(one).status is CaseStatus.DONE


# -------------------------------------------------- time goes on: the others, and what comes of it


def test_approved_plans_run_to_their_end(life: SharedLife) -> None:
    life.approve()
    for one in life.approved:
        assert life.case(one).status is CaseStatus.DONE, one.row.id
        assert life.orders.called(one.row.id) == life.plan(one)
        assert {row.status for row in life.card(one).steps} == {StepStatus.VERIFIED}
    assert {one.row.case_type for one in life.approved} == {*CaseType}
    assert WHOLE in [life.plan(one) for one in life.approved]
    grants = life.orders.world.parts.store.reader.grants
    assert {grant.basis for one in life.approved for grant in grants(life.case(one).id)} == {
        GrantBasis.DECISION
    }
    sound(life.orders, *life.episodes)
    labels_tell_what_was_right(life)


def labels_tell_what_was_right(life: SharedLife) -> None:
    """Each label becomes the outcome of what was done; nothing simulated counts as real."""
    life.orders.tell_labels(life.approved)
    life.orders.world.clock.move(minutes=1)
    life.orders.work()
    reader = life.orders.world.parts.store.reader
    for one in life.approved:
        (outcome,) = reader.outcomes(life.case(one).id)
        made = life.card(one).recommendation
        assert made
        is_right = made.draft.label == one.outcome.y_resolution
        expected = OutcomeKind.CORRECT if is_right else OutcomeKind.WRONG
        assert (outcome.kind, outcome.truth) == (expected, one.outcome.y_resolution)
        assert outcome.origin is Origin.SIMULATED


def test_settled_money_does_not_come_back(life: SharedLife) -> None:
    one = life.settled
    life.approve()
    life.orders.world.clock.move(hours=72)
    life.orders.shop.happen("settle")
    life.undo(one)
    case = life.case(one)
    assert (case.status, case.attention) == (CaseStatus.NEEDS_REPAIR, Attention.UNDO_FAILED)
    assert life.orders.called(one.row.id) == life.plan(one) == WHOLE
    assert life.orders.shop.order(one.row.order_id)["status"] == "CANCELLED"
    sound(life.orders, *life.episodes)


# ---------------------------------------------------------------------------- what runs alone


def test_some_run_alone_once_labels_are_in(make_sqlite_orders: Callable[..., OrdersWorld]) -> None:
    orders = make_sqlite_orders()
    learned = make_sample(LEARNED_SEED, ENOUGH, START, hours=HOURS)
    orders.live(learned)
    orders.work()
    orders.tell_labels(learned.episodes)
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
    sound(orders, *learned.episodes, *later.episodes)
