"""Looking again: a case that waits for a person is read anew, because what it shows has grown old.

What people told is kept, and the case stays with people: that somebody asked for it is itself a
fact they told, so software never acts alone on what comes of it.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.domain.actor import Person, as_actor
from engine.domain.case import Case
from engine.domain.case_status import CaseStatus
from engine.domain.fact import PERSON_SOURCE, Fact, FactSet, fact_set
from engine.domain.ledger import EntryDraft, EventKind
from engine.domain.transition import Transition
from engine.errors import Conflict
from engine.ports import Clock, Store
from engine.service.binding import Binding, require_role_of_case
from engine.service.engine import Done
from engine.service.phrases import state_of
from engine.service.requests import LookAgain

ASKED = "asked_to_look_again"
"""The fact that somebody asked for it; said once a person, however often they ask."""


@dataclass(frozen=True, kw_only=True)
class LookingAgain:
    """The use case of having a case read anew."""

    store: Store
    clock: Clock
    binding: Binding

    def look(self, request: LookAgain, person: Person) -> Done:
        """Have the systems asked anew and the case reasoned about from what they say now.

        Raises:
            Conflict: The case does not wait for a person, moved on, or is another's.
            NotAllowed: It waits for another role, or its cell is decided by others.
        """
        case = self.store.reader.case(request.case_id)
        if case.version != request.version:
            raise Conflict(
                f"This case changed while you looked at it. {state_of(case)}. Look again."
            )
        if case.status is not CaseStatus.PENDING:
            raise Conflict(f"{state_of(case)}; it is not looked at again now.")
        require_role_of_case(case, person)
        self.binding.require_role(case, self.store.reader.recommendation(case), person)
        step = self._step(case, person)
        self._commit(step, person)
        return Done(
            message="The case is looked at again.", case_id=case.id, version=step.after.version
        )

    def _step(self, case: Case, person: Person) -> Transition:
        now = self.clock.now()
        facts = self._with_asked(case, person)
        after = case.moved(
            CaseStatus.PERCEIVED,
            wake_at=min(case.as_of, now),
            facts_revision=facts.revision,
            facts_digest=facts.digest,
            attention=None,
            attention_note="",
        )
        entry = EntryDraft(
            kind=EventKind.LOOK_ASKED,
            actor=as_actor(person),
            at=now,
            payload={"facts": facts.digest, "revision": facts.revision},
        )
        return Transition(before=case, after=after, entries=(entry,), records=(facts,))

    def _with_asked(self, case: Case, person: Person) -> FactSet:
        known = self.store.reader.fact_sets([case.id]).get(case.id)
        fact = Fact(
            entity="case",
            attribute=ASKED,
            value=True,
            source=f"{PERSON_SOURCE}{person.name}",
            observed_at=self.clock.now(),
        )
        others = [one for one in (known.facts if known else ()) if one.id != fact.id]
        return fact_set(case.id, case.facts_revision + 1, (*others, fact))

    def _commit(self, step: Transition, person: Person) -> None:
        with self.store.begin() as unit:
            held = unit.claims.get(step.before.id)
            if held and held.person != person.name and held.expires_at > self.clock.now():
                raise Conflict(f"{held.person} works on this case.", claimed_by=held.person)
            if unit.apply([step]):
                raise Conflict("This case changed at the same moment; nothing was done.")
            unit.commit()
