"""The foot of a case that waits in its veto window: when it runs, why not at once, who was told.

And what stops it: hold it, or give it more time.
"""

from __future__ import annotations

from datetime import timedelta

import streamlit as st

from console import session
from console.components import (
    live_answers,
    live_card,
    live_seen,
    live_watch,
    open_case,
    text_line,
)
from console.components.live_slots import Slot
from console.components.open_case import OpenCase
from console.components.text_line import Piece
from engine.service import words as codes
from engine.service.live_rows import WindowRow

PAGE = "window"


def draw(case: OpenCase) -> None:
    """Draw the window of the open case as it is now."""
    window = session.queries().window(case.case_id)
    if window is None:
        text_line.draw([[Piece(text=codes.STATUS[case.card.row.status])]], key="window")
        return
    text_line.draw(lines_of(window), key="window")
    live_seen.draw({"window": window}, key="window_seen")
    _draw_buttons(case, window)


def lines_of(window: WindowRow) -> list[list[Piece]]:
    """What happens when, why not at once, who was told, and what an undo would do."""
    now = session.now()
    when = f"{window.closes_at:%H:%M:%S} UTC"
    said, tone = live_card.notice_words(window, now)
    extended = f"{window.extended_by} gave it more time." if window.extended_by else ""
    undo = window.action.undo
    return [
        [
            Piece(text=f"Software runs it at {when} unless somebody holds it", tone="strong"),
            Piece(text=f"in {left(window.closes_at - now)}", look="chip", tone="warn"),
        ],
        [Piece(text=f"{live_card.why_it_waits(window)}. {extended}".strip())],
        [
            Piece(text=f"{said}.", tone="warn" if tone == "warn" else ""),
            Piece(text=f"An undo would: {undo}." if undo else "Nothing undoes it.", look="dim"),
        ],
    ]


def left(time: timedelta) -> str:
    """Time that is left, as `04:12`."""
    minutes, seconds = divmod(max(0, round(time.total_seconds())), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes:02}:{seconds:02}"


def _draw_buttons(case: OpenCase, window: WindowRow) -> None:
    why_key, said_key = (session.key(PAGE, name, case.case_id) for name in ("why", "said"))
    why, said, hold_place, more_place = st.columns([4, 5, 3, 3], vertical_alignment="bottom")
    why.selectbox("I hold because", live_watch.REASONS, key=why_key)
    said.text_input("In my words", max_chars=300, placeholder="Optional", key=said_key)
    hold_place.button(
        "Hold",
        key=session.key(PAGE, "hold", case.case_id, case.version),
        icon=":material/front_hand:",
        type="primary",
        shortcut="H",
        width="stretch",
        disabled=not live_seen.may_hold(session.person()),
        on_click=hold,
        args=(case, window, why_key, said_key),
    )
    more_place.button(
        "More time",
        key=session.key(PAGE, "more", case.case_id, case.version),
        width="stretch",
        disabled=bool(window.extended_by) or not open_case.may_decide(),
        help=f"{window.extended_by} gave it more time already." if window.extended_by else "Once.",
        on_click=extend,
        args=(case, window),
    )


def hold(case: OpenCase, window: WindowRow, why_key: str, said_key: str) -> None:
    """Stop the clock and show what there is to decide now."""
    typed = str(st.session_state.get(said_key) or "").strip()
    chosen = str(st.session_state.get(why_key) or live_watch.REASONS[0])
    live_answers.hold(_slot(case, window), f"{chosen}: {typed}" if typed else chosen)
    session.attempt(open_case.reload)


def extend(case: OpenCase, window: WindowRow) -> None:
    """Give it its time once more."""
    live_answers.extend(_slot(case, window))
    session.attempt(open_case.reload)


def _slot(case: OpenCase, window: WindowRow) -> Slot:
    return Slot(
        action=window.action, window=window, held=None, since=case.opened_mark, form=case.form
    )
