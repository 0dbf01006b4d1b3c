"""Envelope: the limits inside which software may act alone, their evidence, and their change."""

from __future__ import annotations

import streamlit as st

from console import flash, session
from console.components import (
    brakes,
    consequences,
    desk_words,
    envelope_form,
    envelope_matrix,
    policy_draft,
    policy_page,
    policy_versions,
    threshold_curve,
)
from console.components.policy_draft import Beside
from engine.domain.policy import PolicyKind
from engine.service.rows import CellRow, VersionRow

_PAGE = "envelope"
_REFRESH_S = 5


@session.guarded
def render() -> None:
    """Draw what is in force and what can be changed, one tab each, all in reach at the top."""
    st.title("Envelope", anchor=False)
    st.caption("What software may do without a person, cell by cell, and what stands behind it.")
    desk = policy_page.choose_desk(_PAGE)
    if not desk:
        return
    cells = session.queries().cells(desk)
    versions = session.queries().versions(desk, PolicyKind.ENVELOPE)
    policy_versions.draw_waiting(versions)
    _draw_tabs(desk, cells, versions)


@st.fragment(run_every=_REFRESH_S)
@session.guarded
def _draw_matrix(desk: str) -> None:
    cells = session.queries().cells(desk)
    if cells:
        envelope_matrix.draw(cells)
    else:
        st.info("This desk has no cell yet: propose an envelope.", icon=":material/grid_off:")


def _draw_curve(cells: tuple[CellRow, ...]) -> None:
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
    threshold_curve.draw(known[name], session.queries().curve(name))


def _draw_tabs(desk: str, cells: tuple[CellRow, ...], versions: tuple[VersionRow, ...]) -> None:
    active = policy_versions.active(versions)
    # Always there, so that a message moves no tab out from under the person who reads it.
    messages = st.container(key=session.key(_PAGE, "messages"))
    holding, signing, proposing, braking = st.tabs(
        ["In force", "Versions and signatures", "Propose a change", "Pause and resume"],
        key=session.key(_PAGE, "changes"),
        on_change="rerun",
    )
    if not proposing.open:  # there they stand beside the button
        with messages:
            flash.draw_here()
    if holding.open:
        with holding:
            _draw_matrix(desk)
            _draw_curve(cells)
    if signing.open:
        with signing:
            policy_versions.draw(_PAGE, versions, session.person())
    if proposing.open:
        with proposing:
            _draw_draft(desk, active, cells)
    if braking.open:
        with braking:
            brakes.draw(desk, cells, session.queries().health().pauses)


def _draw_draft(desk: str, active: VersionRow | None, cells: tuple[CellRow, ...]) -> None:
    beside = Beside(
        form=lambda of, draft: envelope_form.draw(of, draft, cells),
        consequences=lambda of, draft: consequences.draw(_PAGE, PolicyKind.ENVELOPE, of, draft),
    )
    policy_draft.draw(_PAGE, PolicyKind.ENVELOPE, desk, active, session.person(), beside)


if __name__ == "__main__":
    render()
