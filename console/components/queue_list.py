"""The list of the queue: three short lines a case, drawn from data, picked by click or keys.

A click names the case it was on, never its place in the list: a refresh in the same instant can
not turn it into another. All text is set as text nodes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TypedDict
from uuid import UUID

import streamlit as st

from console import format as words
from console import theme
from console.components import desk_words, scripted_mark
from engine.domain.case import Origin
from engine.service import attention_words
from engine.service.rows import QueueRow


class Line(TypedDict):
    """What the browser draws of one case."""

    id: str
    title: str
    source: str
    priority: str
    deadline: str
    urgency: str
    scripted: str
    """The mark of what a script put forward; empty: a model, or code, did."""
    proposal: str
    confidence: str
    meaning: str
    share: float | None
    mark: float | None
    why: str
    """What is particular to the case first: a narrow list cuts the end."""
    note: str
    """The same in full, on hover."""
    tags: list[str]
    holder: str


def line_of(row: QueueRow, now: datetime, reader: str) -> Line:
    """One case as the list shows it.

    Args:
        row: The case.
        now: The present of the case's desk, for the deadline.
        reader: Sign-in name of who looks; their own claims are not named.
    """
    tags = ["sample"] if row.origin is Origin.SIMULATED else []
    titles = desk_words.titles(row.desk)
    return Line(
        id=str(row.case_id),
        title=row.title,
        source=row.source_id,
        priority=f"P{row.priority}",
        deadline=words.deadline(row.due_at, now),
        urgency=words.urgency(row.due_at, now),
        scripted=scripted_mark.WORD if row.is_scripted else "",
        proposal=row.proposal or "no recommendation",
        confidence=words.confidence(row.confidence, row.threshold, is_calibrated=row.is_calibrated),
        meaning=words.confidence_meaning(
            row.confidence, row.threshold, is_calibrated=row.is_calibrated
        ),
        share=row.confidence,
        mark=row.threshold,
        why=attention_words.why_short(row, titles),
        note=attention_words.why_in_full(row, titles),
        tags=tags,
        holder=row.claimed_by if row.claimed_by != reader else "",
    )


_CSS = (
    theme.COMPONENT
    + """
.list { overflow-y: auto; height: calc(100vh - 15.5rem - var(--above, 0rem)); min-height: 12rem;
  border: 1px solid var(--st-border-color); border-radius: 5px; }
.row { display: block; width: 100%; text-align: left; font: inherit; color: inherit;
  background: none; border: 0; border-left: 3px solid transparent; cursor: pointer;
  border-bottom: 1px solid color-mix(in srgb, var(--st-border-color) 70%, transparent);
  padding: .38rem .6rem .42rem .5rem; }
.row:hover { background: var(--st-secondary-background-color); }
.row:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: -2px; }
.row[aria-current="true"] { border-left-color: var(--st-primary-color);
  background: color-mix(in srgb, var(--st-primary-color) 13%, transparent); }
.pair { display: flex; justify-content: space-between; gap: .6rem; align-items: baseline; }
.pair > :first-child { overflow: hidden; text-overflow: ellipsis; white-space: nowrap;
  min-width: 0; }
.pair > :last-child { flex: none; font-size: .84rem; font-variant-numeric: tabular-nums; }
.pair > :is(.does, .why) { white-space: normal; display: -webkit-box;
  -webkit-box-orient: vertical; -webkit-line-clamp: 2; overflow-wrap: anywhere; }
.title { font-weight: 600; }
.small { font-size: .84rem; }
.overdue, .urgent { color: var(--st-red-text-color, var(--st-red-color)); font-weight: 650; }
.soon { color: var(--st-orange-text-color, var(--st-orange-color)); font-weight: 600; }
.calm, .none { color: color-mix(in srgb, var(--st-text-color) 66%, transparent); }
.bar { display: inline-block; position: relative; width: 44px; height: 5px; margin-right: .4rem;
  vertical-align: middle; border-radius: 3px;
  background: color-mix(in srgb, var(--st-text-color) 15%, transparent); }
.bar > i { position: absolute; inset: 0 auto 0 0; border-radius: 3px;
  background: var(--st-primary-color); }
.bar > b { position: absolute; top: -3px; bottom: -3px; width: 2px;
  background: var(--st-text-color); }
