"""A BOUNDED cell: what runs alone, what does not, and what happens when a tool misbehaves."""

from collections.abc import Callable

import pytest

from engine.domain.actor import Role
from engine.domain.case import Attention
from engine.domain.case_status import CaseStatus
from engine.domain.effect import EffectStatus
from engine.domain.phase import Phase
from engine.domain.policy import PolicyKind
from engine.errors import InvalidRequest, NotAllowed, ToolError, ToolOutcomeUnknown, ToolUnavailable
from engine.service.requests import PauseScope, ProposeVersion, SettleRepair, SignVersion
from engine.testing.stub_desk import stub_envelope, ticket_rows
from engine.testing.ticket_book import TicketBook
from engine.testing.world import START, World

A = "T000000"
HISTORY = 40
SIGN = SignVersion(kind=PolicyKind.ENVELOPE, desk="stub", version=1, over=0)


def calibrated(world: World) -> World:
    """Forty labelled cases make the calibrator trustworthy enough to act on."""
    history = ticket_rows(HISTORY, opened_at=START, prefix="H", truth="north")
    world.submit(history)
    world.work()
    world.clock.move(minutes=1)
    world.work()
    return world


def book(world: World) -> list[tuple[str, str]]:
    entries = TicketBook(world.parts.settings.data_dir / "tickets.db").entries()
    return sorted((number, owner) for _, number, owner in entries)


def submit(world: World, count: int = 1, **fields: str) -> World:
    world.submit(ticket_rows(count, opened_at=world.clock.now(), **fields))
    world.work()
    return world


def test_uncalibrated_cell_never_acts_alone(make_stub_world: Callable[..., World]) -> None:
    world = submit(make_stub_world(phase=Phase.BOUNDED))
    case = world.case(A)
    assert (case.status, case.attention) == (CaseStatus.PENDING, Attention.OUTSIDE_ENVELOPE)
    assert case.attention_note.startswith("confidence_uncalibrated")
    assert book(world) == []


def test_calibrated_cell_acts_alone_with_audit_draw(make_stub_world: Callable[..., World]) -> None:
    world = submit(calibrated(make_stub_world(phase=Phase.BOUNDED)))
    case = world.case(A)
    assert case.status is CaseStatus.DONE
    assert book(world) == [(A, "north")]
    card = world.engine.queries.card(case.id)
    assert card.grant is not None
    assert (card.grant.basis, card.grant.actor) == ("verdict", "envelope")
    draws = world.parts.store.reader.audit_draws(case.id)
    assert [(draw.stream, draw.probability) for draw in draws] == [("UNIFORM", 0.1)]


def test_rate_budget_sends_the_rest_to_people(make_stub_world: Callable[..., World]) -> None:
    world = calibrated(make_stub_world(phase=Phase.BOUNDED, executions_per_hour=3))
    submit(world, 5)
    assert len(book(world)) == 3
    waiting = [world.case(f"T{number:06d}") for number in range(5)]
    notes = [c.attention for c in waiting if c.status is CaseStatus.PENDING]
    assert notes == [Attention.BUDGET_SPENT, Attention.BUDGET_SPENT]


def test_low_confidence_goes_to_a_person(make_stub_world: Callable[..., World]) -> None:
    world = calibrated(make_stub_world(phase=Phase.BOUNDED, min_confidence=0.9))
    submit(world, confidence="0.3")
    case = world.case(A)
    assert case.attention is Attention.OUTSIDE_ENVELOPE
    assert case.attention_note.startswith("confidence_below_threshold")


def test_pause_turns_verdicts_into_escalations(make_stub_world: Callable[..., World]) -> None:
    world = calibrated(make_stub_world(phase=Phase.BOUNDED))
    world.execute(PauseScope(scope="desk:stub", reason="drill"), world.person("ann"))
    submit(world)
    assert world.case(A).attention is Attention.PAUSED
    assert book(world) == []


def test_unavailable_tool_is_tried_again_once_it_answers(
    make_stub_world: Callable[..., World],
) -> None:
    seen: list[str] = []

    def fail_twice(key: str) -> None:
        seen.append(key)
        if len(seen) < 3:
            raise ToolUnavailable("no connection")

    world = submit(calibrated(make_stub_world(phase=Phase.BOUNDED, before_call=fail_twice)))
    assert world.case(A).status is CaseStatus.UNKNOWN
    world.clock.move(seconds=1)
    world.work()
    world.clock.move(seconds=2)
    world.work()
    assert world.case(A).status is CaseStatus.DONE
    assert len(seen) == 3
    assert len(set(seen)) == 1


