"""Table from which one row can be picked; what was picked stays, whatever the next refresh brings.

Cells are text, drawn on a canvas: nothing in them can become markup.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Literal, TypeVar
from zlib import crc32

import streamlit as st

from console import session

T = TypeVar("T")
Cells = Mapping[str, str | int | float | bool | None]
"""Column title to value."""
_ROW_PX = 31


def draw(
    page: str, rows: Sequence[T], cells: Sequence[Cells], *, alt: str, columns: Any = None
) -> T | None:
    """Draw the rows and give the picked one.

    Args:
        page: Whose table it is; one table a page.
        rows: What can be picked; compared to find out whether the list has changed.
        cells: One mapping a row, all with the same columns.
        alt: What the table holds, for screen readers.
        columns: Streamlit's column settings.
    """
    kept: T | None = session.recall(page, "picked", None)
    # A changed list is another widget: a row number of the old list must never pick from the new.
    key = session.key(page, "table", crc32(repr(cells).encode("utf-8", "surrogatepass")))
    st.dataframe(
        list(cells),
        key=key,
        on_select=partial(_keep, page, key, tuple(rows)),
        selection_mode=("single-row", "single-cell"),
        hide_index=True,
        column_config=columns,
        height=_height(len(rows), is_picked=kept is not None),
        placeholder="–",
        alt=alt,
    )
    return kept


def _height(rows: int, *, is_picked: bool) -> int | Literal["content"]:
    """Pixels; a long table shrinks once a row is picked, so that what was picked is in view."""
    shown = 9 if is_picked else 17
    return "content" if rows <= shown else _ROW_PX * (shown + 1)


def _keep(page: str, key: str, rows: tuple[Any, ...]) -> None:
    """Keep the row whose box or any of whose cells was clicked."""
    chosen = st.session_state[key]["selection"]
    places = [*chosen.get("rows", ()), *(cell[0] for cell in chosen.get("cells", ()))]
    session.remember(page, "picked", rows[places[0]] if places else None)
