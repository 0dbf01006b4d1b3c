"""One step of a run in full: what was asked and why, who decided, under which rule and credential.

What models, tools and cases said is drawn as plain text.
"""

from __future__ import annotations

import streamlit as st

from console import format as words
from console import session
from console.charts.waterfall import span_of_time
from console.components import (
    desk_words,
    json_text,
    run_grounds,
    run_memory,
    text_line,
    text_table,
)
from console.components.text_line import Piece, Tone
from console.components.text_table import Cell, Column
from engine.domain.context import Treatment
from engine.domain.run_calls import CallStatus
from engine.service import run_words
from engine.service.run_rows import RunCard, StepRow
from engine.service.words import DECIDER, name

_TOKENS = (
    *(Column(label=label, width="17%") for label in ("Tokens in", "Tokens out")),
    *(Column(label=label, width="18%") for label in ("Cache read", "Cache written")),
    Column(label="Cost"),
)
_SHORT = 40
_USES = (Column(label="It asked for"), Column(label="What was made of it", width="38%"))


def draw(card: RunCard, step: StepRow) -> None:
    """Draw a step."""
    titles = desk_words.titles(card.row.desk)
    title = f"{step.number} · {run_words.step_title(step, titles)}"
    text_line.draw([[Piece(text=title, look="title")], *_lines(card, step)], key="run_step")
    if step.kind == "asked":
        _draw_answer(step)
        return
    if step.error and step.text:
        st.error(words.plain(step.text), icon=":material/error:")
    elif step.kind in ("finish", "give_up"):
        st.text(step.text)
    if step.grounds is not None:
        run_grounds.draw(card.row.desk, step.grounds)
    if step.reason:
        st.caption(f"What the model said beside it, in step {step.asked_in}")
        st.text(step.reason)
    if step.asked is not None:
        json_text.draw("What was asked", step.asked)
    if step.result is not None:
        json_text.draw("What came back", step.result)


def _lines(card: RunCard, step: StepRow) -> list[list[Piece]]:
    titles = desk_words.titles(card.row.desk)
    took = f"{words.exact(step.at)}, took {span_of_time(step.duration_us / 1e6)}"
    lines = [
        [
            Piece(text=took, look="dim"),
            Piece(text=f"decided by {DECIDER[step.decided_by]}", look="chip"),
            *_asked_in(step),
        ]
    ]
    if step.verdict:
        said = run_words.verdict_words(step.verdict, titles)
        tone: Tone = "bad" if step.is_denied else ""
        lines.append(
            [
                Piece(text=f"Verdict: {said}", tone=tone, hint=step.verdict),
            ]
        )
    if credential := run_words.credential_words(step):
        is_narrow = bool(step.scopes)
        lines.append(
            [
                Piece(text="Credential:", look="dim"),
                Piece(
                    text=credential,
                    look="code" if is_narrow else "text",
                    tone="" if is_narrow else "warn",
                ),
            ]
        )
    lines.append(_answered(card, step))
    return lines


def _asked_in(step: StepRow) -> list[Piece]:
    if step.asked_in is None:
        return []
    return [Piece(text=f"asked for in step {step.asked_in}", look="dim")]


def _answered(card: RunCard, step: StepRow) -> list[Piece]:
    """What came of a write."""
    if card.row.is_shadow and step.grounds is not None and not step.is_denied:
        said = "It went no further: in shadow nothing is asked of anybody and nothing is executed."
        return [Piece(text=said, tone="info")]
    if step.is_open:
        return [Piece(text="Nobody has answered yet.", tone="warn")]
    if step.answered is None:
        return []
    return [
        Piece(text="What came of it:", look="dim"),
        Piece(text=f"{run_words.ANSWERED[step.answered]}, by {step.answered_by}", tone="strong"),
        Piece(text=step.answered_why),
    ]


def _draw_answer(step: StepRow) -> None:
    """A question: what the model said, what it asked for, what it took, and what it saw."""
    if step.error:
        st.error(words.plain(step.text), icon=":material/error:")
    elif step.text:
        st.caption("What the model said")
        st.code(step.text, language=None, wrap_lines=True)
    if step.uses:
        rows = [
            [Cell(text=use.tool, note=_short(use.arguments), is_code=True), _became(use.step)]
            for use in step.uses
        ]
        text_table.draw(_USES, rows, key="run_uses", label="Calls that the model asked for")
    if step.usage is not None:
        usage = step.usage
        counts = (usage.input, usage.output, usage.cache_read, usage.cache_write)
        cells = [*(f"{count:,}" for count in counts), run_words.cost_words(step.cost)]
        text_table.draw(_TOKENS, [cells], key="run_tokens", label="Tokens of the question")
    _draw_tries(step)
    _draw_window(step)


def _short(arguments: object) -> str:
    """The short ones; all of them stand in the step that was made of it."""
    pairs = arguments.items() if isinstance(arguments, dict) else ()
    told = [f"{key} {value}" for key, value in pairs if isinstance(value, str | int)]
    return words.cut(", ".join(one for one in told if len(one) <= _SHORT), 90)


def _became(number: int | None) -> Cell:
    if number is None:
        return Cell(text="no step: not taken up", tone="warn", hint="Checked by code and refused")
    return Cell(text=f"step {number}")


def _draw_tries(step: StepRow) -> None:
    """Tries that did not answer; one that did at once needs no line."""
    if all(call.status is CallStatus.ANSWERED for call in step.calls):
        return
    for call in step.calls:
        said = f"Try {call.attempt}: {run_words.CALL[call.status]}"
        st.text(f"{said}{f' ({call.error})' if call.error else ''}")


def _draw_window(step: StepRow) -> None:
    if step.context is None:
        return
    context, counted = step.context, []
    for treatment in (Treatment.CUT, Treatment.DIGESTED, Treatment.DROPPED):
        count = sum(block.treatment is treatment for block in context.blocks)
        counted += [f"{count} {run_words.TREATMENT[treatment]}"] if count else []
    shortened = words.listed(counted) if counted else "all word for word"
    stop = f" The answer ended with: {name(step.stop).lower()}." if step.stop else ""
    st.caption(
        f"Its window held {context.window:,} tokens in {len(context.blocks)} blocks: "
        f"{shortened}.{stop}"
    )
    st.button(
        "What stood in its window",
        key=session.key(run_memory.PAGE, "window", step.number),
        icon=":material/view_agenda:",
        on_click=run_memory.open_window,
        args=(step.number,),
    )
