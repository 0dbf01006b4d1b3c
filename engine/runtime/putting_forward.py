"""Putting forward: a draft becomes a recommendation that policy has judged, whoever made it.

Pure apart from read tools. What becomes of the case with it is `judging`'s.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from engine.domain.actor import DecidedBy
from engine.domain.case import Case
from engine.domain.fact import FactSet, contradictions
from engine.domain.ids import RecommendationId
from engine.domain.phase import Phase
from engine.domain.recommendation import Action, Draft, Recommendation
from engine.domain.span import Stage
from engine.domain.verdict import Verdict
from engine.govern.authorize import CellPolicy
from engine.govern.authorize_plan import PlanStep, authorize_plan, strictest
from engine.govern.envelope import CellEnvelope
from engine.govern.request import AuthorizationRequest, Usage
from engine.ports import Clock, Ids, Reader
from engine.runtime.asking import Call, Moment, Sureness, ask, usage_of_plan
from engine.runtime.choosing import unnamed, wrong_choice
from engine.runtime.done_before import done_before
from engine.runtime.marks import Mark, Marks
from engine.runtime.planning import Candidate, candidates
from engine.runtime.policy import cell_of
from engine.runtime.reads import CaseReads
from engine.runtime.scoring import Scored, Setting, scored_by, strictest_of


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """A recommendation with policy's answer; nothing of it is written."""

    made: Recommendation
    envelopes: tuple[CellEnvelope | None, ...]
    """The limits of each action's cell."""
    at: datetime
    """The desk's present when it was judged."""

    @property
    def verdict(self) -> Verdict:
        """The plan's: the strictest of its actions."""
        verdicts = [action.verdict for action in self.made.actions]
        return verdicts[strictest(verdicts)]


@dataclass(frozen=True, kw_only=True, slots=True)
class Advice:
    """A draft for a case, with all it is judged on."""

    case: Case
    facts: FactSet
    setting: Setting
    draft: Draft
    """At least one call."""
    in_hand: str = ""
    """Why it is people's to decide, whatever policy would allow; empty: it is not."""
    target: str | None = None
    """Of a run: what its case is about. It may ask for what a person could choose there, and for
    nothing else. None: it is the desk's own advice."""
    is_shadow: bool = False
    """It is asked what would be in the place of all that the case has done."""


@dataclass(frozen=True, kw_only=True)
class PuttingForward:
    """Makes judged recommendations of drafts."""

    reader: Reader
    reads: CaseReads
    clock: Clock
    ids: Ids
    can_audit: bool
    """Whether audit draws can be made; without them nothing runs without a person."""

    def judged(self, advice: Advice, marks: Marks) -> Judged | None:
        """Look at the targets of what is proposed, and ask policy; `marks` takes the spans.

        Returns:
            None where all its targets were resolved elsewhere.

        Raises:
            ToolUnavailable: A target cannot be read now; try again later.
            ToolError: A target, or what may be chosen of it, refuses to be read.
            InvalidRequest: A tool is not the desk's.
        """
        case, setting, draft = advice.case, advice.setting, advice.draft
        found = candidates(case, draft.proposals, setting.desk, self.reads, marks)
        steps = [_choosable(one, advice) for one in found]
        # Nobody sees a withdrawn case, so it takes facts that do not contradict each other.
        is_settled = all(not step.problem and step.tool.is_settled(step.state) for step in steps)
        if is_settled and not contradictions(advice.facts.facts, setting.at):
            return None
        cells = [cell_of(case, step.tool.contract.name) for step in steps]
        policies = [setting.policy.of(cell) for cell in cells]
        scores = [scored_by(draft, setting, policy.envelope) for policy in policies]
        named = ", ".join(str(cell) for cell in cells)
        with marks.timed(Stage.GOVERN, "authorize", DecidedBy.POLICY, named) as mark:
            requests = self._with_done(
                advice, [self._request(advice, *one) for one in zip(steps, scores, strict=True)]
            )
            verdicts = self._authorized(requests, policies, mark)
        actions = tuple(
            step.action(self.ids, ordinal, verdict)
            for ordinal, (step, verdict) in enumerate(zip(steps, verdicts, strict=True), 1)
        )
        return Judged(
            made=self._made(advice, strictest_of(scores), actions),
            envelopes=tuple(policy.envelope for policy in policies),
            at=advice.setting.at,
        )

    def _authorized(
        self,
        requests: Sequence[AuthorizationRequest],
        policies: Sequence[CellPolicy],
        mark: Mark,
    ) -> tuple[Verdict, ...]:
        plan = [
            PlanStep(request=request, policy=policy)
            for request, policy in zip(requests, policies, strict=True)
        ]
        verdicts = authorize_plan(plan, self._usage(plan))
        verdict = verdicts[strictest(verdicts)]
        mark.outputs = [verdict.kind, verdict.would_have]
        mark.rule = verdict.broken[0].rule if verdict.broken else "all rules kept"
        return verdicts

    def _made(self, advice: Advice, scored: Scored, actions: tuple[Action, ...]) -> Recommendation:
        case, facts = advice.case, advice.facts
        return Recommendation(
            id=RecommendationId(self.ids.new()),
            case_id=case.id,
            facts_revision=facts.revision,
            facts_digest=facts.digest,
            draft=advice.draft,
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
            created_at=self.clock.now(),
            actions=actions,
        )

    def _request(
        self, advice: Advice, candidate: Candidate, scored: Scored
    ) -> AuthorizationRequest:
        case, setting, draft = advice.case, advice.setting, advice.draft
        contract = candidate.tool.contract
        request = ask(
            case,
            setting.desk,
            Call(contract=contract, arguments=candidate.arguments, problem=candidate.problem),
            Moment(
                at=setting.at,
                facts=advice.facts,
                paused=setting.policy.paused(cell_of(case, contract.name)),
                can_audit=self.can_audit,
            ),
            sureness=Sureness(
                reasoner=draft.reasoner,
                unearned=setting.policy.unearned(case.desk, draft.by),
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
        told = "; ".join(part for part in (request.in_hand, advice.in_hand) if part)
        return replace(request, in_hand=told)

    def _with_done(
        self, advice: Advice, requests: Sequence[AuthorizationRequest]
    ) -> Sequence[AuthorizationRequest]:
        """The requests with what earlier calls of the case have done, where that may count."""
        is_run = advice.target is not None
        if advice.is_shadow or not (is_run or any(one.amount for one in requests)):
            return requests
        done = done_before(self.reader, advice.case, advice.setting.desk)
        return [done.added_to(one) for one in requests]

    def _usage(self, plan: Sequence[PlanStep]) -> Usage:
        """In COPILOT nothing runs alone, so nothing has to be read."""
        return usage_of_plan(self.reader, [one for one in plan if _may_count(one.policy)])


def _choosable(candidate: Candidate, advice: Advice) -> Candidate:
    """A call that nobody could choose in a run's place is as malformed as a broken one."""
    if advice.target is None or candidate.problem:
        return candidate
    problem = unnamed(advice.setting.policy, advice.case, candidate.tool.contract)
    problem = problem or wrong_choice(candidate.tool, candidate.arguments, advice.target)
    return replace(candidate, problem=problem)


def _may_count(policy: CellPolicy) -> bool:
    envelope = policy.envelope
    return bool(policy.hard_rules) or (
        envelope is not None and envelope.limits.phase is not Phase.COPILOT
    )
