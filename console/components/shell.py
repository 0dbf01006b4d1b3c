"""Shell: the line above every page. Desk and clock, signs of life, brakes, who is signed in."""

from __future__ import annotations

from datetime import timedelta

import streamlit as st

from console import format as words
from console import session, theme
from console.components import demonstration_mark, desk_words, key_sheet, live_chip, text_line
from console.components.text_line import Piece
from engine.service.rows import DeskRow, Health

REFRESH_S = 5.0
_SILENT_AFTER = timedelta(seconds=30)


def draw_header() -> None:
    """Draw the line and the way out; the line keeps itself up to date."""
    demonstration_mark.draw()
    with st.container(key="status_strip", horizontal=True, vertical_alignment="center"):
        _draw_line()
        key_sheet.draw()
    with st.sidebar:
        st.button("Sign out", key="shell:sign_out", on_click=session.sign_out, type="tertiary")


@st.fragment(run_every=REFRESH_S)
@session.guarded_briefly
def _draw_line() -> None:
    desks = session.queries().desks()
    health = session.queries().health()
    pieces = [piece for desk in desks for piece in desk_pieces(desk)]
    if any(desk.has_simulated for desk in desks):
        st.html(theme.WATERMARK)
        pieces.append(
            Piece(
                text="SAMPLE DATA",
                look="chip",
                tone="warn",
                hint="Some of the data here is simulated and never counts as evidence",
            )
        )
    pieces += [worker_piece(health), *(pause_piece(scope) for scope in health.pauses)]
    pieces.append(Piece(text=session.person().display_name, look="dim", hint="Signed in"))
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        text_line.draw([pieces], key="status_line")
        live_chip.draw()


def desk_pieces(desk: DeskRow) -> list[Piece]:
    """A desk with its clock."""
    clock = (
        Piece(
            text=f"replaying history: {words.moment(desk.clock)}",
            look="chip",
            tone="info",
            hint="This desk's clock follows the cases that were submitted, not the wall",
        )
        if desk.is_replaying
        else Piece(text="live", look="chip", tone="good", hint=f"{words.exact(desk.clock)}")
    )
    return [Piece(text=desk.title, tone="strong", hint=desk.goal), clock]


def worker_piece(health: Health) -> Piece:
    """Whether a worker is alive, in words."""
    seen = health.worker_seen_at
    now = session.now()
    if seen is not None and now - seen < _SILENT_AFTER:
        return Piece(text="worker alive", look="chip", hint=f"seen {words.ago(seen, now)}")
    return Piece(
        text=f"worker silent, last seen {words.ago(seen, now)}",
        look="chip",
        tone="bad",
        hint="Decisions are kept, but nothing runs until a worker is back",
    )


def pause_piece(scope: str) -> Piece:
    """A brake that holds."""
    return Piece(
        text=f"paused: {desk_words.scope(scope)}",
        look="chip",
        tone="bad",
        hint="Nothing runs without a person while this holds",
    )
