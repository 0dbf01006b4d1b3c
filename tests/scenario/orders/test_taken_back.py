"""Who takes back what two people signed, or what senior operators decide: not one, not others."""

from collections.abc import Callable

import pytest

from engine.desks.orders.desk import default_envelope
from engine.desks.orders.words import CaseType
from engine.domain.actor import Role
from engine.domain.case import Attention
from engine.domain.case_status import CaseStatus
from engine.domain.decision import DecisionKind
from engine.domain.preview import Preview
from engine.errors import InvalidRequest, NotAllowed
from engine.govern.envelope import EnvelopeDocument
from engine.service.requests import UndoEffect
from engine.simulators.orders.events import Episode
from tests.scenario.orders.life import Life, begun
from tests.scenario.orders.living import OrdersWorld, with_envelope

ONLY_UNDOES = {"cancel_refund", "reinstate_order", "restore_address", "cancel_shipment"}


def two_for_refunds() -> EnvelopeDocument:
    """The shipped envelope, in which refunds above 10.00 take two people."""
    document = default_envelope()
    cells = tuple(
        one.model_copy(update={"second_person_above": 1_000}) if one.action == "refund" else one
        for one in document.cells
    )
    return document.model_copy(update={"cells": cells})


def much(life: Life, one: Episode) -> bool:
    made = life.card(one).recommendation
    first = made.actions[0] if made else None
    return first is not None and first.tool == "refund" and first.arguments["amount_minor"] > 1_000


def test_one_never_calls_back_what_two_paid(make_sqlite_orders: Callable[..., OrdersWorld]) -> None:
    life = begun(make_sqlite_orders(change=with_envelope(two_for_refunds())))
    one = next(one for one in life.episodes if much(life, one))
    world, order_id = life.orders.world, one.row.order_id
    for name in ("ann", "ben"):
        person = world.person(name, Role.OPERATOR, Role.SENIOR_OPERATOR)
        world.decide(life.case(one), person, DecisionKind.APPROVE)
        world.clock.move(minutes=11)
    life.orders.work()
    (refund,) = life.orders.shop.payments(order_id)["refunds"]
    life.orders.submit([{**one.row.columns(), "id": "SIM-other-1"}])
    life.orders.work()
    assert not ONLY_UNDOES & {tool.tool for tool in life.orders.card("SIM-other-1").tools}
    said = {"order_id": order_id, "refund_id": refund["id"]}
    with pytest.raises(InvalidRequest, match="undo that case"):
        world.decide(
            life.orders.case("SIM-other-1"),
            life.sam,
            DecisionKind.OVERRIDE,
            tool="cancel_refund",
            arguments=said,
        )
    life.orders.work()
    assert life.orders.shop.payments(order_id)["refunds"] == [refund]


def test_a_case_of_seniors_comes_back_theirs(
    make_sqlite_orders: Callable[..., OrdersWorld],
) -> None:
    life = begun(make_sqlite_orders())
    one = next(
        one
        for one in life.episodes
        if life.case(one).role == "senior_operator" and life.plan(one)[:1] == ["hold_order"]
    )
    life.decide(one, DecisionKind.APPROVE)
    life.undo(one)
    case = life.case(one)
    assert (case.status, case.attention) == (CaseStatus.PENDING, Attention.UNDONE)
    assert case.role == "senior_operator"
    olga = life.orders.world.person("olga", Role.OPERATOR)
    life.orders.world.clock.move(minutes=11)
    with pytest.raises(NotAllowed, match="waits for a senior operator"):
        life.orders.world.decide(case, olga, DecisionKind.REJECT)


def test_who_may_not_cancel_does_not_reinstate(
    make_sqlite_orders: Callable[..., OrdersWorld],
) -> None:
    """No cell names what takes a cancellation back: the cancellation's own counts."""
    life = begun(make_sqlite_orders())
    one, world = life.of(CaseType.FRAUD_SUSPECTED)[0], life.orders.world
    order_id = one.row.order_id
    life.decide(one, DecisionKind.ESCALATE, role=Role.OPERATOR)
    said = {"order_id": order_id, "reason": "fraud"}
    life.decide(one, DecisionKind.OVERRIDE, tool="cancel_order", arguments=said)
    case = life.case(one)
    assert case.status is CaseStatus.DONE
    request = UndoEffect(case_id=case.id, version=case.version, reason="mine")
    with pytest.raises(NotAllowed, match="decided by senior operator"):
        world.execute(request, world.person("olga", Role.OPERATOR))
    life.orders.work()
    assert life.orders.shop.order(order_id)["status"] == "CANCELLED"
    life.undo(one)
    assert life.orders.shop.order(order_id)["status"] != "CANCELLED"


def test_override_shows_what_it_changed_itself(
    make_sqlite_orders: Callable[..., OrdersWorld],
) -> None:
    """Refunded otherwise than recommended: the card says what the shop holds."""
    life = begun(make_sqlite_orders())
    one = next(one for one in life.episodes if much(life, one))
    made = life.card(one).recommendation
    assert made
    said = {**made.actions[0].arguments, "amount_minor": 900}
    life.decide(one, DecisionKind.OVERRIDE, tool="refund", arguments=said)
    (refund,) = life.orders.shop.payments(one.row.order_id)["refunds"]
    (step,) = life.card(one).steps
    shown = Preview.from_json(step.preview)
    assert shown
    assert shown.difference
    assert [move.money.minor for move in shown.difference.money] == [900]
    assert refund["amount_minor"] == 900
