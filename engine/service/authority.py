"""Authority: which roles may make which request. Deny by default."""

from __future__ import annotations

from engine.domain.actor import Person, Role
from engine.errors import NotAllowed
from engine.service import requests as r

DECIDERS = frozenset({Role.OPERATOR, Role.SENIOR_OPERATOR})
"""Who may answer recommendations; a case is passed on only to these."""
_OWNERS = frozenset({Role.PRODUCT_OWNER, Role.RISK_OFFICER})
_BRAKES = frozenset(
    {Role.OPERATOR, Role.SENIOR_OPERATOR, Role.PRODUCT_OWNER, Role.RISK_OFFICER}
    | {Role.ADMINISTRATOR}
)
_RELEASERS = frozenset({Role.SENIOR_OPERATOR, Role.PRODUCT_OWNER, Role.RISK_OFFICER})
_ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})

MAY: dict[type, frozenset[Role]] = {
    r.ClaimCase: DECIDERS,
    r.ReleaseClaim: DECIDERS,
    r.DecideCase: DECIDERS,
    r.TakeBackDecision: DECIDERS,
    r.UndoEffect: DECIDERS,
    r.ProvideFact: DECIDERS,
    r.SettleRepair: DECIDERS,
    r.ProposeEnvelope: _OWNERS,
    r.SignEnvelope: _OWNERS,
    r.PauseScope: _BRAKES,
    r.ResumeScope: _RELEASERS,
    r.AddPerson: _ADMINISTRATORS,
    r.ChangePerson: _ADMINISTRATORS,
    r.IssueToken: frozenset(Role),
}
"""For each request the roles that may make it; a request that is missing here nobody may make."""


def require(request: r.Request, person: Person) -> None:
    """Refuse what the person's roles do not allow.

    Raises:
        NotAllowed: The account is closed, or no role of it may do this.
    """
    if not person.is_active:
        raise NotAllowed("This account is closed.")
    allowed = MAY.get(type(request), frozenset())
    if not person.has_any(allowed):
        names = " or ".join(sorted(role.replace("_", " ") for role in allowed)) or "nobody"
        raise NotAllowed(f"Only {names} may do this.", request=type(request).__name__)
