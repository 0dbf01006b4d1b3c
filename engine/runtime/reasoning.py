"""Reasoning: the engine's part of a case's way before anybody decides.

Pure apart from read tools: it computes transitions, the worker commits them.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from engine.domain.actor import ENGINE, Actor, DecidedBy
from engine.domain.canonical import Json
from engine.domain.case import Attention, Case, Signal
from engine.domain.case_status import CaseStatus
from engine.domain.fact import FactSet, contradictions
from engine.domain.ids import RecommendationId
from engine.domain.ledger import EntryDraft, EventKind
from engine.domain.phase import Phase
from engine.domain.recommendation import Action, Draft, Recommendation
from engine.domain.span import Choice, ChoiceKind, Stage
from engine.domain.transition import Transition
from engine.errors import EngineError, InvalidRequest, StoreUnavailable, ToolError, ToolUnavailable
from engine.govern.authorize import CellPolicy
from engine.govern.authorize_plan import PlanStep, authorize_plan, strictest
from engine.govern.request import AuthorizationRequest, Usage
from engine.ports import Clock, Ids, Reader
from engine.runtime import declared_path
from engine.runtime.asking import Call, Moment, Sureness, ask, usage_of_plan
from engine.runtime.declared_path import handed_on
from engine.runtime.judging import Judging
from engine.runtime.marks import Marks
from engine.runtime.patience import unread
from engine.runtime.perceiving import Perceiving
from engine.runtime.planning import Candidate, candidates
from engine.runtime.policy import cell_of
from engine.runtime.reads import CaseReads
from engine.runtime.scoring import Scored, Setting, scored_by, strictest_of

log = logging.getLogger("countersign.reasoning")


class Reasoning:
    """Turns a received case into one that waits for a person or holds a grant."""

    def __init__(
        self, *, reader: Reader, reads: CaseReads, clock: Clock, ids: Ids, audit_key: bytes
    ) -> None:
        """Bind what every case needs.

        Args:
            reader: Reads of the store.
            reads: Reads of the systems of record.
            clock: The present.
            ids: New identifiers.
            audit_key: Key of the audit draw; empty: nothing runs without a person.
        """
        self._reader = reader
        self._reads = reads
        self._clock = clock
        self._ids = ids
        self._can_audit = bool(audit_key)
        self._perceiving = Perceiving(clock=clock, reads=reads)
        self._judging = Judging(clock=clock, ids=ids, audit_key=audit_key)

    def advance(
        self, case: Case, signal: Signal, setting: Setting, facts: FactSet | None = None
    ) -> Transition:
        """Perceive a case where that is still to do, then reason about it.

        Args:
            case: A case that is RECEIVED, PERCEIVED or REASONING.
            signal: What came in.
            setting: Desk, learning and policy.
            facts: Its facts, where it is past RECEIVED.

        Raises:
            ToolUnavailable: The system of record could not be read; try again later.
        """
        path = setting.desk.paths.get(case.case_type)
        if facts is not None and case.status is CaseStatus.REASONING:
            return handed_on(self._reason(case, facts, setting), path)
        marks, desk = Marks(self._clock), setting.desk
        try:
            step, facts = self._perceiving.perceive(case, signal, desk, facts, setting.at, marks)
        except (StoreUnavailable, ToolUnavailable):
            raise
        except Exception as error:  # trying again is no use, and must not keep the case from people
            log.exception("case %s cannot be perceived", case.id)
            code = unread(error, is_perceiving=True)
            step = self._without(case, desk.reasoner.name, marks, _unseen(error), code)
            return handed_on(step, path)
        return handed_on(step.then(self._reason(step.after, facts, setting)), path)

    def _reason(self, case: Case, facts: FactSet, setting: Setting) -> Transition:
        marks = Marks(self._clock)
        reasoner = setting.desk.reasoner
        draft, why = self._draft(case, facts, setting, marks)
        if draft is None or not draft.proposals:
            draft = declared_path.draft_of(setting.desk, case, facts, why)
        if draft is None:
            return self._without(case, reasoner.name, marks, why)
        try:
            steps = candidates(case, draft.proposals, setting.desk, self._reads, marks)
        except ToolUnavailable:
            raise
        except (InvalidRequest, ToolError) as error:
            return self._without(case, reasoner.name, marks, error.message, unread(error))
        # Nobody sees a withdrawn case, so it takes facts that do not contradict each other.
        is_settled = all(step.tool.is_settled(step.state) for step in steps)
        if is_settled and not contradictions(facts.facts, setting.at):
            return self._withdrawn(case, marks)
        return self._recommend(case, facts, setting, draft, steps, marks)

    def _draft(
        self, case: Case, facts: FactSet, setting: Setting, marks: Marks
    ) -> tuple[Draft | None, str]:
        """What the reasoner says, or why it says nothing: then a person decides unaided."""
        reasoner = setting.desk.reasoner
        try:
            with marks.timed(Stage.REASON, reasoner.name, DecidedBy.MODEL) as mark:
                mark.rule = reasoner.version[:16]
                fitted = setting.learning.fitted_at(setting.at) if setting.learning else None
                draft = reasoner.recommend(case, facts, fitted)
                mark.outputs = None if draft is None else [draft.label, draft.raw_confidence]
        except StoreUnavailable:
            raise
        except Exception as error:  # a reasoner's failure must not lose the case
            log.exception("the reasoner failed on case %s", case.id)
            return None, f"the {reasoner.name} reasoner failed: {type(error).__name__}"
        return draft, f"the {reasoner.name} reasoner has no answer"

    def _recommend(
        self,
        case: Case,
        facts: FactSet,
        setting: Setting,
        draft: Draft,
        steps: Sequence[Candidate],
        marks: Marks,
    ) -> Transition:
        cells = [cell_of(case, step.tool.contract.name) for step in steps]
        policies = [setting.policy.of(cell) for cell in cells]
        scores = [scored_by(draft, setting, policy.envelope) for policy in policies]
        named = ", ".join(str(cell) for cell in cells)
        with marks.timed(Stage.GOVERN, "authorize", DecidedBy.POLICY, named) as mark:
            plan = [
                PlanStep(request=self._request(case, facts, setting, *one, draft), policy=policy)
                for one, policy in zip(zip(steps, scores, strict=True), policies, strict=True)
            ]
            verdicts = authorize_plan(plan, self._usage(plan))
            verdict = verdicts[strictest(verdicts)]
            mark.outputs = [verdict.kind, verdict.would_have]
            mark.rule = verdict.broken[0].rule if verdict.broken else "all rules kept"
        actions = tuple(
            step.action(self._ids, ordinal, verdict)
            for ordinal, (step, verdict) in enumerate(zip(steps, verdicts, strict=True), 1)
        )
        made = self._made(case, facts, draft, strictest_of(scores), actions)
        envelopes = [policy.envelope for policy in policies]
        return self._judging.judged(case, made, envelopes, tuple(marks.spans), at=setting.at)

    def _made(
        self,
        case: Case,
        facts: FactSet,
        draft: Draft,
        scored: Scored,
        actions: tuple[Action, ...],
    ) -> Recommendation:
        return Recommendation(
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
            wider_threshold=scored.wider_threshold,
            wider_cut=scored.wider_cut,
            risk_limit=scored.risk_limit,
            wider_risk_limit=scored.wider_risk_limit,
            as_of=case.as_of,
            created_at=self._clock.now(),
            actions=actions,
        )

    def _request(
        self,
        case: Case,
        facts: FactSet,
        setting: Setting,
        candidate: Candidate,
        scored: Scored,
        draft: Draft,
    ) -> AuthorizationRequest:
        contract = candidate.tool.contract
        return ask(
            case,
            setting.desk,
            Call(contract=contract, arguments=candidate.arguments, problem=candidate.problem),
            Moment(
                at=setting.at,
                facts=facts,
                paused=setting.policy.paused(cell_of(case, contract.name)),
                can_audit=self._can_audit,
            ),
            sureness=Sureness(
                confidence=scored.confidence,
                is_calibrated=scored.is_calibrated,
                score=draft.raw_confidence,
                cut=scored.cut,
                threshold=scored.threshold,
                wider_cut=scored.wider_cut,
                wider_threshold=scored.wider_threshold,
                unseen=draft.unseen,
            ),
        )

    def _usage(self, plan: Sequence[PlanStep]) -> Usage:
        """In COPILOT nothing runs alone, so nothing has to be read."""
        return usage_of_plan(self._reader, [one for one in plan if _may_count(one.policy)])

    # --- what comes of it otherwise ------------------------------------------------------

    def _without(
        self,
        case: Case,
        reasoner: str,
        marks: Marks,
        why: str,
        code: Attention = Attention.NO_RECOMMENDATION,
    ) -> Transition:
        after = case.moved(
            CaseStatus.PENDING,
            attention=code,
            attention_note=why,
            wake_at=None,
            recommendation_id=None,
            action_id=None,
            confidence=None,
            proposal="",
        )
        actor = Actor(decided_by=DecidedBy.MODEL, name=reasoner)
        choice = Choice(
            kind=ChoiceKind.RECOMMEND,
            at=self._clock.now(),
            decided_by=DecidedBy.MODEL,
            decider=reasoner,
            chosen="no recommendation",
            grounds=why,
        )
        payload = {"recommendation": None, "why": why}
        return Transition(
            before=case,
            after=after,
            entries=(self._entry(EventKind.CASE_REASONED, actor, payload),),
            spans=tuple(marks.spans),
            choices=(choice,),
        )

    def _withdrawn(self, case: Case, marks: Marks) -> Transition:
        payload = {"why": "the target was resolved elsewhere"}
        after = case.moved(CaseStatus.WITHDRAWN, wake_at=None, attention=None, attention_note="")
        return Transition(
            before=case,
            after=after,
            entries=(self._entry(EventKind.CASE_WITHDRAWN, ENGINE, payload),),
            spans=tuple(marks.spans),
        )

    def _entry(self, kind: EventKind, actor: Actor, payload: Json) -> EntryDraft:
        return EntryDraft(kind=kind, actor=actor, at=self._clock.now(), payload=payload)


def _unseen(error: Exception) -> str:
    """Why a case could not be perceived, in words that tell nothing of the code."""
    if isinstance(error, EngineError):
        return error.message
    return f"the facts could not be read: {type(error).__name__}"


def _may_count(policy: CellPolicy) -> bool:
    envelope = policy.envelope
    return bool(policy.hard_rules) or (
        envelope is not None and envelope.limits.phase is not Phase.COPILOT
    )
