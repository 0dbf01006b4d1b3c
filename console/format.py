"""Format: values as words and figures. No drawing, no reading, no clock of its own."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Literal

from console.theme import plain as plain
from engine.domain.case import Attention
from engine.domain.case_status import CaseStatus
from engine.domain.decision import DecisionKind, ReasonCode
from engine.domain.verdict import RuleResult, VerdictKind
from engine.errors import (
    AlreadyDone,
    Conflict,
    EngineError,
    InvalidRequest,
    NotAllowed,
    NotSignedIn,
    StoreUnavailable,
)

# --- numbers and times ---------------------------------------------------------------------


def percent(share: float | None, digits: int = 0) -> str:
    """0.8234 as `82 %`; None as a dash."""
    return "–" if share is None else f"{share * 100:.{digits}f} %"


def moment(at: datetime | None) -> str:
    """A time as `2016-04-12 09:30` (UTC)."""
    return "–" if at is None else f"{at:%Y-%m-%d %H:%M}"


def exact(at: datetime) -> str:
    """A time to the second, with its zone."""
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"


def span(length: timedelta) -> str:
    """A length of time with its one largest unit and, below a day, the next: `2 h 10 min`."""
    seconds = int(abs(length.total_seconds()))
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 3600:
        return f"{seconds // 60} min"
    if seconds < 86_400:
        hours, minutes = divmod(seconds // 60, 60)
        return f"{hours} h {minutes} min" if minutes and hours < 10 else f"{hours} h"
    days, hours = divmod(seconds // 3600, 24)
    return f"{days} d {hours} h" if hours and days < 4 else f"{days} d"


def ago(at: datetime | None, now: datetime) -> str:
    """`5 min ago`; `never` for None; a moment in the future counts as now."""
    if at is None:
        return "never"
    return "now" if at >= now - timedelta(seconds=1) else f"{span(now - at)} ago"


Urgency = Literal["none", "calm", "soon", "urgent", "overdue"]


def urgency(due_at: datetime | None, now: datetime) -> Urgency:
    """How pressing a deadline is: soon below 4 hours, urgent below one."""
    if due_at is None:
        return "none"
    left = due_at - now
    if left < timedelta(0):
        return "overdue"
    if left < timedelta(hours=1):
        return "urgent"
    return "soon" if left < timedelta(hours=4) else "calm"


def deadline(due_at: datetime | None, now: datetime) -> str:
    """A deadline in words: `due in 25 min`, `overdue by 2 h`, `no deadline`."""
    if due_at is None:
        return "no deadline"
    length = span(due_at - now)
    return f"overdue by {length}" if due_at < now else f"due in {length}"


def confidence(value: float | None, threshold: float | None) -> str:
    """Confidence against what software would need: never a colour alone."""
    if value is None:
        return "no confidence"
    if threshold is None:
        return f"{percent(value)}, nothing certified"
    sign = "≥" if value >= threshold else "<"
    return f"{percent(value)} {sign} {percent(threshold)}"


_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|\+00:00)?")


def fact_value(value: object) -> str:
    """A fact's value as a person reads it; an empty one is said."""
    if value is None or value == "":
        return "(not given)"
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = str(value)
    return text[:16].replace("T", " ") if _TIME.fullmatch(text) else text


def name(text: str) -> str:
    """`assign_group` as `Assign group`."""
    return text.replace("_", " ").strip().capitalize()


_HASH = re.compile(r"\b[0-9a-f]{16,}\b")
_CODE = re.compile(r"\b[a-z]+(?:_[a-z]+)+(?=:)")


def shortened(text: str) -> str:
    """A text whose long digests are cut to their first eight digits."""
    return _HASH.sub(lambda found: f"{found[0][:8]}…", text)


def note(text: str) -> str:
    """A note of the engine with the code it may begin with in words."""
    return _CODE.sub(lambda found: name(found[0]), text)


# --- codes in words ------------------------------------------------------------------------

ATTENTION: dict[Attention, str] = {
    Attention.COPILOT: "A person decides every case here",
    Attention.OUTSIDE_ENVELOPE: "Outside the envelope",
    Attention.DENIED: "Forbidden by policy",
    Attention.NO_RECOMMENDATION: "Nothing to recommend",
    Attention.FACTS_CHANGED: "Facts changed before it ran",
    Attention.TARGET_CHANGED: "The target changed before it ran",
    Attention.CONTRACT_CHANGED: "The tool changed before it ran",
    Attention.ENVELOPE_CHANGED: "The envelope became stricter before it ran",
    Attention.AUTHORITY_LOST: "The right to act was lost before it ran",
    Attention.BUDGET_SPENT: "Rate budget used up",
    Attention.GRANT_EXPIRED: "Permit expired before it ran",
    Attention.PAUSED: "Paused",
    Attention.TAKEN_BACK: "Decision taken back",
    Attention.ESCALATED: "Escalated",
    Attention.TIMED_OUT: "Nobody decided in time",
    Attention.FACT_TIMED_OUT: "Asked for information, none came",
    Attention.TOOL_FAILED: "The tool refused",
    Attention.NOT_VERIFIED: "Ran, but reading back shows something else",
    Attention.OUTCOME_UNKNOWN: "Nobody knows whether it ran",
    Attention.UNDONE: "Undone; decide again",
    Attention.UNDO_FAILED: "The undo did not work",
}

