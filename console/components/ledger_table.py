"""Ledger entries: a table to pick from, and one entry in full."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from console import format as words
from console.components import json_text, pick_table
from engine.service.rows import LedgerRow

_HASH_SHOWN = 12
_COLUMNS = {
    "At (UTC)": st.column_config.TextColumn(width=150),
    "#": st.column_config.NumberColumn(width=50),
    "Kind": st.column_config.TextColumn(width=150),
    "What": st.column_config.TextColumn(width="large"),
    "Sealed": st.column_config.TextColumn(width=70),
    "Hash": st.column_config.TextColumn(width=110),
}


def draw(page: str, entries: Sequence[LedgerRow]) -> None:
    """Draw the entries; `page` is whose session keys hold the picked one."""
    picked = pick_table.draw(
        page,
        entries,
        [_cells(entry) for entry in entries],
        alt="Ledger entries, newest first",
        columns=_COLUMNS,
    )
    if picked is None:
        st.caption("Pick an entry to see its payload and its whole hash.")
        return
    _draw_entry(picked)


def _cells(entry: LedgerRow) -> pick_table.Cells:
    return {
        "At (UTC)": f"{entry.at:%Y-%m-%d %H:%M:%S}",
        "Kind": entry.kind,
        "What": entry.text,
        "Decided by": entry.decided_by.value,
        "Actor": entry.actor,
        "Sealed": "sealed" if entry.is_sealed else "not yet",
        "Hash": entry.hash[:_HASH_SHOWN],
        "Stream": entry.stream,
        "#": entry.sequence,
    }


def _draw_entry(entry: LedgerRow) -> None:
    with st.container(border=True):
        st.subheader(words.plain(f"{entry.kind}, entry {entry.sequence}"), anchor=False)
        seal = "sealed" if entry.is_sealed else "not sealed yet: counted, not verified"
        st.text(
            f"{words.exact(entry.at)}, by {entry.actor} ({entry.decided_by.value})\n"
            f"stream {entry.stream}\nhash   {entry.hash}\n{seal}"
        )
        if entry.payload is None:
            st.caption("Payload: erased. The chain still holds over its digest.")
        else:
            json_text.draw("Payload", entry.payload)
