"""The ceiling: exact against brute force, and no honest reasoner is above it."""

from collections import Counter, defaultdict
from itertools import product
from random import Random

import pytest

from engine.desks.orders.words import CaseType, Resolution
from engine.errors import ConfigError, InvalidRequest
from engine.simulators.orders.causes import CaseModel, Veil, cause, signal
from engine.simulators.orders.ceiling import ceiling_of
from engine.simulators.orders.events import Episode
from engine.simulators.orders.rates import MODELS, Rates, draw_rates
from engine.simulators.orders.report import (
    LEVEL,
    AboveCeiling,
    Gap,
    ceilings,
    chance_of_at_least,
    gap,
)
from engine.simulators.orders.seeds import HELD_OUT_SEEDS
from engine.simulators.orders.world import make_plan
from tests.unit.simulators.playing import START

SMALL = CaseModel(
    case_type=CaseType.STOCK_SHORT,
    signals=(signal("note", "a b"), signal("past", "none some"), signal("sum", "low high")),
    causes=(
        cause(
            "x", Resolution.CANCEL, 0.5, note="a:3 b:1", past="none:1 some:1", sum="low:9 high:1"
        ),
        cause(
            "y", Resolution.REFUND, 0.3, note="a:1 b:1", past="none:1 some:3", sum="low:1 high:9"
        ),
        cause("z", Resolution.CANCEL, 0.2, note="b", past="some", sum="low:1 high:1"),
    ),
    veils=(Veil(where="past", has="none", hides="sum", seen="low"),),
)


def exact(rates: Rates) -> dict[tuple[str, ...], dict[Resolution, float]]:
    """The joint chances, summed one combination after the other."""
    names = [one.name for one in rates.model.signals]
    joint: dict[tuple[str, ...], dict[Resolution, float]] = defaultdict(lambda: defaultdict(float))
    for position, one in enumerate(rates.model.causes):
        for drawn in product(*(enumerate(each.values) for each in rates.model.signals)):
            chance = rates.shares[position]
            for name, (place, _) in zip(names, drawn, strict=True):
                chance *= rates.tables[name][position][place]
            values = [value for _, value in drawn]
            shown = rates.model.seen(dict(zip(names, values, strict=True)))
            joint[tuple(shown.values())][one.resolution] += chance
    return joint


@pytest.mark.parametrize(
    "model", [*MODELS, SMALL], ids=[*(one.case_type for one in MODELS), "small"]
)
def test_ceiling_equals_sum_over_all_combinations(model: CaseModel) -> None:
    rates = draw_rates(model, Random(5))
    ceiling, joint = ceiling_of(rates), exact(rates)
    best = sum(max(chances.values()) for chances in joint.values())
    assert ceiling.expected == pytest.approx(best, abs=1e-12)
    assert float(ceiling.joint.sum()) == pytest.approx(1.0)
    names = [one.name for one in model.signals]
    for values, chances in joint.items():
        if sum(chances.values()) > 0:
            posterior = ceiling.posterior(dict(zip(names, values, strict=True)))
            for resolution, chance in posterior.items():
                expected = chances[resolution] / sum(chances.values())
                assert chance == pytest.approx(expected, abs=1e-9)


def test_ceiling_agrees_with_drawn_cases() -> None:
    rates, random, draws = draw_rates(SMALL, Random(9)), Random(10), 40_000
    ceiling = ceiling_of(rates)
    right, seen = 0, defaultdict[tuple[str, ...], Counter[Resolution]](Counter)
    for _ in range(draws):
        drawn, shown = rates.draw(random)
        right += ceiling.best(shown) == drawn.resolution
        seen[tuple(shown.values())][drawn.resolution] += 1
    assert right / draws == pytest.approx(ceiling.expected, abs=0.01)  # four standard errors
    for values, counted in seen.items():
        if (total := sum(counted.values())) > 1_000:
            shown = dict(zip(("note", "past", "sum"), values, strict=True))
            found = max(counted.values()) / total
            assert found == pytest.approx(ceiling.reach(shown), abs=2.5 / total**0.5)


