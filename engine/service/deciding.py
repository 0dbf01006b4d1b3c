"""Deciding: a person's answer to a recommendation, one transaction.

The click commits the decision and when it will be released; no grant exists before that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from engine.desk import Desk
from engine.domain.actor import Person, Role
from engine.domain.case import Attention, Case
from engine.domain.case_status import CaseStatus
from engine.domain.decision import ANSWERS, Decision, DecisionKind, ReasonCode
from engine.domain.ids import ActionId, DecisionId, RecommendationId
from engine.domain.recommendation import Action, Recommendation
from engine.domain.transition import (
    ClaimEnded,
    OverrideAction,
    Record,
    Transition,
)
from engine.domain.verdict import VerdictKind
from engine.errors import Conflict, InvalidRequest, NotAllowed
from engine.ports import Clock, Ids, Store
from engine.runtime.policy import PolicyView, cell_of
from engine.service.authority import DECIDERS
from engine.service.binding import Binding, needs_second_person, require_role_of_case
from engine.service.decision_marks import decision_of, done_of, is_repeat, transition_of
from engine.service.engine import Done
from engine.service.phrases import state_of
from engine.service.putting_back import PuttingBack, describe, waits_for_undo
from engine.service.requests import DecideCase

NOTE_LIMIT = 4000
ASK_MINUTES = 1440
"""How long an asked-for fact is waited for."""

DECIDABLE = (CaseStatus.PENDING, CaseStatus.SECOND_PENDING, CaseStatus.HELD)
"""Where a case waits for an answer."""


@dataclass(frozen=True, kw_only=True)
class Deciding:
    """The use case of answering a recommendation."""

    store: Store
    clock: Clock
    ids: Ids
    desks: Mapping[str, Desk]
    policy: PolicyView
    binding: Binding
    take_back_s: float

    # --- decisions -----------------------------------------------------------------------

    def decide(self, request: DecideCase, person: Person) -> Done:
        """Record a person's answer.

        Raises:
            Conflict: The case moved on, or somebody else holds it.
            AlreadyDone: The same form was sent before; nothing is done twice.
            InvalidRequest: Policy or a schema forbids the answer.
            NotAllowed: The person's role may not decide this cell.
        """
        if len(request.note) > NOTE_LIMIT or len(request.client_key) > 64:
            raise InvalidRequest(f"A note has at most {NOTE_LIMIT} characters.")
        if request.kind not in ANSWERS:
            raise InvalidRequest("An undo is asked for by undoing, not as an answer.")
        case = self.store.reader.case(request.case_id)
        if case.version != request.version:
            return self._repeated(request, person, case)
        self._require_undecided(case)
        require_role_of_case(case, person)
        if waits_for_undo(case):
            return self._undo_answered(case, request, person)
        made = self.store.reader.recommendation(case)
        match request.kind:
            case DecisionKind.APPROVE:
                step = self._approved(case, made, request, person)
            case DecisionKind.OVERRIDE:
                step = self._overridden(case, made, request, person)
            case DecisionKind.REJECT:
                step = self._rejected(case, made, request, person)
            case DecisionKind.ESCALATE:
                step = self._escalated(case, made, request, person)
            case DecisionKind.ASK:
                step = self._asked(case, made, request, person)
        self._commit(step, person)
        return done_of(request.kind, step.after, was=case.status)

    def _undo_answered(self, case: Case, request: DecideCase, person: Person) -> Done:
        """A done case that waits for the second of two people who undo takes one answer: no."""
        if request.kind is not DecisionKind.REJECT:
            raise Conflict("Here an undo waits for a second person: confirm or reject it.")
        putting_back = PuttingBack(store=self.store, binding=self.binding)
        step = putting_back.rejected(case, request.note.strip(), person)
        self._commit(step, person)
        return Done(message="Rejected; it stands.", case_id=case.id, version=step.after.version)

    def _repeated(self, request: DecideCase, person: Person, case: Case) -> Done:
        """What is said of a form that comes after its case moved: a double click, or too late."""
        sent = self.store.reader.decision_of_form(request.client_key)
        if sent is None or not is_repeat(sent, request, person):
            raise Conflict(_moved_on(case), version=case.version)
        return replace(done_of(sent.kind, case), message="Already recorded, once.")

    def _require_undecided(self, case: Case) -> None:
        if case.status not in DECIDABLE:
            raise Conflict(f"{state_of(case)}; it cannot be decided now.")

    def _approved(
        self, case: Case, made: Recommendation | None, request: DecideCase, person: Person
    ) -> Transition:
        plan = self._proposed(case, made)
        if not plan:
            raise InvalidRequest("There is no recommendation to approve; choose an action.")
        if any(action.verdict.kind is VerdictKind.DENY for action in plan):
            raise InvalidRequest("Policy denies this action; nobody can approve it.")
        first_by = self._first_by(case, plan, person)
        verdicts = self.binding.require_plan(case, plan, person, approvals=2 if first_by else 1)
        action = plan[0]
        decision = self._decision(case, made, request, person, action, self.take_back_s)
        decision = replace(decision, first_by=first_by)
        is_chosen = case.status is CaseStatus.SECOND_PENDING and len(plan) == 1
        words = describe(self.desks[case.desk], action) if is_chosen else case.proposal
        if any(needs_second_person(verdict) for verdict in verdicts):
            return self._halfway(case, decision, action.id, words, ())
        return self._releasing(case, decision, action.id, words, ())

    def _proposed(self, case: Case, made: Recommendation | None) -> tuple[Action, ...]:
        """What an approval lets run: the recommended plan, or what the first person chose."""
        if case.status is CaseStatus.SECOND_PENDING:
            return self.store.reader.plan(case)
        return made.actions if made is not None else ()

    def _first_by(self, case: Case, plan: Sequence[Action], person: Person) -> str:
        """Who approved before, where the case waits for the second of two people.

        An approval counts only while its author may decide the cell; the answer of somebody who
        comes after one that no longer counts is the first one.
        """
        if case.status is not CaseStatus.SECOND_PENDING:
            return ""
        first = self.store.reader.decision(case.id)
        if first is None:
            raise Conflict("The first approval was taken back; look again.")
        if first.person_id == person.id:
            raise NotAllowed("You approved this already; somebody else has to.")
        policy = self.policy.current()
        author = policy.person(first.person)
        cells = [cell_of(case, action.tool) for action in plan]
        return first.person if all(policy.may_decide(cell, author) for cell in cells) else ""

    def _overridden(
        self, case: Case, made: Recommendation | None, request: DecideCase, person: Person
    ) -> Transition:
        if request.reason_code is ReasonCode.AGREED:
            raise InvalidRequest("Say why you choose something else.")
        tool = self.desks[case.desk].effect_tool(request.tool)
        if tool is None:
            raise InvalidRequest(f"The desk has no tool {request.tool!r}.")
        self.binding.require_role(case, made, person)
        target = made.actions[0].target if made and made.actions else case.source_id
        action = self.binding.action(case, tool, request.arguments, target, person)
        bound = made.id if made else RecommendationId(self.ids.new())
        decision = self._decision(case, made, request, person, action, self.take_back_s)
        override = OverrideAction(case_id=case.id, action=action, recommendation_id=bound)
        words = tool.describe(action.arguments)
        go_on = self._halfway if needs_second_person(action.verdict) else self._releasing
        step = go_on(case, decision, action.id, words, (override,))
        return replace(step, after=replace(step.after, recommendation_id=bound))

    def _rejected(
        self, case: Case, made: Recommendation | None, request: DecideCase, person: Person
    ) -> Transition:
        if request.reason_code is ReasonCode.AGREED:
            raise InvalidRequest("Say why nothing is to be done.")
        self.binding.require_role(case, made, person)
        decision = self._decision(case, made, request, person, None, self.take_back_s)
        return self._releasing(case, decision, case.action_id, "do nothing", ())

    def _halfway(
        self,
        case: Case,
        decision: Decision,
        action_id: ActionId | None,
        words: str,
        records: tuple[Record, ...],
    ) -> Transition:
        """One of two people has approved; nothing runs before the other one has."""
        after = case.moved(
            CaseStatus.SECOND_PENDING,
            wake_at=case.wake_at,  # the review's deadline holds for both
            action_id=action_id,
            attention=Attention.SECOND_PERSON,
            attention_note=f"{decision.person} approved: {words}",
        )
        return transition_of(
            case, after, decision, words, (*records, decision, ClaimEnded(case_id=case.id))
        )

    def _releasing(
        self,
        case: Case,
        decision: Decision,
        action_id: ActionId | None,
        words: str,
        records: tuple[Record, ...],
    ) -> Transition:
        after = case.moved(
            CaseStatus.RELEASING,
            wake_at=decision.release_at,
            action_id=action_id,
            review_due_at=None,
        )
        return transition_of(
            case, after, decision, words, (*records, decision, ClaimEnded(case_id=case.id))
        )

    def _escalated(
        self, case: Case, made: Recommendation | None, request: DecideCase, person: Person
    ) -> Transition:
        role = request.role or self._escalation_role(case, made)
        if role not in DECIDERS:
            raise InvalidRequest("Pass it on to an operator or a senior operator; they decide.")
        decision = self._decision(case, made, request, person, None, 0.0)
        after = case.moved(
            CaseStatus.PENDING,
            attention=Attention.ESCALATED,
            attention_note=request.note or f"{person.name} passed it on",
            role=role.value,
        )
        words = f"pass to {role.replace('_', ' ')}"
        return transition_of(case, after, decision, words, (decision, ClaimEnded(case_id=case.id)))

    def _escalation_role(self, case: Case, made: Recommendation | None) -> Role:
        action = made.actions[0] if made and made.actions else None
        envelope = self.policy.current().envelope_of(case, action)
        return envelope.limits.escalate_to if envelope else Role.SENIOR_OPERATOR

    def _asked(
        self, case: Case, made: Recommendation | None, request: DecideCase, person: Person
    ) -> Transition:
        question = request.question.strip()
        if not question or len(question) > 500:
            raise InvalidRequest("Say in 1 to 500 characters what has to be known.")
        decision = self._decision(case, made, request, person, None, 0.0)
        now = self.clock.now()
        present = self.store.reader.desk_time(case.desk) or now
        after = case.moved(
            CaseStatus.WAITING_FACT,
            wake_at=present + timedelta(minutes=ASK_MINUTES),
            attention_note=question,
        )
        return transition_of(
            case, after, decision, question, (decision, ClaimEnded(case_id=case.id))
        )

    def _decision(
        self,
        case: Case,
        made: Recommendation | None,
        request: DecideCase,
        person: Person,
        action: Action | None,
        take_back_s: float,
    ) -> Decision:
        now = self.clock.now()
        return decision_of(
            request,
            person,
            case,
            made,
            action,
            decision_id=DecisionId(self.ids.new()),
            now=now,
            release_at=now + timedelta(seconds=take_back_s),
        )

    def _commit(self, step: Transition, person: Person) -> None:
        now = self.clock.now()
        with self.store.begin() as unit:
            held = unit.claims.get(step.before.id)
            if held is None or held.person != person.name:
                if held is not None and held.expires_at > now:
                    raise Conflict(f"{held.person} works on this case.", claimed_by=held.person)
                raise Conflict("Take the case first; your claim has ended.")
            if unit.apply([step]):
                raise Conflict("This case changed at the same moment; nothing was decided.")
            unit.commit()


def _moved_on(case: Case) -> str:
    if case.status is CaseStatus.WITHDRAWN:
        return "This case was resolved elsewhere and withdrawn; nothing was decided."
    state = state_of(case)
    return f"This case changed while you looked at it; nothing was decided. {state}. Look again."
