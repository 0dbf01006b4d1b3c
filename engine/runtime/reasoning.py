"""Perceive and reason about a case: the engine's part of its way before anybody decides.

Pure apart from read tools: it computes transitions, the worker commits them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from engine.act.grants import mint
from engine.desk import Desk
from engine.domain.actor import ENGINE, POLICY, Actor, DecidedBy
from engine.domain.canonical import Json, digest
from engine.domain.case import Attention, Case, Signal
from engine.domain.case_status import CaseStatus
from engine.domain.fact import FactSet, contradictions, fact_set, stale_facts
from engine.domain.grant import GrantBasis
from engine.domain.ids import ActionId, RecommendationId
from engine.domain.ledger import EntryDraft, EventKind
from engine.domain.phase import Cell
from engine.domain.recommendation import Action, Draft, Proposal, Recommendation
from engine.domain.span import Choice, ChoiceKind, Stage
from engine.domain.transition import AuditDrawn, Transition
from engine.domain.verdict import Verdict, VerdictKind
from engine.errors import InvalidRequest, ToolError
from engine.govern.audit_sample import AuditStream, draw_audit
from engine.govern.authorize import AuthorizationRequest, Usage, authorize
from engine.govern.envelope import CellEnvelope, RollingThreshold
from engine.ports import Clock, EffectTool, Ids, Reader
from engine.runtime.learning import DeskLearning
from engine.runtime.marks import Marks
from engine.runtime.policy import Policy, hour_of


@dataclass(frozen=True, kw_only=True, slots=True)
class Scored:
    """A draft's confidence, calibrated, and what it is measured against."""

    confidence: float | None = None
    is_calibrated: bool = False
    calibration: str = "none"
    threshold: float | None = None
    cut: float | None = None


