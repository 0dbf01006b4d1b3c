"""A second look at an old case uses what had been learned when it came in, and nothing later."""

from dataclasses import replace
from datetime import timedelta

from engine.domain.fact import Fact, fact_set
from engine.domain.ids import CaseId
from engine.domain.precedent import PrecedentProcedure
from engine.runtime.learning import DeskLearning
from engine.testing.world import START, World

ROWS = 6


def test_old_case_is_looked_at_without_later_labels(stub_world: World) -> None:
    parts, desk = stub_world.parts, stub_world.desk
    procedure = PrecedentProcedure(features=("owner",), contexts=(("owner",),), minimum_rows=2)
    assert desk.learning is not None
    learning = DeskLearning(
        desk,
        replace(desk.learning, procedure=procedure),
        store=parts.store,
        clock=parts.clock,
        ids=parts.ids,
    )
    for number in range(ROWS):
        at = START + timedelta(hours=number)
        owner = "north" if number % 2 else "south"
        fact = Fact(
            entity="ticket", attribute="owner", value=owner, source="intake", observed_at=at
        )
        learning.observe(
            source_id=f"H{number}",
            observed_at=at,
            known_at=at + timedelta(minutes=1),
            facts=fact_set(CaseId(parts.ids.new()), 1, [fact]),
            truth=owner,
            raw_confidence=None,
            is_correct=None,
        )
    late = START + timedelta(days=2)
    fitted = learning.fitted_at(late)
    assert fitted is not None
    assert learning.fitted_before(fitted.as_of - timedelta(microseconds=1)) is None
    again = learning.fitted_before(late + timedelta(days=1))
    assert again is not None
    assert (again.as_of, again.data_hash) == (fitted.as_of, fitted.data_hash)
