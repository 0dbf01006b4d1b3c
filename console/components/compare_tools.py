"""Identity surface: tools touched, scopes shown, and what of it stood before a run began."""

from __future__ import annotations

import streamlit as st

from console.components import desk_words, text_table
from console.components.text_table import Cell, Column
from engine.service.comparison_rows import (
    ComparisonRow,
    DeclaredPath,
    KindFigures,
    OfferedTools,
    ToolCount,
)
from engine.service.run_words import KIND

_TOUCHED = (
    Column(label="Tool", width="20%"),
    Column(label="How", width="17%"),
    Column(label="Known before", width="15%"),
    Column(label="Scopes that were shown", width="24%"),
    Column(label="Runs", width="8%", is_right=True),
    Column(label="Calls", width="8%", is_right=True),
    Column(label="Failed", width="8%", is_right=True),
)
_FIXED = (
    Column(label="Case type", width="18%"),
    Column(label="Steps in code; a model answers inside those marked *", width="38%"),
    Column(label="May read", width="22%"),
    Column(label="May recommend", width="22%"),
)


def draw(row: ComparisonRow) -> None:
    """Draw what each kind touched, then what was declared or offered before."""
    st.caption(
        "A workflow's tools follow from its declared path before it runs, and it gets exactly "
        "those. An agent asks at each call: which of its tools it touches is known only after. A "
        "read shows a credential for that one call; a call with an effect shows one made of its "
        "own grant, which stands in the trace of the case."
    )
    rows: list[list[Cell | str]] = []
    for one in row.comparison.kinds:
        rows.append([Cell(text=KIND[one.kind])])
        rows += [_touched(tool, one) for tool in one.tools]
        if not one.tools:
            rows.append(["touched nothing", *[""] * (len(_TOUCHED) - 1)])
    text_table.draw(_TOUCHED, rows, key="surface", label="Tools touched and scopes used")
    st.subheader("Before a run begins", anchor=False)
    text_table.draw(
        _FIXED,
        [*map(_path, row.paths), *map(_offer, row.offers)],
        key="declared",
        label="What is declared or offered before a run",
        empty="No desk of this slice runs here.",
    )


def _touched(tool: ToolCount, of: KindFigures) -> list[Cell | str]:
    return [
        Cell(text=desk_words.tool(tool.tool), hint=tool.tool),
        "put before policy" if tool.is_write else "read at once",
        _known(tool, of),
        _scopes(tool),
        f"{tool.runs:,}",
        f"{tool.calls:,}",
        Cell(text=f"{tool.failed:,}", tone="warn" if tool.failed else "dim"),
    ]


def _known(tool: ToolCount, of: KindFigures) -> Cell:
    if tool.undeclared:
        return Cell(text=f"not in {tool.undeclared:,} runs", tone="bad")
    if not of.declared:
        return Cell(text="no, asked for", tone="info")
    return Cell(text="yes, declared", tone="good")


def _scopes(tool: ToolCount) -> Cell:
    if tool.is_write:
        return Cell(text="with its grant", tone="dim")
    bare = f"not narrowed in {tool.not_narrowed:,} calls" if tool.not_narrowed else ""
    if not tool.scopes:
        return Cell(text=bare or "none", tone="warn" if bare else "dim")
    return Cell(text=", ".join(tool.scopes), note=bare, is_code=True)


def _path(path: DeclaredPath) -> list[Cell | str]:
    steps = [f"{step.name}{'*' if step.is_model_asked else ''}" for step in path.steps]
    case_type = desk_words.label(path.desk, path.case_type).replace("_", " ").capitalize()
    return [
        Cell(text=case_type, note="workflow", hint=path.desk),
        " · ".join(step.replace("_", " ") for step in steps),
        _names(path.reads, path.desk),
        _names(path.writes, path.desk),
    ]


def _offer(offer: OfferedTools) -> list[Cell | str]:
    return [
        Cell(text=desk_words.desk_title(offer.desk), note="agent"),
        "none: the model picks each step",
        _names(offer.reads, offer.desk),
        _names(offer.writes, offer.desk),
    ]


def _names(codes: tuple[str, ...], desk: str) -> str:
    return ", ".join(desk_words.tool(code, desk) for code in codes) or "nothing"
