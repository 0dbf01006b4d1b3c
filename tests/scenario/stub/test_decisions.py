"""A person's answers, from the click to the effect and back."""

from collections.abc import Callable

import pytest

from engine.domain.actor import Role
from engine.domain.case import Attention
from engine.domain.case_status import CaseStatus
from engine.domain.decision import DecisionKind, ReasonCode
from engine.domain.effect import EffectStatus
from engine.errors import AlreadyDone, Conflict, InvalidRequest, NotAllowed
from engine.service.requests import (
    ClaimCase,
    DecideCase,
    ProvideFact,
    TakeBackDecision,
    UndoEffect,
)
from engine.testing.stub_desk import ticket_rows
from engine.testing.ticket_book import TicketBook
from engine.testing.world import START, World

A = "T000000"
B = "T000001"


def book(world: World) -> list[tuple[str, str]]:
    entries = TicketBook(world.parts.settings.data_dir / "tickets.db").entries()
    return sorted((number, owner) for _, number, owner in entries)


def ready(world: World, count: int = 1) -> World:
    world.submit(ticket_rows(count, opened_at=START))
    world.work()
    return world


def test_copilot_case_waits_and_says_would_have(stub_world: World) -> None:
    case = ready(stub_world).case(A)
    made = stub_world.parts.store.reader.recommendation(case)
    assert case.status is CaseStatus.PENDING
    assert made is not None
    assert made.actions[0].verdict.kind == "ESCALATE"
    broken = [rule.rule for rule in made.actions[0].verdict.broken]
    assert broken == ["phase_is_copilot", "confidence_uncalibrated"]


def test_approved_case_acts_once_and_verifies(stub_world: World) -> None:
    world = ready(stub_world)
    ann = world.person("ann")
    world.decide(world.case(A), ann, DecisionKind.APPROVE)
    world.work()
    case = world.case(A)
    effects = world.parts.store.reader.effects(case.id)
    assert case.status is CaseStatus.DONE
    assert book(world) == [(A, "north")]
    assert [(e.status, e.is_completed, e.is_correct) for e in effects] == [
        (EffectStatus.SUCCEEDED, True, True)
    ]
    assert world.kinds(case.id) == [
        "CASE_RECEIVED",
        "CASE_PERCEIVED",
        "CASE_REASONED",
        "VERDICT_GIVEN",
        "DECISION_TAKEN",
        "GRANT_MINTED",
        "EFFECT_INTENDED",
        "EFFECT_RECORDED",
    ]
    assert world.engine.verify_ledger().is_intact


def test_override_runs_the_other_action(stub_world: World) -> None:
    world = ready(stub_world)
    world.decide(
        world.case(A),
        world.person("ann"),
        DecisionKind.OVERRIDE,
        tool="assign_owner",
        arguments={"number": A, "owner": "south"},
    )
    world.work()
    assert world.case(A).status is CaseStatus.DONE
    assert book(world) == [(A, "south")]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"number": A}, "owner: Field required"),
        ({"number": A, "owner": "east"}, "'east' is not one of the known owners"),
        ({"number": A, "owner": "south", "urgent": True}, "urgent: Extra inputs"),
        ({"number": A, "owner": 7}, "owner: Input should be a valid string"),
    ],
    ids=["missing", "unknown value", "unknown argument", "wrong type"],
)
def test_override_outside_the_schema_is_refused(
    stub_world: World, arguments: dict[str, object], words: str
) -> None:
    world = ready(stub_world)
    with pytest.raises(InvalidRequest, match=words):
        world.decide(
            world.case(A),
            world.person("ann"),
            DecisionKind.OVERRIDE,
            tool="assign_owner",
            arguments=arguments,
        )
    assert world.case(A).status is CaseStatus.PENDING
    assert world.kinds(world.case(A).id)[-1] == "ATTEMPT_REFUSED"


def test_rejected_case_closes_without_effect(stub_world: World) -> None:
    world = ready(stub_world)
    world.decide(
        world.case(A), world.person("ann"), DecisionKind.REJECT, reason_code=ReasonCode.DUPLICATE
    )
    world.work()
    assert world.case(A).status is CaseStatus.CLOSED_NO_ACTION
    assert book(world) == []


