"""Requests: what a person can ask the engine to do, one frozen value a use case.

Each names the version it was made on; a stale one is a Conflict. `engine.service.engine.Engine`
takes them; the functions that carry them out live in the modules beside this one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.domain.actor import Role
from engine.domain.decision import DecisionKind, ReasonCode
from engine.domain.fact import FactValue
from engine.domain.ids import CaseId
from engine.service.policy_requests import (
    AnswerAudit as AnswerAudit,
)
from engine.service.policy_requests import (
    ExtendWindow as ExtendWindow,
)
from engine.service.policy_requests import (
    HoldAction as HoldAction,
)
from engine.service.policy_requests import (
    PauseScope as PauseScope,
)
from engine.service.policy_requests import (
    ProposeVersion as ProposeVersion,
)
from engine.service.policy_requests import (
    ResumeScope as ResumeScope,
)
from engine.service.policy_requests import (
    RollBack as RollBack,
)
from engine.service.policy_requests import (
    SaveDraft as SaveDraft,
)
from engine.service.policy_requests import (
    SeeNotices as SeeNotices,
)
from engine.service.policy_requests import (
    SignVersion as SignVersion,
)
from engine.service.policy_requests import (
    SimulateDraft as SimulateDraft,
)
from engine.service.policy_requests import (
    WithdrawVersion as WithdrawVersion,
)
from engine.service.run_requests import (
    StartRun as StartRun,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class ClaimCase:
    """Take a case to work on it, or renew the claim; fails on somebody else's claim."""

    case_id: CaseId
    draft: str = ""
    """What the person has typed so far; kept when the claim expires."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ReleaseClaim:
    """Give a claimed case back."""

    case_id: CaseId


@dataclass(frozen=True, kw_only=True, slots=True)
class DecideCase:
    """Answer a recommendation. Needs the person's own claim."""

    case_id: CaseId
    version: int
    """Version of the case that was on the screen."""
    kind: DecisionKind
    client_key: str
    """One per form, at most 64 characters: the same click twice is one decision."""
    reason_code: ReasonCode = ReasonCode.AGREED
    note: str = ""
    tool: str = ""
    """OVERRIDE: the tool to run instead."""
    arguments: Mapping[str, Any] = field(default_factory=dict)
    """OVERRIDE: its arguments."""
    role: Role | None = None
    """ESCALATE: to whom; by default whom the cell's envelope names."""
    question: str = ""
    """ASK: what has to be known."""
    has_seen_recommendation: bool = True
    time_to_decide_ms: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class TakeBackDecision:
    """Take back one's own decision before it is released."""

    case_id: CaseId
    version: int


@dataclass(frozen=True, kw_only=True, slots=True)
class UndoEffect:
    """Put back what a done case has done, the whole plan in reverse, and verify it.

    Where it takes two people the second one makes the same request on the case that waits for it.
    """

    case_id: CaseId
    version: int
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ProvideFact:
    """Answer what was asked for: a new fact, said by this person."""

    case_id: CaseId
    version: int
    attribute: str
    value: FactValue


@dataclass(frozen=True, kw_only=True, slots=True)
class LookAgain:
    """Have a case that waits for a person read anew; what people told is kept."""

    case_id: CaseId
    version: int


@dataclass(frozen=True, kw_only=True, slots=True)
class SettleRepair:
    """Say what was found when a case needed repair."""

    case_id: CaseId
    version: int
    is_done: bool
    """True: what was done stands as wanted, and the case is done if all of its plan is. False: it
    does not, or it was put back; the case goes back to the queue."""
    note: str


@dataclass(frozen=True, kw_only=True, slots=True)
class AddPerson:
    """Make an account."""

    name: str
    display_name: str
    password: str = field(repr=False)
    roles: frozenset[Role]


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangePerson:
    """Change a person's roles, or close the account."""

    name: str
    roles: frozenset[Role]
    is_active: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class IssueToken:
    """Make a bearer token for the API that acts as this person; shown once."""

    label: str
    days: int = 90


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangePassword:
    """Change one's own password; one's other sessions end."""

    old_password: str = field(repr=False)
    new_password: str = field(repr=False)
    ends_tokens: bool = False
    """Whether one's bearer tokens end too."""
    but_not: str = field(default="", repr=False)
    """Token of the session that goes on."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ResetPassword:
    """Set somebody else's password; all their sessions and tokens end."""

    name: str
    new_password: str = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class RevokeToken:
    """End a bearer token at once."""

    token: str
    """Its id, or its label where no other token of the person bears it."""
    name: str = ""
    """Whose; empty for one's own."""


@dataclass(frozen=True, kw_only=True, slots=True)
class EndSessions:
    """End sessions at once: all of a person, or one."""

    name: str = ""
    """Whose; empty for one's own."""
    session: str = ""
    """Id of the only one to end."""
    but_not: str = field(default="", repr=False)
    """Token of the session that goes on."""


Request = (
    ClaimCase
    | ReleaseClaim
    | DecideCase
    | TakeBackDecision
    | UndoEffect
    | ProvideFact
    | LookAgain
    | SettleRepair
    | StartRun
    | SaveDraft
    | SimulateDraft
    | ProposeVersion
    | SignVersion
    | WithdrawVersion
    | RollBack
    | HoldAction
    | ExtendWindow
    | SeeNotices
    | AnswerAudit
    | PauseScope
    | ResumeScope
    | AddPerson
    | ChangePerson
    | IssueToken
    | ChangePassword
    | ResetPassword
    | RevokeToken
    | EndSessions
)
