"""Traces: every run, and one run in full with who decided what. `?case=` opens a run."""

from __future__ import annotations

import streamlit as st

from console import format as words
from console import session
from console.charts.waterfall import span_of_time
from console.components import case_link, cursor_pager, pick_table, run_link, trace_waterfall
from engine.domain.ids import CaseId
from engine.service import words as codes
from engine.service.rows import TraceRow

_PAGE = "traces"
_RUN = "case"
"""Query parameter that names the open run: case id or source id."""


@session.guarded
def render() -> None:
    """Draw the list, or the run that the address names."""
    asked = st.query_params.get(_RUN, "")
    if not asked:
        _draw_list()
        return
    st.button(
        "All runs", key=session.key(_PAGE, "back"), icon=":material/arrow_back:", on_click=_close
    )
    case_id = session.queries().find_case(asked)
    if case_id is None:
        st.warning("There is no run with that id:", icon=":material/search_off:")
        st.text(asked)
        return
    _draw_run(case_id)


def _draw_list() -> None:
    st.title("Traces", anchor=False)
    st.caption("Every run of a case, newest first. Pick one to see who decided what, and when.")
    text = st.text_input(
        "Search by source id or title",
        key=session.key(_PAGE, "text"),
        icon=":material/search:",
        placeholder="Case number or part of a title",
        width=420,
    ).strip()
    cursor = cursor_pager.trail(_PAGE, text)[-1]
    part = session.queries().traces(text=text, cursor=cursor)
    if not part.rows:
        st.info(
            "No run matches this search." if text else "No run yet: submit a case first.",
            icon=":material/search_off:" if text else ":material/inbox:",
        )
        return
    picked = pick_table.draw(
        _PAGE, part.rows, [_cells(row) for row in part.rows], alt="Runs, newest first"
    )
    cursor_pager.draw(_PAGE, text, part)
    if picked is not None:
        _open(picked)


def _cells(row: TraceRow) -> pick_table.Cells:
    return {
        "Started (UTC)": f"{row.started_at:%Y-%m-%d %H:%M:%S}",
        "Source id": row.source_id,
        "Title": row.title,
        "Status": codes.STATUS[row.status],
        "Engine worked": span_of_time(row.duration_us / 1e6),
        "Steps": row.spans,
        "Errors": row.errors,
    }


def _open(row: TraceRow) -> None:
    session.forget(_PAGE, "picked")
    st.query_params[_RUN] = str(row.case_id)
    st.rerun()


def _close() -> None:
    session.forget(_PAGE, "picked")
    st.query_params.pop(_RUN, None)


def _draw_run(case_id: CaseId) -> None:
    row = session.queries().card(case_id).row
    st.title(words.plain(f"{row.source_id} · {row.title}"), anchor=False)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(f"{codes.STATUS[row.status]}. On the desk's clock: {words.exact(row.as_of)}.")
        case_link.draw(case_id, key=session.key(_PAGE, "case", case_id))
        run_link.draw_case(case_id, key=session.key(_PAGE, "runs", case_id))
    spans = session.queries().spans(case_id)
    if spans:
        trace_waterfall.draw(session.key(_PAGE, "run"), spans)
    else:
        st.info("Nothing has happened to this case yet.", icon=":material/hourglass_empty:")


if __name__ == "__main__":
    render()
