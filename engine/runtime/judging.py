"""Judging: a recommendation meets policy; what becomes of the case with the verdict."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from engine.act.grants import Basis, mint
from engine.domain.actor import POLICY, Actor, DecidedBy
from engine.domain.canonical import Json
from engine.domain.case import Attention, Case
from engine.domain.case_status import CaseStatus
from engine.domain.grant import Grant, GrantBasis
from engine.domain.ledger import EntryDraft, EventKind
from engine.domain.recommendation import Action, Recommendation
from engine.domain.span import Choice, ChoiceKind, Span
from engine.domain.transition import AuditDrawn, Transition
from engine.domain.verdict import Verdict, VerdictKind
from engine.govern.audit_sample import AuditStream, draw_audit
from engine.govern.envelope import CellEnvelope
from engine.ports import Clock, Ids
from engine.runtime.windows import opened

_VERDICTS = tuple(VerdictKind)


@dataclass(frozen=True, kw_only=True)
class Judging:
    """Makes the transition from a judged recommendation to a grant or to a person."""

    clock: Clock
    ids: Ids
    audit_key: bytes

    def judged(
        self,
        case: Case,
        made: Recommendation,
        envelope: CellEnvelope | None,
        spans: tuple[Span, ...],
    ) -> Transition:
        """Record recommendation and verdict, and send the case on its way."""
        action = made.actions[0]
        after = replace(
            case,
            recommendation_id=made.id,
            action_id=action.id,
            confidence=made.confidence,
            proposal=made.draft.summary,
        )
        step = Transition(
            before=case,
            after=after,
            entries=self._entries(made, action),
            records=(made,),
            spans=spans,
            choices=self._choices(made, action.verdict),
        )
        if action.verdict.kind is VerdictKind.EXECUTE and envelope is not None:
            return step.then(self._granted(after, made, action, envelope))
        if action.verdict.kind is VerdictKind.VETO_WINDOW and envelope is not None:
            return step.then(self._windowed(after, action, envelope))
        return step.then(_escalated(after, action.verdict, envelope))

    def _entries(self, made: Recommendation, action: Action) -> tuple[EntryDraft, ...]:
        reasoner = Actor(decided_by=DecidedBy.MODEL, name=made.draft.reasoner)
        recommended = {
            "recommendation": made.id,
            "proposal": made.draft.summary,
            "confidence": made.confidence,
            "facts": made.facts_digest,
            "arguments": action.arguments_digest,
            "target": action.target_digest,
        }
        judged = {
            "verdict": action.verdict.kind,
            "would_have": action.verdict.would_have,
            "broken": [rule.rule for rule in action.verdict.broken],
            "envelope": action.verdict.envelope_hash,
        }
        return (
            self._entry(EventKind.CASE_REASONED, reasoner, recommended),
            self._entry(EventKind.VERDICT_GIVEN, POLICY, judged),
        )

    def _granted(
        self, case: Case, made: Recommendation, action: Action, envelope: CellEnvelope
    ) -> Transition:
        now = self.clock.now()
        grant = mint(
            grant_id=self.ids.new(),
            case=case,
            action=action,
            basis=Basis(kind=GrantBasis.VERDICT, id=action.id, actor=POLICY.name),
            envelope_hash=envelope.hash,
            now=now,
            lifetime=timedelta(minutes=envelope.limits.grant_minutes),
        )
        return Transition(
            before=case,
            after=case.moved(CaseStatus.GRANTED, wake_at=now),
            entries=(self._minted(grant),),
            records=(self._drawn(case, action, envelope, now), grant),
        )

    def _windowed(self, case: Case, action: Action, envelope: CellEnvelope) -> Transition:
        now = self.clock.now()
        step = opened(case, action, envelope, now)
        drawn = self._drawn(case, action, envelope, now)
        return replace(step, records=(drawn, *step.records))

    def _minted(self, grant: Grant) -> EntryDraft:
        return self._entry(
            EventKind.GRANT_MINTED, POLICY, {"grant": grant.id, "basis": grant.basis}
        )

    def _drawn(
        self, case: Case, action: Action, envelope: CellEnvelope, now: datetime
    ) -> AuditDrawn:
        """The audit draw is made once, before the action runs."""
        draw = draw_audit(
            self.audit_key,
            case_id=str(case.id),
            action_id=str(action.id),
            stream=AuditStream.UNIFORM,
            probability=envelope.limits.audit_rate,
        )
        return AuditDrawn(
            case_id=case.id,
            action_id=action.id,
            stream=draw.stream,
            probability=draw.probability,
            is_selected=draw.selected,
            drawn_at=now,
        )

    def _choices(self, made: Recommendation, verdict: Verdict) -> tuple[Choice, ...]:
        now = self.clock.now()
        draft = made.draft
        return (
            Choice(
                kind=ChoiceKind.RECOMMEND,
                at=now,
                decided_by=DecidedBy.MODEL,
                decider=draft.reasoner,
                chosen=draft.summary,
                options=tuple(option.label for option in draft.alternatives),
                grounds=draft.rationale,
            ),
            Choice(
                kind=ChoiceKind.AUTHORIZE,
                at=now,
                decided_by=DecidedBy.POLICY,
                decider=POLICY.name,
                chosen=verdict.kind,
                options=_VERDICTS,
                grounds="; ".join(rule.rule for rule in verdict.broken) or "all rules kept",
            ),
        )

    def _entry(self, kind: EventKind, actor: Actor, payload: Json) -> EntryDraft:
        return EntryDraft(kind=kind, actor=actor, at=self.clock.now(), payload=payload)


def _escalated(case: Case, verdict: Verdict, envelope: CellEnvelope | None) -> Transition:
    attention, note = _why(verdict)
    minutes = envelope.limits.review_minutes if envelope else None
    review = case.as_of + timedelta(minutes=minutes) if minutes else None
    after = case.moved(
        CaseStatus.PENDING,
        attention=attention,
        attention_note=note,
        wake_at=review,
        review_due_at=review,
    )
    return Transition(before=case, after=after, entries=())


def _why(verdict: Verdict) -> tuple[Attention, str]:
    """Why the case goes to a person, and the rule in words."""
    broken = {rule.rule: rule for rule in verdict.broken}
    if verdict.kind is VerdictKind.DENY:
        denied = next(r for r in verdict.broken if r.otherwise is VerdictKind.DENY)
        return Attention.DENIED, f"{denied.rule}: {denied.seen}"
    if "paused" in broken:
        return Attention.PAUSED, broken["paused"].seen
    broken.pop("phase_is_copilot", None)
    if not broken:
        return Attention.COPILOT, "software would have done this alone"
    rule = next(iter(broken.values()))
    return Attention.OUTSIDE_ENVELOPE, f"{rule.rule}: {rule.seen} against {rule.limit}"
