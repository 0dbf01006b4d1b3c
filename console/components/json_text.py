"""JSON as plain text: what a tool, a model or a case said, never read as markup."""

from __future__ import annotations

import json
from typing import Any

import streamlit as st

_LONGEST = 20_000


def draw(label: str, value: Any) -> None:
    """Draw a value under its label; an empty one is said, a very long one is cut and says so."""
    st.caption(label)
    if value is None or value == {}:
        st.text("(none)")
        return
    text = json.dumps(value, indent=2, ensure_ascii=False, default=str)
    st.code(text[:_LONGEST], language="json", wrap_lines=True)
    if len(text) > _LONGEST:
        st.caption(f"Cut after {_LONGEST:,} of {len(text):,} characters.")
