"""Coverage against error of one cell, with a sentence that reads the point where it stands."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from console import format as words
from console.charts.threshold import standing_at, threshold_curve
from console.components import chart_frame
from engine.domain.percent import SIGN
from engine.service.rows import CellRow, CurvePoint


def draw(cell: CellRow, points: Sequence[CurvePoint], risk_limit: float | None) -> None:
    """Draw the curve of a cell, or say what is missing.

    Args:
        cell: Whose curve it is.
        points: Empty where no prediction of the cell has met its truth yet.
        risk_limit: From the active envelope; None where the threshold is set by hand.
    """
    if not points:
        st.info(
            "No curve yet: it is drawn from predictions that were scored before their truth "
            "became known, and this cell has none.",
            icon=":material/hourglass_empty:",
        )
        return
    cut = cut_of(cell)
    current = standing_at(points, cut)
    reading = reading_words(cell, current, risk_limit)
    st.markdown(f"**{words.plain(reading)}**")
    chart_frame.draw(
        threshold_curve(
            points,
            cut=cut,
            risk_limit=risk_limit,
            is_dark=chart_frame.is_dark(),
        ),
        key=f"curve:{cell.cell}",
        alt=f"Coverage against error, {len(points)} points. {reading}",
    )
    st.caption(
        "Each point keeps all predictions whose own score reaches one cut: n of them. The bound "
        f"is the 95{SIGN} Clopper-Pearson limit of that point alone; it is not corrected for "
        "choosing a point after looking."
    )
    with st.expander("The points as a table", icon=":material/table:"):
        st.dataframe([_cells(point) for point in points], hide_index=True, alt="Curve points")


def cut_of(cell: CellRow) -> float | None:
    """The raw score at which a cell stands; a threshold set by hand is taken as one."""
    return cell.threshold if cell.cut is None else cell.cut


def reading_words(cell: CellRow, point: CurvePoint | None, risk_limit: float | None) -> str:
    """The current point read aloud."""
    if cell.threshold is None:
        return "No threshold is certified now: software acts on nothing alone, whatever the phase."
    if point is None:
        threshold = words.percent(cell.threshold, 1)
        return f"The threshold, {threshold}, lies above every measured point."
    limit = "" if risk_limit is None else f"; the risk limit is {words.percent(risk_limit, 1)}"
    return (
        f"From a confidence of {words.percent(cell.threshold, 1)} on software would act on "
        f"{words.percent(point.coverage)} of the cases; {words.percent(point.error, 1)} of those "
        f"were wrong, at most {words.percent(point.error_high, 1)} (n {point.n:,}){limit}."
    )


def _cells(point: CurvePoint) -> dict[str, str | int | float]:
    return {
        "Model's own score from": point.threshold,
        "Coverage": words.percent(point.coverage, 1),
        "Error": words.percent(point.error, 1),
        "At most": words.percent(point.error_high, 1),
        "n": point.n,
    }
