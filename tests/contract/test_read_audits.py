"""The audit stream, on both databases: who is asked what, and what stays hidden until then."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from engine.domain.actor import ENGINE, Person, Role
from engine.domain.case import Case
from engine.domain.case_status import CaseStatus
from engine.domain.decision import DecisionKind
from engine.domain.fact import Fact, fact_set, facts_to_json
from engine.domain.ledger import EntryDraft, EventKind
from engine.domain.transition import Transition
from engine.errors import NotAllowed, NotFound
from engine.service.live_rows import AuditCard
from engine.service.requests import AnswerAudit, HoldAction, SeeNotices, UndoEffect
from engine.store import tables
from engine.testing.stub_desk import DESK
from engine.testing.world import World
from tests.contract.live_world import WINDOW_S, lapse, loop_world, tell, window_of
from tests.contract.read_model_world import queries_of, submit

Maker = Callable[..., World]


@pytest.fixture
def make(tmp_path: Path, database_url: str) -> Iterator[Maker]:
    """Worlds in which every action that software takes is drawn, unless told otherwise."""
    made: list[World] = []

    def new(**options: Any) -> World:
        given = {"min_confidence": 0.5, "audit_rate": 1.0, **options}
        made.append(loop_world(tmp_path, database_url, **given))
        return made[-1]

    yield new
    for world in made:
        world.close()


def auditor(world: World, name: str = "sue") -> Person:
    return world.person(name, Role.SENIOR_OPERATOR)


def listed(world: World, person: Person | None = None, desk: str = "") -> list[str]:
    rows = queries_of(world).audits(desk, person=person or auditor(world))
    return [row.source_id for row in rows]


def card_of(world: World, source_id: str) -> AuditCard:
    return queries_of(world).audit(world.case(source_id).id, auditor(world))


def answer(world: World, case: Case, owner: str) -> None:
    request = AnswerAudit(
        case_id=case.id, tool="assign_owner", arguments={"number": case.source_id, "owner": owner}
    )
    world.execute(request, auditor(world))


def test_an_audit_is_truth_of_what_ran_alone(make: Maker) -> None:
    world = make()
    submit(world, 1, "A")
    submit(world, 1, "B")
    before = queries_of(world).scores()[0]
    answer(world, world.case("A000000"), "south")
    answer(world, world.case("B000000"), "north")
    after = queries_of(world).scores()[0]
    assert (before.executed_alone, before.realised_error.n) == (2, 0)
    assert (after.realised_error.k, after.realised_error.n) == (1, 2)
    gained = after.recommendation_correct.n - before.recommendation_correct.n
    assert gained == after.realised_error.n


# --- who is asked about what -------------------------------------------------------------


def test_drawn_actions_wait_oldest_first(make: Maker) -> None:
    world = make()
    submit(world, 1, "B")
    world.clock.move(seconds=1)
    submit(world, 1, "A")
    assert listed(world) == listed(world, desk=DESK) == ["B000000", "A000000"]
    assert listed(world, desk="elsewhere") == []
    (first, _) = queries_of(world).audits(person=auditor(world))
    assert first.drawn_at == world.clock.now() - timedelta(seconds=1)
    assert (first.desk, first.case_type, first.priority) == (DESK, "ticket", 3)


def test_lapsed_window_is_audited_once_it_ran(make: Maker) -> None:
    world = make(min_confidence=0.99)
    case = window_of(world)
    assert listed(world) == []
    tell(world, case.id)
    lapse(world)
    (row,) = queries_of(world).audits(person=auditor(world))
    assert (row.source_id, row.ran_at) == ("L000000", world.clock.now())
    assert row.drawn_at == row.ran_at - timedelta(seconds=WINDOW_S + 1)


def test_whoever_saw_its_window_is_not_asked(make: Maker) -> None:
    world = make(min_confidence=0.99)
    case = window_of(world)
    world.execute(SeeNotices(case_ids=(case.id,)), auditor(world))
    lapse(world)
    assert world.case("L000000").status is CaseStatus.DONE
    assert listed(world) == []
    others = queries_of(world).audits(person=world.person("otto", Role.SENIOR_OPERATOR))
    assert [row.source_id for row in others] == ["L000000"]


def test_feed_knows_what_waits_for_an_answer(make: Maker) -> None:
    world = make()
    submit(world, 1, "A")
    (before,) = queries_of(world).live().ran
    answer(world, world.case("A000000"), "south")
    (after,) = queries_of(world).live().ran
    assert (before.awaits_audit, after.awaits_audit) == (True, False)


def test_others_never_learn_what_was_drawn(make: Maker) -> None:
    world = make()
    submit(world, 1, "A")
    case_id = world.case("A000000").id
    for role in set(Role) - {Role.SENIOR_OPERATOR, Role.RISK_OFFICER}:
        person = world.person(f"a_{role}", role)
        with pytest.raises(NotAllowed):
            queries_of(world).audits(person=person)
        with pytest.raises(NotAllowed):
            queries_of(world).audit(case_id, person)
        with pytest.raises(NotAllowed):
            queries_of(world).audit_reveal(case_id, person)


def test_released_action_is_not_audited(make: Maker) -> None:
    world = make(min_confidence=0.99)
    case = window_of(world)
    ann = world.person("ann")
    world.execute(HoldAction(case_id=case.id, version=case.version, reason="let me look"), ann)
    world.decide(world.case("L000000"), ann, DecisionKind.APPROVE)
    world.clock.move(seconds=9)
    world.work()
    assert world.case("L000000").status is CaseStatus.DONE
    assert listed(world) == []


def test_action_that_was_not_drawn_is_left_out(make: Maker) -> None:
    world = make(audit_rate=0.5)
    submit(world, 20, "A")
    drawn = {
        case.source_id
        for case in (world.case(f"A{number:06}") for number in range(20))
        if any(one.is_selected for one in world.parts.store.reader.audit_draws(case.id))
    }
    assert set(listed(world)) == drawn
    assert 0 < len(drawn) < 20


def test_whoever_undid_it_is_not_asked(make: Maker) -> None:
    world = make()
    submit(world, 1, "A")
    case = world.case("A000000")
    sue = auditor(world)
    world.execute(UndoEffect(case_id=case.id, version=case.version, reason="wrong"), sue)
    world.work()
    assert listed(world, sue) == []
    assert listed(world, auditor(world, "kim")) == ["A000000"]
    with pytest.raises(NotFound):
        queries_of(world).audit(case.id, sue)


def test_answered_action_leaves_the_list(make: Maker) -> None:
    world = make()
    submit(world, 2, "A")
    answer(world, world.case("A000000"), "south")
    assert listed(world) == ["A000001"]
    with pytest.raises(NotFound):
        card_of(world, "A000000")


# --- what the card shows -----------------------------------------------------------------


def test_card_shows_facts_of_the_recommendation(make: Maker) -> None:
    world = make()
    submit(world, 1, "A")
    judged_at = world.clock.now()
    add_fact(world, "A000000", "closed as", "done by north")
    world.clock.move(hours=1)
    card = card_of(world, "A000000")
    assert [fact.attribute for fact in card.facts] == ["owner", "confidence"]
    assert (card.at, card.due_at) == (judged_at, None)


def test_card_marks_what_was_stale_then(make: Maker) -> None:
    world = make()
    submit(world, 1, "A")
    age_facts(world, "A000000", ttl_s=60)
    world.clock.move(hours=1)
    assert [fact.is_stale for fact in card_of(world, "A000000").facts] == [False, False]


def test_card_offers_every_tool_without_a_hint(make: Maker) -> None:
    world = make()
    submit(world, 1, "A")
    choice = card_of(world, "A000000").tools[0]
    assert choice.options == {"owner": ("", "north", "south")}
    assert choice.fixed == {"number": "A000000"}


def test_card_gives_nothing_of_software_away(make: Maker) -> None:
    """The stub's facts name the owner it recommends; everything else must not."""
    world = make()
    submit(world, 1, "A")
    card = card_of(world, "A000000")
    said = repr(replace(card, facts=(), tools=()))
    made = world.parts.store.reader.recommendation(world.case("A000000"))
    assert made
    for given_away in (made.draft.summary, "north", str(made.confidence), "assign", "EXECUTE"):
        assert given_away not in said


