"""Preview of an override: what the chosen call would change, before it is sent.

Asked once for every choice of tool and arguments; a rerun shows what was said.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from console import session
from console.components import case_facts, plan_list, previews, text_line
from console.components.open_case import OpenCase
from console.components.text_line import Piece
from engine.errors import EngineError
from engine.service.preview_rows import AskPreview, PreviewRow

PAGE = "override_preview"


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """What came of asking."""

    of: str
    """The case's version, tool and arguments that were asked about."""
    row: PreviewRow | None = None
    why_not: str = ""
    """Why there is no answer."""


def draw(case: OpenCase, tool: str, arguments: dict[str, Any]) -> None:
    """Draw what a call would change now."""
    said = _said(case, tool, arguments)
    if said.row is None:
        text_line.draw(
            [[Piece(text=f"No preview: {said.why_not}", tone="warn")]], key="override_preview"
        )
        return
    plan_list.draw(
        [previews.call_of(said.row, case.card.row.desk, case_facts.currency_of(case.card.facts))],
        key="override_preview",
        label="What the override would change",
    )


def _said(case: OpenCase, tool: str, arguments: dict[str, Any]) -> Said:
    of = json.dumps([str(case.case_id), case.version, tool, arguments], sort_keys=True, default=str)
    kept: Said | None = session.recall(PAGE, "said", None)
    if kept is not None and kept.of == of:
        return kept
    said = _ask(of, AskPreview(case_id=case.case_id, tool=tool, arguments=arguments))
    session.remember(PAGE, "said", said)
    return said


def _ask(of: str, asked: AskPreview) -> Said:
    try:
        return Said(of=of, row=session.engine().preview(asked, session.person()))
    except EngineError as error:
        return Said(of=of, why_not=error.message)