STATUS: dict[CaseStatus, str] = {
    CaseStatus.RECEIVED: "Received",
    CaseStatus.PERCEIVED: "Facts gathered",
    CaseStatus.REASONING: "Being reasoned about",
    CaseStatus.SUSPENDED: "Agent waits for an answer",
    CaseStatus.PENDING: "Waits for a person",
    CaseStatus.BLIND_PENDING: "Waits for a blind review",
    CaseStatus.SECOND_PENDING: "Waits for a second person",
    CaseStatus.RELEASING: "Decided, can be taken back",
    CaseStatus.VETO_WINDOW: "Runs unless somebody objects",
    CaseStatus.HELD: "Held by a person",
    CaseStatus.WAITING_FACT: "Waits for information",
    CaseStatus.GRANTED: "Permitted, about to run",
    CaseStatus.EXECUTING: "Running",
    CaseStatus.UNKNOWN: "Outcome not known yet",
    CaseStatus.COMPENSATING: "Being undone",
    CaseStatus.DONE: "Done",
    CaseStatus.CLOSED_NO_ACTION: "Closed without action",
    CaseStatus.WITHDRAWN: "Withdrawn: resolved elsewhere",
    CaseStatus.NEEDS_REPAIR: "Needs repair by a person",
}

REASON: dict[ReasonCode, str] = {
    ReasonCode.AGREED: "I agree",
    ReasonCode.WRONG_TARGET: "Wrong target",
    ReasonCode.WRONG_FACTS: "The facts are wrong",
    ReasonCode.MISSING_FACT: "A fact is missing",
    ReasonCode.KNOWN_EXCEPTION: "Known exception to the rule",
    ReasonCode.NOT_OUR_CASE: "Not our case",
    ReasonCode.DUPLICATE: "Duplicate",
    ReasonCode.ALREADY_HANDLED: "Already handled",
    ReasonCode.NEEDS_SENIOR: "Needs somebody senior",
    ReasonCode.OTHER: "Something else (say it in the note)",
}

DECISION: dict[DecisionKind, str] = {
    DecisionKind.APPROVE: "approved",
    DecisionKind.OVERRIDE: "overridden",
    DecisionKind.REJECT: "rejected",
    DecisionKind.ESCALATE: "escalated",
    DecisionKind.ASK: "asked for information",
}

VERDICT: dict[VerdictKind, str] = {
    VerdictKind.EXECUTE: "run it without a person",
    VerdictKind.VETO_WINDOW: "run it unless somebody objects in time",
    VerdictKind.ESCALATE: "ask a person",
    VerdictKind.DENY: "refuse it; nobody can approve it",
}

_RULES: dict[str, str] = {
    "request_malformed": "The call fits the tool's schema",
    "paused": "No pause holds",
    "role_may_not_decide": "The role may decide this",
    "case_type_unknown": "The case type belongs to the desk",
    "action_not_listed": "The action is on the list",
    "phase_is_copilot": "The phase lets software act",
    "effect_not_reversible": "The effect can be put back",
    "confidence_uncalibrated": "The confidence is calibrated",
    "confidence_below_threshold": "The confidence reaches the threshold",
    "priority_too_urgent": "The priority is not too urgent",
    "rate_budget_spent": "The hour's budget is not used up",
    "fact_stale": "Every fact is fresh",
    "facts_contradictory": "No facts contradict each other",
    "audit_key_missing": "The audit draw has its key",
    "no_envelope": "An envelope holds for this cell",
}


def rule_words(rule: RuleResult) -> str:
    """What the rule asks for; its name where no words are known."""
    return _RULES.get(rule.rule, name(rule.rule))


_WHAT_TO_DO: tuple[tuple[type[EngineError], str], ...] = (
    (AlreadyDone, "The first click counted."),
    (Conflict, "Nothing was done. Load the case as it is now and decide again."),
    (NotAllowed, "Nothing was done. Ask somebody with that role, or escalate the case."),
    (NotSignedIn, "Sign in again; what you typed is still here."),
    (StoreUnavailable, "What you typed is kept: try again in a moment."),
    (InvalidRequest, "Nothing was done. Change what you filled in and try again."),
)


def error_words(error: EngineError) -> str:
    """What went wrong and what to do about it."""
    advice = next((text for kind, text in _WHAT_TO_DO if isinstance(error, kind)), "")
    return f"{error.message} {advice}".strip()


def tone_of_error(error: EngineError) -> Literal["warning", "error"]:
    """A conflict is a warning: the engine is well, somebody was faster."""
    return "warning" if isinstance(error, Conflict) else "error"
