"""Steps of a run as a list that grows: what was done, who decided it, what policy said."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import streamlit as st

from console import format as words
from console import session
from console.charts.waterfall import span_of_time
from console.components import desk_words, pick_list, run_memory, run_step
from console.components.pick_list import Line, Mark
from console.components.text_line import Tone
from engine.domain.run import RunStatus
from engine.domain.verdict import VerdictKind
from engine.service import run_words
from engine.service.run_rows import RunCard, StepRow
from engine.service.words import DECIDER, VERDICT_MARK, name

KEY = "run_steps"
_HEIGHT = "33rem"
_LATEST = 600
"""Characters of an answer under way that are shown: the last ones."""
_VERDICT: dict[VerdictKind, Tone] = {
    VerdictKind.EXECUTE: "good",
    VerdictKind.VETO_WINDOW: "info",
    VerdictKind.ESCALATE: "warn",
    VerdictKind.DENY: "bad",
}


def draw(card: RunCard) -> None:
    """Draw the steps on the left, the open one on the right."""
    left, right = st.columns([4, 5], gap="medium")
    opened = run_memory.step(card)
    with left:
        titles = desk_words.titles(card.row.desk)
        pick_list.draw(
            [line_of(step, run_words.step_title(step, titles)) for step in card.steps],
            key=KEY,
            label="Steps of the run",
            empty=_why_empty(card),
            on_pick=_keep,
            opened=UUID(int=opened.number) if opened else None,
            height=_HEIGHT,
            is_moving=False,
        )
        st.caption(words.plain(now_words(card)))
        if card.said:
            st.code(card.said[-_LATEST:], language=None, wrap_lines=True)
        if card.row.status is RunStatus.RUNNING and not run_memory.is_following():
            st.button(
                "Follow the newest step",
                key=session.key(run_memory.PAGE, "follow"),
                icon=":material/vertical_align_bottom:",
                on_click=run_memory.follow,
            )
    with right:
        if opened is not None:
            run_step.draw(card, opened)


def line_of(step: StepRow, title: str) -> Line:
    """One step as the list shows it."""
    return Line(
        id=str(UUID(int=step.number)),
        head=f"Step {step.number}",
        number=f"{step.at:%H:%M:%S}",
        text=title,
        hint=step.verdict,
        marks=list(_marks(step)),
    )


def _marks(step: StepRow) -> Iterator[Mark]:
    kind = next((one for one in VerdictKind if step.verdict.startswith(f"{one}:")), None)
    if kind is not None:
        hint = "What policy said of it"
        yield Mark(text=VERDICT_MARK[kind], tone=_VERDICT[kind], hint=hint)
    elif step.is_denied:
        yield Mark(text="Refused", tone="bad", hint="Nothing was called")
    if step.has_called and not step.scopes:
        hint = run_words.credential_words(step)
        yield Mark(text="not narrowed", tone="warn", hint=hint)
    if step.error:
        yield Mark(text=name(step.error).lower(), tone="bad", hint=step.error)
    if step.is_open:
        yield Mark(text="waits", tone="info", hint="For what comes of it")
    if step.usage is not None:
        yield Mark(text=f"{step.usage.total:,} tokens", tone="", hint="In and out")
    yield Mark(text=span_of_time(step.duration_us / 1e6), tone="", hint="How long it took")
    yield Mark(text=f"by {DECIDER[step.decided_by]}", tone="", hint="Who decided that it is done")


def now_words(card: RunCard) -> str:
    """What the run is doing now."""
    row = card.row
    if row.status is RunStatus.SUSPENDED:
        return "It waits for what comes of its last step: policy, a person, or a tool."
    if row.status is not RunStatus.RUNNING:
        return f"{run_words.STATUS[row.status]} after {row.steps} steps."
    if card.resumes_at is not None:
        return f"It goes on at {words.exact(card.resumes_at)}: something did not answer in time."
    if card.asking_since is not None:
        since = span_of_time(max((session.now() - card.asking_since).total_seconds(), 0.0))
        return f"Step {len(card.steps) + 1}: the model is being asked, for {since} so far."
    return f"Step {len(card.steps) + 1} is under way."


def _why_empty(card: RunCard) -> str:
    if card.row.status is RunStatus.RUNNING:
        return "No step is written down yet.\nThey appear here one by one as the run takes them."
    return "It took no step."


def _keep() -> None:
    chosen = pick_list.picked(KEY)
    if chosen is not None:
        run_memory.open_step(chosen.int)
