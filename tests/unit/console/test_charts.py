"""The figures hold exactly what the rows say, on the axes and colours they promise."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from console.charts.palette import DARK, LIGHT, palette
from console.charts.pareto import pareto
from console.charts.reliability import reliability
from console.charts.threshold import Standing, standing_at, threshold_curve
from console.charts.waterfall import lay_out, span_of_time, waterfall
from engine.domain.actor import DecidedBy
from engine.domain.failure import FailureCode
from engine.service.failure_rows import counted
from engine.service.rows import CurvePoint, ReliabilityRow
from engine.testing import fake_rows_observe as observe

SPANS = observe.spans()
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
POINTS = tuple(
    CurvePoint(threshold=threshold, coverage=coverage, error=error, error_high=high, n=n)
    for threshold, coverage, error, high, n in (
        (0.7, 0.8, 0.2, 0.24, 400),
        (0.9, 0.2, 0.05, 0.1, 100),
        (0.8, 0.5, 0.1, 0.14, 250),
    )
)
NOW = Standing(name="where the cell stands now", cut=0.75, risk_limit=0.1)
BINS = (
    ReliabilityRow(mean_confidence=0.9, observed=0.85, low=0.8, high=0.89, n=200),
    ReliabilityRow(mean_confidence=0.3, observed=0.35, low=0.2, high=0.5, n=40),
)


def named(figure: Any, name: str) -> Any:
    return next(trace for trace in figure.data if (trace.name or "").startswith(name))


def test_bars_leave_waiting_out_and_name_it() -> None:
    bars = lay_out(SPANS)
    assert [round(bar.start_ms, 3) for bar in bars[:5]] == [0.0, 0.3, 1.2, 3.4, 3.414]
    assert [round(bar.waited_s, 1) for bar in bars] == [0, 0, 0, 0, 4380.2, 5.9, 0, 2.0, 85611.9]


def test_bars_never_run_backwards() -> None:
    starts = [bar.start_ms for bar in lay_out(tuple(reversed(SPANS)))]
    assert starts == sorted(starts)


def test_spans_within_a_span_stay_where_they_are() -> None:
    outer = replace(SPANS[0], duration_us=10_000)
    inner = replace(
        SPANS[1], started_at=outer.started_at + timedelta(milliseconds=2), duration_us=500
    )
    after = replace(SPANS[2], started_at=outer.started_at + timedelta(milliseconds=11))
    assert [bar.start_ms for bar in lay_out((outer, inner, after))] == [0.0, 2.0, 11.0]


def test_no_spans_give_no_bars() -> None:
    assert lay_out(()) == ()


def test_waterfall_has_a_colour_for_each_decider() -> None:
    figure = waterfall(SPANS)
    shown = {trace.name: trace.marker.color for trace in figure.data if trace.type == "bar"}
    assert shown == {who.value: LIGHT.of(who) for who in DecidedBy}
    assert "(ms)" in figure.layout.xaxis.title.text


def test_waterfall_writes_decider_and_error_beside_the_bar() -> None:
    code = named(waterfall(SPANS), "code")
    assert " code · 870 µs · error TOOL_UNAVAILABLE" in code.text
    assert list(named(waterfall(SPANS), "person").text) == [" person · after 73 min of waiting"]


def test_waterfall_escapes_names_from_outside() -> None:
    hostile = replace(SPANS[0], name="<b>bold</b>")
    assert named(waterfall((hostile,)), "code").y == ("1 · perceive · &lt;b&gt;bold&lt;/b&gt;",)


def test_run_without_duration_still_has_an_axis() -> None:
    figure = waterfall((replace(SPANS[0], duration_us=0),))
    assert tuple(figure.layout.xaxis.range) == (-0.01, 1.5)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.0, "0 µs"),
        (14e-6, "14 µs"),
        (0.0019, "1.9 ms"),
        (41.2, "41.2 s"),
        (4380.2, "73 min"),
        (85611.9, "23.8 h"),
        (864000.0, "10 days"),
    ],
    ids=["none", "us", "ms", "s", "min", "h", "days"],
)
def test_time_is_written_in_its_handiest_unit(seconds: float, words: str) -> None:
    assert span_of_time(seconds) == words


def test_curve_draws_every_point_by_coverage() -> None:
    measured = named(threshold_curve(POINTS), "measured error")
    assert measured.x == (0.2, 0.5, 0.8)
    assert measured.y == (0.05, 0.1, 0.2)
    assert named(threshold_curve(POINTS), "counts").text == ("n 100", "n 250", "n 400")
    assert named(threshold_curve(POINTS), "upper bound").y == (0.1, 0.14, 0.24)


def test_curve_marks_threshold_and_risk_limit() -> None:
    figure = threshold_curve(POINTS, [NOW])
    now = named(figure, "where the cell stands now")
    assert (now.x, now.y) == ((0.5,), (0.1,))
    assert figure.layout.shapes[0].y0 == 0.1
    assert figure.layout.annotations[0].text == "risk limit 10.0\u202f%"


def test_curve_shows_both_limits_on_the_loop() -> None:
    at_once = Standing(name="at once", cut=0.9, risk_limit=0.1)
    after = Standing(name="after a veto window", cut=0.75, risk_limit=0.2)
    figure = threshold_curve(POINTS, [at_once, after])
    assert [named(figure, one.name).x for one in (at_once, after)] == [(0.2,), (0.5,)]
    assert {shape.y0 for shape in figure.layout.shapes} == {0.1, 0.2}
    assert sorted(one.text for one in figure.layout.annotations) == [
        "risk limit 10.0\u202f%, at once",
        "risk limit 20.0\u202f%, after a veto window",
    ]


def test_a_few_cases_never_squeeze_the_curve() -> None:
    first = CurvePoint(threshold=0.99, coverage=0.01, error=1.0, error_high=1.0, n=2)
    figure = threshold_curve([first, *POINTS], [NOW])
    assert figure.layout.yaxis.range[1] < 0.3


def test_counts_of_points_never_collide() -> None:
    many = [replace(POINTS[0], coverage=place / 100, n=place) for place in range(1, 101)]
    shown = named(threshold_curve(many), "counts").x
    assert min(b - a for a, b in pairwise(shown)) >= 0.1


def test_curve_without_threshold_marks_nothing() -> None:
    figure = threshold_curve(POINTS)
    assert len(figure.data) == 3
    assert figure.layout.shapes == ()


@pytest.mark.parametrize(
    ("threshold", "found"),
    [(0.9, 0.9), (0.81, 0.9), (0.1, 0.7), (0.95, None), (None, None)],
    ids=["exact", "next-above", "below-all", "above-all", "none"],
)
def test_threshold_stands_at_lowest_point_not_below(
    threshold: float | None, found: float | None
) -> None:
    point = standing_at(POINTS, threshold)
    assert (point.threshold if point else None) == found


def test_reliability_carries_counts_and_intervals() -> None:
    observed = named(reliability(BINS), "observed")
    assert observed.x == (0.3, 0.9)
    assert [said[4] for said in observed.customdata] == [40, 200]
    assert list(observed.marker.size) == pytest.approx([9.58, 14], abs=0.01)
    assert observed.error_y.array == pytest.approx((0.15, 0.04))
    assert observed.error_y.arrayminus == pytest.approx((0.15, 0.05))


def test_dark_page_gets_its_own_colours() -> None:
    assert palette(True) == DARK
    assert named(reliability(BINS, is_dark=True), "observed").marker.color == DARK.code


@pytest.mark.parametrize(
    "figure",
    [threshold_curve(POINTS), reliability(BINS), waterfall(SPANS)],
    ids=["curve", "reliability", "waterfall"],
)
def test_every_axis_of_measures_is_labelled(figure: Any) -> None:
    assert figure.layout.xaxis.title.text
    assert figure.layout.yaxis.title.text or figure.data[0].type == "bar"


# --- failures ------------------------------------------------------------------------------

FAILED = counted(
    [
        (FailureCode.TOOL_NO_ANSWER, 3, 1, NOON),
        (FailureCode.TARGET_CHANGED, 6, 6, NOON),
        (FailureCode.WORKER_LOST, 1, 0, NOON),
    ]
)


def test_pareto_bars_fall_with_the_counts() -> None:
    figure = pareto(FAILED)
    stood, alone = named(figure, "came to people"), named(figure, "the engine went on")
    assert list(stood.y) == [row.words.title for row in FAILED]
    assert (list(stood.x), list(alone.x)) == ([6, 1, 0], [0, 2, 1])
    assert list(stood.customdata) == [row.code.value for row in FAILED]
    assert figure.layout.yaxis.autorange == "reversed"


def test_pareto_line_ends_at_everything() -> None:
    line = named(pareto(FAILED, is_dark=True), "share of all")
    assert [round(share, 2) for share in line.x] == [0.6, 0.9, 1.0]
    assert line.line.color == DARK.bound


def test_chosen_bar_stands_out_in_the_pareto() -> None:
    figure = pareto(FAILED, chosen=FailureCode.WORKER_LOST)
    assert list(named(figure, "came to people").marker.opacity) == [0.4, 0.4, 1.0]
    assert set(named(pareto(FAILED), "came to people").marker.opacity) == {1.0}
