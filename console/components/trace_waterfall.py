"""Trace of one run: who decided, the waterfall, and each step with what went in and came out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from console import format as words
from console.charts.waterfall import span_of_time, waterfall
from console.components import (
    chart_frame,
    desk_words,
    json_text,
    pick_table,
    scripted_mark,
    text_line,
)
from console.components.text_line import Piece
from engine.domain.actor import DecidedBy
from engine.service import phrases
from engine.service.rows import SpanRow
from engine.service.words import name

_WHO = {
    DecidedBy.CODE: "the code",
    DecidedBy.MODEL: "a model",
    DecidedBy.PERSON: "a person",
    DecidedBy.POLICY: "policy",
}

_SCRIPT = "a scripted model"
_IN_ORDER = (_WHO[DecidedBy.CODE], _WHO[DecidedBy.MODEL], _SCRIPT, *list(_WHO.values())[2:])
_ASKED = Piece(text="A script stood in for the model in this run. It proves nothing of a real one.")

_COLUMNS = {
    "#": st.column_config.NumberColumn(width=34),
    "Stage": st.column_config.TextColumn(width=70),
    "Step": st.column_config.TextColumn(width=186),
    "Decided by": st.column_config.TextColumn(width=104),
    "Rule": st.column_config.TextColumn(width=246),
    "Lasted": st.column_config.TextColumn(width=66),
}


def who_decided(spans: Sequence[SpanRow]) -> str:
    """Who decided what happened next, with counts, as one sentence."""
    counts = Counter(_who(span) for span in spans)
    parts = [f"{who} {_times(counts[who])}" for who in _IN_ORDER if counts[who]]
    listed = " and ".join(filter(None, (", ".join(parts[:-1]), parts[-1])))
    failed = sum(bool(span.error) for span in spans)
    errors = f" {failed} of {len(spans)} steps ended in an error." if failed else ""
    return f"Who decided what happened next: {listed}.{errors}"


def _who(span: SpanRow) -> str:
    is_script = span.is_scripted and span.decided_by is DecidedBy.MODEL
    return _SCRIPT if is_script else _WHO[span.decided_by]


def _decider(span: SpanRow) -> str:
    """As `_who`, for a narrow cell."""
    return _who(span).removeprefix("a ").removeprefix("the ")


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


def draw(page: str, spans: Sequence[SpanRow]) -> None:
    """Draw a run; `page` is whose session keys hold the picked step."""
    if any(span.is_scripted for span in spans):
        text_line.draw([[scripted_mark.piece(), _ASKED]], key=f"{page}:scripted")
    st.markdown(f"**{who_decided(spans)}**")
    chart_frame.draw(
        waterfall([_spoken(span) for span in spans], is_dark=chart_frame.is_dark()),
        key=f"{page}:waterfall",
        alt=f"Waterfall of {len(spans)} steps. {who_decided(spans)}",
    )
    steps, detail = st.columns([5, 3], gap="medium")
    with steps:
        st.subheader("Steps", anchor=False)
        picked = pick_table.draw(
            page,
            spans,
            [_cells(span, has_errors=any(one.error for one in spans)) for span in spans],
            alt="Steps of the run",
            columns=_COLUMNS,
        )
    with detail:
        _draw_step(picked if picked in spans else _most_telling(spans))


def _spoken(span: SpanRow) -> SpanRow:
    """The span with its step in words, for a chart."""
    step = phrases.step_words(span.name, desk_words.titles())
    return replace(span, name=step, error=name(span.error))


def _cells(span: SpanRow, *, has_errors: bool) -> pick_table.Cells:
    cells: dict[str, str | int] = {
        "#": span.sequence,
        "Stage": span.stage,
        "Step": words.cut(phrases.step_words(span.name, desk_words.titles()), 26),
        "Decided by": _decider(span),
        "Rule": words.cut(phrases.step_rule(span.stage, span.rule), 39),
        "Lasted": span_of_time(span.duration_us / 1e6),
    }
    return {**cells, "Error": name(span.error)} if has_errors else cells


def _most_telling(spans: Sequence[SpanRow]) -> SpanRow:
    """The first step that failed; where none did, the first."""
    return next((span for span in spans if span.error), spans[0])


def _under(span: SpanRow) -> str:
    """The rule in words, with what it is called in the record."""
    said = phrases.step_rule(span.stage, span.rule)
    if not span.rule:
        return "(no rule named)"
    return said if said == span.rule else f"{said} ({span.rule})"


def _draw_step(span: SpanRow | None) -> None:
    if span is None:
        return
    step = phrases.step_words(span.name, desk_words.titles())
    st.subheader(words.plain(f"{span.sequence} · {step}"), anchor=False)
    st.text(
        f"{words.exact(span.started_at)}, lasted {span_of_time(span.duration_us / 1e6)}\n"
        f"decided by {_who(span)} under: {_under(span)}"
    )
    if span.error:
        st.error(words.plain(f"{name(span.error)} ({span.error})"), icon=":material/error:")
    json_text.draw("Inputs", span.inputs)
    json_text.draw("Outputs", span.outputs)
