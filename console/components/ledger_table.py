"""Ledger entries: a table to pick from, and one entry in full."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from console import format as words
from console.components import json_text, pick_table
from engine.service import words as codes
from engine.service.rows import LedgerRow

_HASH_SHOWN = 12
_WHAT_SHOWN = 51
_COLUMNS = {
    "At (UTC)": st.column_config.TextColumn(width=147),
    "Kind": st.column_config.TextColumn(width=155),
    "Decided by": st.column_config.TextColumn(width=172),
    "What": st.column_config.TextColumn(width=358),
    "Sealed": st.column_config.TextColumn(width=62),
    "Hash": st.column_config.TextColumn(width=108),
    "Stream": st.column_config.TextColumn(width=112),
    "#": st.column_config.NumberColumn(width=42),
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
        "Kind": codes.EVENT.get(entry.kind, codes.name(entry.kind)),
        "Decided by": words.cut(f"{entry.decided_by.value}: {entry.actor}", 24),
        "What": words.cut(words.tidy(entry.text), _WHAT_SHOWN),
        "Sealed": "sealed" if entry.is_sealed else "not yet",
        "Hash": entry.hash[:_HASH_SHOWN],
        "Stream": words.cut(entry.stream, 14),
        "#": entry.sequence,
    }


def _draw_entry(entry: LedgerRow) -> None:
    with st.container(border=True):
        kind = codes.EVENT.get(entry.kind, codes.name(entry.kind))
        st.subheader(words.plain(f"{kind}, entry {entry.sequence}"), anchor=False)
        st.text(entry.text)
        seal = "sealed" if entry.is_sealed else "not sealed yet: counted, not verified"
        st.text(
            f"{words.exact(entry.at)}, by {entry.actor} ({entry.decided_by.value})\n"
            f"kind   {entry.kind}\nstream {entry.stream}\nhash   {entry.hash}\n{seal}"
        )
        if entry.payload is None:
            st.caption("Payload: erased. The chain still holds over its digest.")
        else:
            json_text.draw("Payload", entry.payload)
