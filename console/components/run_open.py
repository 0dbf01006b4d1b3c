"""One run on the page: its head, then its trace or its context ledger; it follows what runs."""

from __future__ import annotations

import streamlit as st

from console import session
from console.components import run_context, run_head, run_memory, run_steps
from engine.domain.ids import RunId
from engine.domain.run import RunStatus

REFRESH_S = 1.0
_GOES_ON = frozenset({RunStatus.RUNNING, RunStatus.SUSPENDED})


def draw(run_id: RunId) -> None:
    """Draw a run; one that goes on is read again every second, and what is open stays open."""
    is_going_on = run_memory.read(run_id).row.status in _GOES_ON
    followed = st.fragment(_draw, run_every=REFRESH_S if is_going_on else None)
    followed(run_id, is_going_on)


@session.guarded
def _draw(run_id: RunId, was_going_on: bool) -> None:
    card = run_memory.read(run_id)
    run_head.draw(card)
    view = st.segmented_control(
        "Show",
        [run_memory.TRACE, run_memory.CONTEXT],
        default=run_memory.TRACE,
        key=run_memory.VIEW,
        required=True,
        label_visibility="collapsed",
    )
    # A place of its own for each view: what one had drawn never stands in the other meanwhile.
    with st.container(key="run_window" if view == run_memory.CONTEXT else "run_trace"):
        if view == run_memory.CONTEXT:
            run_context.draw(card)
        else:
            run_steps.draw(card)
    if was_going_on and card.row.status not in _GOES_ON:
        st.rerun()  # it is over: nothing is read again from now on
