"""Judging: a recommendation meets policy; what becomes of the case with the verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from engine.act.grants import Basis, mint
from engine.domain.actor import POLICY, Actor, DecidedBy
from engine.domain.canonical import Json
from engine.domain.case import Attention, Case
from engine.domain.case_status import CaseStatus
from engine.domain.grant import Grant, GrantBasis
from engine.domain.ledger import EntryDraft, EventKind
from engine.domain.phase import Phase
from engine.domain.recommendation import Action, Recommendation, recommended_by
from engine.domain.span import Choice, ChoiceKind, Span
from engine.domain.transition import AuditDrawn, Transition
from engine.domain.verdict import Verdict, VerdictKind
from engine.govern.audit_sample import AuditStream, draw_audit
from engine.govern.authorize_plan import strictest
from engine.govern.envelope import CellEnvelope
from engine.ports import Clock, Ids
from engine.runtime.windows import opened

_VERDICTS = tuple(VerdictKind)
_UNCALIBRATED = "confidence_uncalibrated"
"""What a new version breaks first, for it has no record; that it is new says why."""


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
        envelopes: Sequence[CellEnvelope | None],
        spans: tuple[Span, ...],
        *,
        at: datetime,
    ) -> Transition:
        """Record recommendation and verdict, and send the case on its way.

        Args:
            case: The case as it was reasoned about.
            made: Its recommendation; the strictest verdict of its actions is the plan's.
            envelopes: The limits of each action's cell.
            spans: What it took.
            at: The desk's present.
        """
        deciding = made.actions[strictest([one.verdict for one in made.actions])]
        after = _with(case, made)
        step = Transition(
            before=case,
            after=after,
            entries=self._entries(made, deciding.verdict),
            records=(made,),
            spans=spans,
            choices=self._choices(made, deciding.verdict),
        )
        known = [envelope for envelope in envelopes if envelope is not None]
        if len(known) == len(envelopes):
            if deciding.verdict.kind is VerdictKind.EXECUTE:
                return step.then(self._granted(after, made, known))
            if deciding.verdict.kind is VerdictKind.VETO_WINDOW:
                return step.then(self._windowed(after, made, known))
        return step.then(_escalated(after, deciding.verdict, envelopes[0], at))

    def denied(self, case: Case, made: Recommendation, spans: tuple[Span, ...]) -> Transition:
        """Record what policy forbids; the case stays where it is, with whoever asked."""
        verdict = made.actions[strictest([one.verdict for one in made.actions])].verdict
        return Transition(
            before=case,
            after=case.noted(),
            entries=self._entries(made, verdict),
            records=(made,),
            spans=spans,
            choices=self._choices(made, verdict),
        )

    def _entries(self, made: Recommendation, verdict: Verdict) -> tuple[EntryDraft, ...]:
        reasoner = Actor(decided_by=recommended_by(made.draft.reasoner), name=made.draft.author)
        action = made.actions[0]
        recommended = {
            "recommendation": made.id,
            "proposal": made.draft.summary,
            "confidence": made.confidence,
            "facts": made.facts_digest,
            "arguments": action.arguments_digest,
            "target": action.target_digest,
        }
        judged = {
            "verdict": verdict.kind,
            "would_have": verdict.would_have,
            "broken": [rule.rule for rule in verdict.broken],
            "envelope": verdict.envelope_hash,
        }
        if len(made.actions) > 1:
            recommended["steps"] = [[one.tool, one.arguments_digest] for one in made.actions]
            judged["steps"] = [[one.tool, one.verdict.kind] for one in made.actions]
        return (
            self._entry(EventKind.CASE_REASONED, reasoner, recommended),
            self._entry(EventKind.VERDICT_GIVEN, POLICY, judged),
        )

    def _granted(
        self, case: Case, made: Recommendation, envelopes: Sequence[CellEnvelope]
    ) -> Transition:
        now, action, envelope = self.clock.now(), made.actions[0], envelopes[0]
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
            records=(*self._drawn(case, made, envelopes, now), grant),
        )

    def _windowed(
        self, case: Case, made: Recommendation, envelopes: Sequence[CellEnvelope]
    ) -> Transition:
        now = self.clock.now()
        step = opened(case, made.actions[0], envelopes, now)
        return replace(step, records=(*self._drawn(case, made, envelopes, now), *step.records))

    def _minted(self, grant: Grant) -> EntryDraft:
        return self._entry(
            EventKind.GRANT_MINTED, POLICY, {"grant": grant.id, "basis": grant.basis}
        )

    def _drawn(
        self,
        case: Case,
        made: Recommendation,
        envelopes: Sequence[CellEnvelope],
        now: datetime,
    ) -> tuple[AuditDrawn, ...]:
        """The audit draw of every action is made once, before the first of them runs."""
        return tuple(
            self._draw(case, action, envelope.limits.audit_rate, now)
            for action, envelope in zip(made.actions, envelopes, strict=True)
        )

    def _draw(self, case: Case, action: Action, rate: float, now: datetime) -> AuditDrawn:
        draw = draw_audit(
            self.audit_key,
            case_id=str(case.id),
            action_id=str(action.id),
            stream=AuditStream.UNIFORM,
            probability=rate,
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
                decided_by=recommended_by(draft.reasoner),
                decider=draft.author,
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


def _with(case: Case, made: Recommendation) -> Case:
    return replace(
        case,
        recommendation_id=made.id,
        action_id=made.actions[0].id,
        confidence=made.confidence,
        proposal=made.draft.summary,
    )


def _review_until(case: Case, envelope: CellEnvelope | None, at: datetime) -> datetime | None:
    """Until when somebody has to answer; what is looked at anew too late has its time anew."""
    minutes = envelope.limits.review_minutes if envelope else None
    if not minutes:
        return None
    review = case.as_of + timedelta(minutes=minutes)
    is_again = case.facts_revision > 1
    return at + timedelta(minutes=minutes) if is_again and review <= at else review


def _escalated(
    case: Case, verdict: Verdict, envelope: CellEnvelope | None, at: datetime
) -> Transition:
    attention, note = _why(verdict)
    review = _review_until(case, envelope, at)
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
    phase = broken.pop("phase_is_copilot", None)
    unearned = phase.seen if phase is not None and phase.seen != Phase.COPILOT else ""
    if not broken:
        said = (
            f"phase_is_copilot: {unearned}" if unearned else "software would have done this alone"
        )
        return Attention.COPILOT, said
    rule = next(iter(broken.values()))
    is_new = bool(unearned) and rule.rule == _UNCALIBRATED
    seen = unearned if is_new else rule.seen
    return Attention.OUTSIDE_ENVELOPE, f"{rule.rule}: {seen} against {rule.limit}"
