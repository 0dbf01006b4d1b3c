"""Control: why runs could not end and who had the case then, what policy said, and who looked."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import streamlit as st

from console.components import compare_cells as cells
from console.components import text_table
from console.components.text_table import Cell, Column
from engine.domain.verdict import VerdictKind
from engine.service import words as codes
from engine.service.comparison_rows import Comparison, FaultCount, KindFigures
from engine.service.comparison_words import HANDLED, many, of
from engine.service.run_words import FAULT, KIND

_FAILED = (
    Column(label="Why it could not end", width="38%"),
    Column(label="Who took over", width="34%"),
    Column(label="Newest", width="18%"),
    Column(label="Runs", width="10%", is_right=True),
)
_SEEN = (
    Column(label="Who answered", width="30%"),
    Column(label="Which", width="58%"),
    Column(label="Answers", width="12%", is_right=True),
)


def draw(comparison: Comparison) -> None:
    """Draw failures, verdicts and reviewers, kind by kind."""
    st.subheader("Runs that could not end", anchor=False)
    text_table.draw(
        _FAILED,
        list(_failures(comparison)),
        key="faults",
        label="Runs that could not end, and who handled them",
        empty="Every run that is over came to an end.",
    )
    st.subheader("What policy said of the calls that were put before it", anchor=False)
    st.caption(
        "In shadow it is what policy would have said: nothing is executed. A denied call is "
        "nobody's to approve."
    )
    text_table.draw(
        cells.columns("", 26),
        list(_verdicts(comparison)),
        key="verdicts",
        label="Authorisation decisions by kind",
    )
    st.subheader("Who looked at what they wanted", anchor=False)
    text_table.draw(
        _SEEN,
        list(_reviews(comparison)),
        key="reviews",
        label="Answers of people by kind",
        empty="No run of this slice was live, so nobody had to look.",
    )


def _failures(comparison: Comparison) -> Iterator[list[Cell | str]]:
    for one in comparison.kinds:
        if one.faults:
            yield [Cell(text=KIND[one.kind])]
        yield from map(_failure, one.faults)


def _failure(fault: FaultCount) -> list[Cell | str]:
    who = [f"{HANDLED.get(name, name)} ({often:,})" for name, often in fault.handled]
    return [
        Cell(text=FAULT[fault.fault], hint=fault.fault.value),
        ", ".join(who),
        Cell(text=fault.newest.source_id, note=many(fault.newest.steps, "step")),
        f"{fault.runs:,}",
    ]


def _verdicts(comparison: Comparison) -> Iterator[list[Cell | str]]:
    yield cells.row(comparison, "Calls put before policy", _calls)
    for kind in VerdictKind:
        yield cells.row(
            comparison,
            Cell(text=codes.VERDICT_MARK[kind], hint=kind.value),
            partial(_verdict, kind),
        )


def _verdict(kind: VerdictKind, one: KindFigures) -> Cell:
    return cells.count(dict(one.control.verdicts).get(kind, 0))


def _calls(one: KindFigures) -> Cell:
    if not one.runs:
        return cells.NOTHING
    each = one.control.calls / one.runs
    return cells.count(one.control.calls, note=f"{each:.1f} a case")


def _reviews(comparison: Comparison) -> Iterator[list[Cell | str]]:
    for one in comparison.kinds:
        live = one.runs - one.shadows
        if not live:
            continue
        note = f"{one.control.reviewed_runs:,} of {live:,} live runs were answered by people"
        yield [Cell(text=KIND[one.kind], note=note)]
        for seen in one.control.reviews:
            which = [f"{answer.lower()} {often:,}" for answer, often in seen.answers]
            yield [seen.by, ", ".join(which), f"{seen.total:,}"]
        yield ["Policy alone", "calls that ran without a person", f"{one.control.ran_alone:,}"]
        yield [
            "A blind audit",
            "answers given without seeing what it wanted",
            f"{one.control.audited:,}",
        ]
        yield ["Reading back", "calls that were done as asked for", of(one.control.verified)]
