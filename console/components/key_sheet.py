"""The sheet of keys: what can be pressed where. Opened by `?` or by its button.

The browser's own help element draws it, so opening it runs nothing and changes no form. It also
sees to it that only a field for text keeps letters to itself: a checkbox, or a select that was
just chosen from with the mouse, hands them on to the page.
"""

from __future__ import annotations

import streamlit as st

from console import theme

KEYS: tuple[tuple[str, str], ...] = (
    ("J", "next case"),
    ("K", "previous case"),
    ("A", "approve what is recommended"),
    ("O", "override: do something else"),
    ("X", "reject: do nothing"),
    ("E", "escalate to somebody else"),
    ("Q", "ask for information"),
    ("Ctrl Enter", "send the open form"),
    ("Esc", "leave the open form"),
    ("T", "take back the last decision"),
    ("U", "undo what was done"),
    ("H", "hold the open case, if it is about to run"),
    ("L", "load a case that has changed"),
    ("F", "have the open case looked at again, where its facts are old"),
    ("?", "show or hide these keys"),
)
"""Every key of the console; those of a decision work while a case is open and waits."""

_HTML = """
<button class="open chip" type="button" aria-haspopup="dialog" aria-keyshortcuts="?"
  title="Keys (?)">Keys <kbd>?</kbd></button>
<dialog aria-label="Keys"><div class="head"><h2>Keys</h2>
<button class="close" type="button">Close</button></div>
<dl></dl><p class="dim">Keys do nothing while you type in a field.</p></dialog>
"""

_CSS = (
    theme.COMPONENT
    + """
:host, div { font-family: var(--st-font); color: var(--st-text-color); }
button { font: inherit; color: inherit; cursor: pointer; }
.open { font-size: .82rem; }
kbd { font-family: var(--st-code-font); font-size: .86em; padding: 0 .32rem;
  border: 1px solid var(--st-border-color); border-radius: 4px;
  background: var(--st-secondary-background-color); }
dialog { font-family: var(--st-font); color: var(--st-text-color); width: min(26rem, 90vw);
  background: var(--st-background-color); border: 1px solid var(--st-border-color);
  border-radius: 8px; padding: 1rem 1.2rem 1.1rem; font-size: .93rem; }
dialog::backdrop { background: rgb(0 0 0 / .38); }
.head { display: flex; justify-content: space-between; align-items: center; }
h2 { margin: 0; font-size: 1.1rem; font-weight: 650; }
.close { background: none; border: 1px solid var(--st-border-color); border-radius: 5px;
  padding: .15rem .6rem; }
button:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: 2px; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .3rem .9rem; margin: .8rem 0; }
dt { text-align: right; }
dd { margin: 0; }
p { margin: 0; font-size: .85rem; }
"""
)

_JS = """
const PRESSED = /^(checkbox|radio|range|color|file|image|button|submit|reset)$/;
const isTyped = (node) => node?.isContentEditable || /^(TEXTAREA|SELECT)$/.test(node?.tagName ?? "")
  || (node?.tagName === "INPUT" && !PRESSED.test(node.type));
const isChosen = (node) => node?.role === "combobox" && node.ariaExpanded !== "true";
const isLetter = (event) => event.key.length === 1 && event.key !== " "
  && !(event.ctrlKey || event.metaKey || event.altKey);
const isInDialog = (event) => event.composedPath().some(
  (node) => node.tagName === "DIALOG" || node.role === "dialog");
const handOn = (event) => {
  event.preventDefault();
  event.stopImmediatePropagation();
  const { key, code, keyCode, shiftKey, repeat } = event;
  document.body.dispatchEvent(new KeyboardEvent("keydown", {
    key, code, keyCode, which: keyCode, shiftKey, repeat, bubbles: true, cancelable: true,
  }));
};
export default function ({ data, parentElement }) {
  const dialog = parentElement.querySelector("dialog");
  parentElement.querySelector("dl").replaceChildren(...data.keys.flatMap(([keys, does]) => {
    const term = document.createElement("dt");
    for (const key of keys.split(" ")) {
      const cap = document.createElement("kbd");
      cap.textContent = key;
      term.append(cap, " ");
    }
    const said = document.createElement("dd");
    said.textContent = does;
    return [term, said];
  }));
  const toggle = () => (dialog.open ? dialog.close() : dialog.showModal());
  parentElement.querySelector(".open").onclick = toggle;
  parentElement.querySelector(".close").onclick = () => dialog.close();
  dialog.onclick = (event) => { if (event.target === dialog) dialog.close(); };
  dialog.onkeydown = (event) => {
    // No key that is pressed while the sheet is open may answer the case behind it.
    event.stopPropagation();
    if (event.key === "?") { event.preventDefault(); dialog.close(); }
  };
  const onKey = (event) => {
    if (event.key === "?" && isLetter(event) && !isTyped(event.composedPath()[0])) {
      event.preventDefault();
      toggle();
    }
  };
  // Whoever came to a select by keys, or used one in it since, goes on typing into it.
  let isByMouse = false;
  const onPointer = () => { isByMouse = true; };
  const onAnyKey = (event) => {
    if (!event.isTrusted) return;
    const node = event.composedPath()[0];
    const isLeft = node.tagName === "INPUT" && (PRESSED.test(node.type)
      || (isByMouse && isChosen(node)));
    if (isLeft && isLetter(event) && !isInDialog(event)) handOn(event);
    else isByMouse = false;
  };
  document.addEventListener("keydown", onKey);
  window.addEventListener("pointerdown", onPointer, true);
  window.addEventListener("keydown", onAnyKey, true);
  return () => {
    document.removeEventListener("keydown", onKey);
    window.removeEventListener("pointerdown", onPointer, true);
    window.removeEventListener("keydown", onAnyKey, true);
  };
}
"""

_mount = st.components.v2.component("key_sheet", html=_HTML, css=_CSS, js=_JS)


def draw() -> None:
    """Draw the button; the sheet stays closed until somebody asks for it."""
    _mount(key="key_sheet", width="content", data={"keys": [list(row) for row in KEYS]})
