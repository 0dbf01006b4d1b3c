"""Memory on a live desk: precedents settle a case, retire when they turn, and widen nothing."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from engine.domain.actor import Role
from engine.domain.case import Case
from engine.domain.case_status import CaseStatus
from engine.domain.fact import FactSet
from engine.domain.ledger import EventKind
from engine.domain.memory import Library, MemoryProcedure
from engine.domain.phase import Phase
from engine.domain.recommendation import Draft, Proposal
from engine.domain.run import Run, RunKind, RunStatus
from engine.errors import Conflict
from engine.reason.memory_reasoner import Feature, Option, Recall
from engine.service.requests import PauseScope, ResumeScope, StartRun, UndoEffect
from engine.testing.run_scripts import FunctionModel
from engine.testing.stub_desk import stub_desk, stub_envelope, ticket_rows
from engine.testing.world import World, make_world
from tests.scenario.stub.running import A, book, journals, never_again, reasoners, with_reasoners
from tests.scenario.stub.test_bounded import HISTORY, calibrated

EARLY, LATER = 6, 35
"""Precedents that memory judges itself by, and those it is judged on."""
PROCEDURE = MemoryProcedure(nearest=5, least_precedents=5)


def features(case: Case, facts: FactSet) -> Mapping[str, Feature]:
    owner = str(facts.value_of("owner"))
    return {"owner": Feature(value=owner, fact="ticket.owner@intake", text=f"It names {owner}.")}


def options(case: Case, facts: FactSet) -> Mapping[str, Option]:
    """Assigning this very ticket to either owner."""
    return {
        owner: Option(
            proposals=(
                Proposal(tool="assign_owner", arguments={"number": case.source_id, "owner": owner}),
            ),
            summary=f"Assign to {owner}",
        )
        for owner in ("north", "south")
    }


RECALL = Recall(features=features, text=lambda facts: "", options=options, procedure=PROCEDURE)


@pytest.fixture
def world(tmp_path: Path, database_url: str) -> Iterator[World]:
    """A bounded desk with precedents, and an agent that reasons from now on."""
    made = make_world(
        tmp_path,
        lambda folder, clock: {
            "stub": replace(
                stub_desk(
                    folder / "tickets.db",
                    envelope=stub_envelope(phase=Phase.BOUNDED, earned_by=("own", "precedent")),
                ),
                recall=RECALL,
            )
        },
        database_url=database_url,
    )
    calibrated(made)
    settle(made, "P", EARLY)
    settle(made, "Q", LATER)
    yield live(made)
    made.close()


def settle(world: World, prefix: str, count: int) -> None:
    """Tickets that software settles alone, and whose truth is known an hour later."""
    now = world.clock.now()
    known_at = now.replace(hour=now.hour + 1).isoformat()
    rows = ticket_rows(count, opened_at=now, prefix=prefix, truth="north", known_at=known_at)
    world.submit(rows)
    world.work()
    world.clock.move(hours=2)
    world.work()
    world.clock.move(hours=22)


def live(world: World, *, asks_memory: bool = True, may_ask: bool = False) -> World:
    model = FunctionModel() if may_ask else FunctionModel(function=never_again)
    return with_reasoners(world, replace(reasoners(model), asks_memory=asks_memory))


def submitted(world: World, number: str = A, owner: str = "north") -> Run:
    """A ticket comes in, and everything that is due is done; gives its only run."""
    row = {"number": number, "opened_at": world.clock.now().isoformat(), "owner": owner}
    world.submit([(2, row)])
    world.work()
    (journal,) = journals(world, number)
    return journal.run


def draft_of(world: World, number: str = A) -> Draft:
    made = world.parts.store.reader.recommendation(world.case(number))
    assert made, f"nothing is recommended for {number}"
    return made.draft


def shadow(world: World, number: str) -> Run:
    """A run of precedents beside the way of a case."""
    start = StartRun(
        case_id=world.case(number).id, kind=RunKind.PRECEDENT, client_key=f"form {number}"
    )
    world.execute(start, world.person("ann"))
    world.work()
    return journals(world, number)[-1].run


def test_precedents_settle_a_case_without_model(world: World) -> None:
    run = submitted(world)
    assert (run.kind, run.status, run.model) == (RunKind.PRECEDENT, RunStatus.ENDED, "")
    assert run.version == PROCEDURE.identity[:100]
    draft = draft_of(world)
    assert draft.rationale.startswith("Settled by 5 precedents; the model was not asked.")
    assert [one.source_id for one in draft.precedents][:2] == ["Q000034", "Q000033"]
    assert draft.precedents[0].done == "Assign Q000034 to north"
    # What was done there is shown; what is done here is made of this case alone.
    assert draft.proposals[0].arguments == {"number": A, "owner": "north"}
    assert world.case(A).status is CaseStatus.DONE
    assert (A, "north") in book(world)
    kinds = world.kinds(world.case(A).id)
    assert kinds.index("RUN_BEGUN") < kinds.index("VERDICT_GIVEN") < kinds.index("GRANT_MINTED")
    identity = PROCEDURE.identity
    kept = world.parts.store.reader.model_version("stub", identity, world.clock.now())
    assert kept
    assert Library.from_bytes(kept.content).rows == kept.rows == HISTORY + EARLY + LATER
    fitted = world.engine.queries.ledger(stream="desk:stub", limit=50).rows
    assert EventKind.MODEL_FITTED in [row.kind for row in fitted]
    beside = shadow(world, A)
    assert (beside.is_shadow, beside.end_note) == (True, "recommends: Assign to north")
    with pytest.raises(Conflict, match="had learned nothing when this case came in"):
        shadow(world, "H000000")


def test_turned_precedent_retires_and_says_why(world: World) -> None:
    submitted(world)
    case = world.case("Q000034")
    request = UndoEffect(case_id=case.id, version=case.version, reason="it was wrong")
    world.execute(request, world.person("ann"))
    world.work()
    submitted(world, "T000001")
    named = [one.source_id for one in draft_of(world, "T000001").precedents]
    assert named == ["Q000033", "Q000032", "Q000031", "Q000030", "Q000029"]
    card = world.engine.queries.card(world.case(A).id)
    assert card.retired == {"Q000034": "what was done was put back"}
    assert world.engine.queries.card(world.case("T000001").id).retired == {}
    # From the next day on the library itself knows.
    world.clock.move(days=1)
    submitted(world, "T000002")
    assert draft_of(world, "T000002").precedents[0].source_id == "Q000033"


def test_model_is_asked_where_memory_may_not_settle(world: World) -> None:
    acted = book(world)
    world.execute(PauseScope(scope="desk:stub", reason="drill"), world.person("ann"))
    submitted(world)
    assert world.case(A).status is CaseStatus.PENDING  # memory widens no policy
    assert book(world) == acted
    risk = world.person("rasmus", Role.RISK_OFFICER)
    world.execute(ResumeScope(scope="desk:stub", reason="over"), risk)
    live(world, may_ask=True)
    assert submitted(world, "T000001", owner="south").kind is RunKind.AGENT  # nothing is like it
    live(world, asks_memory=False, may_ask=True)
    assert submitted(world, "T000002").kind is RunKind.AGENT  # the control
