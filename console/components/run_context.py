"""Context ledger of a run: what the model saw at each question, what was left out, and why."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from uuid import UUID

import streamlit as st

from console import format as words
from console import session
from console.charts.context_window import budget_shares, context_window
from console.components import chart_frame, pick_list, run_memory
from console.components.pick_list import Line, Mark
from console.components.text_line import Tone
from engine.domain.context import Treatment
from engine.service import run_words
from engine.service.run_rows import BlockRow, ContextRow, LimitsRow, RunCard

BLOCKS = "run_blocks"
_CHART = session.key(run_memory.PAGE, "chart")
_SHARES = session.key(run_memory.PAGE, "shares")
_CHOICE = session.key(run_memory.PAGE, "choice")
_LONGEST = 60_000
_PERCENT = 0.01
_TONE: dict[Treatment, Tone] = {
    Treatment.KEPT: "",
    Treatment.CUT: "warn",
    Treatment.DIGESTED: "warn",
    Treatment.DROPPED: "bad",
}


def draw(card: RunCard) -> None:
    """Draw the plot over the run, then the open question block by block."""
    contexts, opened = card.contexts, run_memory.question(card)
    if opened is None:
        st.info("No model was asked in this run, so no window was filled.", icon=":material/info:")
        return
    _draw_charts(contexts, card.limits)
    st.caption(budget_words(contexts, card.limits))
    left, right = st.columns([4, 5], gap="medium")
    with left:
        _draw_choice(card, opened)
        pick_list.draw(
            [line_of(block, opened.window) for block in opened.blocks],
            key=BLOCKS,
            label="Blocks of the window",
            empty="Nothing stood there.",
            on_pick=_keep,
            opened=UUID(int=run_memory.block()),
            height="26rem",
            is_moving=False,
        )
    with right:
        _draw_text(card, opened)


def _draw_charts(contexts: tuple[ContextRow, ...], limits: LimitsRow | None) -> None:
    """The windows by block and, where the budgets are known, how much of them is used."""
    alt, is_dark = budget_words(contexts, limits), chart_frame.is_dark()
    blocks = context_window(contexts, limits, is_dark=is_dark)
    if limits is None:
        chart_frame.draw(blocks, key=_CHART, alt=alt, on_select=partial(_take_click, _CHART))
        return
    left, right = st.columns([16, 9], gap="small")
    with left:
        chart_frame.draw(blocks, key=_CHART, alt=alt, on_select=partial(_take_click, _CHART))
    with right:
        shares = budget_shares(contexts, limits, is_dark=is_dark)
        chart_frame.draw(shares, key=_SHARES, alt=alt, on_select=partial(_take_click, _SHARES))


def budget_words(contexts: tuple[ContextRow, ...], limits: LimitsRow | None) -> str:
    """How much of the budgets is used, as a sentence."""
    largest = max(context.window for context in contexts)
    used = max(context.used for context in contexts)
    if limits is None:
        return (
            f"Largest window {largest:,} tokens; {used:,} tokens of the run in and out. Its "
            "budgets are not known here: another version of its procedure runs now."
        )
    whole = f" of {limits.run:,} ({words.percent(used / limits.run)})" if limits.run else ""
    return (
        f"Largest window {largest:,} tokens; above {limits.window_soft:,} it is pruned, above "
        f"{limits.window_hard:,} the run begins anew from its facts. Used by the run, in and out: "
        f"{used:,}{whole} tokens."
    )


def _draw_choice(card: RunCard, opened: ContextRow) -> None:
    titles = {step.number: step.name for step in card.steps}
    known = {context.step: context for context in card.contexts}
    st.session_state[_CHOICE] = opened.step
    st.selectbox(
        "Question",
        list(known),
        format_func=lambda step: f"Step {step}: {titles[step]}, {known[step].window:,} tokens",
        key=_CHOICE,
        on_change=_choose,
    )


def line_of(block: BlockRow, window: int) -> Line:
    """One block as the list shows it."""
    return Line(
        id=str(UUID(int=block.place)),
        head="",
        number=block.name,
        text=_said(block, window),
        hint="",
        marks=list(_marks(block)),
    )


def _said(block: BlockRow, window: int) -> str:
    of = f" of {block.full_tokens:,}" if block.full_tokens else ""
    part = block.tokens / window if window else 0.0
    share = f", {words.percent(part, 0 if part >= _PERCENT else 1)} of the window" if part else ""
    return f"{block.tokens:,}{of} tokens{share}{f'; {block.why}' if block.why else ''}"


def _marks(block: BlockRow) -> Iterator[Mark]:
    yield Mark(
        text=run_words.TREATMENT[block.treatment],
        tone=_TONE[block.treatment],
        hint=block.treatment.value,
    )


def _draw_text(card: RunCard, opened: ContextRow) -> None:
    place = run_memory.block()
    block = next((one for one in opened.blocks if one.place == place), None)
    if block is None:
        st.info(
            "Pick a block to read what stood there, word for word.", icon=":material/touch_app:"
        )
        return
    st.subheader(words.plain(f"{block.name}, step {opened.step}"), anchor=False)
    if not block.has_text:
        st.text(f"Nothing of it stood in the window: {block.why}")
        return
    text = session.queries().block_text(card.row.run_id, opened.step, place)
    st.code(text[:_LONGEST], language=None, wrap_lines=True, height=400)
    if len(text) > _LONGEST:
        st.caption(f"Cut after {_LONGEST:,} of {len(text):,} characters.")


def _choose() -> None:
    run_memory.open_question(int(st.session_state[_CHOICE]))


def _take_click(chart: str) -> None:
    """A click on a bar or a point opens its question; one beside them changes nothing."""
    points = st.session_state[chart]["selection"]["points"]
    steps = [str(point.get("x", "")) for point in points]
    if steps and steps[0].isdecimal():
        run_memory.open_question(int(steps[0]))


def _keep() -> None:
    chosen = pick_list.picked(BLOCKS)
    if chosen is not None:
        run_memory.open_block(chosen.int)
