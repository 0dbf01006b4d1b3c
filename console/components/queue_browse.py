"""Browsing the queue: the part that is shown, the next and the previous case, the refresh.

The list refreshes by itself; which case is open is another matter (`open_case`) and stays.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import streamlit as st

from console import flash, session
from console import format as words
from console.components import desk_clock, last_decision, open_case, queue_list
from console.components.open_case import OpenCase
from console.components.queue_filters import PAGE, clear, is_filtering
from engine.domain.ids import CaseId
from engine.service import words as codes
from engine.service.rows import Page, QueueFilter, QueueRow

REFRESH_S = 2.0
LIMIT = 50
LIST = "queue_rows"

_EMPTY = (
    "Nobody waits for you.\nEverything that came in is decided or inside the envelope. "
    "New cases appear here by themselves."
)
_NOTHING_YET = (
    "No case has come in yet.\nSend some: countersign submit FILE --desk NAME, or POST\n"
    "/api/v1/cases. They appear here by themselves."
)
_NO_MATCH = "No case fits these filters.\nThe queue itself may hold others: clear the filters."


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """The part of the queue on the screen, and what it was read for."""

    which: QueueFilter
    cursors: tuple[str, ...]
    """Where the parts begin that led here; the last one is shown."""
    version: str
    part: Page[QueueRow]


def shown() -> Shown | None:
    """What the list shows."""
    kept: Shown | None = session.recall(PAGE, "shown", None)
    return kept


def draw_list(which: QueueFilter) -> None:
    """Draw the list for a filter, refreshing itself."""
    opened = open_case.current()
    session.remember(PAGE, "drawn", opened.form if opened else "")
    st.fragment(run_every=REFRESH_S)(_draw_fresh)(which)


@session.guarded
def _draw_fresh(which: QueueFilter) -> None:
    opened = open_case.current()
    if session.recall(PAGE, "needs_page", False) or _has_moved(opened):
        session.forget(PAGE, "needs_page")
        st.rerun()
    seen = read(which)
    reader = session.person().name
    lines = [queue_list.line_of(row, desk_clock.now_of(row.desk), reader) for row in seen.part.rows]
    queue_list.draw(
        lines,
        opened=opened.case_id if opened else None,
        empty=_nothing(which),
        key=LIST,
        on_pick=_pick,
    )
    if which.text and not seen.part.rows:
        _draw_elsewhere(which.text, seen.version)
    _draw_foot(seen, which)


def _nothing(which: QueueFilter) -> str:
    """What is said of an empty list: that is good news only where something has come in."""
    if is_filtering(which):
        return _NO_MATCH
    return _EMPTY if any(desk.cases for desk in desk_clock.desks()) else _NOTHING_YET


def _draw_elsewhere(text: str, version: str) -> None:
    """A case with the number that was looked for, which waits for nobody or is filtered out."""
    row = _known(text, version)
    if row is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="queue_elsewhere"):
        st.caption(words.plain(f"{row.source_id}: {codes.STATUS[row.status].lower()}."))
        st.button(
            "Open it",
            key=session.key(PAGE, "elsewhere", row.case_id),
            icon=":material/description:",
            on_click=pick,
            args=(row.case_id,),
        )


def _known(text: str, version: str) -> QueueRow | None:
    """The case with exactly this number or id; looked up anew only where cases have moved."""
    kept: tuple[tuple[str, str], QueueRow | None] | None = session.recall(PAGE, "known", None)
    if kept is not None and kept[0] == (text, version):
        return kept[1]
    case_id = session.queries().find_case(text)
    row = None if case_id is None else session.queries().card(case_id).row
    session.remember(PAGE, "known", ((text, version), row))
    return row


def _has_moved(opened: OpenCase | None) -> bool:
    """Whether another case was opened from within the list since the page was drawn."""
    name = opened.form if opened else ""
    return bool(session.recall(PAGE, "drawn", name) != name)


def read(which: QueueFilter) -> Shown:
    """The shown part, read anew only where the queue may have changed."""
    last = shown()
    version = session.queries().queue_version(which.desk)
    cursors = last.cursors if last is not None and last.which == which else ("",)
    if last is not None and (last.which, last.cursors, last.version) == (which, cursors, version):
        return last
    part = session.queries().queue(which, cursor=cursors[-1], limit=LIMIT)
    fresh = Shown(which=which, cursors=cursors, version=version, part=part)
    session.remember(PAGE, "shown", fresh)
    return fresh


def _draw_foot(seen: Shown, which: QueueFilter) -> None:
    total = "" if seen.part.total is None else f" of {seen.part.total:,}"
    first = (len(seen.cursors) - 1) * LIMIT + 1 if seen.part.rows else 0
    last = first + len(seen.part.rows) - 1 if seen.part.rows else 0
    with st.container(horizontal=True, vertical_alignment="center", key="queue_foot"):
        st.caption(f"{first}–{last}{total}" if seen.part.rows else "No cases")
        if is_filtering(which):
            st.button("Clear filters", key=session.key(PAGE, "clear"), on_click=_clear)
        if decided := last_decision.current():
            last_decision.draw(decided)
        elif len(seen.cursors) > 1 or seen.part.next_cursor:
            st.button(
                "Earlier",
                key=session.key(PAGE, "back"),
                disabled=len(seen.cursors) == 1,
                on_click=turn,
                args=(-1,),
            )
            st.button(
                "Later",
                key=session.key(PAGE, "on"),
                disabled=not seen.part.next_cursor,
                on_click=turn,
                args=(1,),
            )


def _clear() -> None:
    clear()
    session.remember(PAGE, "needs_page", True)


def turn(step: int) -> None:
    """Show the next or the previous part of the queue."""
    last = shown()
    if last is None:
        return
    cursors = (*last.cursors, last.part.next_cursor) if step > 0 else last.cursors[:-1]
    if not cursors or (step > 0 and not last.part.next_cursor):
        return
    session.attempt(_read_part, last.which, cursors)
    if flash.waiting():
        session.remember(PAGE, "needs_page", True)


def _read_part(which: QueueFilter, cursors: tuple[str, ...]) -> None:
    version = session.queries().queue_version(which.desk)
    part = session.queries().queue(which, cursor=cursors[-1], limit=LIMIT)
    fresh = Shown(which=which, cursors=cursors, version=version, part=part)
    session.remember(PAGE, "shown", fresh)


def _pick() -> None:
    chosen = queue_list.picked(LIST)
    if chosen is not None:
        pick(chosen)


def pick(case_id: UUID) -> None:
    """Open a case of the list; the whole page follows."""
    session.attempt(open_case.open_case, case_id)
    session.remember(PAGE, "place", _place_of(case_id))
    if flash.waiting():
        session.remember(PAGE, "needs_page", True)


def step(by: int) -> None:
    """Open the next (1) or previous (-1) case of the list, at its end the next part's first."""
    last = shown()
    if last is None or not last.part.rows:
        return
    place = _next_place(last, by)
    if place >= len(last.part.rows) and last.part.next_cursor:
        turn(1)
        place, last = 0, shown() or last
    place = min(max(place, 0), len(last.part.rows) - 1)
    session.attempt(open_case.open_case, last.part.rows[place].case_id)
    session.remember(PAGE, "place", place)


def _next_place(last: Shown, by: int) -> int:
    opened = open_case.current()
    if opened is None:
        return 0
    ids = [row.case_id for row in last.part.rows]
    if opened.case_id in ids:
        return ids.index(CaseId(opened.case_id)) + by
    # It has left the list: the one that moved up into its place is the next.
    place: int = session.recall(PAGE, "place", 0)
    return place if by > 0 else place - 1


def _place_of(case_id: UUID) -> int:
    last = shown()
    ids = [row.case_id for row in last.part.rows] if last else []
    return ids.index(CaseId(case_id)) if case_id in ids else 0
