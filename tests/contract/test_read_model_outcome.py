"""The card of a decided case, on both databases: its end, its undo, its outcome, its timeline."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from engine.domain.actor import DecidedBy
from engine.domain.case_status import CaseStatus
from engine.domain.decision import DecisionKind
from engine.domain.effect import EffectStatus
from engine.domain.phase import Phase
from engine.service.requests import UndoEffect
from engine.service.rows import CaseCard
from engine.testing.stub_desk import ticket_rows
from engine.testing.world import START, World
from tests.contract.read_model_world import MINUTE, queries_of, stub_world, submit, with_history

A = "T000000"
Maker = Callable[..., World]


@pytest.fixture
def make(tmp_path: Path, database_url: str) -> Iterator[Maker]:
    made: list[World] = []

    def new(**options: Any) -> World:
        made.append(stub_world(tmp_path, database_url, **options))
        return made[-1]

    yield new
    for world in made:
        world.close()


def card_of(world: World, source_id: str = A) -> CaseCard:
    return queries_of(world).card(world.case(source_id).id)


def decided(world: World, kind: DecisionKind, **fields: Any) -> World:
    """A case that anna decided and the worker took to its end."""
    submit(world)
    world.decide(world.case(A), world.person("anna"), kind, **fields)
    world.clock.move(seconds=9)
    world.work()
    return world


# --- after the decision ------------------------------------------------------------------


def test_released_decision_shows_its_end(make: Maker) -> None:
    world = make()
    submit(world)
    world.decide(world.case(A), world.person("anna"), DecisionKind.APPROVE)
    card = card_of(world)
    assert card.decision is not None
    assert (card.releases_at, card.decision.person) == (START + timedelta(seconds=8), "anna")
    world.clock.move(seconds=9)
    world.work()
    assert (card_of(world).releases_at, card_of(world).row.status) == (None, CaseStatus.DONE)


def test_case_is_settled_when_it_was_decided(make: Maker) -> None:
    world = make()
    submit(world)
    assert card_of(world).settled_at is None
    world.clock.move(minutes=3)
    world.decide(world.case(A), world.person("anna"), DecisionKind.APPROVE)
    assert card_of(world).settled_at == START + 3 * MINUTE
    world.clock.move(seconds=9)
    world.work()
    assert card_of(world).settled_at == START + 3 * MINUTE


def test_case_run_alone_is_settled_by_its_permit(make: Maker) -> None:
    world = with_history(make(phase=Phase.BOUNDED))
    submit(world)
    assert card_of(world).row.status is CaseStatus.DONE
    assert card_of(world).settled_at == world.clock.now()


def test_replayed_case_is_settled_on_the_desks_clock(make: Maker) -> None:
    world = make()
    world.clock.move(days=400)
    later = START + timedelta(hours=2)
    for prefix, at in (("T", START), ("U", later)):
        world.submit(ticket_rows(1, opened_at=at, prefix=prefix), is_replay=True)
        world.work()
    world.decide(world.case(A), world.person("anna"), DecisionKind.REJECT)
    assert card_of(world).settled_at == later


def test_done_case_can_be_undone_once(make: Maker) -> None:
    world = decided(make(), DecisionKind.APPROVE)
    card = card_of(world)
    assert (card.can_undo, card.words.undo) == (True, "An undo would: Assign T000000 to nobody.")
    assert [(effect.status, effect.is_correct) for effect in card.effects] == [
        (EffectStatus.SUCCEEDED, True)
    ]
    case = world.case(A)
    world.execute(
        UndoEffect(case_id=case.id, version=case.version, reason="wrong"), world.person("anna")
    )
    world.work()
    after = card_of(world)
    assert (after.can_undo, after.row.status) == (False, CaseStatus.PENDING)
    assert [effect.undoes for effect in after.effects] == [None, card.effects[0].id]
    assert after.outcome == "what was done was put back"


@pytest.mark.parametrize(
    ("truth", "outcome"),
    [
        ("north", "what was done was right: the record says north"),
        ("south", "what was done was wrong: the record says south"),
    ],
    ids=["right", "wrong"],
)
def test_outcome_says_what_proved_true(make: Maker, truth: str, outcome: str) -> None:
    world = make()
    known_at = START + 30 * MINUTE
    submit(world, truth=truth, known_at=known_at.isoformat())
    world.decide(world.case(A), world.person("anna"), DecisionKind.APPROVE)
    world.clock.move(seconds=9)
    world.work()
    assert card_of(world).outcome == ""
    world.clock.move(hours=1)
    world.work()
    assert card_of(world).outcome == outcome


def test_withdrawn_case_says_what_was_right(make: Maker) -> None:
    world = make()
    submit(world, truth="south", known_at=(START + MINUTE).isoformat())
    world.clock.move(minutes=2)
    world.work()
    card = card_of(world)
    assert card.row.status is CaseStatus.WITHDRAWN
    assert card.outcome == "the recommendation was wrong: the record says south"


def test_timeline_tells_the_whole_way(make: Maker) -> None:
    world = decided(make(), DecisionKind.APPROVE, note="as agreed")
    told = [(row.stage, row.text, row.decided_by, row.actor) for row in card_of(world).timeline]
    code, person = DecidedBy.CODE, DecidedBy.PERSON
    assert told == [
        ("perceive", "Came in from stub as T000000 (real data).", code, "test"),
        ("perceive", "2 facts gathered (revision 1).", code, "engine"),
        ("reason", "Recommends: Assign to north; confidence 90\u202f%.", DecidedBy.CODE, "stub"),
        ("govern", "Policy says: a person has to decide.", DecidedBy.POLICY, "envelope"),
        ("person", "Approved: Assign to north. Note: as agreed", person, "anna"),
        ("act", "A single-use permit was made from a person's decision.", person, "anna"),
        ("act", "About to run “Assign a ticket”.", person, "anna"),
        ("act", "Done, and reading it back shows what was asked for.", code, "engine"),
    ]
    rules = [row.rule for row in card_of(world).timeline]
    assert rules[3:6] == [
        "phase_is_copilot, confidence_uncalibrated",
        "AGREED",
        "grant from decision",
    ]
