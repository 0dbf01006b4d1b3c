"""Scores of cells: a table of all, and one in full with agreement and correctness kept apart.

Every share carries its count and its interval; where nothing was counted, the page says what is
missing. Real and simulated data are rows of their own and are never added up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from console import format as words
from console.components import desk_clock, desk_words, text_table
from engine.domain.case import Origin
from engine.service import words as codes
from engine.service.identity_changes import record_words
from engine.service.rows import CellScore, DeskRow, Share

_COLUMNS = (
    text_table.Column(label="Cell and reasoner", width="24%"),
    text_table.Column(label="Data", width="9%"),
    text_table.Column(label="Cases", width="6%", is_right=True),
    text_table.Column(label="Waiting", width="7%", is_right=True),
    text_table.Column(label="Executed alone", width="9%", is_right=True),
    text_table.Column(label="By decision", width="8%", is_right=True),
    text_table.Column(label="Correct (truth)", width="13%", is_right=True),
    text_table.Column(label="Wrong when alone", width="11%", is_right=True),
    text_table.Column(label="Agreed (people)", width="13%", is_right=True),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Measure:
    """One share of the detail, and what is missing while nothing was counted."""

    label: str
    share: Share
    missing: str
    help: str


def draw_overview(scores: Sequence[CellScore]) -> None:
    """Draw one row a cell, data origin and reasoner, under its case type."""
    counted = [score for score in scores if is_counted(score)]
    types = list(dict.fromkeys(_type_of(score) for score in counted))
    rows: list[list[text_table.Cell | str]] = []
    for of in types:
        if len(types) > 1:
            rows.append([text_table.Cell(text=_type_words(*of))])
        rows += [_row(score, len(types) > 1) for score in counted if _type_of(score) == of]
    text_table.draw(_COLUMNS, rows, key="scores", label="Scores of all cells")
    said = [cases_words(scores, desk_clock.desks()), _WHOSE, _left_out(len(scores) - len(counted))]
    st.caption(" ".join(filter(None, said)))


_WHOSE = (
    "A row counts what one reasoner recommended: one that is often right proves nothing of "
    "another. A case, its truth and what people said of it count where its first action belongs; "
    "executions count every step of a plan in the cell of that step, so the two do not add up."
)


def is_counted(score: CellScore) -> bool:
    """Whether anything at all was counted in a cell."""
    return bool(score.cases or score.executed_alone or score.executed_by_decision)


def _left_out(count: int) -> str:
    if not count:
        return ""
    return f"{count} {'cell' if count == 1 else 'cells'} with nothing counted yet left out."


def _type_of(score: CellScore) -> tuple[str, str]:
    """Desk and case type of a cell."""
    desk, _, rest = score.cell.partition("/")
    return desk, rest.partition("/")[0]


def _type_words(desk: str, case_type: str) -> str:
    named = desk_words.label(desk, case_type).replace("_", " ").capitalize()
    several = len(desk_clock.desks()) > 1
    return f"{desk_words.desk_title(desk)}: {named}" if several else named


def cases_words(scores: Sequence[CellScore], desks: Sequence[DeskRow]) -> str:
    """What the cases of the table are among all that came in, so that no figure is a riddle."""
    counted, all_cases = sum(score.cases for score in scores), sum(desk.cases for desk in desks)
    rest = all_cases - counted
    if rest <= 0:
        return "Every case that came in has a recommendation and is counted here."
    return (
        f"{counted:,} of the {all_cases:,} cases that came in have a recommendation and are "
        f"counted here; the other {rest:,} were resolved elsewhere first, or software had nothing "
        "to recommend yet."
    )


def title(score: CellScore) -> str:
    """A cell, whose recommendations, and the data's origin, for choosing."""
    whose = f", {reasoner_words(score)}" if score.reasoner else ""
    return f"{desk_words.cell(score.cell)}{whose} ({score.origin.value} data)"


def reasoner_words(score: CellScore) -> str:
    """Whose recommendations a row counts."""
    return codes.name(score.reasoner).lower() if score.reasoner else "no recommendation"


