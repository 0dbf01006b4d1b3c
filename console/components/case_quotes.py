"""Quotes of a case: facts that were taken from texts, each with its words in their sentence.

The words are set as text nodes beside each other, so nothing of a text can become markup.
"""

from __future__ import annotations

import streamlit as st

from console import theme
from console.components import case_facts, desk_words
from engine.service.rows import CaseCard, FactRow, QuoteRow

_CSS = (
    theme.COMPONENT
    + """
.quote + .quote { margin-top: .45rem; }
.head { display: flex; flex-wrap: wrap; align-items: baseline; gap: .2rem .45rem; }
blockquote { margin: .1rem 0 0; padding-left: .6rem; overflow-wrap: anywhere; white-space: pre-line;
  border-left: 3px solid color-mix(in srgb, var(--st-text-color) 22%, transparent); }
mark { color: inherit; font-weight: 600; padding: 0 .12rem; border-radius: 3px;
  background: color-mix(in srgb, var(--st-primary-color) 20%, transparent); }
"""
)

_JS = """
const make = (tag, className, text) => {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.textContent = text;
  return node;
};
export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".root");
  root.replaceChildren(...data.quotes.map((one) => {
    const quote = make("div", "quote", "");
    const head = make("div", "head", "");
    head.append(make("span", "dim", `${one.fact}:`), make("span", "", one.value));
    head.append(make("span", "chip", one.field));
    const said = make("blockquote", "", "");
    said.append(make("span", "dim", one.before), make("mark", "", one.words));
    said.append(make("span", "dim", one.after));
    quote.append(head, said);
    return quote;
  }));
}
"""

_mount = st.components.v2.component(
    "case_quotes", html="<div class='root'></div>", css=_CSS, js=_JS
)


def draw(card: CaseCard) -> None:
    """Draw what texts say; nothing where no fact comes from a text."""
    quotes = [
        _drawn(card, fact, fact.quote)
        for fact in card.facts
        # A text that quotes itself stands among the facts already.
        if fact.quote is not None and fact.quote.field != fact.attribute
    ]
    if quotes:
        st.subheader("What texts say", anchor=False)
        _mount(key="quotes", data={"quotes": quotes})


def _drawn(card: CaseCard, fact: FactRow, quote: QuoteRow) -> dict[str, str]:
    desk = card.row.desk
    return {
        "fact": desk_words.fact(desk, fact.attribute),
        "value": case_facts.value_of(fact, card.facts, desk),
        "field": desk_words.fact(desk, quote.field),
        "before": quote.before,
        "words": quote.words,
        "after": quote.after,
    }
