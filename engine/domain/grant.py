"""Grant: a single-use permit to execute one exact action."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from engine.domain.ids import ActionId, CaseId, GrantId, RecommendationId


class GrantStatus(StrEnum):
    """MINTED once, then one of the others, by one compare-and-set."""

    MINTED = "MINTED"
    USED = "USED"
    EXPIRED = "EXPIRED"
    REVOKED = "REVOKED"


class GrantBasis(StrEnum):
    """What a grant was minted from; nothing else may mint one."""

    VERDICT = "verdict"
    VETO_LAPSE = "veto_lapse"
    DECISION = "decision"
    UNDO = "undo"
    COMPENSATION = "compensation"


@dataclass(frozen=True, kw_only=True, slots=True)
class Grant:
    """The permit and everything it binds."""

    id: GrantId
    case_id: CaseId
    action_id: ActionId
    recommendation_id: RecommendationId
    basis: GrantBasis
    basis_id: UUID
    """The action (for a verdict), decision or effect it rests on."""
    actor: str
    """Sign-in name of the person, or `envelope`."""
    tool: str
    contract_digest: bytes
    arguments_digest: bytes
    facts_digest: bytes
    target_digest: bytes
    envelope_hash: bytes
    case_version: int
    """Version of the case it was minted for; a later grant of the case has a higher one."""
    minted_at: datetime
    expires_at: datetime
    status: GrantStatus = GrantStatus.MINTED