def test_refusing_tool_gives_back_the_budget(make_stub_world: Callable[..., World]) -> None:
    def refuse(key: str) -> None:
        raise ToolError("the ticket is locked")

    world = submit(calibrated(make_stub_world(phase=Phase.BOUNDED, before_call=refuse)))
    case = world.case(A)
    assert (case.status, case.attention, case.attention_note) == (
        CaseStatus.PENDING,
        Attention.TOOL_FAILED,
        "the ticket is locked",
    )
    cell = world.engine.queries.cells("stub")[0]
    assert cell.budgets[0].executions_used == 0


def test_unanswered_call_is_asked_with_the_same_key(make_stub_world: Callable[..., World]) -> None:
    keys: list[str] = []

    def vanish_once(key: str) -> None:
        keys.append(key)
        if len(keys) == 1:
            raise ToolOutcomeUnknown("the connection broke")

    world = submit(calibrated(make_stub_world(phase=Phase.BOUNDED, before_call=vanish_once)))
    assert world.case(A).status is CaseStatus.UNKNOWN
    world.clock.move(seconds=6)
    world.work()
    effects = world.parts.store.reader.effects(world.case(A).id)
    assert [(e.status, e.attempts) for e in effects] == [(EffectStatus.SUCCEEDED, 2)]
    assert keys[0] == keys[1]
    assert book(world) == [(A, "north")]


def test_never_answered_call_needs_a_person(make_stub_world: Callable[..., World]) -> None:
    def vanish(key: str) -> None:
        raise ToolOutcomeUnknown("the connection broke")

    world = submit(calibrated(make_stub_world(phase=Phase.BOUNDED, before_call=vanish)))
    for _ in range(5):
        world.clock.move(seconds=6)
        world.work()
    case = world.case(A)
    assert (case.status, case.attention) == (CaseStatus.NEEDS_REPAIR, Attention.OUTCOME_UNKNOWN)
    world.execute(
        SettleRepair(case_id=case.id, version=case.version, is_done=False, note="it did not"),
        world.person("ann"),
    )
    assert world.case(A).status is CaseStatus.PENDING


def proposal(document: str) -> ProposeVersion:
    return ProposeVersion(
        kind=PolicyKind.ENVELOPE, desk="stub", document=document, note="because", over=0
    )


def test_bounded_takes_two_names(make_stub_world: Callable[..., World]) -> None:
    world = make_stub_world()
    olivia = world.person("olivia", Role.PRODUCT_OWNER)
    document = stub_envelope(phase=Phase.BOUNDED).to_yaml()
    world.execute(
        ProposeVersion(
            kind=PolicyKind.ENVELOPE, desk="stub", document=document, note="wider", over=0
        ),
        olivia,
    )
    with pytest.raises(NotAllowed, match="somebody else has to sign"):
        world.execute(SIGN, olivia)
    cells = world.engine.queries.cells("stub")
    assert [cell.phase for cell in cells] == [Phase.COPILOT]
    world.execute(SIGN, world.person("rasmus", Role.RISK_OFFICER))
    cells = world.engine.queries.cells("stub")
    assert [(cell.phase, cell.is_evidenced) for cell in cells] == [(Phase.BOUNDED, False)]


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ("desk: [", "not YAML"),
        ("desk: other\ncells: []", "for 'other', not for 'stub'"),
        ("desk: stub\ncells: []\nwings: 2", "wings: there is no such key"),
    ],
    ids=["broken", "other desk", "unknown key"],
)
def test_bad_envelope_is_refused_in_words(
    make_stub_world: Callable[..., World], document: str, words: str
) -> None:
    world = make_stub_world()
    olivia = world.person("olivia", Role.PRODUCT_OWNER)
    with pytest.raises(InvalidRequest, match=words):
        world.execute(
            ProposeVersion(
                kind=PolicyKind.ENVELOPE, desk="stub", document=document, note="n", over=0
            ),
            olivia,
        )
