"""The card of one action on the live page: what it is, why it waits, and its time running out.

All text is set as text nodes. The height never depends on what stands in it, so that the cards
below keep their places.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TypedDict

import streamlit as st

from console import format as words
from console import theme
from console.components import desk_words, scripted_mark, ticking
from console.components.live_board import Became
from console.components.live_fate import Fate, fate_of
from console.components.live_slots import Slot
from console.components.text_table import Tone
from console.components.ticking import Ends
from engine.domain.case import Origin
from engine.domain.verdict import RuleResult
from engine.service import phrases
from engine.service.live_rows import BrakeRow, HeldRow, ProposedRow, WindowRow


class Line(TypedDict):
    """One line under the action."""

    text: str
    tone: Tone


class Card(TypedDict):
    """What the browser draws."""

    id: str
    state: str
    """Said in place of the time where none runs out."""
    is_gone: bool
    """Whether nothing is to be done any more."""
    ends: Ends | None
    closes: str
    number: str
    title: str
    scripted: str
    """The mark of what a script put forward; empty: a model, or code, did."""
    proposal: str
    lines: list[Line]
    tags: list[str]


def of_slot(
    slot: Slot, now: datetime, became: Became | None, brakes: Sequence[BrakeRow] = ()
) -> Card:
    """The card of a place.

    Args:
        slot: The place.
        now: The wall clock.
        became: What became of the action, where it left.
        brakes: What is paused now.
    """
    if slot.window is not None:
        return _of_window(slot.window, now, fate_of(slot.window, brakes, now))
    if slot.held is not None:
        return _of_held(slot.held)
    said = became or Became(text="")
    gone = _card(slot.action, said.word)
    gone["is_gone"] = True
    gone["lines"] = [Line(text=said.text, tone=said.tone)]
    return gone


def _card(action: ProposedRow, state: str) -> Card:
    amount = [str(action.amount)] if action.amount else []
    sample = ["sample"] if action.origin is Origin.SIMULATED else []
    return Card(
        id=str(action.case_id),
        state=state,
        is_gone=False,
        ends=None,
        closes="",
        number=action.source_id,
        title=action.title,
        scripted=scripted_mark.WORD if action.is_scripted else "",
        proposal=action.proposal,
        lines=[],
        tags=[f"P{action.priority}", *amount, *sample],
    )


def _of_window(window: WindowRow, now: datetime, fate: Fate) -> Card:
    card = _card(window.action, _STATE[fate])
    if fate is Fate.RUNS:  # what does not run counts down to nothing
        card["ends"] = ticking.ends(window.opened_at, window.closes_at, now)
    card["closes"] = f"at {window.closes_at:%H:%M:%S}"
    undo = f"An undo would: {window.action.undo}" if window.action.undo else "Nothing undoes it"
    more = f"; {window.extended_by} gave it more time" if window.extended_by else ""
    said, tone = notice_words(window, now)
    if fate is Fate.PAUSED:
        said, tone = _PAUSED, "warn"
    card["lines"] = [
        Line(text=why_it_waits(window), tone=""),
        Line(text=said + more, tone=tone),
        Line(text=undo, tone="dim" if window.action.undo else "warn"),
    ]
    return card


_STATE = {Fate.RUNS: "", Fate.PAUSED: "Paused", Fate.LATE: "To a person"}
_PAUSED = "Does not run while the pause holds: at its time it goes to a person"


def _of_held(held: HeldRow) -> Card:
    card = _card(held.action, "Held")
    can = held.words.can_approve
    card["lines"] = [
        Line(text=held.note, tone="strong"),
        Line(
            text="Runs only if somebody releases it" if can else held.words.why_not,
            tone="" if can else "warn",
        ),
        Line(text=held.words.undo, tone="dim"),
    ]
    return card


def why_it_waits(window: WindowRow) -> str:
    """Which usual limit it is beyond, with what was seen and what would have been enough."""
    titles = desk_words.titles(window.action.desk)
    said = [_beyond(rule, window.action, titles) for rule in window.beyond]
    return "Not at once: " + "; ".join(said) if said else "Waits so that people can object"


def _beyond(rule: RuleResult, action: ProposedRow, titles: Mapping[str, str]) -> str:
    seen = phrases.rule_value(rule.rule, rule.seen, titles)
    usual = rule.limit.partition(" at once, ")[0]
    limit = phrases.rule_value(rule.rule, usual, titles)
    if rule.rule != "confidence_below_threshold" or action.confidence is None:
        return f"{phrases.broken_words(rule.rule).lower()} ({seen}; usual: {limit})"
    sure = f"sure by {words.percent(action.confidence)}"
    wider = None if action.wider_threshold is None else words.percent(action.wider_threshold)
    if action.threshold is None:
        risk = limit.removeprefix("no threshold holds ").removesuffix(" error yet")
        enough = "" if wider is None else f"after a window {wider} is enough, and "
        return f"no confidence is proven to keep errors within {risk} yet; {enough}it is {sure}"
    at_once = f"{words.percent(action.threshold)} needed to run at once"
    return f"{sure}, {at_once}" + ("" if wider is None else f", {wider} after a window")


def notice_words(window: WindowRow, now: datetime) -> tuple[str, Tone]:
    """Who was told and when; without a notice in time it goes to a person instead."""
    if window.noticed_at is not None:
        late = window.noticed_at > window.notice_by
        told = f"{window.noticed_by} was told at {window.noticed_at:%H:%M:%S}"
        return (f"{told}, too late: it will go to a person", "warn") if late else (told, "dim")
    why = f" ({window.last_error})" if window.last_error else ""
    if now > window.notice_by:
        return f"Nobody was told in time: it will go to a person{why}", "warn"
    return f"Nobody has been told yet{why}", "warn"


_CSS = (
    theme.COMPONENT
    + """
