"""Grants: minting a single-use permit, and checking that it still fits what it was minted for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from engine.domain.case import Attention, Case
from engine.domain.effect import Effect, EffectStatus
from engine.domain.grant import Grant, GrantBasis, GrantStatus
from engine.domain.ids import GrantId
from engine.domain.recommendation import Action
from engine.domain.tool import ToolContract
from engine.errors import GrantRefused


@dataclass(frozen=True, kw_only=True, slots=True)
class Basis:
    """What a grant rests on, and in whose name."""

    kind: GrantBasis
    id: UUID
    """The action (for a verdict), decision or effect."""
    actor: str
    """Sign-in name of the person, or `envelope`."""


def mint(
    *,
    grant_id: UUID,
    case: Case,
    action: Action,
    basis: Basis,
    envelope_hash: bytes,
    now: datetime,
    lifetime: timedelta,
) -> Grant:
    """Make the permit for one exact action; it counts only once a transition has recorded it.

    Raises:
        GrantRefused: The case has no recommendation to bind.
    """
    if case.recommendation_id is None:
        raise GrantRefused("A grant binds a recommendation or a decision; this case has none.")
    return Grant(
        id=GrantId(grant_id),
        case_id=case.id,
        action_id=action.id,
        recommendation_id=case.recommendation_id,
        basis=basis.kind,
        basis_id=basis.id,
        actor=basis.actor,
        tool=action.tool,
        contract_digest=action.contract_digest,
        arguments_digest=action.arguments_digest,
        facts_digest=case.facts_digest,
        target_digest=action.target_digest,
        envelope_hash=envelope_hash,
        case_version=case.version,
        minted_at=now,
        expires_at=now + lifetime,
    )


def require_compensable(effect: Effect, grant: Grant | None, effects: Sequence[Effect]) -> Grant:
    """Refuse to put back what was not done under a used grant, or is being put back already.

    Args:
        effect: What is to be put back.
        grant: The grant it happened under; None: there is none.
        effects: All effects of its case.

    Returns:
        The grant.

    Raises:
        GrantRefused: One of that is so.
    """
    if effect.status is not EffectStatus.SUCCEEDED or effect.undoes is not None:
        raise GrantRefused("only what is known to have been done is put back")
    if grant is None or grant.id != effect.grant_id or grant.status is not GrantStatus.USED:
        raise GrantRefused("what is to be put back was done without a grant")
    if any(one.undoes == effect.id and one.status is not EffectStatus.FAILED for one in effects):
        raise GrantRefused("it is put back already")
    return grant


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
