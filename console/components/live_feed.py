"""What software did alone, as it happened: what let it run, whether it was verified, what became.

A line opens its case; undoing lives there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

import streamlit as st

from console import session
from console.components import case_address, pick_list, scripted_mark
from console.components.live_board import PAGE
from console.components.pick_list import Line, Mark
from engine.domain.effect import EffectStatus
from engine.domain.grant import GrantBasis
from engine.domain.outcome import OutcomeKind
from engine.domain.phase import Phase
from engine.service.authority import AUDITORS
from engine.service.live_rows import LiveCell, RanRow
from engine.service.words import PERMIT

KEY = "live_feed"
_CASE_PAGE = "app_pages/case_card.py"
_NONE = "Software has done nothing alone yet.\n"


def draw(ran: Sequence[RanRow], cells: Sequence[LiveCell]) -> None:
    """Draw the feed; the newest first."""
    is_auditor = session.person().has_any(AUDITORS)
    pick_list.draw(
        [line_of(row, session.now(), is_auditor=is_auditor) for row in ran],
        key=KEY,
        label="Done by software alone",
        empty=why_empty(cells),
        on_pick=_keep,
        height="26rem",
    )
    chosen = session.recall(PAGE, "chosen", "")
    if chosen:
        session.forget(PAGE, "chosen")
        case_address.leave_for(chosen)
        st.switch_page(_CASE_PAGE, query_params={"case": chosen})


def line_of(row: RanRow, now: datetime, *, is_auditor: bool = False) -> Line:
    """One action as the feed shows it; what waits for a blind audit is not told to auditors."""
    if row.awaits_audit and is_auditor:
        return Line(
            id=str(row.case_id),
            head=_when(row, now),
            number=row.source_id,
            text="Drawn for audit: what was done is told once somebody has answered.",
            hint=row.title,
            marks=[],
        )
    return Line(
        id=str(row.case_id),
        head=_when(row, now),
        number=row.source_id,
        text=row.what,
        hint=f"{row.title}\n{row.at:%Y-%m-%d %H:%M:%S} UTC",
        marks=list(_marks(row)),
    )


def _when(row: RanRow, now: datetime) -> str:
    """The time of today, with the date of any other day."""
    is_today = row.at.date() == now.date()
    return f"{row.at:%H:%M:%S}" if is_today else f"{row.at:%Y-%m-%d %H:%M}"


def _marks(row: RanRow) -> Iterator[Mark]:
    if row.is_scripted:
        yield Mark(text=scripted_mark.WORD, tone="warn", hint=scripted_mark.MEANING)
    if row.basis is GrantBasis.VETO_LAPSE:
        hint = f"Permit from {PERMIT[row.basis]}"
        yield Mark(text="nobody held it", tone="info", hint=hint)
    if row.is_undone:
        yield Mark(text="undone", tone="warn", hint="It was put back")
    elif row.status is EffectStatus.SUCCEEDED:
        yield _verified(row)
    else:
        yield Mark(text=_STATUS[row.status], tone="warn", hint=str(row.status))
    if row.truth in _TRUTH:
        yield _TRUTH[row.truth]


def _verified(row: RanRow) -> Mark:
    if row.is_correct:
        return Mark(text="✓ verified", tone="good", hint="Reading it back shows it")
    hint = "Reading it back shows something else" if row.is_correct is False else ""
    return Mark(text="not verified", tone="warn", hint=hint)


_STATUS: dict[EffectStatus, str] = {
    EffectStatus.INTENDED: "running",
    EffectStatus.RETRYING: "trying again",
    EffectStatus.SUCCEEDED: "done",
    EffectStatus.FAILED: "did not run",
    EffectStatus.UNKNOWN: "outcome not known",
}
_TRUTH: dict[OutcomeKind | None, Mark] = {
    OutcomeKind.CORRECT: Mark(text="proved right", tone="good", hint="What later became known"),
    OutcomeKind.WRONG: Mark(text="proved wrong", tone="bad", hint="What later became known"),
}


def why_empty(cells: Sequence[LiveCell]) -> str:
    """Why nothing ran alone yet."""
    if all(cell.phase is Phase.COPILOT for cell in cells):
        return f"{_NONE}Every cell is in Copilot: nothing runs without a person."
    return f"{_NONE}What it does inside its limits appears here within two seconds."


def _keep() -> None:
    chosen = pick_list.picked(KEY)
    if chosen is not None:
        session.remember(PAGE, "chosen", str(chosen))