class Reasoning:
    """Turns a received case into one that waits for a person or holds a grant."""

    def __init__(self, *, reader: Reader, clock: Clock, ids: Ids, audit_key: bytes) -> None:
        """Bind what every case needs.

        Args:
            reader: Reads of the store.
            clock: The present.
            ids: New identifiers.
            audit_key: Key of the audit draw; empty: nothing runs without a person.
        """
        self._reader = reader
        self._clock = clock
        self._ids = ids
        self._audit_key = audit_key

    def advance(
        self,
        case: Case,
        signal: Signal,
        desk: Desk,
        learning: DeskLearning | None,
        policy: Policy,
        facts: FactSet | None = None,
    ) -> Transition:
        """Perceive a case where that is still to do, then reason about it.

        Args:
            case: A case that is RECEIVED, PERCEIVED or REASONING.
            signal: What came in.
            desk: Its desk.
            learning: What the desk has learned by now; None where it learns nothing.
            policy: The policy in force.
            facts: Its facts, where it is past RECEIVED.

        Raises:
            ToolUnavailable: The system of record could not be read; try again later.
        """
        marks = Marks(self._clock)
        if facts is None or case.status is not CaseStatus.REASONING:
            facts = self._perceive(case, signal, desk, marks, facts)
            step = self._perceived(case, facts, marks)
        else:
            step = self._begun(case)
        return step.then(self._reason(step.after, facts, desk, learning, policy))

    # --- perceive ------------------------------------------------------------------------

    def _perceive(
        self, case: Case, signal: Signal, desk: Desk, marks: Marks, before: FactSet | None
    ) -> FactSet:
        def read(name: str, arguments: Mapping[str, Any]) -> Json:
            tool = desk.read_tool(name)
            if tool is None:
                raise ToolError(f"{desk.name} has no read tool {name}.")
            checked = tool.contract.check_arguments(arguments)
            with marks.timed(Stage.PERCEIVE, name, inputs=checked) as mark:
                mark.rule = "read permit"
                mark.outputs = tool.contract.check_result(tool.call(checked, key=""))
                return mark.outputs

        with marks.timed(Stage.PERCEIVE, "perceive") as mark:
            told = [f for f in before.facts if f.is_from_person] if before else []
            perceived = [*desk.perceive(signal, read), *told]
            facts = fact_set(case.id, case.facts_revision + 1, perceived)
            mark.outputs = {"facts": len(facts.facts), "revision": facts.revision}
        return facts

    def _perceived(self, case: Case, facts: FactSet, marks: Marks) -> Transition:
        perceived = case.moved(
            CaseStatus.PERCEIVED, facts_revision=facts.revision, facts_digest=facts.digest
        )
        entry = self._entry(
            EventKind.CASE_PERCEIVED,
            ENGINE,
            {"facts": facts.digest, "revision": facts.revision, "count": len(facts.facts)},
        )
        return Transition(
            before=case,
            after=perceived.moved(CaseStatus.REASONING),
            entries=(entry,),
            records=(facts,),
            spans=tuple(marks.spans),
        )

    def _begun(self, case: Case) -> Transition:
        after = case if case.status is CaseStatus.REASONING else case.moved(CaseStatus.REASONING)
        return Transition(before=case, after=after, entries=())

    # --- reason --------------------------------------------------------------------------

    def _reason(
        self,
        case: Case,
        facts: FactSet,
        desk: Desk,
        learning: DeskLearning | None,
        policy: Policy,
    ) -> Transition:
        marks = Marks(self._clock)
        with marks.timed(Stage.REASON, desk.reasoner.name, DecidedBy.MODEL) as mark:
            mark.rule = desk.reasoner.version[:16]
            fitted = learning.fitted_at(case.as_of) if learning else None
            draft = desk.reasoner.recommend(case, facts, fitted)
            mark.outputs = None if draft is None else [draft.label, draft.raw_confidence]
        if draft is None or not draft.proposals:
            return self._without_recommendation(case, desk, marks, "No reasoner has an answer.")
        try:
            return self._recommend(case, facts, desk, learning, policy, draft, marks)
        except InvalidRequest as error:
            return self._without_recommendation(case, desk, marks, error.message)

    def _recommend(
        self,
        case: Case,
        facts: FactSet,
        desk: Desk,
        learning: DeskLearning | None,
        policy: Policy,
        draft: Draft,
        marks: Marks,
    ) -> Transition:
        proposal = draft.proposals[0]
        cell = Cell(desk=desk.name, case_type=case.case_type, action_type=proposal.tool)
        envelope = policy.envelope(cell)
        tool = desk.effect_tool(proposal.tool)
        if tool is None:
            raise InvalidRequest(f"{desk.name} has no tool {proposal.tool}.")
        state, is_settled = self._look(tool, proposal, marks)
        if is_settled:
            return self._withdrawn(case, marks)
        scored = self._score(draft, case, learning, envelope)
        arguments, problem = _canonical(tool, proposal)
        with marks.timed(Stage.GOVERN, "authorize", DecidedBy.POLICY, str(cell)) as mark:
            verdict = authorize(
                self._request(case, facts, desk, cell, tool, policy, draft, scored, problem),
                envelope,
                self._usage(cell, envelope, case),
            )
            mark.outputs = [verdict.kind, verdict.would_have]
            mark.rule = verdict.broken[0].rule if verdict.broken else "all rules kept"
        action = Action(
            id=ActionId(self._ids.new()),
            ordinal=1,
            tool=proposal.tool,
            contract_digest=tool.contract.digest,
            arguments=arguments,
            arguments_digest=digest(arguments),
            target=str(arguments.get(tool.contract.target_argument, "")),
            target_digest=digest(state),
            target_state=state,
            verdict=verdict,
        )
        recommendation = Recommendation(
            id=RecommendationId(self._ids.new()),
            case_id=case.id,
            facts_revision=facts.revision,
            facts_digest=facts.digest,
            draft=draft,
            confidence=scored.confidence,
            is_calibrated=scored.is_calibrated,
            calibration=scored.calibration,
            threshold=scored.threshold,
            cut=scored.cut,
            as_of=case.as_of,
            created_at=self._clock.now(),
            actions=(action,),
        )
        return self._judged(case, recommendation, action, envelope, marks)

    def _look(self, tool: EffectTool, proposal: Proposal, marks: Marks) -> tuple[Json, bool]:
        with marks.timed(Stage.REASON, "look at target", inputs=proposal.arguments) as mark:
            mark.rule = "read permit"
            state = tool.target_state(proposal.arguments)
            mark.outputs = state
        return state, tool.is_settled(state)

    def _score(
        self,
        draft: Draft,
        case: Case,
        learning: DeskLearning | None,
        envelope: CellEnvelope | None,
    ) -> Scored:
        raw = draft.raw_confidence
        if learning is None or raw is None:
            return Scored(confidence=raw)
        calibration = learning.calibration_at(case.as_of)
        cut = None
        if envelope is not None and isinstance(envelope.limits.threshold, RollingThreshold):
            limit = envelope.limits.threshold.risk_limit
            cut = learning.threshold_at(case.as_of, limit).cut
        return Scored(
            confidence=calibration.apply_one(raw),
            is_calibrated=calibration.is_calibrated,
            calibration=calibration.version,
            threshold=None if cut is None else calibration.apply_one(cut),
            cut=cut,
        )

    def _request(
        self,
        case: Case,
        facts: FactSet,
        desk: Desk,
        cell: Cell,
        tool: EffectTool,
        policy: Policy,
        draft: Draft,
        scored: Scored,
        problem: str,
    ) -> AuthorizationRequest:
        return AuthorizationRequest(
            cell=cell,
            problem=problem,
            is_known_case_type=case.case_type in desk.case_types,
            effect_class=tool.contract.effect_class,
            confidence=scored.confidence,
            is_calibrated=scored.is_calibrated,
            score=draft.raw_confidence,
            rolling_cut=scored.cut,
            rolling_threshold=scored.threshold,
            priority=case.priority,
            stale=tuple(f.id for f in stale_facts(facts.facts, case.as_of)),
            contradictory=tuple(first.id for first, _ in contradictions(facts.facts, case.as_of)),
            paused=policy.paused(cell),
            can_audit=bool(self._audit_key),
        )

    def _usage(self, cell: Cell, envelope: CellEnvelope | None, case: Case) -> Usage:
        if envelope is None or envelope.limits.phase == "COPILOT":
            return Usage()
        used = self._reader.executions_since(str(cell), hour_of(case.as_of))
        return Usage(executions_this_hour=used)

    # --- what comes of it ----------------------------------------------------------------

    def _judged(
        self,
        case: Case,
        recommendation: Recommendation,
        action: Action,
        envelope: CellEnvelope | None,
        marks: Marks,
    ) -> Transition:
        verdict = action.verdict
        entries = (
            self._entry(
                EventKind.CASE_REASONED,
                Actor(decided_by=DecidedBy.MODEL, name=recommendation.draft.reasoner),
                {
                    "recommendation": recommendation.id,
                    "proposal": recommendation.draft.summary,
                    "confidence": recommendation.confidence,
                    "facts": recommendation.facts_digest,
                    "arguments": action.arguments_digest,
                    "target": action.target_digest,
                },
            ),
            self._entry(EventKind.VERDICT_GIVEN, POLICY, _verdict_words(verdict)),
        )
        judged = Transition(
            before=case,
            after=replace(
                case,
                recommendation_id=recommendation.id,
                action_id=action.id,
                confidence=recommendation.confidence,
                proposal=recommendation.draft.summary,
            ),
            entries=entries,
            records=(recommendation,),
            spans=tuple(marks.spans),
            choices=self._choices(recommendation, verdict),
        )
        if verdict.kind is VerdictKind.EXECUTE and envelope is not None:
            return judged.then(self._granted(judged.after, recommendation, action, envelope))
        return judged.then(self._escalated(judged.after, verdict, envelope))

    def _granted(
        self,
        case: Case,
        recommendation: Recommendation,
        action: Action,
        envelope: CellEnvelope,
    ) -> Transition:
        now = self._clock.now()
        draw = draw_audit(
            self._audit_key,
            case_id=str(case.id),
            action_id=str(action.id),
            stream=AuditStream.UNIFORM,
            probability=envelope.limits.audit_rate,
        )
        grant = mint(
            grant_id=self._ids.new(),
            case=case,
            action=action,
            recommendation_id=recommendation.id,
            basis=GrantBasis.VERDICT,
            basis_id=action.id,
            actor=POLICY.name,
            envelope_hash=envelope.hash,
            now=now,
            lifetime=timedelta(minutes=envelope.limits.grant_minutes),
        )
        entry = self._entry(
            EventKind.GRANT_MINTED, POLICY, {"grant": grant.id, "basis": grant.basis}
        )
        drawn = AuditDrawn(
            case_id=case.id,
            action_id=action.id,
            stream=draw.stream,
            probability=draw.probability,
            is_selected=draw.selected,
            drawn_at=now,
        )
        return Transition(
            before=case,
            after=case.moved(CaseStatus.GRANTED, wake_at=now),
            entries=(entry,),
            records=(drawn, grant),
        )

    def _escalated(self, case: Case, verdict: Verdict, envelope: CellEnvelope | None) -> Transition:
        attention, note = _why(verdict)
        review = self._review_deadline(case, envelope)
        after = case.moved(
            CaseStatus.PENDING,
            attention=attention,
            attention_note=note,
            wake_at=review,
            review_due_at=review,
        )
        return Transition(before=case, after=after, entries=())

    def _review_deadline(self, case: Case, envelope: CellEnvelope | None) -> Any:
        if envelope is None:
            return None
        return case.as_of + timedelta(minutes=envelope.limits.review_minutes)

    def _without_recommendation(self, case: Case, desk: Desk, marks: Marks, why: str) -> Transition:
        after = case.moved(
            CaseStatus.PENDING,
            attention=Attention.NO_RECOMMENDATION,
            attention_note=why,
            wake_at=None,
            recommendation_id=None,
            action_id=None,
            confidence=None,
            proposal="",
        )
        entry = self._entry(
            EventKind.CASE_REASONED,
            Actor(decided_by=DecidedBy.MODEL, name=desk.reasoner.name),
            {"recommendation": None, "why": why},
        )
        choice = Choice(
            kind=ChoiceKind.RECOMMEND,
            at=self._clock.now(),
            decided_by=DecidedBy.MODEL,
            decider=desk.reasoner.name,
            chosen="no recommendation",
            grounds=why,
        )
        return Transition(
            before=case,
            after=after,
            entries=(entry,),
            spans=tuple(marks.spans),
            choices=(choice,),
        )

    def _withdrawn(self, case: Case, marks: Marks) -> Transition:
        entry = self._entry(
            EventKind.CASE_WITHDRAWN, ENGINE, {"why": "the target was resolved elsewhere"}
        )
        after = case.moved(CaseStatus.WITHDRAWN, wake_at=None, attention=None, attention_note="")
        return Transition(before=case, after=after, entries=(entry,), spans=tuple(marks.spans))

    def _choices(self, made: Recommendation, verdict: Verdict) -> tuple[Choice, ...]:
        now = self._clock.now()
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
                options=tuple(VerdictKind),
                grounds="; ".join(rule.rule for rule in verdict.broken) or "all rules kept",
            ),
        )

    def _entry(self, kind: EventKind, actor: Actor, payload: Json) -> EntryDraft:
        return EntryDraft(kind=kind, actor=actor, at=self._clock.now(), payload=payload)


