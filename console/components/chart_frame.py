"""Frame of every chart: width, theme, tool bar off, and words for who cannot see it."""

from __future__ import annotations

from typing import Any

import streamlit as st

from console.charts.palette import CONFIG


def is_dark() -> bool:
    """Whether this browser shows the dark theme."""
    return st.context.theme.type == "dark"


def draw(figure: Any, *, key: str, alt: str) -> None:
    """Draw a plotly figure over the whole width.

    Args:
        figure: From `console.charts`.
        key: Keeps the element in place from run to run.
        alt: What it shows, as a sentence.
    """
    st.plotly_chart(figure, key=key, config=CONFIG, theme="streamlit", alt=alt)
