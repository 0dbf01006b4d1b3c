"""What a buyer should ask, each question answered out of the slice's own figures."""

from __future__ import annotations

import streamlit as st

from console import format as words
from engine.service.comparison_rows import Reply


def draw(replies: tuple[Reply, ...]) -> None:
    """Draw the questions in two columns, each with its sentences."""
    left, right = st.columns(2, gap="medium")
    for place, reply in enumerate(replies):
        with (left, right)[place % 2], st.container(border=True):
            st.markdown(f"**{words.plain(reply.question)}**")
            st.markdown("\n".join(f"- {words.plain(said)}" for said in reply.said))
