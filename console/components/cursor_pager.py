"""Pager for lists that are read part by part: newer, older, and where one stands.

The engine gives a cursor for the next part only, so the way back is remembered per session and
starts anew when the filter changes. Reads nothing itself.
"""

from __future__ import annotations

from typing import Any

import streamlit as st

from console import session
from engine.service.rows import Page


def trail(page: str, which: str) -> tuple[str, ...]:
    """The cursors of the parts read so far, the shown one last; `which` names the filter."""
    start = ("",)
    kept_which, cursors = session.recall(page, "trail", (which, start))
    return cursors if kept_which == which else start


def draw(page: str, which: str, part: Page[Any]) -> None:
    """Draw the buttons for the parts before and after the shown one."""
    cursors = trail(page, which)
    if len(cursors) == 1 and not part.next_cursor:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Newer",
            key=session.key(page, "newer"),
            icon=":material/chevron_left:",
            disabled=len(cursors) == 1,
            on_click=session.remember,
            args=(page, "trail", (which, cursors[:-1])),
        )
        st.button(
            "Older",
            key=session.key(page, "older"),
            icon=":material/chevron_right:",
            icon_position="right",
            disabled=not part.next_cursor,
            on_click=session.remember,
            args=(page, "trail", (which, (*cursors, part.next_cursor))),
        )
        st.caption(f"Part {len(cursors)}, {len(part.rows)} rows{_of_all(part)}")


def _of_all(part: Page[Any]) -> str:
    return f" of {part.total:,}" if part.total is not None else ""