def _row(score: CellScore, is_grouped: bool) -> list[text_table.Cell | str]:
    is_simulated = score.origin is Origin.SIMULATED
    desk, action = score.cell.partition("/")[0], score.cell.rpartition("/")[2]
    named = desk_words.tool(action, desk) if is_grouped else desk_words.cell(score.cell)
    return [
        text_table.Cell(text=named, note=reasoner_words(score), hint=score.cell),
        text_table.Cell(text=score.origin.value, tone="warn" if is_simulated else ""),
        f"{score.cases:,}",
        f"{score.pending:,}",
        f"{score.executed_alone:,}",
        f"{score.executed_by_decision:,}",
        _short(score.recommendation_correct),
        _short(score.realised_error),
        _short(score.agreement),
    ]


def _short(share: Share) -> text_table.Cell:
    if share.n == 0:
        return text_table.Cell(text="–", tone="dim", hint="nothing counted yet")
    return text_table.Cell(text=words.percent(share.value, 1), note=f"n\u00a0{share.n:,}")


def interval_words(share: Share) -> str:
    """A share's count and interval."""
    low, high = words.percent(share.low, 1), words.percent(share.high, 1)
    return f"{share.k:,} of {share.n:,}, {words.INTERVAL} {low} to {high}"


def draw_detail(score: CellScore) -> None:
    """Draw one cell: what truth said, what ran, and what people said, each in a box of its own."""
    if score.origin is Origin.SIMULATED:
        st.warning(
            "Simulated data: made up by a program, never evidence for a real cell.",
            icon=":material/science:",
        )
    correctness, execution, agreement = st.columns([2, 1, 1], gap="small")
    with correctness, st.container(border=True, height="stretch"):
        st.subheader("Correctness: what later truth said", anchor=False)
        _draw_correctness(score)
    with execution, st.container(border=True, height="stretch"):
        st.subheader("Execution: what ran", anchor=False)
        _draw_execution(score)
    with agreement, st.container(border=True, height="stretch"):
        st.subheader("Agreement: what people said", anchor=False)
        _draw_agreement(score)


def _draw_measure(measure: Measure) -> None:
    st.metric(measure.label, words.percent(measure.share.value, 1), help=measure.help)
    st.caption(interval_words(measure.share) if measure.share.n else measure.missing)


def _draw_correctness(score: CellScore) -> None:
    confirmed, wrong = st.columns(2)
    with confirmed:
        _draw_measure(
            Measure(
                label="Recommendations confirmed",
                share=score.recommendation_correct,
                missing="No truth is known yet for a recommendation of this cell.",
                help="All phases, whether executed or not.",
            )
        )
    with wrong:
        _draw_measure(
            Measure(
                label="Wrong when executed alone",
                share=score.realised_error,
                missing="Nothing that ran without a person has met its truth yet.",
                help="Among actions executed without a person whose truth is known: from the "
                "record, an audit, or somebody who had not seen the recommendation. A plain share; "
                "the simulation of a draft weighs each truth by how likely it was known.",
            )
        )
    if score.ece is None or score.brier is None:
        st.caption("Calibration: no scored prediction has met its truth yet.")
    else:
        st.caption(f"Calibration error (ECE) {score.ece:.3f}, Brier score {score.brier:.3f}")
    if score.records:
        st.caption("Whose record: " + "; ".join(map(record_words, score.records)))


def _draw_execution(score: CellScore) -> None:
    _draw_measure(
        Measure(
            label="Effects verified",
            share=score.verified,
            missing="No effect has been read back yet.",
            help="Reading the target back showed what was asked for: it ran as meant. Whether it "
            "was right is another question.",
        )
    )
    st.caption(
        f"{score.executed_alone:,} executed alone, {score.executed_by_decision:,} by decision, "
        f"{score.undone:,} undone, {score.withdrawn:,} withdrawn"
    )


def _draw_agreement(score: CellScore) -> None:
    _draw_measure(
        Measure(
            label="Approved as recommended",
            share=score.agreement,
            missing="Nobody has approved, overridden or rejected a case of this cell yet.",
            help="Approvals among approve, override and reject decisions. These people saw the "
            "recommendation first, so this is never evidence.",
        )
    )
    ac1 = "–" if score.agreement_ac1 is None else f"{score.agreement_ac1:.2f}"
    median = score.median_decide_ms
    took = "–" if median is None else f"{median / 1000:,.0f} s"
    st.caption(f"Beyond chance (AC1) {ac1}, median time to decide {took}. Never evidence.")
