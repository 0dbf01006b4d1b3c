"""Theme: the look that Streamlit's settings cannot give, and text from outside as plain text.

Colours and fonts stand in `.streamlit/config.toml`; here is density, the page's frame, and the
style sheet that the console's own components share. Styles are fixed text, never data.
"""

from __future__ import annotations

import re

import streamlit as st

_MARK = (
    '<rect width="32" height="32" rx="7" fill="#1f5f8b"/>'
    '<path d="M7 21c4-1 5-11 8-11s-1 11 2 11 3-6 8-7" fill="none" stroke="#fff" '
    'stroke-width="2.6" stroke-linecap="round"/><path d="M7 26h18" stroke="#fff" '
    'stroke-width="2" opacity=".6"/>'
)
"""A signature on its line: the one mark, wherever the product shows itself."""

ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32" width="32" height="32" '
    f'aria-hidden="true">{_MARK}</svg>'
)
"""The mark in the browser's tab; drawn here, because an icon by name would be fetched outside."""

LOGO = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 150 32" width="150" height="32">'
    "<style>text{font:600 17px 'Inter','Segoe UI',system-ui,'DejaVu Sans',sans-serif;fill:#1d2326}"
    "@media(prefers-color-scheme:dark){text{fill:#e4e7e6}}</style>"
    f'<g transform="translate(0 4) scale(.75)">{_MARK}</g>'
    '<text x="31" y="22">Countersign</text></svg>'
)
"""The name above the menu; its text follows the system's light or dark scheme."""

SIDEBAR_PX = 200

_PAGE = """
<style>
.stApp { --ground: light-dark(#fbfbfa, #14181b); --line: light-dark(#d9dad5, #343c41); }
.stMainBlockContainer { padding: .55rem 1.2rem .2rem; max-width: none; }
.stMain .stVerticalBlock { gap: .55rem; }
.stSidebar .stVerticalBlock { gap: .4rem; }
[data-testid="stSidebarHeader"] { height: 2.6rem; padding: .5rem .5rem .2rem 1.3rem; }
.stLogo { height: 1.7rem; max-width: 9rem; margin: 0; }
[data-testid="stHeader"] { background: transparent; pointer-events: none; height: 2.2rem;
  min-height: 0; }
[data-testid="stHeader"] > * { pointer-events: auto; }
.stApp:is(:has(.stSidebar[aria-expanded="false"]), :has([data-testid="stExpandSidebarButton"]))
  .st-key-status_strip { padding-left: 2.4rem; }
[data-testid="stElementContainer"]:has(> .stHtml > style:only-child) { display: none; }
/* What scrolls takes the focus when the focused button goes; that is no place to work in. */
.stMain:is(:focus, :focus-visible) { outline: none; box-shadow: none; }
/* At the foot of the menu: over no chip, no form and no button of the page. */
[data-testid="stToastContainer"] { inset: auto auto .8rem .6rem; }
[data-testid="stToast"] { width: 11.4rem; min-width: 0; padding: .6rem .5rem; }
[data-testid="stMetricLabel"] :is(p, .stMarkdownEllipsis, [data-testid="stMarkdownContainer"]) {
  white-space: normal; overflow: visible; }
a.way-in { display: inline-block; padding: .35rem .9rem; border-radius: 5px; color: #fff !important;
  background: light-dark(#1f5f8b, #2b78ab); text-decoration: none; }
.stButton button { min-height: 2.05rem; padding: .1rem .6rem; }
/* Beside select boxes, and as tall as they are. */
.stHorizontalBlock > .stElementContainer > .stButtonGroup button { min-height: 2.5rem; }
[data-testid="stLayoutWrapper"]:has(> .st-key-status_strip) {
  position: sticky; top: 0; z-index: 90; padding-block: .3rem; background: var(--ground);
}
[data-testid="stLayoutWrapper"]:has(> .st-key-queue_list) { position: sticky; top: 2.1rem; }
.st-key-queue_list { gap: .4rem; }
[data-testid="stLayoutWrapper"]:has(> .st-key-queue_back) { display: none; }
.st-key-case_detail { min-height: calc(100vh - 3.4rem - var(--above, 0rem)); }
[data-testid="stLayoutWrapper"]:has(> .st-key-decision_bar) {
  position: sticky; bottom: 0; z-index: 80; margin-top: auto; background: var(--ground);
}
.st-key-case_evidence [data-testid="stColumn"] { min-width: 22rem; }
.st-key-case_evidence { container-type: inline-size; }
@container (max-width: 46rem) {
  .st-key-case_evidence [data-testid="stColumn"]:nth-child(2) { order: -1; }
}
[data-testid="stHeader"] :is(.stLogo, [data-testid="stHeaderLogo"]) { display: none; }
.st-key-decision_bar { container-type: inline-size; }
@container (max-width: 46rem) {
  .st-key-decision_buttons span:has(> [data-testid="stIconMaterial"]) { display: none; }
  .st-key-decision_buttons [data-testid="stColumn"] { min-width: 4rem; }
  .st-key-decision_buttons button { padding-inline: .25rem; }
  .st-key-decision_buttons [data-has-shortcut] { gap: .3rem; justify-content: center; }
}
@container (max-width: 34rem) {
  .st-key-decision_bar kbd { display: none; }
  .st-key-decision_buttons button p { font-size: .82rem; }
}
.st-key-decision_bar { padding: .5rem 0 .6rem; border-top: 1px solid var(--line); gap: .45rem; }
/* Narrow: the open case takes the place of the list, and a button leads back. */
@media (max-width: 640px) {
  .stMainBlockContainer { padding-inline: .8rem; }
  .st-key-status_strip .stHorizontalBlock { row-gap: .2rem; }
  [data-testid="stLayoutWrapper"]:has(> .st-key-queue_list) { position: static; }
  :is(.st-key-queue_list, .st-key-account_keys) .stColumn { min-width: 0; }
  .stApp:has(.st-key-queue_list) .st-key-no_case { display: none; }
  .stApp:has(.st-key-case_detail) .st-key-queue_list > :not(:has(> .st-key-queue_keys)) {
    display: none; }
  .stApp:has(.st-key-case_detail) .st-key-queue_list :has(> .st-key-queue_back) {
    display: block; }
}
</style>
"""

