"""Envelope: the limits inside which software may act alone, their evidence, and their change."""

from __future__ import annotations

import streamlit as st

from console import flash, session
from console.components import (
    brakes,
    desk_words,
    envelope_document,
    envelope_draft,
    envelope_matrix,
    envelope_versions,
    threshold_curve,
)
from engine.service.rows import CellRow, EnvelopeRow

_PAGE = "envelope"
_REFRESH_S = 5


@session.guarded
def render() -> None:
    """Draw the matrix, the curve of one cell, and what can be changed."""
    st.title("Envelope", anchor=False)
    st.caption("What software may do without a person, cell by cell, and what stands behind it.")
    desks = [desk.name for desk in session.queries().desks()]
    if not desks:
        st.info("No desk runs here yet.", icon=":material/inbox:")
        return
    desk = desks[0]
    if len(desks) > 1:
        desk = st.selectbox(
            "Desk",
            desks,
            format_func=desk_words.desk_title,
            key=session.key(_PAGE, "desk"),
            width=280,
        )
    _draw_matrix(desk)
    cells = session.queries().cells(desk)
    versions = session.queries().envelopes(desk)
    envelope_versions.draw_waiting(versions)
    _draw_curve(cells, versions)
    _draw_changes(desk, cells, versions)


@st.fragment(run_every=_REFRESH_S)
@session.guarded
def _draw_matrix(desk: str) -> None:
    cells = session.queries().cells(desk)
    if cells:
        envelope_matrix.draw(cells)
    else:
        st.info("This desk has no cell yet: propose an envelope below.", icon=":material/grid_off:")


def _draw_curve(cells: tuple[CellRow, ...], versions: tuple[EnvelopeRow, ...]) -> None:
    if not cells:
        return
    st.subheader("Coverage against error", anchor=False)
    known = {cell.cell: cell for cell in cells}
    name = st.selectbox(
        "Cell",
        list(known),
        format_func=desk_words.cell,
        key=session.key(_PAGE, "cell"),
        width=420,
    )
    cell = known[name]
    active = envelope_versions.active(versions)
    limit = envelope_document.risk_limit(active.document, cell) if active else None
    threshold_curve.draw(cell, session.queries().curve(name), limit)


def _draw_changes(desk: str, cells: tuple[CellRow, ...], versions: tuple[EnvelopeRow, ...]) -> None:
    active = envelope_versions.active(versions)
    # Always there, so that a message moves no tab out from under the person who reads it.
    with st.container(key=session.key(_PAGE, "messages")):
        flash.draw_here()
    signing, proposing, braking = st.tabs(
        ["Versions and signatures", "Propose a change", "Pause and resume"],
        key=session.key(_PAGE, "changes"),
    )
    with signing:
        if versions:
            envelope_versions.draw(versions, cells, session.person())
        else:
            st.info(f"{desk_words.desk_title(desk)} has no version yet.", icon=":material/history:")
    with proposing:
        envelope_draft.draw(desk, active.document if active else "", cells)
    with braking:
        brakes.draw(desk, cells, session.queries().health().pauses)


if __name__ == "__main__":
    render()
