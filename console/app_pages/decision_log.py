"""Decision log: every choice with its options, its grounds and who made it."""

from __future__ import annotations

import streamlit as st

from console import format as words
from console import session
from console.components import case_link, cursor_pager, pick_table
from engine.domain.span import ChoiceKind
from engine.service.rows import ChoiceRow

_PAGE = "decision_log"
_ANY = "every kind"


@session.guarded
def render() -> None:
    """Draw the filters, the choices, and the picked one in full."""
    st.title("Decision log", anchor=False)
    st.caption(
        "Every choice, also those that led to no action: what could have been chosen, what was, "
        "on what grounds, by whom, and whether a person reviewed it."
    )
    text, kind = _draw_filters()
    which = f"{text}|{kind}"
    cursor = cursor_pager.trail(_PAGE, which)[-1]
    part = session.queries().choices(text=text, kind=kind, cursor=cursor)
    if not part.rows:
        is_filtered = bool(text or kind)
        st.info(
            "No choice matches this search." if is_filtered else "No choice was made yet.",
            icon=":material/search_off:" if is_filtered else ":material/inbox:",
        )
        return
    picked = pick_table.draw(
        _PAGE, part.rows, [_cells(row) for row in part.rows], alt="Choices, newest first"
    )
    cursor_pager.draw(_PAGE, which, part)
    if picked is None:
        st.caption("Pick a choice to see its options.")
    else:
        _draw_choice(picked)


def _draw_filters() -> tuple[str, str]:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        text = st.text_input(
            "Search case, choice, grounds or decider",
            key=session.key(_PAGE, "text"),
            icon=":material/search:",
            width=420,
        ).strip()
        kinds = [_ANY, *(kind.value for kind in ChoiceKind)]
        kind = st.selectbox("Kind", kinds, key=session.key(_PAGE, "kind"), width=280)
    return text, "" if kind == _ANY else kind


def _cells(row: ChoiceRow) -> pick_table.Cells:
    return {
        "At (UTC)": f"{row.at:%Y-%m-%d %H:%M:%S}",
        "Case": row.source_id,
        "Kind": row.kind,
        "Chosen": row.chosen,
        "Grounds": row.grounds,
        "Decided by": row.decided_by.value,
        "Decider": row.decider,
        "Options": len(row.options),
        "Reviewed by a person": "yes" if row.is_reviewed else "no",
    }


def _draw_choice(row: ChoiceRow) -> None:
    with st.container(border=True):
        st.subheader(words.plain(f"{row.kind}: {row.chosen}"), anchor=False)
        options = "\n".join(
            f"{'→' if option == row.chosen else ' '} {option}" for option in row.options
        )
        st.text(
            f"{words.exact(row.at)}, by {row.decider} ({row.decided_by.value})\n"
            f"grounds: {row.grounds or '(none given)'}\n"
            f"{'reviewed by a person' if row.is_reviewed else 'no person reviewed it'}"
        )
        st.caption("Options")
        st.code(options or "(none recorded)", language=None)
        case_link.draw(row.case_id, key=session.key(_PAGE, "case"))


if __name__ == "__main__":
    render()