def test_veil_hides_what_cannot_be_seen() -> None:
    random, rates = Random(3), draw_rates(SMALL, Random(3))
    drawn = [rates.draw(random)[1] for _ in range(500)]
    assert {one["sum"] for one in drawn if one["past"] == "none"} == {"low"}
    assert {one["sum"] for one in drawn if one["past"] == "some"} == {"low", "high"}


@pytest.mark.parametrize(
    ("shows", "message"),
    [
        ({"note": "a"}, "exactly the signals"),
        ({"note": "a", "past": "none", "sum": "medium"}, "unknown values"),
        ({"note": "a", "past": "none", "sum": "low:0"}, "unknown values"),
    ],
    ids=["forgets one", "unknown value", "no weight"],
)
def test_cause_must_show_declared_signals(shows: dict[str, str], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        CaseModel(
            case_type=CaseType.STOCK_SHORT,
            signals=SMALL.signals,
            causes=(cause("x", Resolution.CANCEL, 1.0, **shows),),
        )


@pytest.mark.parametrize("chances", [[0.5] * 4, [0.1, 0.9, 0.3], [1.0, 0.0], []], ids=str)
def test_tail_equals_sum_over_all_results(chances: list[float]) -> None:
    for right in range(len(chances) + 1):
        total = 0.0
        for result in product((False, True), repeat=len(chances)):
            weight = 1.0
            for is_right, chance in zip(result, chances, strict=True):
                weight *= chance if is_right else 1 - chance
            total += weight * (sum(result) >= right)
        assert chance_of_at_least(right, chances) == pytest.approx(total)


@pytest.fixture(scope="module")
def held_out() -> tuple[Episode, ...]:
    return tuple(
        episode
        for seed in HELD_OUT_SEEDS[:5]
        for episode in make_plan(seed, START, cases=200, days=14).episodes
    )


def of_all(rows: tuple[Gap, ...]) -> Gap:
    assert rows[-1].name == "all"
    assert len(rows) == 7
    return rows[-1]


def test_oracle_reaches_its_ceiling(held_out: tuple[Episode, ...]) -> None:
    rows = gap({one.row.id: one.best for one in held_out}, held_out)
    for row in rows:
        assert LEVEL / len(rows) < row.p_above < 1 - LEVEL / len(rows)
    assert of_all(rows).accuracy.lower <= of_all(rows).ceiling <= of_all(rows).accuracy.upper
    assert "ceiling" in of_all(rows).line()


def test_who_sees_the_cause_is_caught(held_out: tuple[Episode, ...]) -> None:
    with pytest.raises(AboveCeiling, match="something leaks"):
        gap({one.row.id: one.outcome.y_resolution for one in held_out}, held_out)


def test_who_sees_some_causes_is_caught(held_out: tuple[Episode, ...]) -> None:
    told = {
        one.row.id: one.outcome.y_resolution if one.number % 2 else one.best for one in held_out
    }
    with pytest.raises(AboveCeiling):
        gap(told, held_out)


def test_constant_answer_stays_far_below(held_out: tuple[Episode, ...]) -> None:
    rows = gap({one.row.id: Resolution.REFUND for one in held_out}, held_out)
    assert of_all(rows).gap > 0.5
    assert all(row.p_above == pytest.approx(1.0) for row in rows)


def test_missing_answer_counts_as_wrong(held_out: tuple[Episode, ...]) -> None:
    assert of_all(gap({}, held_out)).right == 0
    with pytest.raises(InvalidRequest, match="needs cases"):
        gap({}, ())


def test_ceilings_leave_room_and_vary() -> None:
    rows = ceilings(HELD_OUT_SEEDS, START)
    assert [row.case_type for row in rows] == [model.case_type for model in MODELS]
    for row in rows:
        assert 0.80 < row.lowest < row.mean < row.highest < 0.99
