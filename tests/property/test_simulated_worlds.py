"""Any world of the orders simulator: it fits, balances, and knows no more than it shows."""

import tempfile
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.desks.orders.intake import OrderIntake
from engine.desks.orders.shop.toolbox import WORLD
from engine.simulators.orders.ceiling import ceiling_of
from engine.simulators.orders.events import WorldEvent
from engine.simulators.orders.rates import MODELS, draw_rates
from engine.simulators.orders.report import chance_of_at_least
from engine.simulators.orders.world import draw_world, make_plan, make_sample
from tests.unit.simulators.playing import START, played

seeds = st.integers(0, 2**63)


@given(seed=seeds, days=st.floats(0.1, 400), cases=st.integers(1, 12))
@settings(max_examples=20, deadline=None)
def test_plan_fits_shop_and_intake(seed: int, days: float, cases: int) -> None:
    plan = make_plan(seed, START, cases=cases, days=days)
    assert len(plan.episodes) == cases
    for event in plan.in_order():
        if isinstance(event, WorldEvent):
            WORLD[f"world.{event.call}"].arguments.model_validate(dict(event.arguments))
    for episode in plan.episodes:
        incoming = OrderIntake().read(episode.row.columns())
        assert incoming.label is None
        labelled = OrderIntake().read(episode.row.columns() | episode.outcome.columns())
        assert labelled.signal == incoming.signal
        assert labelled.label is not None
        assert labelled.label.value == episode.outcome.y_resolution


@given(seed=seeds)
@settings(max_examples=60, deadline=None)
def test_ceiling_lies_between_guessing_and_certainty(seed: int) -> None:
    random = Random(seed)
    for model in MODELS:
        ceiling = ceiling_of(draw_rates(model, random))
        shares = ceiling.joint.sum(axis=tuple(range(1, ceiling.joint.ndim)))
        assert float(shares.max()) < ceiling.expected < 1.0
        assert float(ceiling.joint.sum()) == pytest.approx(1.0)


@given(seed=seeds)
@settings(max_examples=30, deadline=None)
def test_seeing_less_never_helps(seed: int) -> None:
    random = Random(seed)
    for model in MODELS:
        ceiling = ceiling_of(draw_rates(model, random))
        for axis in range(1, ceiling.joint.ndim):
            without = float(ceiling.joint.sum(axis=axis).max(axis=0).sum())
            assert without <= ceiling.expected + 1e-12


@given(seed=seeds, number=st.integers(1, 10**6))
@settings(max_examples=60, deadline=None)
def test_reach_is_the_chance_of_the_best(seed: int, number: int) -> None:
    world = draw_world(seed, START)
    episode = world.episode(number, START + timedelta(hours=1))
    posterior = world.ceilings[episode.row.case_type].posterior(episode.shown)
    assert sum(posterior.values()) == pytest.approx(1.0)
    assert posterior[episode.outcome.y_resolution] > 0
    assert episode.reach == posterior[episode.best] == max(posterior.values())


@given(chances=st.lists(st.floats(0, 1), max_size=60))
def test_tail_falls_from_one(chances: list[float]) -> None:
    tail = [chance_of_at_least(right, chances) for right in range(len(chances) + 2)]
    assert tail[0] == pytest.approx(1.0)
    assert tail[-1] == 0.0
    assert all(b <= a + 1e-12 for a, b in pairwise(tail))


@given(seed=seeds)
@settings(max_examples=5, deadline=None)
def test_books_balance_after_any_sample(seed: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'shop.db'}"
        world, kept = played(make_sample(seed, 18, START), url)
        assert world.books()["is_balanced"]
        assert len(kept.rows) == len(kept.labels) == 18
        world.database.close()
