"""What is about to run, place by place, with the buttons that stop it or let it go.

Every button has its own place in a row, whatever stands there: a second click on Hold can not
land on Release, and a refresh puts no other button under the pointer.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from console import flash, session
from console import format as words
from console.components import (
    case_link,
    decision_panel,
    last_decision,
    live_answers,
    live_board,
    live_card,
    live_fate,
    live_more,
    live_seen,
    open_case,
)
from console.components.live_board import PAGE
from console.components.live_slots import Places, Slot
from engine.domain.decision import DecisionKind, ReasonCode
from engine.domain.phase import Phase
from engine.service import words as codes
from engine.service.live_rows import BrakeRow, LiveCell, LiveRow

REFRESH_S = 2.0
REASONS = ("I want to look first", "It looks wrong", "Wrong moment for it")
_REASON = session.key(PAGE, "reason")
_WORDS = session.key(PAGE, "words")
_NOTHING = "Nothing waits to run right now."


def draw(desk: str) -> None:
    """Draw the places, refreshing themselves."""
    st.html(_STYLE)
    st.fragment(run_every=REFRESH_S)(_draw_fresh)(desk)


@session.guarded
def _draw_fresh(desk: str) -> None:
    if _REASON not in st.session_state:  # the page was opened anew: no widget of it lives yet
        live_board.begin()
    live = live_board.read(desk)
    places = live_board.arranged(live)
    _draw_reason(live)
    _draw_order(places, live)
    shown = {
        f"live_card_{place}": slot.window
        for place, slot in enumerate(places.slots)
        if slot.window is not None
    }
    live_seen.draw(shown, key="live_seen")
    _draw_places(places, live)
    flash.draw_toasts()


def _draw_reason(live: LiveRow) -> None:
    """Why the next click on Hold is made: asked once for all, so that holding takes one click."""
    why, said, back = st.columns([6, 6, 3], gap="small", vertical_alignment="bottom")
    why.selectbox("I hold because", REASONS, key=_REASON)
    said.text_input("In my words", max_chars=300, placeholder="Optional", key=_WORDS)
    with back:
        if (last := last_decision.current()) is not None:
            last_decision.draw(last)


def _draw_order(places: Places, live: LiveRow) -> None:
    """How much there is, and the way back to the order of time; always one line."""
    with st.container(key="live_order", horizontal=True, vertical_alignment="center"):
        st.caption(words.plain(live_fate.ahead_words(live, session.now())), width="stretch")
        st.button(
            "Soonest first",
            key=session.key(PAGE, "order"),
            width="content",
            disabled=places.is_in_order,
            help="Places stay while the page is open; this puts them in order of time again.",
            on_click=live_board.begin,
        )


def _draw_places(places: Places, live: LiveRow) -> None:
    with st.container(key="live_slots"):
        if not places.slots:
            st.info(words.plain(why_empty(live.cells)), icon=":material/hourglass_empty:")
        for place, slot in enumerate(places.slots):
            with st.container(key=f"live_slot_{place}", border=True):
                _draw_slot(slot, place, live.version, live.brakes)
        if places.below:
            window = places.below[0].window
            live_more.draw(
                len(places.slots),
                len(places.below),
                window.closes_at if window is not None else None,
                on_more=live_board.show_more,
            )
        elif live.later:
            st.caption(f"{live.later:,} more close later; they come here as these are over.")


def _draw_slot(slot: Slot, place: int, version: str, brakes: Sequence[BrakeRow]) -> None:
    became = live_board.became(slot.case_id, version) if slot.is_gone else None
    live_card.draw(live_card.of_slot(slot, session.now(), became, brakes), key=f"live_card_{place}")
    if slot.held is not None and session.recall(PAGE, _rejecting(slot), False):
        _draw_rejection(slot)
        return
    _draw_buttons(slot)


def _draw_buttons(slot: Slot) -> None:
    """Four places; one that has no button now is emptied, or its last button would stay."""
    columns = st.columns(4, gap="xsmall")
    used: tuple[int, ...] = (3,)
    if slot.window is not None:
        used = (0, 1, 3)
        _draw_window_buttons(slot, columns)
    elif slot.held is not None:
        used = (1, 2, 3)
        _draw_held_buttons(slot, columns)
    for place, column in enumerate(columns):
        if place not in used:
            column.empty()
    with columns[1 if slot.held is not None else 3]:
        case_link.draw(slot.case_id, key=_key("open", slot), label="Case", width="stretch")


def _draw_window_buttons(slot: Slot, columns: Sequence[DeltaGenerator]) -> None:
    columns[0].button(
        "Hold",
        key=_key("hold", slot),
        icon=":material/front_hand:",
        type="primary",
        width="stretch",
        disabled=not live_seen.may_hold(session.person()),
        help="It then runs only if somebody releases it.",
        on_click=_hold,
        args=(slot,),
    )
    extended_by = slot.window.extended_by if slot.window else ""
    columns[1].button(
        "More time",
        key=_key("more", slot),
        width="stretch",
        disabled=bool(extended_by) or not open_case.may_decide(),
        help=f"{extended_by} gave it more time already." if extended_by else "Once.",
        on_click=live_answers.extend,
        args=(slot,),
    )


def _draw_held_buttons(slot: Slot, columns: Sequence[DeltaGenerator]) -> None:
    held = slot.held
    if held is None:
        return
    holder = held.claimed_by if held.claimed_by != session.person().name else ""
    is_locked = bool(holder) or not open_case.may_decide()
    columns[2].button(
        "Release",
        key=_key("release", slot),
        icon=":material/play_arrow:",
        width="stretch",
        disabled=is_locked or not held.words.can_approve,
        help=f"{holder} works on this case." if holder else held.words.approving,
        on_click=live_answers.release,
        args=(slot,),
    )
    columns[3].button(
        "Reject…",
        key=_key("reject", slot),
        icon=":material/close:",
        width="stretch",
        disabled=is_locked,
        help="Close the case; nothing is run.",
        on_click=session.remember,
        args=(PAGE, _rejecting(slot), True),
    )


def _draw_rejection(slot: Slot) -> None:
    """Why it is not to be done; opened by the person's own click, so what is below may move."""
    reason_key, note_key = _key("why", slot), _key("note", slot)
    st.pills(
        "Reason",
        decision_panel.REASONS[DecisionKind.REJECT],
        format_func=codes.REASON.__getitem__,
        key=reason_key,
    )
    st.text_input(
        "Note",
        max_chars=2000,
        placeholder="Note for the record",
        label_visibility="collapsed",
        key=note_key,
    )
    columns = st.columns(4, gap="xsmall")
    columns[0].button(
        "Back",
        key=_key("back", slot),
        width="stretch",
        on_click=session.forget,
        args=(PAGE, _rejecting(slot)),
    )
    columns[3].button(
        "Reject now",
        key=_key("reject_now", slot),
        type="primary",
        width="stretch",
        on_click=_reject,
        args=(slot, reason_key, note_key),
    )


