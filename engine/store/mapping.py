"""Mapping: values of the domain to rows and back. No query lives here."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from engine.domain.budget import Reservation
from engine.domain.canonical import Json
from engine.domain.case import Origin
from engine.domain.decision import Decision, DecisionKind, ReasonCode
from engine.domain.effect import Effect, EffectStatus
from engine.domain.fact import FactSet, facts_from_json, facts_to_json
from engine.domain.grant import Grant, GrantBasis, GrantStatus
from engine.domain.ids import ActionId, CaseId, RecommendationId
from engine.domain.outcome import LabelSource, Outcome, OutcomeKind
from engine.domain.recommendation import Action, Recommendation
from engine.domain.span import Choice, Span
from engine.domain.verdict import RuleResult, Verdict, VerdictKind
from engine.store.case_rows import Row
from engine.store.drafts import draft_from_json, draft_to_json


def fact_set_row(facts: FactSet) -> Row:
    """A row of `fact_sets`."""
    return {
        "case_id": facts.case_id,
        "revision": facts.revision,
        "digest": facts.digest,
        "facts": facts_to_json(facts.facts),
    }


def fact_set_of(row: Any) -> FactSet:
    """The facts a row of `fact_sets` holds."""
    return FactSet(
        case_id=CaseId(row.case_id),
        revision=row.revision,
        facts=facts_from_json(row.facts),
        digest=bytes(row.digest),
    )


def recommendation_row(value: Recommendation) -> Row:
    """A row of `recommendations`."""
    by = value.draft.by
    return {
        "id": value.id,
        "case_id": value.case_id,
        "facts_revision": value.facts_revision,
        "facts_digest": value.facts_digest,
        "reasoner": by.name,
        "reasoner_version": by.version,
        "label": value.draft.label,
        "raw_confidence": value.draft.raw_confidence,
        "confidence": value.confidence,
        "is_calibrated": value.is_calibrated,
        "calibration": value.calibration,
        "threshold": value.threshold,
        "cut": value.cut,
        "wider_threshold": value.wider_threshold,
        "wider_cut": value.wider_cut,
        "risk_limit": value.risk_limit,
        "wider_risk_limit": value.wider_risk_limit,
        "draft": draft_to_json(value.draft),
        "as_of": value.as_of,
        "created_at": value.created_at,
    }


def recommendation_of(row: Any, actions: tuple[Action, ...]) -> Recommendation:
    """The recommendation a row holds, with its actions."""
    return Recommendation(
        id=RecommendationId(row.id),
        case_id=CaseId(row.case_id),
        facts_revision=row.facts_revision,
        facts_digest=bytes(row.facts_digest),
        draft=draft_from_json(row.draft),
        confidence=row.confidence,
        is_calibrated=row.is_calibrated,
        calibration=row.calibration,
        threshold=row.threshold,
        cut=row.cut,
        wider_threshold=row.wider_threshold,
        wider_cut=row.wider_cut,
        risk_limit=row.risk_limit,
        wider_risk_limit=row.wider_risk_limit,
        as_of=row.as_of,
        created_at=row.created_at,
        actions=actions,
    )


def action_row(action: Action, *, case_id: UUID, recommendation_id: UUID, is_override: bool) -> Row:
    """A row of `actions`."""
    return {
        "id": action.id,
        "recommendation_id": recommendation_id,
        "case_id": case_id,
        "ordinal": action.ordinal,
        "is_override": is_override,
        "tool": action.tool,
        "contract_digest": action.contract_digest,
        "arguments": action.arguments,
        "arguments_digest": action.arguments_digest,
        "target": action.target,
        "target_digest": action.target_digest,
        "target_state": action.target_state,
        "preview": action.preview,
        "verdict": action.verdict.kind.value,
        "would_have": action.verdict.would_have.value,
        "rules": [rule.to_json() for rule in action.verdict.rules],
        "envelope_hash": action.verdict.envelope_hash,
    }


def action_of(row: Any) -> Action:
    """The action a row holds."""
    return Action(
        id=ActionId(row.id),
        ordinal=row.ordinal,
        tool=row.tool,
        contract_digest=bytes(row.contract_digest),
        arguments=row.arguments,
        arguments_digest=bytes(row.arguments_digest),
        target=row.target,
        target_digest=bytes(row.target_digest),
        target_state=row.target_state,
        preview=row.preview,
        verdict=Verdict(
            kind=VerdictKind(row.verdict),
            would_have=VerdictKind(row.would_have),
            rules=tuple(RuleResult.from_json(rule) for rule in row.rules),
            envelope_hash=bytes(row.envelope_hash),
        ),
    )


def _plain(value: object, names: tuple[str, ...]) -> Row:
    return {name: getattr(value, name) for name in names}


_DECISION = tuple(Decision.__dataclass_fields__)
_GRANT = tuple(Grant.__dataclass_fields__)
_EFFECT = tuple(Effect.__dataclass_fields__)
_OUTCOME = tuple(Outcome.__dataclass_fields__)
_SPAN = tuple(Span.__dataclass_fields__)
_CHOICE = tuple(Choice.__dataclass_fields__)


def decision_row(value: Decision) -> Row:
    """A row of `decisions`."""
    return {**_plain(value, _DECISION), "taken_back_at": None}


def decision_of(row: Any) -> Decision:
    """The decision a row holds."""
    fields = _plain(row, _DECISION)
    fields["kind"] = DecisionKind(row.kind)
    fields["reason_code"] = ReasonCode(row.reason_code)
    fields["origin"] = Origin(row.origin)
    return Decision(**fields)


def grant_row(value: Grant) -> Row:
    """A row of `grants`."""
    return {**_plain(value, _GRANT), "closed_at": None}


def grant_of(row: Any) -> Grant:
    """The grant a row holds."""
    fields = _plain(row, _GRANT)
    fields["basis"] = GrantBasis(row.basis)
    fields["status"] = GrantStatus(row.status)
    for name in ("contract", "arguments", "facts", "target"):
        fields[f"{name}_digest"] = bytes(fields[f"{name}_digest"])
    fields["envelope_hash"] = bytes(row.envelope_hash)
    return Grant(**fields)


def effect_row(value: Effect) -> Row:
    """A row of `effects`."""
    taken = [
        [one.budget, one.customer, one.window_start.isoformat(), one.amount]
        for one in value.reserved
    ]
    return {**_plain(value, _EFFECT), "reserved": taken or None}


def effect_of(row: Any) -> Effect:
    """The effect a row holds."""
    fields = _plain(row, _EFFECT)
    fields["status"] = EffectStatus(row.status)
    fields["reserved"] = tuple(_reservation(taken) for taken in row.reserved or ())
    return Effect(**fields)


def _reservation(taken: Json) -> Reservation:
    budget, customer, start, amount = taken
    return Reservation(
        budget=budget,
        customer=customer,
        window_start=datetime.fromisoformat(start),
        amount=amount,
    )


def outcome_row(value: Outcome, *, desk: str) -> Row:
    """A row of `outcomes`."""
    return {**_plain(value, _OUTCOME), "desk": desk}


def outcome_of(row: Any) -> Outcome:
    """The outcome a row holds."""
    fields = _plain(row, _OUTCOME)
    fields["kind"] = OutcomeKind(row.kind)
    fields["label_source"] = LabelSource(row.label_source)
    fields["origin"] = Origin(row.origin)
    return Outcome(**fields)


def span_row(value: Span, *, case_id: UUID, sequence: int) -> Row:
    """A row of `spans`."""
    return {**_plain(value, _SPAN), "case_id": case_id, "sequence": sequence}


def choice_row(value: Choice, *, case_id: UUID, sequence: int) -> Row:
    """A row of `choices`."""
    return {
        **_plain(value, _CHOICE),
        "options": list(value.options),
        "case_id": case_id,
        "sequence": sequence,
    }
