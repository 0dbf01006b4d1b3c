"""Having been told: notes that an action in its veto window stood on a person's screen, one by one.

The browser reports it, and only what is really to be seen: the tab is visible, and the whole card
stands in it, under nothing, for a second. A page in the background, a count in the header or a
card further down tells nobody.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TypedDict
from uuid import UUID

import streamlit as st

from console import session
from engine.domain.actor import Person
from engine.domain.ids import CaseId
from engine.service.authority import MAY
from engine.service.live_rows import WindowRow
from engine.service.requests import HoldAction, SeeNotices

PAGE = "live_seen"
MOST = 200

_JS = """
const LOOK_MS = 250, STAYS_MS = 1000, AGAIN_MS = 5000;
// Whether top and bottom of an element are inside the window, clipped and covered by nothing.
const isShown = (at) => {
  const node = document.querySelector(`.${at}`);
  const box = node?.getBoundingClientRect();
  const shows = (y) => node.contains(document.elementFromPoint(box.left + 24, y));
  return Boolean(box?.height) && shows(box.top + 5) && shows(box.bottom - 5);
};
const look = (mark) => {
  if (!mark.isConnected) { clearInterval(mark.looking); return; }
  const now = performance.now();
  const isVisible = document.visibilityState === "visible";
  const shown = isVisible ? mark.spots.filter(({ at }) => isShown(at)).map(({ id }) => id) : [];
  mark.since = new Map(shown.map((id) => [id, mark.since?.get(id) ?? now]));
  mark.told ??= new Map();
  const seen = shown.filter((id) => now - mark.since.get(id) >= STAYS_MS
    && now - (mark.told.get(id) ?? -AGAIN_MS) >= AGAIN_MS);
  if (!seen.length) return;
  for (const id of seen) mark.told.set(id, now);
  mark.report(seen.join(" "));
};
export default function ({ data, parentElement, setTriggerValue }) {
  const mark = parentElement.querySelector("i");
  mark.spots = data.spots;
  mark.report = (seen) => setTriggerValue("seen", seen);
  clearInterval(mark.looking);
  mark.looking = setInterval(() => look(mark), LOOK_MS);
  return () => clearInterval(mark.looking);
}
"""

_mount = st.components.v2.component("live_seen", html="<i hidden></i>", js=_JS)


class Spot(TypedDict):
    """Where on the page a window's action stands."""

    id: str
    """The case with its window: a case may come to have another one."""
    at: str
    """Class of the element that shows it."""


def may_hold(person: Person) -> bool:
    """Whether the person may stop an action."""
    return person.has_any(MAY[HoldAction])


def draw(shown: Mapping[str, WindowRow], *, key: str) -> None:
    """Let the browser say which of these windows really stand on a visible screen.

    Args:
        shown: What stands where, by the key of the element that shows it.
        key: One a place on the page.
    """
    if not may_hold(session.person()):
        return
    _mount(key=key, data={"spots": spots_of(shown)}, on_seen_change=partial(note, key))


def spots_of(shown: Mapping[str, WindowRow]) -> list[Spot]:
    """What the browser watches: windows that told nobody yet, and this session not either."""
    told = _told()
    untold = {key: row for key, row in shown.items() if row.noticed_at is None}
    spots = [Spot(id=_mark(row), at=f"st-key-{key}") for key, row in untold.items()]
    return [spot for spot in spots if spot["id"] not in told][:MOST]


def _mark(window: WindowRow) -> str:
    return f"{window.action.case_id}@{window.opened_at.timestamp():.3f}"


def tell(seen: Sequence[str]) -> None:
    """Note once that these windows are on the screen, in the person's name."""
    told = _told()
    cases = {mark: case_id for mark in seen[:MOST] if (case_id := _case_id(mark))}
    fresh = {mark: case_id for mark, case_id in cases.items() if mark not in told}
    if not fresh or not may_hold(session.person()):
        return
    if session.submit(SeeNotices(case_ids=tuple(fresh.values())), is_quiet=True) is not None:
        session.remember(PAGE, "told", told | set(fresh))


def note(key: str) -> None:
    """Note what the component with this key has reported."""
    state = st.session_state.get(key)
    said = str(state.get("seen") or "") if state else ""
    session.attempt(tell, said.split())


def _case_id(mark: str) -> CaseId | None:
    try:
        return CaseId(UUID(mark.partition("@")[0]))
    except ValueError:
        return None


def _told() -> frozenset[str]:
    told: frozenset[str] = session.recall(PAGE, "told", frozenset())
    return told
