"""The kinds side by side: what was run, how good it was, and what it took."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import streamlit as st

from console import session
from console.components import compare_cells as cells
from console.components import run_link, text_table
from console.components.text_table import Cell
from engine.service.comparison_rows import (
    Comparison,
    ComparisonRow,
    KindFigures,
    Models,
    RunRef,
)
from engine.service.comparison_words import many, uneven_words, unpriced
from engine.service.run_words import FAULT, KIND

PAGE = "compare"
Row = list[Cell | str]


def draw(row: ComparisonRow) -> None:
    """Draw the table and the ways to the runs behind it."""
    comparison = row.comparison
    rows = [*_made(comparison), *_quality(comparison), *_effort(row), *_aside(comparison)]
    text_table.draw(
        cells.columns("", 26),
        rows,
        key="compared",
        label="Reasoners side by side",
    )
    if uneven := uneven_words(comparison):
        st.caption(uneven)
    st.caption(
        "Small print beside a share: its 95\u202f% interval and the cases it was counted on. Below "
        "five cases the count stands alone, below ten there is no p90, below twenty no calibration "
        "error."
    )
    _draw_way(comparison)


def _made(of: Comparison) -> Iterator[Row]:
    yield cells.row(of, "Cases, each with its first run", _cases)
    yield cells.row(of, "Model", lambda one: cells.listed(one.models, "none asked"))


def _aside(of: Comparison) -> Iterator[Row]:
    yield [Cell(text="Beside that")]
    yield cells.row(of, "Repeats, left out", lambda one: cells.count(one.repeats))
    yield cells.row(of, "Under way, or overtaken by their case", _unfinished)
    yield cells.row(of, "Took over from a run that failed", lambda one: cells.count(one.takeovers))
    yield cells.row(of, "Versions of the procedure", lambda one: cells.count(one.versions))


def _cases(one: KindFigures) -> Cell:
    live = one.runs - one.shadows
    return cells.count(one.runs, note=f"{live:,} live, {one.shadows:,} in shadow")


def _unfinished(one: KindFigures) -> Cell:
    hint = f"{one.open:,} under way, {one.superseded:,} whose case went on without them"
    return cells.count(one.open + one.superseded, hint=hint)


def _quality(of: Comparison) -> Iterator[Row]:
    yield [Cell(text="How good it was")]
    yield cells.row(of, "Completed", lambda one: cells.share(one.quality.completed))
    yield cells.row(
        of, "Of them, named no call", lambda one: cells.count(one.quality.nothing_asked)
    )
    yield from _correctness(of)
    yield cells.row(of, "Truth not known yet", lambda one: cells.count(one.quality.truth_unknown))
    yield cells.row(of, "Stated confidence, and what was right", _stated)
    yield cells.row(of, "Calibration error (ECE), Brier score", _calibration)
    yield cells.row(
        of, "Effects read back as asked for", lambda one: cells.share(one.control.verified)
    )


def _correctness(of: Comparison) -> Iterator[Row]:
    yield cells.row(
        of,
        Cell(
            text="Completed correctly",
            hint="Ended with what proved right, of all that ended or failed and could not have "
            "read it: they began before the truth was known, anybody decided or a call succeeded",
        ),
        lambda one: cells.share(one.quality.correct),
    )
    yield cells.row(
        of,
        Cell(
            text="Right, where it named a call",
            hint="As on the scorecard: the recommendation against what later proved right; of "
            "several the last before a person answered",
        ),
        lambda one: cells.share(one.quality.right),
    )
    yield cells.row(
        of,
        Cell(
            text="Right in hindsight",
            hint="Runs that began after the truth stood in the record, after a person had decided "
            "on the case or after a call of it had succeeded: they may have read the answer, so "
            "they are in no other figure",
        ),
        lambda one: cells.share(one.quality.hindsight),
    )
    yield cells.row(
        of,
        Cell(
            text="Right once told by a person",
            hint="What a run asked for after a person had answered what it asked for first: the "
            "person's merit, so it is in no other figure",
        ),
        lambda one: cells.share(one.quality.told),
    )


def _stated(one: KindFigures) -> Cell:
    found = one.quality.calibration
    if found.stated is None or found.right is None:
        return _too_few(found.n)
    return Cell(text=f"{found.stated:.2f}", note=f"{found.right:.2f} right, n {found.n:,}")


def _calibration(one: KindFigures) -> Cell:
    found = one.quality.calibration
    if found.ece is None or found.brier is None:
        return _too_few(found.n)
    return Cell(text=f"{found.ece:.3f}", note=f"Brier {found.brier:.3f}")


def _too_few(n: int) -> Cell:
    return Cell(text="not enough", note=f"n {n:,}", tone="dim") if n else cells.NOTHING


def _effort(row: ComparisonRow) -> Iterator[Row]:
    of = row.comparison
    yield [Cell(text="What a run takes: median and 90th percentile")]
    yield cells.row(of, "Steps", lambda one: cells.spread(one.effort.steps))
    yield cells.row(of, "Questions to a model", lambda one: cells.spread(one.effort.questions))
    yield cells.row(of, "Tool calls", lambda one: cells.spread(one.effort.tool_calls))
    yield cells.row(of, "Longest run", lambda one: _run(one.effort.longest))
    yield cells.row(of, "Longest completed correctly", lambda one: _run(one.effort.longest_correct))
    yield cells.row(
        of, "Work, without waiting", lambda one: cells.spread(one.effort.seconds, _seconds)
    )
    yield cells.row(of, "Tokens, in and out", lambda one: cells.spread(one.effort.tokens))
    yield cells.row(of, "Cost of models", partial(_cost, row.which.models))


def _run(ref: RunRef | None) -> Cell:
    if ref is None:
        return cells.NOTHING
    return Cell(text=many(ref.steps, "step"), note=ref.source_id)


def _seconds(value: float) -> str:
    return f"{value:,.1f} s" if value >= 1 else f"{1000 * value:,.0f} ms"


def _cost(models: Models | None, one: KindFigures) -> Cell:
    if one.effort.cost.median is not None:
        return cells.spread(one.effort.cost, lambda micro: f"${micro / 1_000_000:,.4f}")
    return Cell(text=unpriced(models, one), tone="dim")


# --- the runs behind it ----------------------------------------------------------------------


def _draw_way(comparison: Comparison) -> None:
    known = dict(_notable(comparison))
    if not known:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(
            "Runs behind the figures", list(known), key=session.key(PAGE, "notable"), width=520
        )
        if chosen:
            run_link.draw_run(
                known[chosen].run_id, key=session.key(PAGE, "open"), label="Open the run"
            )


def _notable(comparison: Comparison) -> Iterator[tuple[str, RunRef]]:
    for one in comparison.kinds:
        name = KIND[one.kind]
        for what, ref in (
            ("longest run", one.effort.longest),
            ("longest that completed correctly", one.effort.longest_correct),
        ):
            if ref is not None:
                yield f"{name}, {what}: {ref.source_id}, {many(ref.steps, 'step')}", ref
        for fault in one.faults:
            why = FAULT[fault.fault].lower()
            yield f"{name}, newest that gave up ({why}): {fault.newest.source_id}", fault.newest