.list { container-type: inline-size; }
@container (max-width: 21rem) {
  .bar { display: none; }
  .pair { flex-wrap: wrap; gap: 0 .6rem; }
  .pair > :first-child { flex: 1 1 100%; white-space: normal; }
  .pair > .does { flex: 1 1 8rem; }
  .pair > :last-child { margin-left: auto; }
}
@media (max-width: 68rem) { .list { height: calc(100vh - 22rem - var(--above, 0rem)); } }
@media (max-width: 640px) { .list { height: calc(100vh - 19rem - var(--above, 0rem)); } }
.empty { padding: 1.2rem 1rem; white-space: pre-line; }
"""
)

_JS = """
const make = (tag, className, text) => {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
};
const pair = (left, right) => {
  const line = make("div", "pair");
  line.append(left, right);
  return line;
};
const measure = (row) => {
  const cell = make("span", "dim");
  cell.title = row.meaning;
  if (row.share !== null) {
    const bar = make("span", "bar");
    const filled = make("i");
    filled.style.width = `${100 * row.share}%`;
    bar.append(filled);
    if (row.mark !== null) {
      const mark = make("b");
      mark.style.left = `${100 * row.mark}%`;
      bar.append(mark);
    }
    cell.append(bar);
  }
  cell.append(row.confidence);
  return cell;
};
const draw = (row, open, pick) => {
  const button = make("button", "row");
  button.type = "button";
  button.dataset.id = row.id;
  if (row.id === open) button.setAttribute("aria-current", "true");
  const title = make("span");
  title.append(make("span", "chip", row.priority), " ", make("span", "title", row.title));
  const proposal = make("span", "does");
  if (row.scripted) proposal.append(make("span", "chip warn", row.scripted), " ");
  proposal.append(`→ ${row.proposal}`);
  const why = make("span", "why small dim", row.why);
  const marks = make("span");
  if (row.holder) marks.append(make("span", "chip info", `held by ${row.holder}`), " ");
  for (const tag of row.tags) marks.append(make("span", "chip", tag), " ");
  marks.append(make("span", "mono dim", row.source));
  button.append(
    pair(title, make("span", row.urgency, row.deadline)),
    pair(proposal, measure(row)),
    pair(why, marks),
  );
  button.title = `${row.title}\\n${row.note}`;
  button.onclick = () => pick(row.id);
  return button;
};
// The row on top stays where it is, whatever comes in above it; at the very top new rows show.
const keepPlace = (list) => {
  const top = list.scrollTop;
  const edge = list.getBoundingClientRect().top;
  const first = [...list.children].find((row) => row.getBoundingClientRect().bottom > edge);
  const id = first?.dataset?.id;
  const stood = first?.getBoundingClientRect().top;
  return () => {
    list.scrollTop = top;
    const again = top && id ? list.querySelector(`[data-id="${id}"]`) : null;
    if (again) list.scrollTop += again.getBoundingClientRect().top - stood;
  };
};
export default function ({ data, parentElement, setTriggerValue }) {
  const list = parentElement.querySelector(".list");
  const restorePlace = keepPlace(list);
  const focused = parentElement.activeElement?.dataset?.id;
  const pick = (id) => setTriggerValue("picked", id);
  if (!data.rows.length) {
    list.replaceChildren(make("div", "empty dim", data.empty));
    return;
  }
  list.replaceChildren(...data.rows.map((row) => draw(row, data.open, pick)));
  restorePlace();
  if (focused) list.querySelector(`[data-id="${focused}"]`)?.focus({ preventScroll: true });
  if (list.dataset.open !== data.open) {
    list.dataset.open = data.open;
    list.querySelector('[aria-current="true"]')?.scrollIntoView({ block: "nearest" });
  }
}
"""

_mount = st.components.v2.component(
    "queue_list",
    html="<div class='root'><div class='list' role='navigation' aria-label='Cases'></div></div>",
    css=_CSS,
    js=_JS,
)


def draw(
    lines: Iterable[Line],
    *,
    opened: UUID | None,
    empty: str,
    key: str,
    on_pick: Callable[[], None],
) -> None:
    """Draw the list.

    Args:
        lines: Cases in their order.
        opened: The case that is open beside the list.
        empty: Said where there are no cases.
        key: Where `picked(key)` finds the choice.
        on_pick: Called when a case was picked.
    """
    data = {"rows": list(lines), "open": str(opened or ""), "empty": empty}
    _mount(key=key, data=data, on_picked_change=on_pick)


def picked(key: str) -> UUID | None:
    """The case that was just picked in the list with this key."""
    state = st.session_state.get(key)
    text = state.get("picked") if state else None
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
