"""Keys of an open form: Ctrl+Enter sends it, Escape leaves it, its first field has the focus.

A send that was refused because a field is empty puts the focus there; what was typed stays.
Heard before anything on the page: a chip or a list that has the focus would take Enter as a
press of its own. Draws nothing, decides nothing: it presses the form's own buttons.
"""

from __future__ import annotations

import re

import streamlit as st

from console import flash, session

PAGE = "refused_form"
_NOT_IN_A_CLASS = re.compile(r"[^a-zA-Z0-9_-]")

_JS = """
const FIRST = "input:not([disabled]), textarea:not([disabled]), "
  + "button:not([disabled]):not([aria-label^='Help for'])";
const within = (name, what) => name && document.querySelector(`.${CSS.escape(name)}`)
  ?.querySelector(what);
const isTyping = (node) => /^(INPUT|TEXTAREA|SELECT)$/.test(node?.tagName ?? "");
const focus = (where, mark, isKind, tries) => {
  // Kind: whoever is typing somewhere already goes on there.
  if (!mark.isConnected || (isKind && isTyping(document.activeElement))) return;
  const field = within(where, FIRST);
  if (field) field.focus();
  else if (tries) requestAnimationFrame(() => focus(where, mark, isKind, tries - 1));
};
export default function ({ data, parentElement }) {
  const mark = parentElement.querySelector("i");
  if (data.has_focus && mark.dataset.form !== data.fields) {
    mark.dataset.form = data.fields;
    requestAnimationFrame(() => focus(data.fields, mark, true, 60));
  }
  const refused = data.refused ? `${data.fields} ${data.refused}` : "";
  if (data.missing && refused && mark.dataset.refused !== refused) {
    mark.dataset.refused = refused;
    requestAnimationFrame(() => focus(data.missing, mark, false, 60));
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
    // What stands in a field is handed over when the field loses the focus. An empty one gets it
    // back: what is typed while the answer comes belongs there and not to the page.
    if (isTyping(now)) now.blur();
    button.click();
    if (isTyping(now) && !now.value) now.focus();
  };
  // A press with the mouse likewise: the field hands over with it and not before, or what is
  // pressed would be gone between button down and button up.
  const isOnSend = (event) => within(data.send, "button")?.contains(event.target);
  const onDown = (event) => {
    if (isOnSend(event) && isTyping(document.activeElement)) event.preventDefault();
  };
  const onClick = (event) => {
    const now = document.activeElement;
    if (isOnSend(event) && isTyping(now)) now.blur();
  };
  const heard = { keydown: onKey, mousedown: onDown, click: onClick };
  for (const [name, hear] of Object.entries(heard)) window.addEventListener(name, hear, true);
  return () => {
    for (const [name, hear] of Object.entries(heard)) window.removeEventListener(name, hear, true);
  };
}
"""

_mount = st.components.v2.component("form_keys", html="<i hidden></i>", js=_JS)


def draw(
    *, fields: str, send: str = "", leave: str = "", has_focus: bool = True, missing: str = ""
) -> None:
    """Bind the keys of a form and give its first field the focus when it opens.

    Args:
        fields: Key of the container with the form's fields; another one is another form.
        send: Key of the button that sends the form; empty where Ctrl+Enter means something else.
        leave: Key of the button that leaves it; empty where there is none.
        has_focus: Whether its first field takes the focus; not where nobody opened the form.
        missing: Key of the field, or of its container, for want of which `refuse` refused it.
    """
    data = {
        "fields": _class_of(fields),
        "send": _class_of(send) if send else "",
        "leave": _class_of(leave) if leave else "",
        "has_focus": has_focus,
        "missing": _class_of(missing) if missing else "",
        "refused": session.recall(PAGE, fields, 0),
    }
    _mount(key=f"form_keys:{fields}", data=data)


def refuse(fields: str, why: str) -> None:
    """Say why a form was not sent, and have its missing field take the focus.

    Args:
        fields: Key of the container with the form's fields, as given to `draw`.
        why: What is missing, as a sentence.
    """
    flash.add("warning", why, "MISSING")
    session.remember(PAGE, fields, session.recall(PAGE, fields, 0) + 1)


def _class_of(key: str) -> str:
    """The class that the page gives to what was drawn under a key."""
    return f"st-key-{_NOT_IN_A_CLASS.sub('-', key.strip())}"
