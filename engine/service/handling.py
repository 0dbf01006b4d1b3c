"""Handling: undoing an effect, answering a question."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.desk import Desk
from engine.domain.actor import Person, as_actor
from engine.domain.case import Case
from engine.domain.case_status import CaseStatus
from engine.domain.fact import PERSON_SOURCE, Fact, FactSet, FactValue, fact_set
from engine.domain.ids import CaseId
from engine.domain.ledger import EntryDraft, EventKind
from engine.domain.run_moves import Answered, WriteAnswered
from engine.domain.transition import Transition
from engine.errors import Conflict, InvalidRequest
from engine.ports import Clock, Ids, Store
from engine.runtime.resuming import resumed
from engine.service.binding import Binding, require_role_of_case
from engine.service.engine import Done
from engine.service.phrases import state_of
from engine.service.putting_back import PuttingBack
from engine.service.requests import ProvideFact, UndoEffect

NOTE_LIMIT = 4000


@dataclass(frozen=True, kw_only=True)
class Handling:
    """The use cases around a case that somebody has to put right."""

    store: Store
    clock: Clock
    ids: Ids
    desks: Mapping[str, Desk]
    binding: Binding

    def undo(self, request: UndoEffect, person: Person) -> Done:
        """Put back what a done case has done, or confirm somebody else's request to.

        Raises:
            Conflict: Nothing is to be undone, or the case moved on.
            InvalidRequest: It has no way back, or policy forbids it to this person.
            NotAllowed: The case or its cell is decided by others, or the person asked for it
                before.
        """
        case = self._current(request.case_id, request.version)
        require_role_of_case(case, person)
        if not request.reason.strip() or len(request.reason) > NOTE_LIMIT:
            raise InvalidRequest(f"Say why this is undone, in 1 to {NOTE_LIMIT} characters.")
        putting_back = PuttingBack(store=self.store, binding=self.binding)
        step = putting_back.undo(case, request, person)
        done = putting_back.done(case, step)
        self._commit(step)
        return done

    def provide_fact(self, request: ProvideFact, person: Person) -> Done:
        """Add what a person found out; the case is reasoned about anew, and stays with people.

        Raises:
            Conflict: The case does not wait for a person or a fact, moved on, or is another's.
            NotAllowed: It waits for another role, or its cell is decided by others.
            InvalidRequest: The attribute is empty or too long.
        """
        attribute = _attribute_of(request)
        case = self._current(request.case_id, request.version)
        if case.status not in (CaseStatus.WAITING_FACT, CaseStatus.PENDING):
            raise Conflict(f"{state_of(case)}; it takes no new facts now.")
        require_role_of_case(case, person)
        self.binding.require_role(case, self.store.reader.recommendation(case), person)
        now = self.clock.now()
        facts = self._with_fact(case, attribute, request.value, person)
        after = case.moved(
            CaseStatus.PERCEIVED,
            wake_at=min(case.as_of, now),
            facts_revision=facts.revision,
            facts_digest=facts.digest,
            attention=None,
            attention_note="",
        )
        entry = EntryDraft(
            kind=EventKind.FACT_PROVIDED,
            actor=as_actor(person),
            at=now,
            payload={"attribute": attribute, "facts": facts.digest, "revision": facts.revision},
        )
        step = Transition(before=case, after=after, entries=(entry,), records=(facts,))
        answer = _told(attribute, request.value, person, facts)
        step = resumed(step, answer, self.store.runs, self.clock)
        self._commit(step, by=person)
        return Done(
            message="The fact is in; the case is looked at again.",
            case_id=case.id,
            version=step.after.version,
        )

    def _with_fact(self, case: Case, attribute: str, value: FactValue, person: Person) -> FactSet:
        """The facts with one more, told of what the known one is: where they differ, it is seen."""
        known = self.store.reader.fact_sets([case.id]).get(case.id)
        fact = Fact(
            entity=(known.entity_of(attribute) if known else None) or "case",
            attribute=attribute,
            value=value,
            source=f"{PERSON_SOURCE}{person.name}",
            observed_at=self.clock.now(),
        )
        before = known.facts if known else ()
        return fact_set(case.id, case.facts_revision + 1, (*before, fact))

    def _current(self, case_id: CaseId, version: int) -> Case:
        case = self.store.reader.case(case_id)
        if case.version != version:
            raise Conflict(
                f"This case changed while you looked at it. {state_of(case)}. Look again."
            )
        return case

    def _commit(self, step: Transition, by: Person | None = None) -> None:
        """Write a step; one `by` a person only where nobody else works on the case."""
        with self.store.begin() as unit:
            held = unit.claims.get(step.before.id) if by is not None else None
            is_anothers = held is not None and by is not None and held.person != by.name
            if held is not None and is_anothers and held.expires_at > self.clock.now():
                raise Conflict(f"{held.person} works on this case.", claimed_by=held.person)
            if unit.apply([step]):
                raise Conflict("This case changed at the same moment; nothing was done.")
            unit.commit()


def _attribute_of(request: ProvideFact) -> str:
    attribute = request.attribute.strip()
    if not attribute or len(attribute) > 100 or len(str(request.value)) > 10_000:
        raise InvalidRequest("Name the fact (at most 100 characters) and give its value.")
    return attribute


def _told(attribute: str, value: FactValue, person: Person, facts: FactSet) -> WriteAnswered:
    """A fact as the answer to a run that waits for it."""
    return WriteAnswered(
        answered=Answered.FACT_GIVEN,
        by=person.name,
        why=f"told {attribute}",
        result={attribute: value},
        answer_id=f"facts {facts.revision}",
    )
