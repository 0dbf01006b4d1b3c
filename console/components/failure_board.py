"""What goes wrong: failed steps by code, what each code means, and the cases of the chosen one."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from console import format as words
from console import session
from console.charts.pareto import pareto
from console.components import chart_frame, desk_clock, desk_words, failure_cases, text_table
from console.components.text_table import Cell, Column
from engine.domain.case import Origin
from engine.domain.failure import FailureCode, FailureStage
from engine.service.failure_rows import FailureCount, FailureFilter

PAGE = "failures"
_CODE, _CHART = session.key(PAGE, "code"), session.key(PAGE, "chart")
_PERIODS: dict[str, int | None] = {
    "24 hours": 24,
    "7 days": 7 * 24,
    "30 days": 30 * 24,
    "All": None,
}
_COLUMNS = (
    Column(label="What failed", width="19%"),
    Column(label="Steps", width="7%", is_right=True),
    Column(label="What it means", width="26%"),
    Column(label="What the engine does", width="32%"),
    Column(label="Who is told", width="16%"),
)


def draw() -> None:
    """Draw the filters, the chart with its table, and the cases of the chosen code."""
    st.subheader("What goes wrong", anchor=False)
    st.caption(
        "Every step that failed has one code of a closed list. The same step tried again counts "
        "once. A refusal by policy before anything was permitted is no failure."
    )
    which = _draw_filters()
    counts = session.queries().failures(which)
    if not counts:
        st.info("No step failed here in this time.", icon=":material/check_circle:")
        return
    chart, table = st.columns([2, 3], gap="medium")
    with chart:
        chart_frame.draw(
            pareto(counts, chosen=_chosen(counts), is_dark=chart_frame.is_dark()),
            key=_CHART,
            alt=_alt(counts),
            on_select=_take_click,
        )
        chosen = _draw_choice(counts)
    with table:
        text_table.draw(
            _COLUMNS, [_cells(row) for row in counts], key="failures", label="Failed steps by code"
        )
    if chosen is not None:
        failure_cases.draw(chosen, which)


def _draw_filters() -> FailureFilter:
    desks = desk_clock.desks()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        period = st.segmented_control(
            "Time",
            list(_PERIODS),
            default="7 days",
            key=session.key(PAGE, "period"),
            required=True,
        )
        desk = st.selectbox(
            "Desk",
            ["", *(desk.name for desk in desks)],
            format_func=lambda name: desk_words.desk_title(name) if name else "All desks",
            key=session.key(PAGE, "desk"),
            width=200,
        )
        stage = st.selectbox(
            "Stage",
            ["", *(stage.value for stage in FailureStage)],
            format_func=lambda stage: stage.capitalize() or "All stages",
            key=session.key(PAGE, "stage"),
            width=200,
        )
        has_simulated = any(desk.has_simulated for desk in desks)
        origin = _draw_origin() if has_simulated else Origin.REAL
    return FailureFilter(
        origin=origin,
        desk=desk,
        stage=FailureStage(stage) if stage else None,
        hours=_PERIODS[period],
    )


def _draw_origin() -> Origin:
    """Real or simulated data, never both; where only simulated steps failed, those at first."""
    has_real = bool(session.queries().failures(FailureFilter(origin=Origin.REAL)))
    chosen: Origin = st.segmented_control(
        "Data",
        list(Origin),
        default=Origin.REAL if has_real else Origin.SIMULATED,
        format_func=lambda origin: origin.value.capitalize(),
        key=session.key(PAGE, "origin"),
        required=True,
    )
    return chosen


def _draw_choice(counts: Sequence[FailureCount]) -> FailureCount | None:
    known = {row.code.value: row for row in counts}
    st.session_state[_CODE] = _chosen(counts) or None
    code = st.selectbox(
        "Cases of",
        list(known),
        index=None,
        format_func=lambda code: f"{known[code].words.title} ({known[code].steps:,})",
        placeholder="Click on a bar, or choose here",
        key=_CODE,
        width=420,
    )
    return known.get(code) if code else None


def _chosen(counts: Sequence[FailureCount]) -> str:
    """The chosen code, as long as it is among those on the page."""
    code = st.session_state.get(_CODE)
    return next((row.code.value for row in counts if row.code == code), "")


def _take_click() -> None:
    """A click on a bar or a point chooses its code; one beside them changes nothing."""
    points = st.session_state[_CHART]["selection"]["points"]
    codes = [str(_code_of(point.get("customdata"))) for point in points]
    if codes and codes[0] in set(FailureCode):
        st.session_state[_CODE] = codes[0]
        session.forget(failure_cases.PAGE, "picked")


def _code_of(customdata: object) -> object:
    return customdata[0] if isinstance(customdata, list) and customdata else customdata


def _alt(counts: Sequence[FailureCount]) -> str:
    first = counts[0]
    total = sum(row.steps for row in counts)
    return (
        f"Failed steps by code, {total} in all. Most frequent: {first.words.title}, "
        f"{first.steps}, {words.percent(first.share)} of all. The table beside has all of them."
    )


def _cells(row: FailureCount) -> list[Cell | str]:
    told = row.words
    return [
        Cell(text=told.title, note=told.stage.value, hint=row.code.value),
        Cell(text=f"{row.steps:,}", hint=f"{row.stood:,} of them came to people"),
        told.meaning,
        told.recovery,
        told.told[:1].upper() + told.told[1:],
    ]
