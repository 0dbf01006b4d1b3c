"""The mark of a demonstration on every page: what it is, whose place one has taken, and a switch.

It stands over the whole width in the same colours by day and by night, so that no screenshot can
be taken for the real thing. Switching is a form of the server's; no session is touched from here.
"""

from __future__ import annotations

from typing import TypedDict

import streamlit as st

from console import session
from engine.domain.actor import Person
from engine.service.demonstration_rows import DemonstrationRow

PAGE = "demonstration_mark"
HEIGHT_REM = 1.75

_PAGE = f"""
<style>
.stApp {{ top: {HEIGHT_REM}rem; --above: {HEIGHT_REM}rem; }}
.stApp .stMain {{ height: calc(100vh - {HEIGHT_REM}rem); }}
.stMain::before {{
  content: "DEMONSTRATION\\A SIMULATED DATA"; position: fixed; inset: auto 0 26% 12%;
  text-align: center; font-size: 5vw; line-height: 1.5; font-weight: 800; letter-spacing: .12em;
  white-space: pre;
  transform: rotate(-14deg); color: light-dark(#a85a00, #ffb300); opacity: .06;
  pointer-events: none; z-index: 71;
}}
.stMain::after {{ content: none !important; }}
[data-testid="stElementContainer"]:has(.stHtml style) {{ display: none; }}
</style>
"""

_CSS = f"""
.mark {{ position: fixed; inset: 0 0 auto 0; z-index: 999999; display: flex; align-items: center;
  gap: .8rem; height: {HEIGHT_REM}rem; padding: 0 .9rem; box-sizing: border-box; color: #1d1600;
  background: repeating-linear-gradient(-45deg, #ffb300 0 14px, #ffc94d 14px 28px);
  font: 600 .82rem/1 var(--st-font); white-space: nowrap; overflow: hidden; }}
.name {{ font-weight: 800; letter-spacing: .08em; }}
.said {{ font-weight: 500; overflow: hidden; text-overflow: ellipsis; flex: 1; }}
label {{ font-weight: 500; }}
select {{ font: inherit; color: #1d1600; background: #fff3d6; border: 1px solid #7a5200;
  border-radius: 4px; padding: .05rem .3rem; max-width: 17rem; }}
form {{ min-width: 0; margin-left: auto; }}
@media (max-width: 640px) {{
  .said {{ display: none; }}
  .words {{ display: none; }}
  select {{ max-width: 100%; }}
}}
select:focus-visible {{ outline: 2px solid #1d1600; outline-offset: 1px; }}
"""

_HTML = """
<div class="mark" role="note">
  <span class="name">DEMONSTRATION</span><span class="said"></span>
  <form method="post" action="/persona"><input type="hidden" name="next">
    <label><span class="words">You are </span>
      <select name="name" aria-label="Whose place to take"></select></label></form>
</div>
"""

_JS = """
export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".mark");
  root.querySelector(".said").textContent = data.said;
  root.querySelector(".said").title = data.said;
  const form = root.querySelector("form");
  const select = form.querySelector("select");
  select.replaceChildren(...data.people.map((person) => {
    const option = document.createElement("option");
    option.value = person.name;
    option.textContent = person.shown;
    option.title = person.what;
    option.selected = person.name === data.current;
    return option;
  }));
  select.onchange = () => {
    form.querySelector("input").value = location.pathname + location.search;
    form.submit();
  };
}
"""

_mount = st.components.v2.component("demonstration_mark", html=_HTML, css=_CSS, js=_JS)


class _Person(TypedDict):
    name: str
    shown: str
    what: str


def draw() -> None:
    """Draw the mark where this is a demonstration; nothing anywhere else.

    Once it is known it stays, whatever becomes of the database: a mark is never taken off.
    """
    _look()
    shown: DemonstrationRow | None = session.recall(PAGE, "shown", None)
    here: Person | None = session.recall(PAGE, "here", None)
    if shown is None or here is None:
        return
    st.html(_PAGE)
    people: list[_Person] = [
        {"name": one.name, "shown": one.display_name, "what": one.what} for one in shown.personas
    ]
    if here.name not in {one["name"] for one in people}:
        people.insert(0, {"name": here.name, "shown": here.display_name, "what": ""})
    data = {"said": said_of(shown), "people": people, "current": here.name}
    _mount(key=PAGE, data=data)


@session.guarded_silently
def _look() -> None:
    """Ask what this is; the line below says it where the database does not answer."""
    session.remember(PAGE, "here", session.person())
    session.remember(PAGE, "shown", session.queries().demonstration())


def said_of(shown: DemonstrationRow) -> str:
    """What the banner says beside its name."""
    pace = f"; new cases come at about {shown.per_hour:g} an hour" if shown.per_hour else ""
    return (
        "orders, people and outcomes are simulated; nothing here is evidence for anything real"
        f"{pace} (world {shown.seed}, history since {shown.begins_at:%Y-%m-%d})"
    )
