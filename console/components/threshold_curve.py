"""Coverage against error of one cell, with sentences that read the points where it stands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import streamlit as st

from console import format as words
from console.charts.threshold import Standing, standing_at, threshold_curve
from console.components import chart_frame
from engine.domain.percent import SIGN
from engine.domain.phase import Phase
from engine.service.rows import CellRow, CurvePoint, WiderRow

_NOW, _AT_ONCE, _AFTER = "where the cell stands now", "at once", "after a veto window"


def draw(cell: CellRow, points: Sequence[CurvePoint]) -> None:
    """Draw the curve of a cell, or say what is missing.

    Args:
        cell: Whose curve it is.
        points: Empty where no prediction of the cell has met its truth yet.
    """
    for sentence in readings(cell, points):
        st.markdown(f"**{words.plain(sentence)}**")
    if not points:
        st.info(
            "No curve yet: it is drawn from predictions that were scored before their truth "
            "became known, and this cell has none.",
            icon=":material/hourglass_empty:",
        )
        return
    chart_frame.draw(
        threshold_curve(points, standings(cell), is_dark=chart_frame.is_dark()),
        key=f"curve:{cell.cell}",
        alt=" ".join(
            (f"Coverage against error, {len(points)} points.", *readings(cell, points)),
        ),
    )
    st.caption(
        "Each point keeps all predictions whose own score reaches one cut: n of them. It is the "
        "confidence alone, at one cut for all of them; a draft's consequences replay each "
        "decision of the last days with the threshold of its moment and every other limit, so "
        f"their figures differ. The bound is the 95{SIGN} Clopper-Pearson limit of that point "
        "alone; it is not corrected for choosing a point after looking."
    )
    with st.expander("The points as a table", icon=":material/table:"):
        st.dataframe([_cells(point) for point in points], hide_index=True, alt="Curve points")


def standings(cell: CellRow) -> tuple[Standing, ...]:
    """The limits of a cell on its curve: one, or that at once and that after a veto window."""
    wider = cell.wider
    usual = Standing(
        name=_NOW if wider is None else _AT_ONCE, cut=_cut(cell), risk_limit=cell.risk_limit
    )
    if wider is None:
        return (usual,)
    return (usual, Standing(name=_AFTER, cut=_cut(wider), risk_limit=wider.risk_limit))


def _cut(limits: CellRow | WiderRow) -> float | None:
    """The raw score at which a limit stands; a threshold set by hand is taken as one."""
    return limits.threshold if limits.cut is None else limits.cut


def readings(cell: CellRow, points: Sequence[CurvePoint]) -> Iterator[str]:
    """What the limits of a cell let software do, read aloud: true in every phase."""
    if cell.paused:
        yield "Paused: nothing runs alone now, whatever follows."
    match cell.phase:
        case Phase.COPILOT:
            said = _reading(cell, points, "software would act alone", "software would act on")
            yield f"People decide every case here. In a bounded phase {said}"
        case Phase.BOUNDED:
            said = _reading(cell, points, "software acts alone", "software acts on")
            yield said[:1].upper() + said[1:]
        case Phase.ON_THE_LOOP:
            said = _reading(cell, points, "software acts alone", "software acts on")
            yield f"At once {said}"
            if cell.wider is not None:
                minutes = f"{cell.wider.veto_minutes:g}"
                said = _reading(cell.wider, points, "software acts", "software acts on")
                yield f"After {minutes} minutes in which people can hold an action, {said}"


def _reading(limits: CellRow | WiderRow, points: Sequence[CurvePoint], acts: str, on: str) -> str:
    if limits.threshold is None:
        named = words.tidy(limits.threshold_words)
        why = "is certified" if limits.is_chosen else "was computed"
        until = "" if limits.is_chosen else " yet; the next case has one computed"
        return f"{on} nothing: no threshold {why} for its limit ({named}){until}."
    said = f"{acts} from a confidence of {words.percent(limits.threshold, 1)} on"
    point = standing_at(points, _cut(limits))
    if point is None:
        return f"{said}, which lies above every measured point." if points else f"{said}."
    limit = limits.risk_limit
    allowed = "" if limit is None else f"; the risk limit is {words.percent(limit, 1)}"
    return (
        f"{said}, which {words.percent(point.coverage)} of the scored cases reach; "
        f"{words.percent(point.error, 1)} of those were wrong, at most "
        f"{words.percent(point.error_high, 1)} (n {point.n:,}){allowed}."
    )


def _cells(point: CurvePoint) -> dict[str, str | int | float]:
    return {
        "Model's own score from": point.threshold,
        "Coverage": words.percent(point.coverage, 1),
        "Error": words.percent(point.error, 1),
        "At most": words.percent(point.error_high, 1),
        "n": point.n,
    }
