"""Keys of an open form: Ctrl+Enter sends it, Escape leaves it, its first field has the focus.

Heard before anything on the page: a chip or a list that has the focus would take Enter as a
press of its own. Draws nothing, decides nothing: it presses the form's own buttons.
"""

from __future__ import annotations

import re

import streamlit as st

_NOT_IN_A_CLASS = re.compile(r"[^a-zA-Z0-9_-]")

_JS = """
const FIRST = "input:not([disabled]), textarea:not([disabled]), button:not([disabled])";
const within = (name, what) => name && document.querySelector(`.${CSS.escape(name)}`)
  ?.querySelector(what);
const isTyping = (node) => /^(INPUT|TEXTAREA|SELECT)$/.test(node?.tagName ?? "");
const focus = (data, mark, tries) => {
  if (!mark.isConnected || isTyping(document.activeElement)) return;
  const field = within(data.fields, FIRST);
  if (field) field.focus();
  else if (tries) requestAnimationFrame(() => focus(data, mark, tries - 1));
};
export default function ({ data, parentElement }) {
  const mark = parentElement.querySelector("i");
  if (data.has_focus && mark.dataset.form !== data.fields) {
    mark.dataset.form = data.fields;
    requestAnimationFrame(() => focus(data, mark, 60));
  }
  const onKey = (event) => {
    const now = document.activeElement;
    const isSend = event.key === "Enter" && (event.ctrlKey || event.metaKey);
    const isLeave = event.key === "Escape" && now?.getAttribute("aria-expanded") !== "true";
    const button = within(isSend ? data.send : isLeave ? data.leave : "", "button");
    if (!button || event.composedPath().some((node) => node.tagName === "DIALOG")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (event.repeat) return;
    // What stands in a field is handed over when the field loses the focus.
    if (isTyping(now)) now.blur();
    button.click();
  };
  window.addEventListener("keydown", onKey, true);
  return () => window.removeEventListener("keydown", onKey, true);
}
"""

_mount = st.components.v2.component("form_keys", html="<i hidden></i>", js=_JS)


def draw(*, fields: str, send: str, leave: str = "", has_focus: bool = True) -> None:
    """Bind the keys of a form and give its first field the focus when it opens.

    Args:
        fields: Key of the container with the form's fields; another one is another form.
        send: Key of the button that sends the form.
        leave: Key of the button that leaves it; empty where there is none.
        has_focus: Whether its first field takes the focus; not where nobody opened the form.
    """
    data = {
        "fields": _class_of(fields),
        "send": _class_of(send),
        "leave": _class_of(leave) if leave else "",
        "has_focus": has_focus,
    }
    _mount(key=f"form_keys:{fields}", data=data)


def _class_of(key: str) -> str:
    """The class that the page gives to what was drawn under a key."""
    return f"st-key-{_NOT_IN_A_CLASS.sub('-', key.strip())}"
