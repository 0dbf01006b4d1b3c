"""Head of a run: who decides in it, on what, how far it has come, and who took over."""

from __future__ import annotations

from collections.abc import Iterator

import streamlit as st

from console import format as words
from console import session
from console.charts.waterfall import span_of_time
from console.components import run_link, scripted_mark, text_line, text_table
from console.components.text_line import Piece, Tone
from console.components.text_table import Cell, Column
from engine.domain.run import RunStatus
from engine.service import run_words
from engine.service.run_rows import RunCard, RunRow
from engine.service.words import DECIDER

PAGE = "run_head"
TONE: dict[RunStatus, Tone] = {
    RunStatus.RUNNING: "info",
    RunStatus.SUSPENDED: "warn",
    RunStatus.ENDED: "good",
    RunStatus.FAILED: "bad",
    RunStatus.SUPERSEDED: "warn",
}
_FIGURES = (
    *(Column(label=label, width="10%") for label in ("Steps", "Calls denied", "Worked")),
    *(Column(label=label, width="11%") for label in ("Tokens in", "Tokens out")),
    *(Column(label=label, width="11%") for label in ("Cache read", "Cache written")),
    Column(label="Cost"),
)


def draw(card: RunCard) -> None:
    """Draw the head."""
    row = card.row
    lines = [
        [Piece(text=f"{row.source_id} · {row.title}", look="title")],
        list(_marks(row)),
        [
            Piece(text=f"Started {words.exact(row.started_at)}", look="dim"),
            Piece(text=_ended(row), look="dim"),
            Piece(text=row.by, look="code", hint="Whose record it is: model and procedure"),
            Piece(text="procedure", look="dim"),
            Piece(text=row.version, look="code", hint="Identity of code, prompts and limits"),
        ],
        list(_came_to(row)),
        list(_chain(card)),
    ]
    text_line.draw(lines, key="run_head")
    text_table.draw(_FIGURES, [_figures(card)], key="run_figures", label="Figures of the run")
    _draw_neighbours(card)


def _marks(row: RunRow) -> Iterator[Piece]:
    yield Piece(text=run_words.KIND[row.kind], look="chip", tone="strong")
    yield Piece(text=run_words.WHO_DECIDES[row.kind], tone="strong")
    yield Piece(
        text=f"next step by: {DECIDER[row.decided_by]}", look="chip", hint="decided_by of its steps"
    )
    yield Piece(text=run_words.STATUS[row.status], look="chip", tone=TONE[row.status])
    if row.is_shadow:
        yield Piece(text=run_words.SHADOW, look="chip", tone="info")
    else:
        yield Piece(text="live", look="chip", tone="good", hint="The case waits for what it says")
    if row.model:
        yield Piece(text=f"model {row.model}", look="chip")
    if row.is_scripted:
        yield scripted_mark.piece()


def _ended(row: RunRow) -> str:
    return f"ended {words.exact(row.ended_at)}" if row.ended_at else ""


def _came_to(row: RunRow) -> Iterator[Piece]:
    if row.fault is not None:
        yield Piece(
            text=f"{run_words.FAULT[row.fault]}:", tone="bad", hint=f"fault {row.fault.value}"
        )
    elif row.end_note:
        yield Piece(text="It came to:", look="dim")
    yield Piece(text=row.end_note)


def _chain(card: RunCard) -> Iterator[Piece]:
    for before in card.before:
        why = run_words.FAULT[before.fault].lower() if before.fault else ""
        tried = f"It took over from the {before.kind}{f' ({why})' if why else ''}."
        yield Piece(text=tried, tone="warn")
    if card.taken_over_by:
        yield Piece(text=f"Then {card.taken_over_by} took over.", tone="warn")


def _figures(card: RunCard) -> list[Cell | str]:
    usage, denied = card.row.usage, sum(step.is_denied for step in card.steps)
    return [
        f"{card.row.steps:,}",
        Cell(
            text=f"{denied:,}",
            tone="bad" if denied else "",
            hint="By policy, by a contract or by the system",
        ),
        span_of_time(card.row.worked_us / 1e6) if card.steps else "–",
        *(f"{count:,}" for count in (usage.input, usage.output)),
        *(f"{count:,}" for count in (usage.cache_read, usage.cache_write)),
        run_words.cost_words(card.row.cost),
    ]


def _draw_neighbours(card: RunCard) -> None:
    near = [*card.before, *([card.after] if card.after else [])]
    if not near:
        return
    with st.container(horizontal=True):
        for row in near:
            said = "that took over" if row is card.after else "before it"
            run_link.draw_run(
                row.run_id,
                key=session.key(PAGE, "near", row.run_id),
                label=f"Open the {row.kind} {said}",
            )
