"""Runs: how reasoners came to what they say, step by step. `?run=` opens one, `?case=` lists."""

from __future__ import annotations

import streamlit as st

from console import format as words
from console import session
from console.components import case_link, run_link, run_list, run_memory, run_open, run_start
from engine.domain.ids import CaseId, RunId

PAGE = run_list.PAGE


@session.guarded
def render() -> None:
    """Draw the list, or the run that the address names."""
    asked = st.query_params.get(run_link.RUN, "")
    if asked:
        _draw_asked(asked)
        return
    run_memory.close()
    named = st.query_params.get(run_link.CASE, "")
    case_id = session.queries().find_case(named) if named else None
    if named and case_id is None:
        st.button("All runs", key=session.key(PAGE, "all"), on_click=_show_all)
        st.warning("There is no case with that id:", icon=":material/search_off:")
        st.text(named)
        return
    if case_id is None:
        st.title("Runs", anchor=False)
        st.caption(
            "How reasoners came to what they say, newest first. In a workflow code fixes the path; "
            "in an agent the model picks the next step. Pick a run to see it step by step."
        )
    else:
        _draw_case(case_id)
    run_list.draw(case_id)


def _draw_case(case_id: CaseId) -> None:
    row = session.queries().card(case_id).row
    st.title(words.plain(f"Runs of {row.source_id} · {row.title}"), anchor=False)
    with st.container(horizontal=True):
        st.button(
            "All runs",
            key=session.key(PAGE, "all"),
            icon=":material/arrow_back:",
            on_click=_show_all,
        )
        case_link.draw(case_id, key=session.key(PAGE, "case", case_id))
        run_start.draw(case_id)


def _draw_asked(asked: str) -> None:
    run_id = session.queries().find_run(asked)
    if run_id is None:
        st.button("All runs", key=session.key(PAGE, "all"), on_click=_show_all)
        st.warning("There is no run with that id:", icon=":material/search_off:")
        st.text(asked)
        return
    _draw_ways(run_id)
    run_open.draw(run_id)


def _draw_ways(run_id: RunId) -> None:
    case_id = run_memory.read(run_id).row.case_id
    with st.container(horizontal=True):
        st.button(
            "All runs",
            key=session.key(PAGE, "all"),
            icon=":material/arrow_back:",
            on_click=_show_all,
        )
        run_link.draw_case(case_id, key=session.key(PAGE, "of_case", case_id))
        case_link.draw(case_id, key=session.key(PAGE, "case", case_id))
        if st.button(
            "Trace of the case", key=session.key(PAGE, "trace"), icon=":material/timeline:"
        ):
            st.switch_page("app_pages/traces.py", query_params={"case": str(case_id)})


def _show_all() -> None:
    st.query_params.clear()


if __name__ == "__main__":
    render()
