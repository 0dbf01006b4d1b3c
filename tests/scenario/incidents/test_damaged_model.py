"""A stored fit that is damaged or of another procedure: a person decides, or it is made anew."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from engine.desk import Desk, Learning
from engine.desks.incidents.desk import WORDS
from engine.desks.incidents.perceive import features
from engine.domain.actor import Role
from engine.domain.case import Attention
from engine.domain.case_status import CaseStatus
from engine.domain.decision import DecisionKind
from engine.domain.precedent import PrecedentProcedure
from engine.reason.precedent_reasoner import PrecedentReasoner
from engine.store import tables
from engine.testing.world import START, World
from tests.scenario.incidents.incident_world import IncidentWorld, make_incident_world

PROCEDURE = PrecedentProcedure(
    features=("category",), contexts=(("category",),), minimum_rows=20, trust_rows=40
)
OTHER = replace(PROCEDURE, smoothing=2.0)
GROUPS = {"Email": "Mail Team", "Network": "Network Team"}


def row(number: str, category: str, opened_at: datetime) -> dict[str, str]:
    return {
        "case_id": number,
        "opened_at": opened_at.isoformat(),
        "priority": "3 - Moderate",
        "category": category,
        "initial_assignment_group": GROUPS[category],
    }


def resolved(number: str, category: str, opened_at: datetime) -> dict[str, str]:
    """A row whose truth is known at once."""
    truth = {"y_final_group": GROUPS[category], "label_known_at": opened_at.isoformat()}
    return row(number, category, opened_at) | truth


def learning_desk(desk: Desk, *, reads: PrecedentProcedure = PROCEDURE) -> Desk:
    """The desk with a small procedure; `reads` is the one its reasoner insists on."""
    return replace(
        desk,
        reasoner=PrecedentReasoner(reads, features, WORDS),
        learning=Learning(procedure=PROCEDURE, features=features),
    )


@pytest.fixture
def place(tmp_path: Path, database_url: str) -> Iterator[IncidentWorld]:
    """A live desk that learned from sixty incidents of yesterday."""
    made = make_incident_world(tmp_path, database_url=database_url)
    made.use_desk(learning_desk)
    world = made.world
    history = [
        resolved(f"H{n:03d}", list(GROUPS)[n % 2], START + timedelta(minutes=n)) for n in range(60)
    ]
    world.submit(enumerate(history, start=2))
    world.work()
    world.clock.move(days=1)
    world.work()
    yield made
    made.close()


def arrive(world: World, number: str) -> None:
    world.submit([(2, row(number, "Email", world.clock.now()))])
    world.work()


def damage_fits(world: World) -> None:
    with world.parts.database.writer.begin() as connection:
        connection.execute(update(tables.model_versions).values(content=b"not a fit"))


def answer(world: World, number: str) -> tuple[str, float | None]:
    made = world.parts.store.reader.recommendation(world.case(number))
    assert made is not None, number
    return made.draft.label, made.draft.raw_confidence


def test_damaged_fit_is_made_anew(place: IncidentWorld, caplog: pytest.LogCaptureFixture) -> None:
    world = place.world
    arrive(world, "INC1")
    damage_fits(world)
    with caplog.at_level(logging.WARNING, logger="countersign.learning"):
        arrive(world, "INC2")
    assert "is damaged and is made anew" in caplog.text
    assert answer(world, "INC2") == answer(world, "INC1")
    assert answer(world, "INC1")[0] == "Mail Team"
    caplog.clear()
    place.use_desk(learning_desk)
    arrive(place.world, "INC3")
    assert (caplog.text, answer(place.world, "INC3")) == ("", answer(place.world, "INC1"))
    assert world.engine.verify_ledger().is_intact


def test_fit_of_another_procedure_leaves_it_to_people(place: IncidentWorld) -> None:
    place.use_desk(lambda desk: learning_desk(desk, reads=OTHER))
    world = place.world
    arrive(world, "INC1")
    case = world.case("INC1")
    assert (case.status, case.attention) == (CaseStatus.PENDING, Attention.NO_RECOMMENDATION)
    assert case.attention_note == "the precedent reasoner failed: ModelError"
    arguments = {"number": "INC1", "group": "Mail Team"}
    world.decide(
        case,
        world.person("ann", Role.OPERATOR),
        DecisionKind.OVERRIDE,
        tool="assign_group",
        arguments=arguments,
    )
    world.work()
    assert world.case("INC1").status is CaseStatus.DONE
    assert place.itsm.incident("INC1").group == "Mail Team"
    assert world.engine.verify_ledger().is_intact
