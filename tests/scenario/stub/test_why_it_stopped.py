"""Why an action did not run after all: the check that has changed is named, with its own reason."""

from collections.abc import Callable
from datetime import time, timedelta

import pytest

from engine.domain.case import Attention
from engine.domain.case_status import CaseStatus
from engine.domain.decision import DecisionKind
from engine.domain.verdict import VerdictKind
from engine.errors import InvalidRequest
from engine.govern.limits import Hours, Weekday
from engine.service import attention_words
from engine.service.requests import HoldAction
from engine.service.rows import CaseCard
from engine.service.trials import Trial
from engine.testing.stub_desk import ASSIGN, CASE_TYPE, DESK, stub_envelope, ticket_rows
from engine.testing.world import World
from tests.scenario.stub.test_bounded import book, calibrated
from tests.scenario.stub.test_on_the_loop import LOOP, MINUTES, A, lapse, told, wait

WHY = "agreed with the board's office"
RULE = """\
desk: stub
guardrails:
- name: not_to_the_board
  why: agreed with the board's office
  otherwise: {otherwise}
  action: assign_owner
  arguments: {{owner: {{none_of: [north]}}}}
"""


@pytest.fixture
def world(make_stub_world: Callable[..., World]) -> World:
    """A cell in which a confidence of 0.9 runs only after a veto window."""
    return calibrated(make_stub_world(take_back_s=8.0, **LOOP))


def card_of(world: World) -> CaseCard:
    return world.engine.queries.card(world.case(A).id)


def said_of(world: World) -> str:
    return attention_words.note_words(card_of(world).row, {})


def forbid(world: World) -> None:
    world.set_guardrails(RULE.format(otherwise="DENY"))


# --- the reason --------------------------------------------------------------------------


def test_guardrail_signed_meanwhile_is_named(world: World) -> None:
    told(world)
    forbid(world)
    case = lapse(world)
    assert (case.status, case.attention) == (CaseStatus.PENDING, Attention.DENIED)
    assert said_of(world) == (
        "Guardrail “not to the board” forbids it: owner is north against owner none of north, "
        f"because {WHY}"
    )
    assert book(world) == []


def test_guardrail_that_asks_a_person_is_named(world: World) -> None:
    told(world)
    world.set_guardrails(RULE.format(otherwise="ESCALATE"))
    case = lapse(world)
    assert (case.status, case.attention) == (CaseStatus.PENDING, Attention.OUTSIDE_ENVELOPE)
    assert "not to the board" in said_of(world)
    assert card_of(world).words.can_approve


def test_unchanged_envelope_is_never_blamed(world: World) -> None:
    closes = (world.clock.now() + timedelta(minutes=MINUTES / 2)).time()
    hours = Hours(days=tuple(Weekday), opens=time(0), closes=closes)
    world.set_envelope(stub_envelope(**LOOP | {"hours": hours}).to_yaml())
    told(world)
    case = lapse(world)
    assert (case.status, case.attention) == (CaseStatus.PENDING, Attention.OUTSIDE_ENVELOPE)
    assert said_of(world).startswith("It is outside the hours: ")


def test_changed_envelope_is_blamed(world: World) -> None:
    told(world)
    world.set_envelope(stub_envelope(**LOOP | {"most_urgent_priority": 9}).to_yaml())
    case = lapse(world)
    assert (case.attention, case.attention_note.partition(":")[0]) == (
        Attention.ENVELOPE_CHANGED,
        "priority_too_urgent",
    )


# --- the card beforehand -----------------------------------------------------------------


def test_card_says_beforehand_that_nobody_can(world: World) -> None:
    told(world)
    forbid(world)
    lapse(world)
    words = card_of(world).words
    assert not words.can_approve
    assert words.why_not == (
        "Guardrail “not to the board” forbids this to everybody: owner is north (limit: owner "
        f"none of north). Why: {WHY}. Nobody can approve it."
    )
    with pytest.raises(InvalidRequest, match="forbids this to everybody") as refused:
        world.decide(world.case(A), world.person("ann"), DecisionKind.APPROVE)
    assert refused.value.message == words.why_not


def test_waiting_case_learns_of_a_new_guardrail(make_stub_world: Callable[..., World]) -> None:
    world = make_stub_world(take_back_s=8.0)
    world.submit(ticket_rows(1, opened_at=world.clock.now(), confidence="0.9"))
    world.work()
    assert card_of(world).words.can_approve
    forbid(world)
    assert not card_of(world).words.can_approve


def test_override_is_still_possible(world: World) -> None:
    told(world)
    forbid(world)
    case = lapse(world)
    world.decide(
        case,
        world.person("ann"),
        DecisionKind.OVERRIDE,
        tool="assign_owner",
        arguments={"number": A, "owner": "south"},
    )
    assert wait(world, seconds=9).status is CaseStatus.DONE
    assert book(world) == [(A, "south")]


def test_held_action_cannot_be_released_either(world: World) -> None:
    case = told(world)
    ann = world.person("ann")
    world.execute(HoldAction(case_id=case.id, version=case.version, reason="odd owner"), ann)
    forbid(world)
    (held,) = world.engine.queries.live().held
    assert (held.words.can_approve, "not to the board" in held.words.why_not) == (False, True)


# --- a request that is only tried --------------------------------------------------------


def test_trial_waits_like_the_real_action(world: World) -> None:
    told(world)
    arguments = {"number": A, "owner": "north"}
    trial = Trial(case_type=CASE_TYPE, action=ASSIGN.name, arguments=arguments, confidence=0.9)
    verdict = world.engine.queries.tried(DESK, trial)
    assert verdict.kind is VerdictKind.VETO_WINDOW
    (rule,) = verdict.broken
    assert rule.limit.endswith(f"after {MINUTES} minutes")
