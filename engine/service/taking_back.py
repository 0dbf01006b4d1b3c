"""Taking back: a person withdraws their own decision before it is released."""

from __future__ import annotations

from dataclasses import dataclass

from engine.domain.actor import DecidedBy, Person, as_actor
from engine.domain.case import Attention, Case
from engine.domain.case_status import CaseStatus
from engine.domain.decision import Decision
from engine.domain.ledger import EntryDraft, EventKind
from engine.domain.span import Choice, ChoiceKind
from engine.domain.transition import DecisionTakenBack, Transition
from engine.errors import Conflict, NotAllowed
from engine.ports import Clock, Store
from engine.service.engine import Done
from engine.service.putting_back import step_to_done, waits_for_undo
from engine.service.requests import TakeBackDecision

_STILL_POSSIBLE = (CaseStatus.RELEASING, CaseStatus.SECOND_PENDING)
"""Nothing runs yet: the decision waits for its release, or for a second person."""

_TOO_LATE = "It is too late to take this back."


@dataclass(frozen=True, kw_only=True)
class TakingBack:
    """The use case of a second thought."""

    store: Store
    clock: Clock

    def take_back(self, request: TakeBackDecision, person: Person) -> Done:
        """Take back one's own decision before it is released; it yields no label.

        Raises:
            Conflict: It was released already, or the case moved on.
            NotAllowed: It is somebody else's decision.
        """
        case = self.store.reader.case(request.case_id)
        decision = self.store.reader.decision(case.id)
        if decision is None or case.status not in _STILL_POSSIBLE:
            raise Conflict(_TOO_LATE)
        if decision.person_id != person.id:
            raise NotAllowed(f"Only {decision.person} can take this back.")
        is_over = case.status is CaseStatus.RELEASING and self.clock.now() >= decision.release_at
        if case.version != request.version or is_over:
            raise Conflict(_TOO_LATE)
        step = self._step(case, decision, person)
        with self.store.begin() as unit:
            if unit.apply([step]):
                raise Conflict(_TOO_LATE)
            unit.commit()
        return Done(message="Taken back.", case_id=case.id, version=step.after.version)

    def _step(self, case: Case, decision: Decision, person: Person) -> Transition:
        if waits_for_undo(case):
            return step_to_done(
                case, decision, person, at=self.clock, grounds="", words="take back the undo"
            )
        now = self.clock.now()
        made = self.store.reader.recommendation(case)
        entry = EntryDraft(
            kind=EventKind.DECISION_TAKEN_BACK,
            actor=as_actor(person),
            at=now,
            payload={"decision": decision.id},
        )
        choice = Choice(
            kind=ChoiceKind.TAKE_BACK,
            at=now,
            decided_by=DecidedBy.PERSON,
            decider=person.name,
            chosen=f"take back {decision.kind.lower()}",
        )
        return Transition(
            before=case,
            after=case.moved(
                CaseStatus.PENDING,
                wake_at=None,
                attention=Attention.TAKEN_BACK,
                attention_note=f"{person.name} took it back",
                action_id=made.actions[0].id if made and made.actions else None,
            ),
            entries=(entry,),
            records=(DecisionTakenBack(decision_id=decision.id, at=now),),
            choices=(choice,),
        )