.card { display: grid; grid-template-columns: 5.6rem minmax(0, 1fr); gap: 0 .8rem;
  height: 6.9rem; overflow: hidden; }
.time { font-size: 1.45rem; font-weight: 650; line-height: 1.15;
  font-variant-numeric: tabular-nums; }
.time.soon { color: var(--st-orange-text-color, var(--st-orange-color)); }
.time.urgent { color: var(--st-red-text-color, var(--st-red-color)); }
.time.word { font-size: 1.1rem; font-weight: 600; line-height: 1.5; }
.left { display: flex; flex-direction: column; gap: .2rem; }
.bar { height: 5px; border-radius: 3px; overflow: hidden;
  background: color-mix(in srgb, var(--st-text-color) 13%, transparent); }
.bar > i { display: block; height: 100%; background: var(--st-primary-color); }
.small { font-size: .82rem; }
.line { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 1;
  overflow: hidden; }
.line:first-of-type { -webkit-line-clamp: 2; }
.gone .line { -webkit-line-clamp: 4; }
.head { display: flex; gap: .4rem; align-items: baseline; }
.head > .title { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; min-width: 0; }
.head > :not(.title) { flex: none; }
.does { font-weight: 650; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.gone { opacity: .72; }
"""
)

_JS = (
    ticking.JS
    + """
const make = (tag, className, text) => {
  const node = document.createElement(tag);
  node.className = className;
  if (text !== undefined) { node.textContent = text; node.title = text; }
  return node;
};
export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".root");
  const card = make("div", data.is_gone ? "card gone" : "card");
  card.dataset.id = data.id;
  const left = make("div", "left");
  const look = data.is_gone ? "time dim word" : data.state ? "time word" : "time";
  const time = make("div", look, data.state);
  left.append(time);
  const fill = make("i", "");
  if (data.ends) {
    const bar = make("div", "bar");
    bar.append(fill);
    left.append(bar);
  }
  if (data.closes) left.append(make("div", "small dim", data.closes));
  const head = make("div", "head");
  for (const tag of data.tags) head.append(make("span", "chip", tag));
  head.append(make("span", "mono", data.number), make("span", "title", data.title));
  const right = make("div", "");
  const does = make("div", "does", `→ ${data.proposal}`);
  if (data.scripted) does.prepend(make("span", "chip warn", data.scripted), " ");
  right.append(head, does);
  const lines = make("div", "");
  for (const line of data.lines) lines.append(make("div", `line small ${line.tone}`, line.text));
  right.append(lines);
  card.append(left, right);
  root.replaceChildren(card);
  tick(root, data.ends, (ms, share) => {
    time.textContent = ms > 0 ? clock(ms) : "now";
    time.className = `time ${ms < 30000 ? "urgent" : ms < 120000 ? "soon" : ""}`;
    fill.style.width = `${100 * share}%`;
  });
}
"""
)

_mount = st.components.v2.component("live_card", html="<div class='root'></div>", css=_CSS, js=_JS)


def draw(card: Card, *, key: str) -> None:
    """Draw a card."""
    _mount(key=key, data={**card})