def _canonical(tool: EffectTool, proposal: Proposal) -> tuple[dict[str, Any], str]:
    try:
        return tool.contract.check_arguments(proposal.arguments), ""
    except InvalidRequest as error:
        return proposal.arguments, error.message


def _verdict_words(verdict: Verdict) -> Json:
    return {
        "verdict": verdict.kind,
        "would_have": verdict.would_have,
        "broken": [rule.rule for rule in verdict.broken],
        "envelope": verdict.envelope_hash,
    }


def _why(verdict: Verdict) -> tuple[Attention, str]:
    """Why the case goes to a person, and the rule in words."""
    if verdict.kind is VerdictKind.DENY:
        rule = next(r for r in verdict.broken if r.otherwise is VerdictKind.DENY)
        return Attention.DENIED, f"{rule.rule}: {rule.seen}"
    if any(rule.rule == "paused" for rule in verdict.broken):
        return Attention.PAUSED, next(r.seen for r in verdict.broken if r.rule == "paused")
    others = [rule for rule in verdict.broken if rule.rule != "phase_is_copilot"]
    if not others:
        return Attention.COPILOT, "software would have done this alone"
    rule = others[0]
    return Attention.OUTSIDE_ENVELOPE, f"{rule.rule}: {rule.seen} against {rule.limit}"
