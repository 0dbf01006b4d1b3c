"""Reasoning: the engine's part of a case's way before anybody decides.

Pure apart from read tools: it computes transitions, the worker commits them.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

from engine.desk import Desk
from engine.domain.actor import ENGINE, Actor, DecidedBy
from engine.domain.canonical import Json, digest
from engine.domain.case import Attention, Case, Signal
from engine.domain.case_status import CaseStatus
from engine.domain.fact import FactSet
from engine.domain.ids import ActionId, RecommendationId
from engine.domain.ledger import EntryDraft, EventKind
from engine.domain.phase import Phase
from engine.domain.recommendation import Action, Draft, Proposal, Recommendation
from engine.domain.span import Choice, ChoiceKind, Stage
from engine.domain.transition import Transition
from engine.domain.verdict import Verdict
from engine.errors import InvalidRequest, StoreUnavailable, ToolError, ToolUnavailable
from engine.govern.authorize import CellPolicy, authorize
from engine.govern.request import AuthorizationRequest, Usage
from engine.ports import Clock, EffectTool, Ids, Reader
from engine.runtime.asking import Call, Moment, Sureness, ask, usage_now
from engine.runtime.judging import Judging
from engine.runtime.marks import Marks
from engine.runtime.perceiving import Perceiving
from engine.runtime.policy import cell_of
from engine.runtime.scoring import Scored, Setting, scored_by

log = logging.getLogger("countersign.reasoning")


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """The proposed call with its tool, checked against the contract."""

    tool: EffectTool
    arguments: dict[str, Any]
    problem: str
    """Why it does not keep the contract; empty: it does."""
    state: Json
    """The target's state now."""


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
        self._can_audit = bool(audit_key)
        self._perceiving = Perceiving(clock=clock)
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
        if facts is not None and case.status is CaseStatus.REASONING:
            return self._reason(case, facts, setting)
        step, facts = self._perceiving.perceive(case, signal, setting.desk, facts, setting.at)
        return step.then(self._reason(step.after, facts, setting))

    def _reason(self, case: Case, facts: FactSet, setting: Setting) -> Transition:
        marks = Marks(self._clock)
        reasoner = setting.desk.reasoner
        draft, why = self._draft(case, facts, setting, marks)
        if draft is None or not draft.proposals:
            return self._without(case, reasoner.name, marks, why)
        try:
            candidate = self._candidate(draft.proposals[0], setting.desk, marks)
        except ToolUnavailable:
            raise
        except (InvalidRequest, ToolError) as error:
            return self._without(case, reasoner.name, marks, error.message)
        if candidate.tool.is_settled(candidate.state):
            return self._withdrawn(case, marks)
        return self._recommend(case, facts, setting, draft, candidate, marks)

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

    def _candidate(self, proposal: Proposal, desk: Desk, marks: Marks) -> Candidate:
        tool = desk.effect_tool(proposal.tool)
        if tool is None:
            raise InvalidRequest(f"{desk.name} has no tool {proposal.tool}")
        with marks.timed(Stage.REASON, "look at target", inputs=proposal.arguments) as mark:
            mark.rule = "read permit"
            state = tool.target_state(proposal.arguments)
            mark.outputs = state
        try:
            arguments, problem = tool.contract.check_arguments(proposal.arguments), ""
        except InvalidRequest as error:
            arguments, problem = proposal.arguments, error.message
        return Candidate(tool=tool, arguments=arguments, problem=problem, state=state)

    def _recommend(
        self,
        case: Case,
        facts: FactSet,
        setting: Setting,
        draft: Draft,
        candidate: Candidate,
        marks: Marks,
    ) -> Transition:
        cell = cell_of(case, candidate.tool.contract.name)
        policy = setting.policy.of(cell)
        envelope = policy.envelope
        scored = scored_by(draft, setting, envelope)
        with marks.timed(Stage.GOVERN, "authorize", DecidedBy.POLICY, str(cell)) as mark:
            request = self._request(case, facts, setting, candidate, draft, scored)
            verdict = authorize(request, policy, self._usage(policy, request))
            mark.outputs = [verdict.kind, verdict.would_have]
            mark.rule = verdict.broken[0].rule if verdict.broken else "all rules kept"
        made = Recommendation(
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
            actions=(self._action(candidate, verdict),),
        )
        return self._judging.judged(case, made, envelope, tuple(marks.spans))

    def _action(self, candidate: Candidate, verdict: Verdict) -> Action:
        contract = candidate.tool.contract
        return Action(
            id=ActionId(self._ids.new()),
            ordinal=1,
            tool=contract.name,
            contract_digest=contract.digest,
            arguments=candidate.arguments,
            arguments_digest=digest(candidate.arguments),
            target=str(candidate.arguments.get(contract.target_argument, "")),
            target_digest=digest(candidate.state),
            target_state=candidate.state,
            verdict=verdict,
        )

    def _request(
        self,
        case: Case,
        facts: FactSet,
        setting: Setting,
        candidate: Candidate,
        draft: Draft,
        scored: Scored,
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

    def _usage(self, policy: CellPolicy, request: AuthorizationRequest) -> Usage:
        """In COPILOT nothing runs alone, so nothing has to be read."""
        envelope = policy.envelope
        if not policy.hard_rules and (envelope is None or envelope.limits.phase is Phase.COPILOT):
            return Usage()
        return usage_now(self._reader, policy, request)

    # --- what comes of it otherwise ------------------------------------------------------

    def _without(self, case: Case, reasoner: str, marks: Marks, why: str) -> Transition:
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
