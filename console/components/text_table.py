"""A table of plain text: cells from outside are set as text nodes, so no markup can come alive.

Drawn in the browser from data; one element for a whole table, which keeps a click fast.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Literal

import streamlit as st

from console import theme

Tone = Literal["", "good", "bad", "warn", "info", "dim", "strong"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """One cell: text, how it stands out, and what is said beside and behind it."""

    text: str
    tone: Tone = ""
    note: str = ""
    """Said after the text, smaller."""
    hint: str = ""
    """Shown on hover and read by screen readers."""
    share: float | None = None
    """0 to 1: a bar under the text."""
    mark: float | None = None
    """0 to 1: a line across the bar, such as a threshold."""
    is_quiet: bool = False
    """Whether the bar is drawn without colour: not the measure that counts."""
    is_code: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """One column."""

    label: str
    width: str = "auto"
    """A CSS width."""
    is_right: bool = False


_CSS = (
    theme.COMPONENT
    + """
table { border-collapse: collapse; width: 100%; table-layout: fixed; }
th { text-align: left; font-weight: 500; font-size: .8rem; padding: .1rem .5rem .15rem 0;
  border-bottom: 1px solid var(--st-border-color);
  color: color-mix(in srgb, var(--st-text-color) 66%, transparent); }
td { padding: .2rem .5rem .2rem 0; vertical-align: top; overflow-wrap: anywhere;
  border-bottom: 1px solid color-mix(in srgb, var(--st-border-color) 55%, transparent); }
tr:last-child td { border-bottom: none; }
tr.group td { padding-top: .55rem; font-weight: 600; font-size: .85rem; }
tr.group:first-child td { padding-top: .2rem; }
.right { text-align: right; font-variant-numeric: tabular-nums; }
.note { font-size: .82rem; margin-left: .4rem; }
.bar { position: relative; height: 5px; margin: .15rem 0 .1rem; border-radius: 3px;
  background: color-mix(in srgb, var(--st-text-color) 13%, transparent); }
.bar > i { position: absolute; inset: 0 auto 0 0; border-radius: 3px;
  background: var(--st-primary-color); }
.bar.quiet > i { background: color-mix(in srgb, var(--st-text-color) 42%, transparent); }
.bar > b { position: absolute; top: -3px; bottom: -3px; width: 2px;
  background: var(--st-text-color); }
.empty { text-align: left; }
.root { container-type: inline-size; }
/* Too narrow for many columns: each row is a block, and each cell names its column. */
@container (max-width: 36rem) {
  .many, .many :is(tbody, tr) { display: block; }
  .many :is(colgroup, thead) { display: none; }
  .many tr { padding: .3rem 0 .4rem;
    border-bottom: 1px solid color-mix(in srgb, var(--st-border-color) 55%, transparent); }
  .many tr:last-child { border-bottom: none; }
  .many td { display: flow-root; }
  .many td.blank { display: none; }
  .many td, .many tr.group td { border: 0; padding: .05rem 0; text-align: left; }
  .many tr:not(.group) :is(td + td, .alone) { padding-left: 8.4rem; }
  .many tr:not(.group) :is(td + td, .alone)::before { content: attr(data-label); float: left;
    width: 8rem; margin-left: -8.4rem; font-size: .82rem; overflow-wrap: normal;
    color: color-mix(in srgb, var(--st-text-color) 66%, transparent); }
}
"""
)

_JS = """
const make = (tag, className, text) => {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
};
const drawCell = (column, cell) => {
  const td = make("td", column.is_right ? "right" : "");
  td.dataset.label = column.label;
  td.append(make("span", (cell.tone || "") + (cell.is_code ? " mono" : ""), cell.text));
  if (cell.note) td.append(" ", make("span", "note dim", cell.note));
  if (cell.hint) td.title = cell.hint;
  if (!td.textContent.trim() && cell.share === null) td.classList.add("blank");
  if (cell.share !== null) {
    const bar = make("div", cell.is_quiet ? "bar quiet" : "bar");
    const filled = make("i");
    filled.style.width = `${100 * cell.share}%`;
    bar.append(filled);
    if (cell.mark !== null) {
      const mark = make("b");
      mark.style.left = `calc(${100 * cell.mark}% - 1px)`;
      bar.append(mark);
    }
    td.append(bar);
  }
  return td;
};
export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".root");
  if (!data.rows.length) {
    root.replaceChildren(make("div", "empty dim", data.empty));
    return;
  }
  const table = make("table", data.columns.length > 4 ? "many" : "");
  table.setAttribute("aria-label", data.label);
  const group = make("colgroup");
  const head = make("tr");
  for (const column of data.columns) {
    const col = make("col");
    col.style.width = column.width;
    group.append(col);
    const th = make("th", column.is_right ? "right" : "", column.label);
    th.scope = "col";
    head.append(th);
  }
  const body = make("tbody");
  for (const row of data.rows) {
    const tr = make("tr");
    row.forEach((cell, index) => tr.append(drawCell(data.columns[index], cell)));
    if (data.rows.length === 1) tr.firstElementChild.classList.add("alone");
    if (row.length < data.columns.length) {
      tr.className = "group";
      tr.lastElementChild.colSpan = data.columns.length - row.length + 1;
    }
    body.append(tr);
  }
  const thead = make("thead");
  thead.append(head);
  table.append(group, body);
  if (data.columns.some((column) => column.label)) table.insertBefore(thead, body);
  root.replaceChildren(table);
}
"""

_mount = st.components.v2.component("text_table", html="<div class='root'></div>", css=_CSS, js=_JS)


def draw(
    columns: Sequence[Column],
    rows: Iterable[Sequence[Cell | str]],
    *,
    key: str,
    label: str,
    empty: str = "Nothing here.",
) -> None:
    """Draw a table.

    Args:
        columns: Heads, left to right.
        rows: Cells of each row, as many as there are columns; a text is a plain cell. A row with
            fewer stands over the rows after it: its last cell takes the columns that are left.
        key: Stays the same while the table stays the same thing, so that it is redrawn in place.
        label: What the table shows, for screen readers and tests.
        empty: Said where there are no rows.
    """
    data = {
        "columns": [asdict(column) for column in columns],
        "rows": [[_drawn(cell) for cell in row] for row in rows],
        "label": label,
        "empty": empty,
    }
    _mount(key=key, data=data)


def _drawn(cell: Cell | str) -> dict[str, str | float | bool | None]:
    # By hand: `asdict` copies deeply, and a card has two hundred cells.
    one = Cell(text=cell) if isinstance(cell, str) else cell
    return {
        "text": one.text,
        "tone": one.tone,
        "note": one.note,
        "hint": one.hint,
        "share": one.share,
        "mark": one.mark,
        "is_quiet": one.is_quiet,
        "is_code": one.is_code,
    }
