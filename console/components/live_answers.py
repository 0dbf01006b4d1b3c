"""What people do on the live page: hold, give more time, release, reject.

Every call names the case and version that were on the screen, and refuses a click on what has
just come there: it was meant for what stood there before.
"""

from __future__ import annotations

from console import flash, session
from console.components import last_decision
from console.components.live_slots import Slot
from engine.domain.decision import DecisionKind, ReasonCode
from engine.service.requests import (
    ClaimCase,
    DecideCase,
    ExtendWindow,
    HoldAction,
    ReleaseClaim,
)

JUST_CAME_S = 0.7


def hold(slot: Slot, reason: str) -> bool:
    """Stop the clock; says whether it was stopped."""
    if _has_just_come(slot):
        return False
    action = slot.action
    request = HoldAction(case_id=action.case_id, version=action.version, reason=reason)
    done = session.submit(request, is_quiet=True)
    if done is None:
        return False
    flash.add("success", f"{action.source_id} is held; it runs only if somebody releases it.")
    return True


def extend(slot: Slot) -> None:
    """Give the window its time once more."""
    if _has_just_come(slot):
        return
    action = slot.action
    request = ExtendWindow(case_id=action.case_id, version=action.version)
    done = session.submit(request, is_quiet=True)
    if done is not None:
        flash.add("success", f"{action.source_id}: {done.message}")


def release(slot: Slot) -> None:
    """Let a held action run, as an approval: claimed, version pinned, once a form."""
    _decide(slot, DecisionKind.APPROVE, ReasonCode.AGREED, "")


def reject(slot: Slot, reason: ReasonCode, note: str) -> bool:
    """Close a held case without running anything; says whether it was."""
    return _decide(slot, DecisionKind.REJECT, reason, note)


def _decide(slot: Slot, kind: DecisionKind, reason: ReasonCode, note: str) -> bool:
    if _has_just_come(slot):
        return False
    action = slot.action
    if session.submit(ClaimCase(case_id=action.case_id), is_quiet=True) is None:
        return False
    request = DecideCase(
        case_id=action.case_id,
        version=action.version,
        kind=kind,
        client_key=slot.client_key,
        reason_code=reason,
        note=note,
        time_to_decide_ms=round((session.stopwatch() - slot.since) * 1000),
    )
    done = session.submit(request, is_quiet=True)
    if done is None:
        session.submit(ReleaseClaim(case_id=action.case_id), is_quiet=True)
        return False
    flash.add("success", f"{action.source_id}: {done.message}")
    last_decision.keep(done, action.source_id)
    return True


def _has_just_come(slot: Slot) -> bool:
    if session.stopwatch() - slot.since >= JUST_CAME_S:
        return False
    number = slot.action.source_id
    flash.add("warning", f"{number} came there under your click. Nothing was done.")
    return True
