"""The steps that failed with one code, newest first, each with the way to its case."""

from __future__ import annotations

import streamlit as st

from console import format as words
from console import session
from console.components import case_link, cursor_pager, desk_words, pick_table
from engine.service import words as codes
from engine.service.failure_rows import FailedCase, FailureCount, FailureFilter

PAGE = "failed_cases"
_COLUMNS = {
    "At (UTC)": st.column_config.TextColumn(width=145),
    "Case": st.column_config.TextColumn(width=100),
    "Title": st.column_config.TextColumn(width=290),
    "What was noted": st.column_config.TextColumn(width=330),
    "Then": st.column_config.TextColumn(width=125),
    "Now": st.column_config.TextColumn(width=150),
}


def draw(count: FailureCount, which: FailureFilter) -> None:
    """Draw the cases of a code; of the picked one, all that was noted and the way to its page."""
    shown = f"{count.code}|{which}"
    cursor = cursor_pager.trail(PAGE, shown)[-1]
    part = session.queries().failed_cases(count.code, which, cursor=cursor, limit=25)
    picked = pick_table.draw(
        PAGE,
        part.rows,
        [_cells(row, count) for row in part.rows],
        alt=f"Cases: {count.words.title}",
        columns=_COLUMNS,
    )
    cursor_pager.draw(PAGE, shown, part)
    if picked is None:
        st.caption("Pick a row to open its case.")
        return
    with st.container(border=True):
        st.subheader(words.plain(f"{picked.source_id}: {picked.title}"), anchor=False)
        about = f"{desk_words.tool(picked.tool, picked.desk)}: " if picked.tool else ""
        st.text(f"{words.exact(picked.at)}\n{about}{picked.note or count.words.meaning}")
        case_link.draw(picked.case_id, key=session.key(PAGE, "case"))


def _cells(row: FailedCase, count: FailureCount) -> pick_table.Cells:
    return {
        "At (UTC)": f"{row.at:%Y-%m-%d %H:%M:%S}",
        "Case": row.source_id,
        "Title": words.cut(row.title, 42),
        "What was noted": words.cut(row.note or count.words.meaning, 50),
        "Then": "went on by itself" if row.is_recovered else "came to people",
        "Now": codes.STATUS[row.status],
    }
