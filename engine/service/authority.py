"""Authority: which roles may make which request. Deny by default."""

from __future__ import annotations

from engine.domain.actor import Person, Role
from engine.domain.policy import PolicyKind
from engine.errors import NotAllowed
from engine.service import requests as r

DECIDERS = frozenset({Role.OPERATOR, Role.SENIOR_OPERATOR})
"""Who may answer recommendations; a case is passed on only to these."""
AUDITORS = frozenset({Role.SENIOR_OPERATOR, Role.RISK_OFFICER})
"""Who learns which actions were drawn for audit, and answers them."""
SUBMITTERS = frozenset(Role) - {Role.VIEWER}
"""Who may send cases in."""
_OWNERS = frozenset({Role.PRODUCT_OWNER, Role.RISK_OFFICER})
_RISK = frozenset({Role.RISK_OFFICER})
_BRAKES = frozenset(
    {Role.OPERATOR, Role.SENIOR_OPERATOR, Role.PRODUCT_OWNER, Role.RISK_OFFICER}
    | {Role.ADMINISTRATOR}
)
_RELEASERS = frozenset({Role.SENIOR_OPERATOR, Role.PRODUCT_OWNER, Role.RISK_OFFICER})
_RUNNERS = DECIDERS | _OWNERS
"""Who lets a reasoner look at a case beside its way: a model may cost money."""
_ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})

MAY: dict[type, frozenset[Role]] = {
    r.ClaimCase: DECIDERS,
    r.ReleaseClaim: DECIDERS,
    r.DecideCase: DECIDERS,
    r.TakeBackDecision: DECIDERS,
    r.UndoEffect: DECIDERS,
    r.ProvideFact: DECIDERS,
    r.LookAgain: DECIDERS,
    r.SettleRepair: DECIDERS,
    r.StartRun: _RUNNERS,
    r.HoldAction: _BRAKES,
    r.ExtendWindow: DECIDERS,
    r.SeeNotices: frozenset(Role),
    r.AnswerAudit: AUDITORS,
    r.PauseScope: _BRAKES,
    r.ResumeScope: _RELEASERS,
    r.AddPerson: _ADMINISTRATORS,
    r.ChangePerson: _ADMINISTRATORS,
    r.IssueToken: frozenset(Role),
    r.ChangePassword: frozenset(Role),
    r.ResetPassword: _ADMINISTRATORS,
    r.RevokeToken: frozenset(Role),  # somebody else's: administrators, which the use case checks
    r.EndSessions: frozenset(Role),  # likewise
}
"""For each request the roles that may make it; one that stands in no table nobody may make."""


_DRAFTING = (r.SaveDraft, r.SimulateDraft, r.ProposeVersion, r.WithdrawVersion)
_SIGNING = (r.SignVersion, r.RollBack)
WRITERS: dict[PolicyKind, frozenset[Role]] = {
    PolicyKind.ENVELOPE: _OWNERS,
    PolicyKind.GUARDRAILS: _RISK,
    PolicyKind.GOALS: frozenset({Role.PRODUCT_OWNER}),
}
"""Who drafts and proposes each kind of document."""
SIGNERS: dict[PolicyKind, frozenset[Role]] = {
    PolicyKind.ENVELOPE: _OWNERS,
    PolicyKind.GUARDRAILS: _RISK,
    PolicyKind.GOALS: _OWNERS,
}
"""Who signs each kind of document, and rolls it back; never its author."""


def allowed_roles(request: r.Request) -> frozenset[Role]:
    """The roles that may make a request."""
    if isinstance(request, _DRAFTING):
        return WRITERS[request.kind]
    if isinstance(request, _SIGNING):
        return SIGNERS[request.kind]
    return MAY.get(type(request), frozenset())


def waiting_for(*roles: Role) -> frozenset[str]:
    """Roles of cases that somebody of these roles is asked to answer, for a filter of the queue.

    A case that was passed on to nobody in particular (its role is empty) needs no more than an
    operator.
    """
    anybody = {""} if Role.OPERATOR in roles else set[str]()
    return frozenset(roles) | anybody


def may(request: r.Request, person: Person | None) -> bool:
    """Whether somebody, as they are now, may make a request."""
    return person is not None and person.is_active and person.has_any(allowed_roles(request))


def require_author(kind: PolicyKind, author: str, person: Person | None) -> None:
    """Refuse what was proposed by somebody who may propose such documents no longer.

    Args:
        kind: Of the document.
        author: Sign-in name of who proposed it.
        person: Who that is now; None: nobody any more.

    Raises:
        NotAllowed: The account is closed, or has lost the roles that propose.
    """
    if person is None or not person.is_active or not person.has_any(WRITERS[kind]):
        raise NotAllowed(
            f"{author}, who proposed this version, may no longer propose {kind}; somebody who may "
            "has to propose it anew."
        )


def require(request: r.Request, person: Person) -> None:
    """Refuse what the person's roles do not allow.

    Raises:
        NotAllowed: The account is closed, or no role of it may do this.
    """
    if not person.is_active:
        raise NotAllowed("This account is closed.")
    allowed = allowed_roles(request)
    if not person.has_any(allowed):
        names = " or ".join(sorted(role.replace("_", " ") for role in allowed)) or "nobody"
        raise NotAllowed(f"Only {names} may do this.", request=type(request).__name__)


def require_submitter(person: Person) -> None:
    """Refuse who may not send cases in.

    Raises:
        NotAllowed: The account is closed, or it only looks on.
    """
    if not person.is_active:
        raise NotAllowed("This account is closed.")
    if not person.has_any(SUBMITTERS):
        raise NotAllowed("A viewer does not send cases in.")


def require_decider(person: Person) -> None:
    """Refuse who may not look at what a call would change: only those who may ask for calls do.

    Raises:
        NotAllowed: The account is closed, or holds no role that decides.
    """
    if not person.is_active:
        raise NotAllowed("This account is closed.")
    if not person.has_any(DECIDERS):
        raise NotAllowed("Only those who decide cases look at what a call would change.")
