"""A list of short lines of which one can be picked. A pick names what it was on, never its place.

While the pointer or the focus is inside, a refresh changes nothing there: it waits until they
leave, and says so. All text is set as text nodes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypedDict
from uuid import UUID

import streamlit as st

from console import theme
from console.components.text_line import Tone


class Mark(TypedDict):
    """A short word at the end of a line, with what it means."""

    text: str
    tone: Tone
    hint: str


class Line(TypedDict):
    """One line."""

    id: str
    head: str
    """Beside the number: a time."""
    number: str
    text: str
    hint: str
    marks: list[Mark]


_CSS = (
    theme.COMPONENT
    + """
.list { border: 1px solid var(--st-border-color); border-radius: 5px; overflow-y: auto;
  container-type: inline-size; }
.row { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 .6rem; width: 100%;
  text-align: left; font: inherit; color: inherit; background: none; border: 0; cursor: pointer;
  border-left: 3px solid transparent; padding: .3rem .6rem .34rem .5rem;
  border-bottom: 1px solid color-mix(in srgb, var(--st-border-color) 70%, transparent); }
.row:last-child { border-bottom: 0; }
.row:hover { background: var(--st-secondary-background-color); }
.row:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: -2px; }
.row[aria-current="true"] { border-left-color: var(--st-primary-color);
  background: color-mix(in srgb, var(--st-primary-color) 13%, transparent); }
.small { font-size: .84rem; font-variant-numeric: tabular-nums; }
.what { overflow-wrap: anywhere; flex: 1 0 100%; }
.marks { display: flex; gap: .25rem; flex-wrap: wrap; justify-content: flex-end;
  align-items: center; margin-left: auto; }
.row > .small { white-space: nowrap; }
.later { font-size: .84rem; min-height: 1.3em; }
.empty { padding: 1rem; white-space: pre-line; }
"""
)

_JS = """
const make = (tag, className, text) => {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
};
const drawRow = (row, open, pick) => {
  const button = make("button", "row");
  button.type = "button";
  button.dataset.id = row.id;
  if (row.id === open) button.setAttribute("aria-current", "true");
  if (row.hint) button.title = row.hint;
  const head = make("span", "small dim", row.head ? `${row.head}  ` : "");
  head.append(make("span", "mono", row.number));
  const marks = make("span", "marks");
  for (const mark of row.marks) {
    const node = make("span", `chip ${mark.tone}`, mark.text);
    if (mark.hint) node.title = mark.hint;
    marks.append(node);
  }
  button.append(head, marks, make("span", "what", row.text));
  button.onclick = () => pick(row.id);
  return button;
};
const drawAll = (root, data, pick) => {
  const list = root.querySelector(".list");
  const later = root.querySelector(".later");
  const before = list.scrollTop;
  const focused = list.getRootNode().activeElement?.dataset?.id;
  list.setAttribute("aria-label", data.label);
  list.style.maxHeight = data.height;
  if (!data.rows.length) list.replaceChildren(make("div", "empty dim", data.empty));
  else list.replaceChildren(...data.rows.map((row) => drawRow(row, data.open, pick)));
  list.scrollTop = before;
  if (focused) list.querySelector(`[data-id="${focused}"]`)?.focus({ preventScroll: true });
  later.textContent = "";
  root.drawn = JSON.stringify(data.rows.map((row) => row.id));
};
export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".root");
  const list = root.querySelector(".list");
  const draw = () => drawAll(root, root.newest, (id) => setTriggerValue("picked", id));
  const isHeld = () => list.matches(":hover") || list.matches(":focus-within");
  root.newest = data;
  const moves = root.drawn !== JSON.stringify(data.rows.map((row) => row.id));
  if (root.drawn && moves && isHeld() && data.is_moving) {
    root.querySelector(".later").textContent = "There is more; shown when the pointer leaves.";
    const go = () => { if (!isHeld()) draw(); };
    list.onmouseleave = go;
    list.onfocusout = () => setTimeout(go);
    return;
  }
  draw();
}
"""

_mount = st.components.v2.component(
    "pick_list",
    html="<div class='root'><div class='list' role='navigation'></div>"
    "<div class='later dim' aria-live='polite'></div></div>",
    css=_CSS,
    js=_JS,
)


def draw(
    lines: Iterable[Line],
    *,
    key: str,
    label: str,
    empty: str,
    on_pick: Callable[[], None],
    opened: UUID | None = None,
    height: str = "none",
    is_moving: bool = True,
) -> None:
    """Draw the list.

    Args:
        lines: In their order.
        key: Where `picked(key)` finds the choice.
        label: What the list holds, for screen readers and tests.
        empty: Said where there are no lines.
        on_pick: Called when a line was picked.
        opened: What is open beside the list.
        height: A CSS length, from which on the list scrolls.
        is_moving: Whether refreshes move its lines; then they wait for the pointer to leave.
    """
    data = {
        "rows": list(lines),
        "open": str(opened or ""),
        "label": label,
        "empty": empty,
        "height": height,
        "is_moving": is_moving,
    }
    _mount(key=key, data=data, on_picked_change=on_pick)


def picked(key: str) -> UUID | None:
    """What was just picked in the list with this key."""
    state = st.session_state.get(key)
    text = state.get("picked") if state else None
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
