"""List of runs: filters, one line a run, newest first; those that run are seen to go on."""

from __future__ import annotations

from collections.abc import Iterator

import streamlit as st

from console import session
from console.charts.waterfall import span_of_time
from console.components import cursor_pager, desk_clock, desk_words, pick_list, run_link
from console.components.pick_list import Line, Mark
from console.components.run_head import TONE
from engine.domain.ids import CaseId
from engine.domain.run import RunKind, RunStatus
from engine.service import run_words
from engine.service.run_rows import CostBasis, RunFilter, RunRow

PAGE = "runs"
KEY = "run_list"
REFRESH_S = 2.0
_BOTH, _LIVE, _SHADOW = "Live and shadow", "Live", "Shadow"


def draw(case_id: CaseId | None) -> None:
    """Draw the list, of one case where one is named."""
    which = _draw_filters(case_id)
    _draw_rows(which)


def _draw_filters(case_id: CaseId | None) -> RunFilter:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        desk = "" if case_id else _draw_desk()
        kind = st.selectbox(
            "Kind",
            [None, *RunKind],
            format_func=lambda kind: run_words.KIND[kind] if kind else "All kinds",
            key=session.key(PAGE, "kind"),
            width=170,
        )
        status = st.selectbox(
            "Status",
            [None, *RunStatus],
            format_func=lambda status: run_words.STATUS[status] if status else "Any status",
            key=session.key(PAGE, "status"),
            width=220,
        )
        mode = st.segmented_control(
            "Mode",
            [_BOTH, _LIVE, _SHADOW],
            default=_BOTH,
            key=session.key(PAGE, "mode"),
            required=True,
        )
    is_shadow = {_LIVE: False, _SHADOW: True}.get(str(mode))
    return RunFilter(desk=desk, kind=kind, status=status, is_shadow=is_shadow, case_id=case_id)


def _draw_desk() -> str:
    chosen: str = st.selectbox(
        "Desk",
        ["", *(desk.name for desk in desk_clock.desks())],
        format_func=lambda name: desk_words.desk_title(name) if name else "All desks",
        key=session.key(PAGE, "desk"),
        width=200,
    )
    return chosen


@st.fragment(run_every=REFRESH_S)
@session.guarded
def _draw_rows(which: RunFilter) -> None:
    place = repr(which)
    cursor = cursor_pager.trail(PAGE, place)[-1]
    part = session.queries().runs(which, cursor=cursor)
    pick_list.draw(
        [line_of(row, is_alone=which.case_id is not None) for row in part.rows],
        key=KEY,
        label="Runs, newest first",
        empty=_why_empty(which),
        on_pick=_keep,
        height="calc(100vh - 19rem)",
    )
    cursor_pager.draw(PAGE, place, part)
    chosen = session.recall(PAGE, "chosen", "")
    if chosen:
        session.forget(PAGE, "chosen")
        st.query_params[run_link.RUN] = chosen
        st.rerun()


def _why_empty(which: RunFilter) -> str:
    if which in (RunFilter(), RunFilter(case_id=which.case_id)):
        return "No run here yet.\nOpen a case and choose “Run it…” to let reasoners look at it."
    return "No run matches these filters."


def line_of(row: RunRow, *, is_alone: bool = False) -> Line:
    """One run as the list shows it; alone is its case where the list has no other."""
    said = (run_words.KIND[row.kind], "" if is_alone else row.title, row.end_note)
    return Line(
        id=str(row.run_id),
        head=f"{row.started_at:%Y-%m-%d %H:%M:%S}",
        number="" if is_alone else row.source_id,
        text=" · ".join(filter(None, said)),
        hint=f"{run_words.WHO_DECIDES[row.kind]}; procedure {row.version}",
        marks=list(_marks(row)),
    )


def _marks(row: RunRow) -> Iterator[Mark]:
    if row.is_shadow:
        yield Mark(text="shadow", tone="info", hint="Nothing is executed")
    else:
        yield Mark(text="live", tone="good", hint="The case waits for what it says")
    why = f": {run_words.FAULT[row.fault].lower()}" if row.fault else ""
    yield Mark(text=f"{run_words.STATUS[row.status]}{why}", tone=TONE[row.status], hint=row.status)
    yield Mark(text=f"{row.steps} step{'s' * (row.steps != 1)}", tone="", hint=_worked(row))
    if row.model:
        tokens = f"{row.usage.total:,} tokens"
        yield Mark(text=tokens, tone="", hint=f"In and out, of {row.model}")
        cost = run_words.cost_words(row.cost)
        scripted = row.cost.basis is CostBasis.SCRIPTED
        yield Mark(
            text=cost.replace("scripted", "SCRIPTED"), tone="warn" if scripted else "", hint=""
        )


def _worked(row: RunRow) -> str:
    return f"Worked {span_of_time(row.worked_us / 1e6)}, waiting left out"


def _keep() -> None:
    chosen = pick_list.picked(KEY)
    if chosen is not None:
        session.remember(PAGE, "chosen", str(chosen))
