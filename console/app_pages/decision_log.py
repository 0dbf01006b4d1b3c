"""Decision log: every choice with its options, its grounds and who made it."""

from __future__ import annotations

import streamlit as st

from console import format as words
from console import session
from console.components import case_link, cursor_pager, desk_words, pick_table
from engine.domain.actor import DecidedBy
from engine.domain.span import ChoiceKind
from engine.service import phrases
from engine.service import words as codes
from engine.service.rows import ChoiceRow

_PAGE = "decision_log"
_ANY = "everything"
_REVIEW: dict[str, tuple[str | None, str]] = {
    "own": (None, "a person decided it"),
    "yes": ("by a person", "reviewed by a person afterwards"),
    "no": ("not yet", "no person has reviewed it yet"),
}
_COLUMNS = {
    "At (UTC)": st.column_config.TextColumn(width=145),
    "Case": st.column_config.TextColumn(width=104),
    "What happened": st.column_config.TextColumn(width=112),
    "Chosen": st.column_config.TextColumn(width=258),
    "Grounds": st.column_config.TextColumn(width=230),
    "Decided by": st.column_config.TextColumn(width=164),
    "Options": st.column_config.NumberColumn(width=60),
    "Reviewed": st.column_config.TextColumn(width=92),
}


@session.guarded
def render() -> None:
    """Draw the filters, the choices, and the picked one in full."""
    st.title("Decision log", anchor=False)
    st.caption(
        "Every choice about a case, also those that led to no action: what could have been "
        "chosen, what was, on what grounds, by whom, and whether a person reviewed it. "
        "Envelopes, signatures and pauses stand in the ledger."
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
        _PAGE,
        part.rows,
        [_cells(row) for row in part.rows],
        alt="Choices, newest first",
        columns=_COLUMNS,
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
        kind = st.selectbox(
            "What happened",
            [_ANY, *(kind.value for kind in ChoiceKind)],
            format_func=lambda kind: codes.CHOICE.get(kind, kind),
            key=session.key(_PAGE, "kind"),
            width=280,
        )
    return text, "" if kind == _ANY else kind


def _cells(row: ChoiceRow) -> pick_table.Cells:
    return {
        "At (UTC)": f"{row.at:%Y-%m-%d %H:%M:%S}",
        "Case": row.source_id,
        "What happened": codes.CHOICE.get(row.kind, row.kind),
        "Chosen": words.cut(_chosen(row), 37),
        "Grounds": words.cut(_grounds(row), 33),
        "Decided by": f"{row.decided_by.value}: {row.decider}",
        "Options": len(row.options) or None,
        "Reviewed": _REVIEW[_review(row)][0],
    }


def _chosen(row: ChoiceRow) -> str:
    """What was chosen, for a narrow cell: the case has a column of its own."""
    return phrases.chosen_words(row.kind, row.chosen).replace(f" {row.source_id} ", " ")


def _grounds(row: ChoiceRow) -> str:
    """The grounds for a narrow cell: of a rationale, what speaks for the choice most."""
    said = phrases.grounds_words(row.kind, row.grounds)
    if row.kind != ChoiceKind.RECOMMEND:
        return said
    first, stop, _ = said.partition(". ")
    head, sign, rest = said.partition(": ")
    return rest if sign and len(head) < len(first) else first + stop.strip()


def _review(row: ChoiceRow) -> str:
    if row.decided_by is DecidedBy.PERSON:
        return "own"
    return "yes" if row.is_reviewed else "no"


def _draw_choice(row: ChoiceRow) -> None:
    with st.container(border=True):
        chosen = phrases.chosen_words(row.kind, row.chosen)
        heading = f"{codes.CHOICE.get(row.kind, row.kind)}: {chosen}"
        st.subheader(words.plain(heading), anchor=False)
        st.text(
            f"{words.exact(row.at)}, by {row.decider} ({row.decided_by.value})\n"
            f"grounds: {phrases.grounds_words(row.kind, row.grounds) or '(none given)'}\n"
            f"{_REVIEW[_review(row)][1]}"
        )
        if row.options:
            st.caption("What could have been chosen")
            st.code("\n".join(_option(row, option) for option in row.options), language=None)
        case_link.draw(row.case_id, key=session.key(_PAGE, "case"))


def _option(row: ChoiceRow, option: str) -> str:
    """An option with a mark at the one that was chosen."""
    is_chosen = option == row.chosen or row.chosen.lower().startswith(f"{option.lower()}:")
    # A recommendation names the whole action, its options only what tells them apart.
    is_chosen = is_chosen or (row.kind == ChoiceKind.RECOMMEND and row.chosen.endswith(option))
    said = desk_words.label("", option)
    said = said if said != option else phrases.chosen_words(row.kind, option)
    return f"{'→' if is_chosen else ' '} {said}"


if __name__ == "__main__":
    render()
