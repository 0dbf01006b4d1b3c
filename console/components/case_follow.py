"""Following the open case without touching it.

While it waits: has it changed, is the claim still good. Once it is decided: how far it is, and
whether the decision can still be taken back.
"""

from __future__ import annotations

from datetime import timedelta

import streamlit as st

from console import flash, session
from console import format as words
from console.components import case_window, open_case, text_line
from console.components.open_case import OpenCase
from console.components.text_line import Piece
from engine.domain.case_status import CaseStatus
from engine.service import words as codes
from engine.service.requests import TakeBackDecision

PAGE = "follow"
WATCH_S = 2.0
STEP_S = 1.0
_RENEW_BEFORE = timedelta(minutes=2)
_IDLE_AFTER = timedelta(minutes=5)


def draw_watch(case: OpenCase) -> None:
    """Watch a case that waits for this person; say so when it changes, change nothing."""
    st.fragment(run_every=WATCH_S)(_watch)(case)


@session.guarded_briefly
def _watch(case: OpenCase) -> None:
    now_open = open_case.current()
    if now_open is None or now_open.form != case.form:
        st.rerun()
    _renew(case)
    version = session.queries().queue_version()
    if session.recall(PAGE, "seen", ("", 0)) != (version, case.version):
        row = session.queries().card(case.case_id).row
        session.remember(PAGE, "newest", row)
        session.remember(PAGE, "seen", (version, case.version))
    newest = session.recall(PAGE, "newest", case.card.row)
    if newest.case_id == case.case_id and newest.version != case.version:
        _draw_changed(case, newest.version, codes.STATUS[newest.status])
    flash.draw_toasts()


def _renew(case: OpenCase) -> None:
    claim = case.card.claim
    now_open = open_case.current()
    if claim is None or now_open is None or open_case.holder_of(case.card):
        return
    ends_soon = (now_open.card.claim or claim).expires_at - session.now() < _RENEW_BEFORE
    if ends_soon and session.now() - now_open.active_at < _IDLE_AFTER:
        open_case.renew()


def _draw_changed(case: OpenCase, version: int, status: str) -> None:
    said, button = st.columns([3, 1], gap="small", vertical_alignment="center")
    said.warning(
        words.plain(
            f"Changed while it was open: {status.lower()}, version {version}. You see version "
            f"{case.version}; nothing on the screen was replaced."
        ),
        icon=":material/sync_problem:",
    )
    button.button(
        "Load it now",
        key=session.key(PAGE, "load", case.case_id, case.version),
        shortcut="L",
        width="stretch",
        on_click=session.attempt,
        args=(open_case.reload,),
    )


def draw_progress(case: OpenCase) -> None:
    """Follow a decided case until it rests, with the way to take the decision back."""
    st.fragment(run_every=STEP_S)(_progress)(case)


@session.guarded_briefly
def _progress(case: OpenCase) -> None:
    now_open = open_case.current()
    if open_case.follow() or now_open is None or now_open.form != case.form:
        st.rerun()
    if case.card.row.status is CaseStatus.VETO_WINDOW:
        case_window.draw(case)
        flash.draw_toasts()
        return
    said, button = st.columns([5, 3], vertical_alignment="center")
    with said:
        text_line.draw([_where_it_is(case)], key="progress")
    decision = case.card.decision
    is_mine = decision is not None and decision.person == session.person().name
    if case.card.row.status is CaseStatus.RELEASING and is_mine:
        # At the far end: a second click meant for Approve must not land on it.
        button.button(
            f"Take back ({_seconds_left(case)} s)",
            key=session.key(PAGE, "take_back", case.case_id, case.version),
            icon=":material/undo:",
            shortcut="T",
            width="stretch",
            on_click=take_back,
            args=(case,),
        )
    flash.draw_toasts()


def take_back(case: OpenCase) -> None:
    """Take back one's own decision."""
    session.submit(TakeBackDecision(case_id=case.case_id, version=case.version))
    session.attempt(open_case.reload)


def _where_it_is(case: OpenCase) -> list[Piece]:
    row, decision = case.card.row, case.card.decision
    if decision is None or row.status in open_case.LOOKED_AT:
        return [Piece(text=codes.STATUS[row.status], tone="strong")]
    what = codes.DECISION[decision.kind]
    left = _seconds_left(case)
    waits = f"Takes effect in {left} s." if row.status is CaseStatus.RELEASING else ""
    return [
        Piece(text=codes.STATUS[row.status], tone="strong"),
        Piece(text=f"{what.capitalize()} by {decision.person}."),
        Piece(text=waits),
    ]


def _seconds_left(case: OpenCase) -> int:
    ends = case.card.releases_at
    return max(0, round((ends - session.now()).total_seconds())) if ends else 0
