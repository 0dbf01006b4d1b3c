"""The line above every page about what runs unless somebody stops it, and the way to it.

A count is no notice: only what stands on the screen itself tells anybody of it.
"""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict

import streamlit as st

from console import session, theme
from console.components import live_seen, ticking
from console.components.ticking import Ends
from engine.service.live_rows import AheadRow

KEY = "live_chip"
_LIVE_PAGE = "app_pages/live.py"

_CSS = (
    theme.COMPONENT
    + """
button { font: inherit; font-size: .82rem; cursor: pointer; }
button:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: 2px; }
button:hover { text-decoration: underline; }
.time { font-variant-numeric: tabular-nums; }
.brief { display: none; }
@media (max-width: 1250px) {
  .said { display: none; }
  .brief { display: inline; }
}
"""
)

_JS = (
    ticking.JS
    + """
export default function ({ data, parentElement, setTriggerValue }) {
  const button = parentElement.querySelector("button");
  const time = button.querySelector(".time");
  button.querySelector(".said").textContent = data.said;
  button.querySelector(".brief").textContent = data.brief;
  button.title = data.hint;
  button.onclick = () => setTriggerValue("opened", Date.now());
  time.textContent = "";
  tick(button, data.ends, (left) => { time.textContent = left > 0 ? clock(left) : "now"; });
}
"""
)

_mount = st.components.v2.component(
    "live_chip",
    html="<div class='root'><button type='button' class='chip warn'>"
    "<span class='said'></span><span class='brief'></span> <span class='time'></span>"
    "</button></div>",
    css=_CSS,
    js=_JS,
)


def draw() -> None:
    """Draw the chip for people who may hold an action; nothing where nothing waits to run."""
    if not live_seen.may_hold(session.person()):
        return
    ahead = session.queries().ahead()
    if not ahead.count and not ahead.paused:
        return
    _mount(key=KEY, data=said_of(ahead, session.now()), width="content", on_opened_change=_nothing)
    state = st.session_state.get(KEY)
    if state and state.get("opened"):
        st.switch_page(_LIVE_PAGE)


class Said(TypedDict):
    """What the browser draws."""

    said: str
    brief: str
    hint: str
    ends: Ends | None


def said_of(ahead: AheadRow, now: datetime) -> Said:
    """What runs unless stopped, or that a pause keeps all of it from running."""
    paused = f" {ahead.paused} more wait in what is paused." if ahead.paused else ""
    if ahead.next_at is None:
        count = "1 action waits" if ahead.paused == 1 else f"{ahead.paused} actions wait"
        hint = "None runs while the pause holds; at its time it goes to a person."
        return Said(said=f"{count}, paused", brief=f"{ahead.paused} paused", hint=hint, ends=None)
    return Said(
        said=f"{words(ahead.count)}, next in",
        brief=f"{ahead.count} unless stopped, in",
        hint=f"Software runs these when their time is up. Open the live page to see them.{paused}",
        ends=ticking.ends(now, ahead.next_at, now),
    )


def words(count: int) -> str:
    """How much runs unless somebody stops it."""
    return "1 action runs unless stopped" if count == 1 else f"{count} actions run unless stopped"


def _nothing() -> None:
    """The trigger is read after drawing: pages are switched in the body of a run alone."""