WATERMARK = """
<style>
.stMain::after {
  content: "SAMPLE DATA"; position: fixed; inset: auto 0 32% 12%;
  text-align: center; font-size: 5.2vw; font-weight: 700; letter-spacing: .2em;
  transform: rotate(-14deg); opacity: .045; pointer-events: none; z-index: 70;
}
</style>
"""
"""Drawn behind every page that may show simulated data."""

COMPONENT = """
.root { font-family: var(--st-font); color: var(--st-text-color); font-size: .93rem;
  line-height: 1.35; }
.dim { color: color-mix(in srgb, var(--st-text-color) 66%, transparent); }
.mono { font-family: var(--st-code-font); font-size: .92em; }
.chip { display: inline-flex; align-items: center; gap: .25em; padding: .02rem .4rem;
  border: 1px solid var(--st-border-color); border-radius: 4px; white-space: nowrap;
  background: var(--st-secondary-background-color); font-size: .82rem; line-height: 1.4; }
.good { color: var(--st-green-text-color, var(--st-green-color)); }
.bad { color: var(--st-red-text-color, var(--st-red-color)); }
.warn { color: var(--st-orange-text-color, var(--st-orange-color)); }
.info { color: var(--st-blue-text-color, var(--st-blue-color)); }
.chip.good, .chip.bad, .chip.warn, .chip.info { border-color: currentColor; }
.strong { font-weight: 650; }
"""
"""Style shared by the console's own components; they sit in shadow roots and see no page style."""


def apply() -> None:
    """Put the page style and the product's name in place."""
    st.html(_PAGE)
    st.logo(LOGO, size="large")


# --- text from outside ---------------------------------------------------------------------

_MARKS = re.compile(r"([\\`*_{}\[\]<>()#+\-.!|~$:^=&@])")
_WORD_JOINER = "\u2060"
_SHORT_CODE = re.compile(r"\\:(?=[\w+\\-])")
_ARROW = re.compile(r"(\\[-<>~=])(?=\\[-<>=])")
_ADDRESS = re.compile(r"\\@")
_AUTO_LINK = re.compile(r"(?i)(https?|ftp|mailto|www)(?=\\[:.])")


def plain(text: object) -> str:
    """Text that Streamlit's markdown shows as it is: no link, no colour, no formula, no emoji.

    Emoji and icon codes, arrows and bare addresses are looked for after backslashes are resolved,
    so an invisible word joiner breaks them; where text will be copied, use `st.text`, which needs
    none.
    """
    escaped = _MARKS.sub(r"\\\1", str(text).replace("\r\n", "\n").replace("\n", " "))
    escaped = _SHORT_CODE.sub(rf"\\:{_WORD_JOINER}", escaped)
    escaped = _ARROW.sub(rf"\1{_WORD_JOINER}", escaped)
    escaped = _ADDRESS.sub(rf"\\@{_WORD_JOINER}", escaped)
    return _AUTO_LINK.sub(rf"\1{_WORD_JOINER}", escaped)
