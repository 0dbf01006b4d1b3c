"""Run it: reasoners of a desk are let look at one case in shadow; what is not there says why."""

from __future__ import annotations

from collections.abc import Sequence
from secrets import token_hex

import streamlit as st

from console import flash, session
from console import format as words
from console.components import run_link
from engine.domain.ids import CaseId
from engine.domain.run import RunKind
from engine.service import authority, run_words
from engine.service.run_requests import StartRun
from engine.service.run_rows import RunKindRow

PAGE = "run_start"


def draw(case_id: CaseId) -> None:
    """Draw the button that opens the form."""
    st.button(
        "Run it…",
        key=session.key(PAGE, "button", case_id),
        icon=":material/play_circle:",
        on_click=session.remember,
        args=(PAGE, "case", case_id),
    )
    _go_if_begun()
    if session.recall(PAGE, "case", None) == case_id:
        _draw_form(case_id)


def _go_if_begun() -> None:
    """Leave for the runs once some were asked for."""
    begun: CaseId | None = session.recall(PAGE, "begun", None)
    if begun is not None:
        session.forget(PAGE, "begun")
        run_link.go_to_case(begun)


def _close() -> None:
    """The form is closed; the next one sends other keys."""
    session.forget(PAGE, "case")
    session.forget(PAGE, "form")


@st.dialog("Let reasoners look at this case", on_dismiss=_close)
def _draw_form(case_id: CaseId) -> None:
    _go_if_begun()
    st.caption(
        "In shadow: nothing is executed and the case does not move. Each says what it would have "
        "done, and what policy would have said of it."
    )
    wanted = [kind.kind for kind in session.queries().run_kinds(case_id) if _draw_kind(kind)]
    may = all(authority.may(_request(case_id, kind), session.person()) for kind in wanted)
    if not may:
        st.caption("You may look; starting runs needs the role of an operator or an owner.")
    count = f"{len(wanted)} runs" if len(wanted) != 1 else "1 run"
    st.button(
        f"Start {count} in shadow",
        key=session.key(PAGE, "start", _form()),
        type="primary",
        disabled=not wanted or not may,
        on_click=_start,
        args=(case_id, tuple(wanted)),
    )


def _draw_kind(row: RunKindRow) -> bool:
    asks = f", asks {row.model}{' (SCRIPTED)' if row.is_scripted else ''}" if row.model else ""
    said = row.why_not or f"{run_words.WHO_DECIDES[row.kind]}{asks}"
    chosen = st.checkbox(
        f"**{run_words.KIND[row.kind]}**: {words.plain(said)}",
        value=row.is_available,
        disabled=not row.is_available,
        key=session.key(PAGE, _form(), row.kind),
    )
    return chosen and row.is_available


def _start(case_id: CaseId, kinds: Sequence[RunKind]) -> None:
    """Send a request a kind; the same click twice sends the same keys."""
    begun = [
        run_words.KIND[kind].lower()
        for kind in kinds
        if session.submit(_request(case_id, kind), is_quiet=True) is not None
    ]
    if begun:
        flash.add("success", f"Begun in shadow: {words.listed(begun)}. Nothing is executed.")
    _close()
    session.remember(PAGE, "begun", case_id)


def _request(case_id: CaseId, kind: RunKind) -> StartRun:
    return StartRun(case_id=case_id, kind=kind, client_key=f"{_form()}:{kind}")


def _form() -> str:
    """Names this rendering of the form."""
    if not (form := session.recall(PAGE, "form", "")):
        form = token_hex(8)
        session.remember(PAGE, "form", form)
    return form
