"""The end of the list of what is about to run: how much more there is, and more of it by scrolling.

Everything can be reached; nothing below is waiting for anything above to be over.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import streamlit as st

from console import theme

KEY = "live_more"

_CSS = (
    theme.COMPONENT
    + """
button { font: inherit; color: inherit; cursor: pointer; width: 100%; padding: .5rem;
  background: none; border: 1px dashed var(--st-border-color); border-radius: 6px; }
button:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: 2px; }
"""
)

_JS = """
export default function ({ data, parentElement, setTriggerValue }) {
  const button = parentElement.querySelector("button");
  button.textContent = data.said;
  button.onclick = () => setTriggerValue("more", data.listed);
  const watch = new IntersectionObserver((entries) => {
    const isReached = entries.some((entry) => entry.isIntersecting);
    if (!isReached || button.asked === data.listed) return;
    button.asked = data.listed;
    setTriggerValue("more", data.listed);
  });
  watch.observe(button);
  return () => watch.disconnect();
}
"""

_mount = st.components.v2.component(
    "live_more", html="<div class='root'><button type='button'></button></div>", css=_CSS, js=_JS
)


def draw(
    listed: int, more: int, closes_at: datetime | None, *, on_more: Callable[[], None]
) -> None:
    """Draw the end of a list that goes on.

    Args:
        listed: How many places there are so far.
        more: How many actions come after them.
        closes_at: When the first window of these closes.
        on_more: Called when the end is reached or pressed.
    """
    data = {"said": words(more, closes_at), "listed": listed}
    _mount(key=KEY, data=data, on_more_change=on_more)


def words(more: int, closes_at: datetime | None) -> str:
    """How much comes after the last place."""
    first = f", the first at {closes_at:%H:%M:%S}" if closes_at is not None else ""
    return f"{more} more below{first}: scroll on"
