"""Lines of plain text with chips: headings, marks and sentences whose text comes from outside."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Literal

import streamlit as st

from console import theme

Look = Literal["title", "text", "chip", "code", "dim"]
Tone = Literal["", "good", "bad", "warn", "info", "strong"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """Some text of a line."""

    text: str
    look: Look = "text"
    tone: Tone = ""
    hint: str = ""


_CSS = (
    theme.COMPONENT
    + """
.line { display: flex; flex-wrap: wrap; align-items: baseline; gap: .2rem .45rem; }
.line + .line { margin-top: .25rem; }
.title { font-size: 1.22rem; font-weight: 650; line-height: 1.25; overflow-wrap: anywhere; }
.text { overflow-wrap: anywhere; }
"""
)

_JS = """
export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".root");
  root.replaceChildren(...data.lines.map((pieces) => {
    const line = document.createElement("div");
    line.className = "line";
    for (const piece of pieces) {
      const node = document.createElement(piece.look === "title" ? "h2" : "span");
      if (piece.look === "title") node.style.margin = "0";
      const look = piece.look === "code" ? "mono" : piece.look;
      node.className = `${look} ${piece.tone}`;
      node.textContent = piece.text;
      if (piece.hint) node.title = piece.hint;
      line.append(node);
    }
    return line;
  }));
}
"""

_mount = st.components.v2.component("text_line", html="<div class='root'></div>", css=_CSS, js=_JS)


def draw(lines: Iterable[Iterable[Piece]], *, key: str) -> None:
    """Draw lines; empty ones are left out."""
    drawn = [[asdict(piece) for piece in line if piece.text] for line in lines]
    _mount(key=key, data={"lines": [line for line in drawn if line]})
