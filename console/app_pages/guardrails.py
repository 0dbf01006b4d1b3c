"""Guardrails: risk's hard rules, a request to try them on, and their change."""

from __future__ import annotations

import streamlit as st

from console import session
from console.components import policy_page, rule_table, rule_trial
from engine.domain.policy import PolicyKind

_PAGE = "guardrails"


@session.guarded
def render() -> None:
    """Draw what is in force, the trial, and what can be changed."""
    st.title("Guardrails", anchor=False)
    st.caption(
        "Hard rules that no envelope widens. Risk officers write and sign them; where one says "
        "no, nobody can approve it."
    )
    desk = policy_page.choose_desk(_PAGE)
    if not desk:
        return
    rule_table.draw(
        session.queries().guardrails(desk),
        key="guardrails",
        label="Guardrails in force",
        empty="No guardrail is in force: the envelope alone limits what software does.",
    )
    st.subheader("Try a request", anchor=False)
    rule_trial.draw(_PAGE, desk, session.queries().cells(desk))
    policy_page.draw_versions(_PAGE, PolicyKind.GUARDRAILS, desk)


if __name__ == "__main__":
    render()
