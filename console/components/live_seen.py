"""Having been told: notes that open veto windows are on the screen of a person who may hold them.

The browser reports it, and only while its tab is visible: a page in the background tells nobody.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from uuid import UUID

import streamlit as st

from console import session
from engine.domain.actor import Person
from engine.domain.ids import CaseId
from engine.service.authority import MAY
from engine.service.requests import HoldAction, SeeNotices

PAGE = "live_seen"
MOST = 200

JS = """
// Reports ids once, as soon as the tab is visible; gives what ends the watch.
const reportSeen = (mark, ids, setTriggerValue) => {
  const report = () => {
    const isNew = ids && mark.dataset.seen !== ids;
    if (!isNew || document.visibilityState !== "visible") return;
    mark.dataset.seen = ids;
    setTriggerValue("seen", ids);
  };
  report();
  document.addEventListener("visibilitychange", report);
  return () => document.removeEventListener("visibilitychange", report);
};
"""
"""Declares `reportSeen(mark, ids, setTriggerValue)`; `note(key)` takes what it reports."""

_JS = (
    JS
    + """
export default function ({ data, parentElement, setTriggerValue }) {
  return reportSeen(parentElement.querySelector("i"), data.ids, setTriggerValue);
}
"""
)

_mount = st.components.v2.component("live_seen", html="<i hidden></i>", js=_JS)


def may_hold(person: Person) -> bool:
    """Whether the person may stop an action."""
    return person.has_any(MAY[HoldAction])


def draw(untold: Sequence[CaseId], *, key: str) -> None:
    """Let the browser say that the windows of these cases are on a visible screen.

    Args:
        untold: Cases whose notice has reached nobody yet.
        key: One a place on the page.
    """
    _mount(key=key, data={"ids": ids_of(untold)}, on_seen_change=partial(note, key))


def ids_of(untold: Sequence[CaseId]) -> str:
    """What the browser reports: the cases that this session has not noted yet."""
    told = _told()
    return " ".join(str(case_id) for case_id in untold[:MOST] if case_id not in told)


def tell(case_ids: Sequence[CaseId]) -> None:
    """Note once that these windows are on the screen, in the person's name."""
    told = _told()
    fresh = tuple(case_id for case_id in case_ids if case_id not in told)[:MOST]
    if not fresh or not may_hold(session.person()):
        return
    if session.submit(SeeNotices(case_ids=fresh), is_quiet=True) is not None:
        session.remember(PAGE, "told", told | set(fresh))


def note(key: str) -> None:
    """Note what the component with this key has reported."""
    state = st.session_state.get(key)
    said = str(state.get("seen") or "") if state else ""
    session.attempt(tell, [found for part in said.split() if (found := _case_id(part))])


def _case_id(text: str) -> CaseId | None:
    try:
        return CaseId(UUID(text))
    except ValueError:
        return None


def _told() -> frozenset[CaseId]:
    told: frozenset[CaseId] = session.recall(PAGE, "told", frozenset())
    return told
