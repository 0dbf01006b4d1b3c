"""Words: what every code of the engine is called before people, in one place for all screens.

Only tables: what is put together stands in `phrases`, and what a desk calls its own in the desk.
"""

from __future__ import annotations

from engine.domain.actor import DecidedBy, Role
from engine.domain.case import Attention
from engine.domain.case_status import CaseStatus
from engine.domain.decision import DecisionKind, ReasonCode
from engine.domain.grant import GrantBasis
from engine.domain.ledger import EventKind
from engine.domain.outcome import LabelSource
from engine.domain.phase import Phase
from engine.domain.span import ChoiceKind, Stage
from engine.domain.verdict import VerdictKind


def name(code: str) -> str:
    """A code nobody has words for, as words: `assign_group` as `Assign group`."""
    return code.replace("_", " ").strip().capitalize()


ATTENTION: dict[Attention, str] = {
    Attention.COPILOT: "A person decides every case here",
    Attention.OUTSIDE_ENVELOPE: "Outside the envelope",
    Attention.DENIED: "Forbidden by policy",
    Attention.NO_RECOMMENDATION: "Nothing to recommend",
    Attention.SOURCE_UNAVAILABLE: "Its system could not be read in time",
    Attention.SOURCE_REFUSED: "Its system refused to be read, or answered nonsense",
    Attention.SECOND_PERSON: "One person approved, it takes two",
    Attention.UNDO_SECOND_PERSON: "One person asked to undo it, it takes two",
    Attention.HELD: "Held by a person",
    Attention.NOTICE_FAILED: "Nobody was told in time",
    Attention.LAPSED_LATE: "Its time to object was not watched",
    Attention.FACTS_CHANGED: "Facts changed before it ran",
    Attention.TARGET_CHANGED: "The target changed before it ran",
    Attention.CONTRACT_CHANGED: "The tool changed before it ran",
    Attention.ENVELOPE_CHANGED: "The envelope became stricter before it ran",
    Attention.AUTHORITY_LOST: "The right to act was lost before it ran",
    Attention.BUDGET_SPENT: "Budget used up",
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

REASON_GIVEN: dict[str, str] = {
    **{str(code): said for code, said in REASON.items()},
    ReasonCode.AGREED: "Agreed",
    ReasonCode.OTHER: "Something else",
}
"""The same once it was given."""

DECISION: dict[DecisionKind, str] = {
    DecisionKind.APPROVE: "approved",
    DecisionKind.OVERRIDE: "overridden",
    DecisionKind.REJECT: "rejected",
    DecisionKind.ESCALATE: "escalated",
    DecisionKind.ASK: "asked for information",
    DecisionKind.UNDO: "asked to undo",
}

VERDICT: dict[VerdictKind, str] = {
    VerdictKind.EXECUTE: "run it without a person",
    VerdictKind.VETO_WINDOW: "run it unless somebody objects in time",
    VerdictKind.ESCALATE: "ask a person",
    VerdictKind.DENY: "refuse it; nobody can approve it",
}

VERDICT_MARK: dict[VerdictKind, str] = {
    VerdictKind.EXECUTE: "Run alone",
    VerdictKind.VETO_WINDOW: "Run unless stopped",
    VerdictKind.ESCALATE: "Ask a person",
    VerdictKind.DENY: "Refused",
}

PHASE: dict[Phase, str] = {
    Phase.COPILOT: "Copilot",
    Phase.BOUNDED: "Bounded",
    Phase.ON_THE_LOOP: "On the loop",
}

PHASE_MEANS: dict[Phase, str] = {
    Phase.COPILOT: "software recommends, a person decides",
    Phase.BOUNDED: "software acts inside these limits; takes two names",
    Phase.ON_THE_LOOP: "software acts in wider limits, watched live; takes two names",
}

ROLE: dict[str, str] = {
    Role.VIEWER: "viewer",
    Role.OPERATOR: "operator",
    Role.SENIOR_OPERATOR: "senior operator",
    Role.PRODUCT_OWNER: "product owner",
    Role.RISK_OFFICER: "risk officer",
    Role.ADMINISTRATOR: "administrator",
}

DECIDER: dict[DecidedBy, str] = {
    DecidedBy.CODE: "code",
    DecidedBy.MODEL: "model",
    DecidedBy.PERSON: "person",
    DecidedBy.POLICY: "policy",
}

STAGE: dict[str, str] = {
    Stage.PERCEIVE: "perceive",
    Stage.REASON: "reason",
    Stage.GOVERN: "govern",
    Stage.PERSON: "person",
    Stage.ACT: "act",
    Stage.LEARN: "learn",
}

CHOICE: dict[str, str] = {
    ChoiceKind.RECOMMEND: "Recommended",
    ChoiceKind.AUTHORIZE: "Judged by policy",
    ChoiceKind.DECIDE: "Decided",
    ChoiceKind.TAKE_BACK: "Taken back",
    ChoiceKind.HOLD: "Held or given time",
    ChoiceKind.EXECUTE: "Run",
    ChoiceKind.REFUSE: "Not run",
    ChoiceKind.UNDO: "Undone",
}

STEP: dict[str, str] = {
    "perceive": "Gather the facts",
    "precedent": "Recommend from past cases",
    "look at target": "Look at the target",
    "authorize": "Judge by policy",
    "verify": "Read back",
    **{kind.lower(): kind.capitalize() for kind in DecisionKind},
}
"""Steps of a run that are no tool of the desk."""

EVENT: dict[str, str] = {kind.value: name(kind) for kind in EventKind} | {
    EventKind.SIGNAL_CHANGED: "Sent again, changed",
    EventKind.CASE_REASONED: "Recommendation made",
    EventKind.CASE_PERCEIVED: "Facts gathered",
    EventKind.GRANT_MINTED: "Permit made",
    EventKind.GRANT_REFUSED: "Permit refused",
    EventKind.EFFECT_INTENDED: "About to act",
    EventKind.EFFECT_RECORDED: "Effect recorded",
    EventKind.EFFECT_UNKNOWN: "Effect not known",
    EventKind.PREVIEW_READ: "Preview looked at",
    EventKind.FACT_ASKED: "Information asked for",
    EventKind.FACT_PROVIDED: "Fact given",
    EventKind.LOOK_ASKED: "Looked at again",
    EventKind.FACT_TIMED_OUT: "No answer in time",
    EventKind.REVIEW_TIMED_OUT: "Nobody decided in time",
    EventKind.ATTEMPT_REFUSED: "Attempt refused",
}

REQUEST: dict[str, str] = {
    "ClaimCase": "Taking a case",
    "ReleaseClaim": "Giving a case back",
    "DecideCase": "Deciding a case",
    "TakeBackDecision": "Taking a decision back",
    "UndoEffect": "An undo",
    "ProvideFact": "Giving a fact",
    "LookAgain": "Having a case looked at again",
    "SettleRepair": "Settling a repair",
    "StartRun": "Beginning a run",
    "AskPreview": "Looking at what a call would change",
    "SaveDraft": "Keeping a draft",
    "SimulateDraft": "Simulating a draft",
    "ProposeVersion": "Proposing a version",
    "WithdrawVersion": "Withdrawing a version",
    "SignVersion": "Signing a version",
    "RollBack": "Going back to a version",
    "HoldAction": "Holding an action",
    "ExtendWindow": "Giving an action more time",
    "SeeNotices": "Taking note of actions",
    "AnswerAudit": "Answering an audit",
    "PauseScope": "A pause",
    "ResumeScope": "A resume",
    "AddPerson": "Making an account",
    "ChangePerson": "Changing an account",
    "IssueToken": "Issuing a token",
    "ChangePassword": "Changing a password",
    "ResetPassword": "Setting a password anew",
    "RevokeToken": "Revoking a token",
    "EndSessions": "Ending sessions",
}
"""What somebody asked for, as the beginning of a sentence."""

PERMIT: dict[str, str] = {
    GrantBasis.VERDICT: "policy's verdict",
    GrantBasis.VETO_LAPSE: "a veto window that nobody used",
    GrantBasis.DECISION: "a person's decision",
    GrantBasis.UNDO: "a person's undo",
    GrantBasis.COMPENSATION: "a compensation",
}

LABEL: dict[str, str] = {
    LabelSource.RECORD: "the record",
    LabelSource.VERIFICATION: "reading back",
    LabelSource.PERSON_SHOWN: "a person who saw the recommendation",
    LabelSource.PERSON_BLIND: "a person who did not see the recommendation",
    LabelSource.ADJUDICATED: "an adjudication",
}

RULE: dict[str, str] = {
    "request_malformed": "The call is well formed",
    "paused": "No pause holds",
    "role_may_not_decide": "The role may decide this",
    "case_type_unknown": "The case type belongs to the desk",
    "action_not_listed": "The action is on the list",
    "phase_is_copilot": "The phase lets software act",
    "effect_not_reversible": "The effect can be put back",
    "confidence_uncalibrated": "The confidence is calibrated",
    "confidence_below_threshold": "The confidence reaches the threshold",
    "earned_by_another_reasoner": "Whoever recommends has earned it",
    "priority_too_urgent": "The priority is not too urgent",
    "second_person_missing": "As many people approved as it takes",
    "amount_over_cap": "The amount is under the cap",
    "argument_out_of_bounds": "Every argument is one that is allowed",
    "outside_hours": "It is the time for it",
    "budget_spent": "Every budget has room for it",
    "fact_stale": "Every fact is fresh",
    "facts_contradictory": "No facts contradict each other",
    "values_unseen": "The reasoner has met such values before",
    "text_names_others": "Its texts name nothing but what systems told the case",
    "case_in_hand": "No person has a hand in the case",
    "audit_key_missing": "The audit draw has its key",
    "no_envelope": "An envelope holds for this cell",
}
"""What each rule asks for."""

BROKEN: dict[str, str] = {
    "request_malformed": "The call is malformed",
    "paused": "A pause holds",
    "role_may_not_decide": "This role may not decide it",
    "case_type_unknown": "The desk does not know this case type",
    "action_not_listed": "The action is not on the list",
    "phase_is_copilot": "The phase leaves each action to people",
    "effect_not_reversible": "The effect cannot be put back",
    "confidence_uncalibrated": "The confidence is not calibrated yet",
    "confidence_below_threshold": "The confidence is below the threshold",
    "earned_by_another_reasoner": "Another reasoner has earned it, not this one",
    "priority_too_urgent": "The priority is too urgent",
    "second_person_missing": "It takes a second person",
    "amount_over_cap": "The amount is over the cap",
    "argument_out_of_bounds": "An argument is not allowed",
    "outside_hours": "It is outside the hours",
    "budget_spent": "A budget is used up",
    "fact_stale": "A fact is stale",
    "facts_contradictory": "Facts contradict each other",
    "values_unseen": "The reasoner has never met such a value",
    "text_names_others": "A text names what no system told the case",
    "case_in_hand": "The case is in people's hands",
    "audit_key_missing": "The audit draw has no key",
    "no_envelope": "No envelope holds for this cell",
}
"""The same rules when they are not kept."""

ALL_KEPT = "all rules kept"
