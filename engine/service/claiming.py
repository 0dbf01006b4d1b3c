"""Claiming: who works on a case; claims change no version of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from engine.domain.actor import Person
from engine.domain.case_status import FOR_PEOPLE, CaseStatus
from engine.errors import Conflict
from engine.ports import Claim, Clock, Store
from engine.service.engine import Done
from engine.service.phrases import state_of
from engine.service.requests import ClaimCase, ReleaseClaim


@dataclass(frozen=True, kw_only=True)
class Claiming:
    """The use cases of taking a case and giving it back."""

    store: Store
    clock: Clock
    claim_s: float

    def claim(self, request: ClaimCase, person: Person) -> Done:
        """Take a case, or renew one's claim on it.

        Raises:
            Conflict: Somebody else holds it, or it no longer waits for a person.
        """
        now = self.clock.now()
        case = self.store.reader.case(request.case_id)
        if case.status not in FOR_PEOPLE and case.status is not CaseStatus.WAITING_FACT:
            raise Conflict(f"{state_of(case)}; there is nothing to decide.")
        with self.store.begin(is_lasting=False) as unit:
            held = unit.claims.get(request.case_id)
            if held and held.person != person.name and held.expires_at > now:
                raise Conflict(f"{held.person} works on this case.", claimed_by=held.person)
            is_own = held is not None and held.person == person.name
            unit.claims.put(
                Claim(
                    case_id=request.case_id,
                    person=person.name,
                    claimed_at=held.claimed_at if held and is_own else now,
                    expires_at=now + timedelta(seconds=self.claim_s),
                    draft=request.draft or (held.draft if held and is_own else ""),
                )
            )
            unit.commit()
        return Done(message="The case is yours.", case_id=case.id, version=case.version)

    def release(self, request: ReleaseClaim, person: Person) -> Done:
        """Give one's claim back; nothing happens where it is somebody else's."""
        with self.store.begin(is_lasting=False) as unit:
            held = unit.claims.get(request.case_id)
            if held is not None and held.person == person.name:
                unit.claims.end(request.case_id)
            unit.commit()
        return Done(message="The case is free again.", case_id=request.case_id)
