"""Way from a list to the page of one case. Knows the address of that page, nothing else."""

from __future__ import annotations

from typing import Literal

import streamlit as st

from console.components import case_address
from engine.domain.ids import CaseId

_CASE_PAGE = "app_pages/case_card.py"


def draw(
    case_id: CaseId,
    *,
    key: str,
    label: str = "Open the case",
    width: Literal["content", "stretch"] = "content",
) -> None:
    """Draw a button that opens the case."""
    if st.button(label, key=key, icon=":material/description:", width=width):
        case_address.leave_for(str(case_id))
        st.switch_page(_CASE_PAGE, query_params={"case": str(case_id)})
