"""A list of calls in order, each with what it asks for and what it would change: plain text.

One element for the whole list; every text is set as a text node, so no markup can come alive.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import streamlit as st

from console import theme
from console.components.text_line import Piece


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """One line of what would be otherwise: a field, money or pieces."""

    what: str
    before: str = ""
    after: str = ""
    of: str = ""
    """The thing whose field it is; said once over neighbours."""
    kind: str = ""
    """`money` and `pieces` move from one place to another, `new` and `lost` things are told in one
    line; else a field changes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Argument:
    """One argument of a call."""

    title: str
    parts: tuple[str, ...]
    """Its text; every second part is marked."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """One call as it is drawn."""

    title: str
    pieces: tuple[Piece, ...] = ()
    """After the title: its state, what kind of effect it has."""
    lines: tuple[tuple[Piece, ...], ...] = ()
    """Under the title: way back, refusals, what went wrong."""
    view: tuple[Argument, ...] = ()
    """Every argument."""
    changes: tuple[Change, ...] | None = None
    """None: nobody was asked."""
    changed: str = "What it would change"
    """Over the changes."""


_CSS = (
    theme.COMPONENT
    + """
ol { list-style: none; margin: 0; padding: 0; }
li { padding: .3rem 0 .4rem; }
li + li { border-top: 1px solid var(--st-border-color); }
ol.many > li { padding-left: 1.5rem; position: relative; }
.ordinal { position: absolute; left: 0; top: .32rem; font-variant-numeric: tabular-nums;
  color: color-mix(in srgb, var(--st-text-color) 66%, transparent); }
.line { display: flex; flex-wrap: wrap; align-items: baseline; gap: .15rem .45rem; }
.line .text, .dd, td { overflow-wrap: anywhere; }
.view { display: grid; grid-template-columns: minmax(6rem, 24%) 1fr; gap: .08rem .6rem;
  margin: .2rem 0 0; }
.dt { color: color-mix(in srgb, var(--st-text-color) 66%, transparent); font-size: .88rem; }
.dd { white-space: pre-line; }
mark { color: inherit; font-weight: 600; padding: 0 .12rem; border-radius: 3px;
  background: color-mix(in srgb, var(--st-primary-color) 20%, transparent); }
table { border-collapse: collapse; width: 100%; table-layout: fixed; margin-top: .3rem; }
th { text-align: left; font-weight: 500; font-size: .8rem; padding: .1rem .5rem .15rem 0;
  border-bottom: 1px solid var(--st-border-color);
  color: color-mix(in srgb, var(--st-text-color) 66%, transparent); }
td { padding: .15rem .5rem .15rem 0; vertical-align: top;
  border-bottom: 1px solid color-mix(in srgb, var(--st-border-color) 55%, transparent); }
tr:last-child td { border-bottom: none; }
.arrow { margin-right: .35rem; }
td.field { padding-left: .7rem; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
"""
)

_JS = """
const make = (tag, className, text) => {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
};
const drawPiece = (piece) => {
  const look = piece.look === "code" ? "mono" : piece.look;
  const node = make("span", `${look} ${piece.tone}`, piece.text);
  if (piece.hint) node.title = piece.hint;
  return node;
};
const drawView = (view) => {
  const list = make("div", "view");
  for (const [title, ...parts] of view) {
    const text = make("span", "dd");
    text.append(...parts.map((part, index) => make(index % 2 ? "mark" : "span", "", part)));
    list.append(make("span", "dt", title), text);
  }
  return list;
};
const drawChanges = (changes, heads) => {
  const table = make("table");
  table.setAttribute("aria-label", heads[0]);
  const head = make("tr");
  heads.forEach((text, index) => {
    const th = make("th", "", text);
    th.scope = "col";
    th.style.width = index ? "31%" : "38%";
    head.append(th);
  });
  const thead = make("thead");
  thead.append(head);
  const body = make("tbody");
  let of = "";
  for (const change of changes) {
    const tr = make("tr");
    const what = make("td", "", "");
    const isMore = change.of && change.of === of;
    of = change.of;
    if (change.of) {
      what.append(make("span", isMore ? "hidden" : "strong", change.of));
      if (isMore) what.className = "field";
      what.append(make("span", "", isMore ? change.what : ` · ${change.what}`));
    } else {
      what.append(make("span", "strong", change.what));
    }
    const after = make("td", "", "");
    if (change.kind === "new") {
      after.colSpan = 2;
      after.append(make("span", "", change.after));
      tr.append(what, after);
    } else {
      const arrow = make("span", "arrow dim", "→");
      arrow.setAttribute("aria-hidden", "true");
      after.append(arrow, make("span", change.of ? "strong" : "", change.after));
      tr.append(what, make("td", "dim", change.before), after);
    }
    body.append(tr);
  }
  table.append(thead, body);
  return table;
};
const drawCall = (call, ordinal) => {
  const item = make("li");
  if (ordinal) item.append(make("span", "ordinal", `${ordinal}.`));
  const first = make("div", "line");
  first.append(make("span", "strong text", call.title), ...call.pieces.map(drawPiece));
  item.append(first);
  for (const pieces of call.lines) {
    const line = make("div", "line");
    line.append(...pieces.map(drawPiece));
    item.append(line);
  }
  if (call.view.length) item.append(drawView(call.view));
  if (call.changes && call.changes.length) {
    item.append(drawChanges(call.changes, [call.changed, "From", "To"]));
  }
  return item;
};
export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".root");
  const isMany = data.calls.length > 1;
  const list = make("ol", isMany ? "many" : "");
  list.setAttribute("aria-label", data.label);
  data.calls.forEach((call, index) => {
    list.append(drawCall(call, isMany ? index + 1 : 0));
  });
  root.replaceChildren(list);
}
"""

_mount = st.components.v2.component("plan_list", html="<div class='root'></div>", css=_CSS, js=_JS)


def draw(calls: Sequence[Call], *, key: str, label: str) -> None:
    """Draw calls in order; where there is more than one, each with its number.

    Args:
        calls: What is drawn.
        key: Stays the same while the list stays the same thing.
        label: What the list shows, for screen readers and tests.
    """
    _mount(key=key, data={"calls": [_drawn(call) for call in calls], "label": label})


def _drawn(call: Call) -> dict[str, object]:
    return {
        "title": call.title,
        "pieces": [asdict(piece) for piece in call.pieces if piece.text],
        "lines": [
            drawn
            for line in call.lines
            if (drawn := [asdict(piece) for piece in line if piece.text])
        ],
        "view": [[one.title, *one.parts] for one in call.view],
        "changed": call.changed,
        "changes": None if call.changes is None else [asdict(one) for one in call.changes],
    }
