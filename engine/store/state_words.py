"""State words: where a case stands, to stand after `this case is`. Reads nothing."""

from __future__ import annotations

from engine.domain.case_status import CaseStatus

STATE_WORDS: dict[CaseStatus, str] = {
    CaseStatus.RECEIVED: "not looked at yet",
    CaseStatus.PERCEIVED: "not reasoned about yet",
    CaseStatus.REASONING: "being reasoned about",
    CaseStatus.SUSPENDED: "waiting for an answer to the agent",
    CaseStatus.PENDING: "waiting for a person",
    CaseStatus.BLIND_PENDING: "waiting for a blind review",
    CaseStatus.SECOND_PENDING: "waiting for a second person",
    CaseStatus.RELEASING: "decided already",
    CaseStatus.VETO_WINDOW: "in its veto window",
    CaseStatus.HELD: "held by a person",
    CaseStatus.WAITING_FACT: "waiting for information",
    CaseStatus.GRANTED: "about to run",
    CaseStatus.EXECUTING: "running",
    CaseStatus.UNKNOWN: "running, and its outcome is not known yet",
    CaseStatus.COMPENSATING: "being undone",
    CaseStatus.DONE: "done",
    CaseStatus.CLOSED_NO_ACTION: "closed without an action",
    CaseStatus.WITHDRAWN: "withdrawn, because it was resolved elsewhere",
    CaseStatus.NEEDS_REPAIR: "in need of repair",
}
