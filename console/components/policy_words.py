"""Words about policy documents: kinds, states of a version, and who may do what with them."""

from __future__ import annotations

from engine.domain.actor import Person
from engine.domain.policy import PolicyKind, VersionStatus
from engine.service.authority import SIGNERS, WRITERS

TITLE = {
    PolicyKind.ENVELOPE: "envelope",
    PolicyKind.GUARDRAILS: "guardrails",
    PolicyKind.GOALS: "goals",
}
STATUS = {
    VersionStatus.DRAFT: "draft",
    VersionStatus.SIMULATED: "draft, simulated",
    VersionStatus.PROPOSED: "waits for a second name",
    VersionStatus.ACTIVE: "active",
    VersionStatus.SUPERSEDED: "was active",
    VersionStatus.WITHDRAWN: "withdrawn",
}
OPEN = (VersionStatus.DRAFT, VersionStatus.SIMULATED)


def may_write(person: Person, kind: PolicyKind) -> bool:
    """Whether a person drafts and proposes such documents."""
    return person.has_any(WRITERS[kind])


def may_sign(person: Person, kind: PolicyKind) -> bool:
    """Whether a person signs such documents, and rolls them back."""
    return person.has_any(SIGNERS[kind])


def roles(kind: PolicyKind, *, signing: bool) -> str:
    """Who may, in words."""
    allowed = SIGNERS[kind] if signing else WRITERS[kind]
    return " or ".join(sorted(role.replace("_", " ") for role in allowed))
