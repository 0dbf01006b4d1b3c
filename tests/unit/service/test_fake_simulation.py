"""The fake engine simulates over a made-up history, so that pages see figures move."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from engine.domain.policy import PolicyKind
from engine.errors import ConfigError, InvalidRequest, NotFound
from engine.service.simulation_rows import SimulationRow
from engine.testing.fake_engine import FakeEngine
from engine.testing.fake_rows_limits import ACTIVE_DOCUMENT
from engine.testing.fake_simulation import an_asked_draft

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def fake() -> FakeEngine:
    return FakeEngine(now=lambda: NOW, desk_now=NOW)


def at(fake: FakeEngine, risk_limit: float) -> SimulationRow:
    document = ACTIVE_DOCUMENT.replace("risk_limit: 0.1", f"risk_limit: {risk_limit}")
    return fake.simulate(an_asked_draft(document))


def test_figures_follow_the_dragged_threshold(fake: FakeEngine) -> None:
    alone = [at(fake, limit).total.draft.alone for limit in (0.05, 0.1, 0.2)]
    assert alone == sorted(alone)
    assert alone[0] < alone[1] < alone[2]
    assert at(fake, 0.1).flips == ()


def test_flips_lead_to_cases_of_the_queue(fake: FakeEngine) -> None:
    row = at(fake, 0.2)
    assert {flip.case_id for flip in row.flips} & set(fake.cards)
    assert (row.total.to_alone > 0, row.total.to_people) == (True, 0)
    assert row.forecast.share is not None
    assert len(row.measures) == 2


def test_answers_are_the_same_every_time(fake: FakeEngine) -> None:
    assert at(fake, 0.2) == at(fake, 0.2)


def test_fake_refuses_what_the_engine_refuses(fake: FakeEngine) -> None:
    with pytest.raises(NotFound):
        fake.simulate(replace(an_asked_draft(), desk="refunds"))
    with pytest.raises(ConfigError):
        fake.simulate(replace(an_asked_draft(), kind=PolicyKind.GOALS))
    with pytest.raises(InvalidRequest):
        FakeEngine(now=lambda: NOW, desk_now=NOW, count=0).simulate(an_asked_draft())
