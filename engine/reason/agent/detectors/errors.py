"""Errors in a row: failed reads and refused calls since the last call that came through.

An answer that could not be read counts as one; what was set aside counts as nothing. Calls of one
answer count each, so three reads that fail together are three.
"""

from __future__ import annotations

from engine.domain.run_fault import RunFault
from engine.domain.run_moves import GiveUp, ToolFailed, ToolReturned, WriteAnswered
from engine.reason.agent.history import History


def errors_in_a_row(history: History, *, is_judged: bool) -> int:
    """How many there are now.

    Args:
        history: The run.
        is_judged: Whether what is left of the newest answer was refused; else it is still open.
    """
    row = 0
    for turn in history.turns:
        if turn.is_cut or not turn.calls:
            row += 1
        for call in () if turn.is_cut else turn.calls:
            seen = call.step.observation if call.step else None
            is_refused = call.is_left and (is_judged or turn is not history.last)
            if is_refused or isinstance(seen, ToolFailed):
                row += 1
            elif isinstance(seen, ToolReturned | WriteAnswered):
                row = 0
    return row


def too_many_errors(history: History, limit: int, *, is_judged: bool) -> GiveUp | None:
    """The end of a run that fails again and again.

    Args:
        history: The run.
        limit: So many in a row are the end.
        is_judged: As in `errors_in_a_row`.
    """
    row = errors_in_a_row(history, is_judged=is_judged)
    if row < limit:
        return None
    why = f"{row} of its calls in a row failed or were refused."
    return GiveUp(fault=RunFault.ERRORS_IN_A_ROW, why=why)