def _hold(slot: Slot) -> None:
    """Hold with the reason that is chosen; words that were typed go with it and are used up."""
    typed = str(st.session_state.get(_WORDS) or "").strip()
    chosen = str(st.session_state.get(_REASON) or REASONS[0])
    if live_answers.hold(slot, f"{chosen}: {typed}" if typed else chosen):
        st.session_state[_WORDS] = ""


def _reject(slot: Slot, reason_key: str, note_key: str) -> None:
    reason: ReasonCode | None = st.session_state.get(reason_key)
    note = str(st.session_state.get(note_key) or "").strip()
    if reason is None:
        flash.add("warning", "Choose a reason.", "MISSING")
    elif reason is ReasonCode.OTHER and not note:
        flash.add("warning", "Say the reason in the note.", "MISSING")
    elif live_answers.reject(slot, reason, note):
        session.forget(PAGE, _rejecting(slot))


def why_empty(cells: Sequence[LiveCell]) -> str:
    """What would appear here, and why nothing does."""
    waiting = [cell for cell in cells if cell.veto_minutes]
    if waiting:
        longest = timedelta(minutes=max(cell.veto_minutes or 0 for cell in waiting))
        return (
            f"{_NOTHING} What software may do only after people could object appears here, for "
            f"{words.span(longest)}, and then runs unless somebody holds it."
        )
    if any(cell.phase is Phase.ON_THE_LOOP for cell in cells):
        return f"{_NOTHING} The cells on the loop have no time to object: software acts at once."
    return (
        f"{_NOTHING} No cell is on the loop. Once one is, what it does beyond its usual limits "
        "appears here before it runs. A cell is put on the loop on the page Envelope, by two names."
    )


def _rejecting(slot: Slot) -> str:
    return f"rejecting:{slot.case_id}:{slot.action.version}"


def _key(name: str, slot: Slot) -> str:
    return session.key(PAGE, name, slot.case_id, slot.action.version)


_STYLE = """
<style>
[class*="st-key-live_slot_"] { min-height: 10.8rem; gap: .4rem; padding: .6rem .8rem; }
.st-key-live_slots { gap: .5rem; }
.st-key-live_order { min-height: 2.5rem; flex-wrap: nowrap; white-space: nowrap; }
.st-key-live_order p { white-space: nowrap; }
.st-key-live_slots [data-testid="stColumn"] { min-width: 5.5rem; }
.st-key-live_slots .stButton button { padding-inline: .35rem; white-space: nowrap; }
</style>
"""
