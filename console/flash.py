"""Flash: messages that survive a rerun. A callback adds them, the next run draws them.

Only texts and how they are shown; which error says what stands in `session`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import streamlit as st

from console import theme

_KEY = "flash:messages"
Tone = Literal["success", "info", "warning", "error"]
_ICONS: dict[Tone, str] = {
    "success": ":material/check_circle:",
    "info": ":material/info:",
    "warning": ":material/warning:",
    "error": ":material/error:",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """One sentence for the person."""

    tone: Tone
    text: str
    """Plain text; drawn without markup."""
    code: str = ""
    """Error code, for tests and programs."""


def add(tone: Tone, text: str, code: str = "") -> None:
    """Keep a message for the next run."""
    st.session_state[_KEY] = [*waiting(), Message(tone=tone, text=text, code=code)]


def waiting() -> tuple[Message, ...]:
    """The messages that nobody has seen yet."""
    return tuple(st.session_state.get(_KEY, ()))


def draw_here() -> None:
    """Draw the problems that wait in the page's flow; good news stays a toast.

    They have a place of their own also while there are none: what comes after them, such as a field
    that is typed in, would otherwise move to another place and be made anew, without the text.
    """
    with st.container():
        for message in _take(lambda one: one.tone in ("warning", "error")):
            draw = st.error if message.tone == "error" else st.warning
            draw(theme.plain(message.text), icon=_ICONS[message.tone])


def draw_toasts() -> None:
    """Draw whatever still waits as toasts: they move nothing under the person's pointer."""
    for message in _take(lambda one: True):
        st.toast(
            theme.plain(message.text),
            icon=_ICONS[message.tone],
            duration="infinite" if message.tone == "error" else "short",
        )


def _take(is_chosen: Callable[[Message], bool]) -> list[Message]:
    messages = waiting()
    st.session_state[_KEY] = [one for one in messages if not is_chosen(one)]
    return [one for one in messages if is_chosen(one)]
