"""Comparisons of any runs: nothing is counted twice, nothing is lost, and order tells nothing."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from engine.domain.run import RunKind, RunStatus
from engine.govern.comparing import compare
from engine.govern.comparison import KindFigures
from engine.govern.counted import Counted
from engine.govern.run_record import RunRecord, Wanted
from tests.unit.govern.run_records import record

LABELS = st.sampled_from(["a", "b", ""])
WANTED = st.builds(Wanted, call=LABELS, label=LABELS, confidence=st.none())


@st.composite
def runs(draw: st.DrawFn) -> list[RunRecord]:
    count = draw(st.integers(0, 25))
    return [
        replace(
            record(number, draw(st.sampled_from(RunKind)), draw(st.integers(0, 6))),
            status=draw(st.sampled_from(RunStatus)),
            way=("x",) * draw(st.integers(1, 30)),
            wanted=draw(st.none() | WANTED),
            truth=draw(st.none() | LABELS),
            is_hindsight=draw(st.booleans()),
            is_repeat=draw(st.booleans()),
        )
        for number in range(count)
    ]


def shares(figures: KindFigures) -> list[Counted]:
    bands = [one for band in figures.quality.lengths for one in (band.completed, band.correct)]
    quality = figures.quality
    return [quality.completed, quality.correct, quality.right, quality.hindsight, *bands]


@given(runs(), st.randoms())
def test_figures_account_for_every_run(made: list[RunRecord], chance: object) -> None:
    found = compare(made)
    shuffled = list(made)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis's own random
    assert compare(shuffled) == found
    assert sum(one.runs + one.repeats for one in found.kinds) == len(made)
    for one in found.kinds:
        assert one.quality.completed.n + one.open + one.superseded == one.runs
        assert sum(band.completed.n for band in one.quality.lengths) == one.quality.completed.n
        assert sum(band.correct.n for band in one.quality.lengths) == one.quality.correct.n
        assert one.quality.right.k <= one.quality.correct.k
        assert all(share.low <= share.k / share.n <= share.high for share in shares(one) if share.n)
    for pair in found.pairs:
        judged = pair.both_right + pair.first_alone + pair.second_alone + pair.both_wrong
        assert judged <= pair.same.n
        assert pair.same_call <= pair.same.k
    assert len(found.differences) <= found.differing <= found.cases
    assert found.common <= min((one.runs for one in found.kinds if one.runs), default=0)