def test_escalated_case_waits_for_the_role(stub_world: World) -> None:
    world = ready(stub_world)
    world.decide(world.case(A), world.person("ann"), DecisionKind.ESCALATE, note="not mine")
    case = world.case(A)
    assert (case.status, case.attention, case.role) == (
        CaseStatus.PENDING,
        Attention.ESCALATED,
        Role.SENIOR_OPERATOR,
    )


def test_escalated_case_is_the_roles_to_answer(stub_world: World) -> None:
    world = ready(stub_world)
    ann, sam = world.person("ann"), world.person("sam", Role.SENIOR_OPERATOR)
    world.decide(world.case(A), ann, DecisionKind.ESCALATE, note="not mine")
    with pytest.raises(NotAllowed, match="waits for a senior operator"):
        world.decide(world.case(A), ann, DecisionKind.APPROVE)
    world.clock.move(seconds=301)
    world.decide(world.case(A), sam, DecisionKind.APPROVE)
    world.work()
    assert book(world) == [(A, "north")]


def test_asked_case_is_reasoned_anew_with_the_answer(stub_world: World) -> None:
    world = ready(stub_world)
    ann = world.person("ann")
    world.decide(world.case(A), ann, DecisionKind.ASK, question="who owned it before?")
    waiting = world.case(A)
    assert waiting.status is CaseStatus.WAITING_FACT
    world.execute(
        ProvideFact(
            case_id=waiting.id, version=waiting.version, attribute="owner_before", value="south"
        ),
        ann,
    )
    world.work()
    case = world.case(A)
    facts = world.parts.store.reader.fact_sets([case.id])[case.id]
    assert case.status is CaseStatus.PENDING
    assert facts.value_of("owner_before") == "south"
    assert facts.revision == 3


def test_unanswered_question_comes_back(stub_world: World) -> None:
    world = ready(stub_world)
    world.decide(world.case(A), world.person("ann"), DecisionKind.ASK, question="who?")
    world.clock.move(days=1, seconds=1)
    world.work()
    case = world.case(A)
    assert (case.status, case.attention) == (CaseStatus.PENDING, Attention.FACT_TIMED_OUT)


def test_taken_back_decision_never_acts(make_stub_world: Callable[..., World]) -> None:
    world = ready(make_stub_world(take_back_s=8))
    ann = world.person("ann")
    done = world.decide(world.case(A), ann, DecisionKind.APPROVE)
    world.clock.move(seconds=3)
    world.work()
    assert done.version is not None
    world.execute(TakeBackDecision(case_id=world.case(A).id, version=done.version), ann)
    world.clock.move(seconds=30)
    world.work()
    case = world.case(A)
    assert (case.status, case.attention) == (CaseStatus.PENDING, Attention.TAKEN_BACK)
    assert book(world) == []


def test_released_decision_cannot_be_taken_back(make_stub_world: Callable[..., World]) -> None:
    world = ready(make_stub_world(take_back_s=8))
    ann = world.person("ann")
    done = world.decide(world.case(A), ann, DecisionKind.APPROVE)
    world.clock.move(seconds=8)
    assert done.version is not None
    with pytest.raises(Conflict, match="too late"):
        world.execute(TakeBackDecision(case_id=world.case(A).id, version=done.version), ann)
    world.work()
    assert book(world) == [(A, "north")]


def test_only_the_decider_takes_back(make_stub_world: Callable[..., World]) -> None:
    world = ready(make_stub_world(take_back_s=8))
    done = world.decide(world.case(A), world.person("ann"), DecisionKind.APPROVE)
    assert done.version is not None
    with pytest.raises(NotAllowed, match="Only ann"):
        world.execute(
            TakeBackDecision(case_id=world.case(A).id, version=done.version), world.person("bob")
        )


def test_stale_version_is_a_conflict(stub_world: World) -> None:
    world = ready(stub_world)
    ann, case = world.person("ann"), world.case(A)
    world.claim(case, ann)
    with pytest.raises(Conflict, match="changed while you looked"):
        world.execute(
            DecideCase(
                case_id=case.id,
                version=case.version - 1,
                kind=DecisionKind.APPROVE,
                client_key="k",
            ),
            ann,
        )
    assert book(world) == []


