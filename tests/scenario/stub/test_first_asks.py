"""What people said is no merit of a reasoner: the truth judges what it asked for before that."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

from engine.domain.case import Case
from engine.domain.case_status import CaseStatus
from engine.domain.decision import DecisionKind
from engine.domain.ids import RecommendationId
from engine.domain.outcome import Outcome, OutcomeKind
from engine.domain.phase import Phase
from engine.domain.run import RunStep
from engine.domain.run_fault import RunFault
from engine.domain.run_moves import Answered, Finish, GiveUp, Move, WriteAnswered
from engine.reason.brief import Brief
from engine.runtime.runs.reasoners import NO_MODEL
from engine.service.requests import ProvideFact
from engine.testing.run_scripts import FunctionModel
from engine.testing.stub_desk import DESK, ticket_rows
from engine.testing.world import World
from tests.contract.read_model_world import queries_of
from tests.scenario.stub.running import ask, book, reasoners, with_reasoners
from tests.scenario.stub.test_bounded import calibrated

HINT = "it has to be north"
GIVEN_UP = GiveUp(fault=RunFault.NO_PROGRESS, why="it does not know")
SILENT = Finish(summary="nothing to say")


def begun(brief: Brief) -> Move:
    """What an agent that is wrong by itself begins with; tickets differ by their names."""
    if brief.target.startswith("U"):  # it says nothing before it is told
        is_told = any(fact.is_from_person for fact in brief.facts)
        return ask("north", number=brief.target) if is_told else SILENT
    asked = ask("nobody" if brief.target.startswith("D") else "south", number=brief.target)
    resolves_nothing = brief.target.startswith(("M", "N"))
    return replace(asked, draft=replace(asked.draft, label="")) if resolves_nothing else asked


def learner(brief: Brief, steps: Sequence[RunStep]) -> Move:
    """An agent that is wrong until a person says what is right."""
    if not steps:
        return begun(brief)
    match steps[-1].observation:
        case WriteAnswered(answered=Answered.REJECTED, why=why) if brief.target.startswith("H"):
            return ask(why.rpartition(" ")[2], number=brief.target)
        case WriteAnswered(answered=Answered.FACT_GIVEN):
            return ask("north", number=brief.target)
        case WriteAnswered(answered=Answered.DENIED):
            return ask("south", number=brief.target)
        case WriteAnswered(answered=Answered.APPROVED):
            is_half = len(steps) == 1 and brief.target.startswith(("M", "N"))
            return ask("north", number=brief.target) if is_half else SILENT
    return GIVEN_UP


def came_in(world: World, prefix: str) -> Case:
    """A ticket whose truth will be known in a day."""
    now = world.clock.now()
    known_at = (now + timedelta(days=1)).isoformat()
    rows = ticket_rows(1, opened_at=now, prefix=prefix)
    world.submit([(place, {**row, "truth": "north", "known_at": known_at}) for place, row in rows])
    world.work()
    return world.case(f"{prefix}000000")


def answered(world: World, case: Case, kind: DecisionKind, note: str = "") -> Case:
    world.decide(case, world.person("ann"), kind, note=note)
    world.clock.move(minutes=1)
    world.work()
    return world.case(case.source_id)


def told(world: World, case: Case) -> Case:
    fact = ProvideFact(case_id=case.id, version=case.version, attribute="owner", value="north")
    world.execute(fact, world.person("ann"))
    world.work()
    return world.case(case.source_id)


def judged(world: World, case: Case) -> Outcome:
    (outcome,) = world.parts.store.reader.outcomes(case.id)
    return outcome


def asked_first(case: Case) -> RecommendationId:
    assert case.recommendation_id
    return case.recommendation_id


def test_truth_judges_the_first_ask(make_stub_world: Callable[..., World]) -> None:
    world = make_stub_world(phase=Phase.COPILOT, earned_by=("agent",))
    with_reasoners(world, reasoners(FunctionModel(), agent=learner))
    asked = {prefix: came_in(world, prefix) for prefix in "HGFUDMN"}

    hinted = answered(world, asked["H"], DecisionKind.REJECT, HINT)
    assert hinted.recommendation_id != asked_first(asked["H"])
    assert answered(world, hinted, DecisionKind.APPROVE).status is CaseStatus.DONE
    assert answered(world, asked["G"], DecisionKind.REJECT, HINT).status is CaseStatus.PENDING
    for prefix in "FU":
        anew = told(world, asked[prefix])
        assert answered(world, anew, DecisionKind.APPROVE).status is CaseStatus.DONE
    assert answered(world, asked["D"], DecisionKind.APPROVE).status is CaseStatus.DONE
    for prefix, note in (("M", ""), ("N", HINT)):
        second = answered(world, asked[prefix], DecisionKind.APPROVE, note)
        assert second.recommendation_id != asked_first(asked[prefix])
    with_reasoners(world, NO_MODEL)
    own = came_in(world, "O")  # the desk's own, right at once, and asked again with a fact
    assert told(world, own).recommendation_id != asked_first(own)

    world.clock.move(days=2)
    world.work()
    for prefix in "HGFD":
        outcome = judged(world, asked[prefix])
        assert outcome.recommendation_id == asked_first(asked[prefix])
        assert (outcome.is_recommendation_correct, outcome.raw_confidence) == (False, 0.9)
    assert judged(world, asked["H"]).kind is OutcomeKind.CORRECT  # what was done was right
    for prefix in "UN":  # it named nothing before people said what is right
        outcome = judged(world, asked[prefix])
        assert (outcome.recommendation_id, outcome.raw_confidence) == (None, None)
    assert judged(world, own).recommendation_id == asked_first(own)
    assert ("H000000", "north") in book(world)

    known = world.parts.store.reader.labelled_predictions(DESK, world.clock.now())
    learned = sorted(
        (one.source_id[0], one.by.name if one.by else "", one.is_correct) for one in known
    )
    assert learned[:4] == [(prefix, "agent", False) for prefix in "DFGH"]
    assert learned[4:] == [("M", "agent", True), ("O", "stub", True)]  # an approval tells nothing
    assert not any(row.is_evidenced for row in queries_of(world).cells())


def twice(brief: Brief, steps: Sequence[RunStep]) -> Move:
    """An agent that is as sure as the desk's own reasoner, and thinks again by itself."""
    owner = ("south", "north", "")[len(steps)]
    return ask(owner, reasoner="stub", number=brief.target) if owner else SILENT


def test_what_ran_alone_first_is_judged(make_stub_world: Callable[..., World]) -> None:
    """Its second call puts right what the first did wrong; the page tells what came of each."""
    world = calibrated(make_stub_world(phase=Phase.BOUNDED))
    with_reasoners(world, reasoners(FunctionModel(), agent=twice))
    case = came_in(world, "T")
    assert [owner for number, owner in book(world) if number == case.source_id] == [
        "north",
        "south",
    ]
    world.clock.move(days=2)
    world.work()
    outcome = judged(world, case)
    assert (outcome.kind, outcome.is_recommendation_correct) == (OutcomeKind.CORRECT, False)
    ran = [row for row in queries_of(world).live(DESK).ran if row.case_id == case.id]
    assert [row.truth for row in ran] == [OutcomeKind.CORRECT, None]
