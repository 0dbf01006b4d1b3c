"""The person's last decision, for as long as it can be taken back from another case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import streamlit as st

from console import session
from console.components import open_case
from engine.domain.ids import CaseId
from engine.service.engine import Done
from engine.service.requests import TakeBackDecision

PAGE = "last"


@dataclass(frozen=True, kw_only=True, slots=True)
class LastDecision:
    """What can still be taken back."""

    case_id: CaseId
    version: int
    source_id: str
    until: datetime


def keep(done: Done, source_id: str) -> None:
    """Keep a decision that was just taken; one that takes effect at once is not kept."""
    if done.case_id is None or done.version is None or done.take_back_until is None:
        session.forget(PAGE, "decision")
        return
    last = LastDecision(
        case_id=done.case_id,
        version=done.version,
        source_id=source_id,
        until=done.take_back_until,
    )
    session.remember(PAGE, "decision", last)


def current() -> LastDecision | None:
    """The decision that can be taken back and whose case is not the open one."""
    last: LastDecision | None = session.recall(PAGE, "decision", None)
    opened = open_case.current()
    if last is None or last.until <= session.now():
        return None
    return None if opened is not None and opened.case_id == last.case_id else last


def draw(last: LastDecision) -> None:
    """Draw the way back."""
    left = round((last.until - session.now()).total_seconds())
    st.button(
        f"Take back {last.source_id} ({left} s)",
        key=session.key(PAGE, "take_back", last.case_id, last.version),
        icon=":material/undo:",
        shortcut="T",
        on_click=take_back,
        args=(last,),
    )


def take_back(last: LastDecision) -> None:
    """Take the decision back and open its case again."""
    session.submit(TakeBackDecision(case_id=last.case_id, version=last.version))
    session.forget(PAGE, "decision")
    session.attempt(open_case.open_case, last.case_id)