def test_double_click_is_one_decision(stub_world: World) -> None:
    world = ready(stub_world)
    ann, case = world.person("ann"), world.case(A)
    first = world.decide(case, ann, DecisionKind.APPROVE, client_key="form-1")
    again = world.execute(
        DecideCase(
            case_id=case.id,
            version=case.version,
            kind=DecisionKind.APPROVE,
            client_key="form-1",
        ),
        ann,
    )
    world.work()
    assert first.message == "Approved."
    assert again.message == "Already recorded, once."
    assert book(world) == [(A, "north")]


def test_form_key_of_another_case_is_refused(stub_world: World) -> None:
    world = ready(stub_world, 2)
    ann = world.person("ann")
    world.decide(world.case(A), ann, DecisionKind.APPROVE, client_key="form-1")
    with pytest.raises(AlreadyDone):
        world.decide(world.case(B), ann, DecisionKind.APPROVE, client_key="form-1")
    assert world.case(B).status is CaseStatus.PENDING


def test_claimed_case_is_not_taken_over(stub_world: World) -> None:
    world = ready(stub_world)
    case = world.case(A)
    world.claim(case, world.person("ann"))
    with pytest.raises(Conflict, match="ann works on this case"):
        world.claim(case, world.person("bob"))
    world.clock.move(seconds=301)
    world.claim(case, world.person("bob"))


def test_expired_claim_keeps_the_draft(stub_world: World) -> None:
    world = ready(stub_world)
    ann, case = world.person("ann"), world.case(A)
    world.execute(ClaimCase(case_id=case.id, draft="I think"), ann)
    world.clock.move(seconds=301)
    with pytest.raises(Conflict, match="claim has ended"):
        world.execute(
            DecideCase(
                case_id=case.id,
                version=case.version,
                kind=DecisionKind.APPROVE,
                client_key="k",
            ),
            world.person("bob"),
        )
    world.execute(ClaimCase(case_id=case.id), ann)
    card = world.engine.queries.card(case.id)
    assert card.claim is not None
    assert card.claim.draft == "I think"


def test_viewer_may_not_decide(stub_world: World) -> None:
    world = ready(stub_world)
    viewer = world.person("vic", Role.VIEWER)
    case = world.case(A)
    with pytest.raises(NotAllowed, match="Only operator or senior operator"):
        world.execute(ClaimCase(case_id=case.id), viewer)
    assert world.kinds(case.id)[-1] == "ATTEMPT_REFUSED"


def test_undo_puts_back_and_asks_again(stub_world: World) -> None:
    world = ready(stub_world)
    ann = world.person("ann")
    world.decide(world.case(A), ann, DecisionKind.APPROVE)
    world.work()
    done = world.case(A)
    world.execute(UndoEffect(case_id=done.id, version=done.version, reason="wrong owner"), ann)
    world.work()
    case = world.case(A)
    assert (case.status, case.attention) == (CaseStatus.PENDING, Attention.UNDONE)
    assert TicketBook(world.parts.settings.data_dir / "tickets.db").owner(A) == ""
    assert world.kinds(case.id)[-4:] == [
        "UNDO_REQUESTED",
        "GRANT_MINTED",
        "EFFECT_INTENDED",
        "EFFECT_UNDONE",
    ]


def test_undo_is_refused_when_the_target_moved_on(stub_world: World) -> None:
    world = ready(stub_world)
    ann = world.person("ann")
    world.decide(world.case(A), ann, DecisionKind.APPROVE)
    world.work()
    done = world.case(A)
    world.execute(UndoEffect(case_id=done.id, version=done.version, reason="wrong"), ann)
    TicketBook(world.parts.settings.data_dir / "tickets.db").assign(A, "south", "elsewhere")
    world.work()
    case = world.case(A)
    assert case.status is CaseStatus.DONE
    assert case.attention_note.startswith("not undone: TARGET_CHANGED")
    assert TicketBook(world.parts.settings.data_dir / "tickets.db").owner(A) == "south"
