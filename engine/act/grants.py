"""Grants: minting a single-use permit, and checking that it still fits what it was minted for."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from engine.domain.case import Attention, Case
from engine.domain.grant import Grant, GrantBasis, GrantStatus
from engine.domain.ids import GrantId, RecommendationId
from engine.domain.recommendation import Action
from engine.domain.tool import ToolContract


def mint(
    *,
    grant_id: UUID,
    case: Case,
    action: Action,
    recommendation_id: RecommendationId,
    basis: GrantBasis,
    basis_id: UUID,
    actor: str,
    envelope_hash: bytes,
    now: datetime,
    lifetime: timedelta,
) -> Grant:
    """Make the permit for one exact action; it counts only once a transition has recorded it."""
    return Grant(
        id=GrantId(grant_id),
        case_id=case.id,
        action_id=action.id,
        recommendation_id=recommendation_id,
        basis=basis,
        basis_id=basis_id,
        actor=actor,
        tool=action.tool,
        contract_digest=action.contract_digest,
        arguments_digest=action.arguments_digest,
        facts_digest=case.facts_digest,
        target_digest=action.target_digest,
        envelope_hash=envelope_hash,
        minted_at=now,
        expires_at=now + lifetime,
    )


def misfit(
    grant: Grant | None,
    *,
    case: Case,
    action: Action,
    contract: ToolContract | None,
    arguments_digest: bytes,
    target_digest: bytes,
    now: datetime,
) -> Attention | None:
    """Say why a grant no longer fits, or None where it does.

    Everything the grant binds is compared with what is true now; the envelope and the actor's
    authority are judged by `authorize`, apart from this.
    """
    if grant is None or grant.status is not GrantStatus.MINTED or grant.action_id != action.id:
        return Attention.AUTHORITY_LOST
    if now > grant.expires_at:
        return Attention.GRANT_EXPIRED
    if contract is None or contract.digest != grant.contract_digest:
        return Attention.CONTRACT_CHANGED
    if arguments_digest != grant.arguments_digest or grant.tool != action.tool:
        return Attention.AUTHORITY_LOST
    if case.facts_digest != grant.facts_digest:
        return Attention.FACTS_CHANGED
    if grant.recommendation_id != case.recommendation_id:
        return Attention.FACTS_CHANGED
    if target_digest != grant.target_digest:
        return Attention.TARGET_CHANGED
    return None
