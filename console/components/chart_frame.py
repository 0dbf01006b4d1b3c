"""Frame of every chart: width, theme, tool bar off, and words for who cannot see it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from console.charts.palette import CONFIG


def is_dark() -> bool:
    """Whether this browser shows the dark theme."""
    return st.context.theme.type == "dark"


def draw(figure: Any, *, key: str, alt: str, on_select: Callable[[], None] | None = None) -> None:
    """Draw a plotly figure over the whole width.

    Args:
        figure: From `console.charts`.
        key: Keeps the element in place from run to run.
        alt: What it shows, as a sentence.
        on_select: Called after a click on a point; the session holds it under the key.
    """
    st.plotly_chart(
        figure,
        key=key,
        config=CONFIG,
        theme="streamlit",
        alt=alt,
        on_select=on_select or "ignore",
        selection_mode="points",
    )
