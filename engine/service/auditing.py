"""Auditing: a person's blind answer to an action that software took alone and the draw selected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.desk import Desk
from engine.domain.actor import DecidedBy, Person, as_actor
from engine.domain.case import Case
from engine.domain.grant import GrantBasis
from engine.domain.ids import OutcomeId
from engine.domain.ledger import EntryDraft, EventKind
from engine.domain.outcome import LabelSource, Outcome, OutcomeKind
from engine.domain.recommendation import Recommendation
from engine.domain.span import Choice, ChoiceKind
from engine.domain.transition import Transition
from engine.errors import Conflict, InvalidRequest, NotAllowed
from engine.ports import Clock, Ids, Store
from engine.runtime.choosing import unknown_value
from engine.service.engine import Done
from engine.service.requests import AnswerAudit

_ALONE = (GrantBasis.VERDICT, GrantBasis.VETO_LAPSE)


@dataclass(frozen=True, kw_only=True)
class Auditing:
    """The use case of the audit stream: first the answer, then what software did."""

    store: Store
    clock: Clock
    ids: Ids
    desks: Mapping[str, Desk]

    def answer(self, request: AnswerAudit, person: Person) -> Done:
        """Record what would have been right; the first answer is the label and stays.

        Raises:
            InvalidRequest: The action was not drawn, or the answer is none of the desk's.
            NotAllowed: The person had a hand in the case.
            Conflict: It was answered before, or the case moved on.
        """
        case = self.store.reader.case(request.case_id)
        made = self._drawn(case)
        if self.store.reader.had_a_hand(case.id, person.name):
            raise NotAllowed("You had a hand in this case; somebody else has to audit it.")
        label = self._label(case, request)
        is_right = label == made.draft.label
        outcome = Outcome(
            id=OutcomeId(self.ids.new()),
            case_id=case.id,
            recommendation_id=made.id,
            kind=OutcomeKind.CORRECT if is_right else OutcomeKind.WRONG,
            is_recommendation_correct=is_right,
            raw_confidence=made.draft.raw_confidence,
            truth=label,
            label_source=LabelSource.PERSON_BLIND,
            known_at=self.store.reader.desk_time(case.desk) or self.clock.now(),
            recorded_at=self.clock.now(),
            origin=case.origin,
            was_seen=False,
        )
        self._commit(case, outcome, person, request.note.strip()[:2000])
        said = "You and software agree" if is_right else "You and software differ"
        return Done(message=f"{said}: it did “{made.draft.summary}”.", case_id=case.id)

    def _drawn(self, case: Case) -> Recommendation:
        made = self.store.reader.recommendation(case)
        drawn = {d.action_id for d in self.store.reader.audit_draws(case.id) if d.is_selected}
        actions = {action.id for action in made.actions} if made is not None else set()
        grants = self.store.reader.grants(case.id)
        ran = any(one.basis in _ALONE and one.action_id in drawn & actions for one in grants)
        if made is None or not ran:
            raise InvalidRequest("This case holds nothing that was drawn for audit.")
        answered = self.store.reader.outcomes(case.id)
        if any(
            one.label_source is LabelSource.PERSON_BLIND and one.recommendation_id == made.id
            for one in answered
        ):
            raise Conflict("This was answered before; the first answer is the label.")
        return made

    def _label(self, case: Case, request: AnswerAudit) -> str:
        if not request.tool:
            return ""
        desk = self.desks[case.desk]
        tool = desk.effect_tool(request.tool)
        if tool is None:
            raise InvalidRequest(f"The desk has no tool {request.tool!r}.")
        arguments = tool.contract.check_arguments(dict(request.arguments))
        if problem := unknown_value(tool, arguments):
            raise InvalidRequest(problem)
        return desk.label_of(request.tool, arguments) or request.tool

    def _commit(self, case: Case, outcome: Outcome, person: Person, note: str) -> None:
        said = {
            "outcome": outcome.kind,
            "recommendation_correct": outcome.is_recommendation_correct,
            "source": outcome.label_source,
            "note": note,
        }
        step = Transition(
            before=case,
            after=case.noted(),
            entries=(
                EntryDraft(
                    kind=EventKind.AUDIT_ANSWERED,
                    actor=as_actor(person),
                    at=outcome.recorded_at,
                    payload=said,
                ),
            ),
            records=(outcome,),
            choices=(
                Choice(
                    kind=ChoiceKind.DECIDE,
                    at=outcome.recorded_at,
                    decided_by=DecidedBy.PERSON,
                    decider=person.name,
                    chosen=f"audit: {outcome.truth or 'nothing should have been done'}",
                    grounds=note,
                ),
            ),
        )
        with self.store.begin() as unit:
            if unit.apply([step]):
                raise Conflict("This case changed at the same moment; look again.")
            unit.commit()
