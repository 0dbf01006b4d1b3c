"""Goals: what a desk is for, how it is judged, what must hold whatever the envelope says."""

from __future__ import annotations

import streamlit as st

from console import format as words
from console import session
from console.components import policy_page, rule_table, text_table
from console.components.text_table import Cell, Column
from engine.domain.policy import PolicyKind
from engine.service.policy_rows import GoalsRow, MeasureRow

_PAGE = "goals"
_COLUMNS = (
    Column(label="Measure", width="36%"),
    Column(label="Target", width="20%"),
    Column(label="Now", width="34%"),
    Column(label="Met", width="10%"),
)


@session.guarded
def render() -> None:
    """Draw the goal, its measures and constraints, and what can be changed."""
    st.title("Goals", anchor=False)
    st.caption("What the desk is for, and the figures it is judged by.")
    desk = policy_page.choose_desk(_PAGE)
    if not desk:
        return
    goals = session.queries().goals(desk)
    st.subheader(words.plain(goals.goal), anchor=False)
    _draw_measures(goals)
    st.subheader("Constraints", anchor=False)
    rule_table.draw(
        goals.constraints,
        key="constraints",
        label="Constraints in force",
        empty="No constraint is written down; the envelope and the guardrails hold alone.",
    )
    policy_page.draw_versions(_PAGE, PolicyKind.GOALS, desk)


def _draw_measures(goals: GoalsRow) -> None:
    text_table.draw(
        _COLUMNS,
        [_row(one) for one in goals.measures],
        key="measures",
        label="Measures with their targets",
        empty="No measure has a target yet: propose one below (measures).",
    )


def _row(one: MeasureRow) -> list[Cell | str]:
    met = {
        True: Cell(text="met", tone="good"),
        False: Cell(text="missed", tone="bad"),
        None: Cell(text="–", tone="dim"),
    }
    return [
        Cell(text=one.title, tone="strong"),
        one.target_words,
        Cell(text=one.value_words, tone="" if one.value is not None else "dim"),
        met[one.is_met],
    ]


if __name__ == "__main__":
    render()