# --- after the answer --------------------------------------------------------------------


def test_nothing_is_revealed_before_the_answer(make: Maker) -> None:
    world = make()
    submit(world, 1, "A")
    with pytest.raises(NotAllowed, match="Say first"):
        queries_of(world).audit_reveal(world.case("A000000").id, auditor(world))


@pytest.mark.parametrize(("owner", "is_agreed"), [("north", True), ("south", False)])
def test_reveal_sets_both_answers_side_by_side(make: Maker, owner: str, is_agreed: bool) -> None:
    world = make()
    submit(world, 1, "A")
    case = world.case("A000000")
    answer(world, case, owner)
    row = queries_of(world).audit_reveal(case.id, auditor(world))
    assert (row.is_agreed, row.answer, row.did) == (is_agreed, owner, "Assign to north")
    assert row.can_undo
    assert row.undo == "Assign A000000 to nobody"


def test_reveal_says_that_it_was_undone(make: Maker) -> None:
    world = make()
    submit(world, 1, "A")
    case = world.case("A000000")
    answer(world, case, "south")
    later = world.case("A000000")
    request = UndoEffect(case_id=case.id, version=later.version, reason="the audit says south")
    world.execute(request, world.person("ann"))
    world.work()
    row = queries_of(world).audit_reveal(case.id, auditor(world))
    assert row.is_undone
    assert not row.can_undo


# --- facts that come or age after the recommendation -------------------------------------


def add_fact(world: World, source_id: str, attribute: str, value: str) -> None:
    """Something becomes known after software has acted."""
    case = world.case(source_id)
    known = world.parts.store.reader.fact_sets([case.id])[case.id]
    fact = Fact(
        entity="ticket",
        attribute=attribute,
        value=value,
        source="intake",
        observed_at=world.clock.now(),
    )
    later = fact_set(case.id, known.revision + 1, (*known.facts, fact))
    after = case.noted(facts_revision=later.revision, facts_digest=later.digest)
    entry = EntryDraft(kind=EventKind.FACT_PROVIDED, actor=ENGINE, at=world.clock.now(), payload={})
    step = Transition(before=case, after=after, entries=(entry,), records=(later,))
    with world.parts.store.begin() as unit:
        assert not unit.apply([step])
        unit.commit()


def age_facts(world: World, source_id: str, *, ttl_s: int) -> None:
    """Let the facts of a recommendation count as fresh for so long."""
    case = world.case(source_id)
    known = world.parts.store.reader.fact_sets([case.id])[case.id]
    facts = facts_to_json(tuple(replace(fact, ttl_s=ttl_s) for fact in known.facts))
    c = tables.fact_sets.c
    with world.parts.database.writer.begin() as connection:
        connection.execute(update(tables.fact_sets).where(c.case_id == case.id).values(facts=facts))
