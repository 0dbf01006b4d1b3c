"""The brake on the live page: one click stops a desk or everything; who stopped what, and why."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from console import flash, session
from console.components import desk_words, text_line
from console.components.live_board import PAGE
from console.components.text_line import Piece
from engine.service.authority import MAY
from engine.service.live_rows import BrakeRow
from engine.service.requests import PauseScope, ResumeScope

EVERYTHING = "all"
USUAL_REASON = "Something looks wrong"
_REASON = session.key(PAGE, "brake", "reason")
_WHY_AGAIN = session.key(PAGE, "brake", "why_again")


def draw(desks: Sequence[str], brakes: Sequence[BrakeRow]) -> None:
    """Draw the buttons in their place, and under them what is paused.

    Args:
        desks: The desks that the page shows.
        brakes: What is paused now.
    """
    paused = {brake.scope for brake in brakes}
    may_pause = session.person().has_any(MAY[PauseScope])
    st.text_input(
        "Stop at once, because",
        value=USUAL_REASON,
        max_chars=300,
        key=_REASON,
        disabled=not may_pause,
    )
    scopes = [*(f"desk:{desk}" for desk in desks), EVERYTHING]
    with st.container(horizontal=True, gap="small", key="live_brakes"):
        for scope in scopes:
            st.button(
                f"Pause {_short(scope)}",
                key=session.key(PAGE, "pause", scope),
                icon=":material/pause_circle:",
                disabled=scope in paused or not may_pause,
                on_click=pause,
                args=(scope,),
            )
    text_line.draw([_said(brake) for brake in brakes] or [[_FREE]], key="live_brakes_on")
    if brakes:
        _draw_resume(brakes)


_FREE = Piece(text="Nothing is paused.", look="dim")


def _said(brake: BrakeRow) -> list[Piece]:
    """What a brake holds, since when, who put it on, and who asked to take it off."""
    asked = f"{brake.resume_by} asked to end it ({brake.resume_reason}); it takes one more person."
    return [
        Piece(text=f"paused: {desk_words.scope(brake.scope)}", look="chip", tone="bad"),
        Piece(text=f"by {brake.by} at {brake.at:%H:%M} UTC: {brake.reason}"),
        Piece(text=asked if brake.resume_by else "", tone="info"),
    ]


def _draw_resume(brakes: Sequence[BrakeRow]) -> None:
    person = session.person()
    may_resume = person.has_any(MAY[ResumeScope])
    st.text_input(
        "Let it run again, because",
        max_chars=300,
        placeholder="A reason is required",
        key=_WHY_AGAIN,
        disabled=not may_resume,
    )
    with st.container(horizontal=True, gap="small"):
        for brake in brakes:
            is_mine = brake.resume_by == person.name
            st.button(
                f"Resume {_short(brake.scope)}",
                key=session.key(PAGE, "resume", brake.scope),
                icon=":material/play_circle:",
                disabled=is_mine or not may_resume,
                help="You asked for it already; it takes somebody else as well." if is_mine else "",
                on_click=resume,
                args=(brake.scope,),
            )


def pause(scope: str) -> None:
    """Stop new actions of a scope."""
    reason = str(st.session_state.get(_REASON) or "").strip() or USUAL_REASON
    session.submit(PauseScope(scope=scope, reason=reason))


def resume(scope: str) -> None:
    """Let actions of a scope run again, or ask for it where it takes two."""
    reason = str(st.session_state.get(_WHY_AGAIN) or "").strip()
    if not reason:
        flash.add("warning", "Nothing was changed: say why first.", "MISSING")
    elif session.submit(ResumeScope(scope=scope, reason=reason)):
        st.session_state[_WHY_AGAIN] = ""


def _short(scope: str) -> str:
    kind, _, name = scope.partition(":")
    return desk_words.desk_title(name) if kind == "desk" else desk_words.scope(scope)
