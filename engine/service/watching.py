"""Watching: what people do while an action waits out its veto window."""

from __future__ import annotations

from dataclasses import dataclass, replace

from engine.domain.actor import DecidedBy, Person, as_actor
from engine.domain.canonical import Json
from engine.domain.case import Attention, Case
from engine.domain.case_status import CaseStatus
from engine.domain.ids import CaseId
from engine.domain.ledger import EntryDraft, EventKind
from engine.domain.span import Choice, ChoiceKind
from engine.domain.transition import Transition, WindowExtended
from engine.domain.veto import VetoWindow
from engine.errors import Conflict, InvalidRequest, NotAllowed, NotFound
from engine.ports import Clock, Store
from engine.runtime.policy import PolicyView
from engine.service.engine import Done
from engine.service.phrases import state_of
from engine.service.requests import ExtendWindow, HoldAction, SeeNotices

MOST_NOTICES = 200


@dataclass(frozen=True, kw_only=True)
class Watching:
    """The use cases of the live page: hold, extend, and having been told."""

    store: Store
    clock: Clock
    policy: PolicyView

    def hold(self, request: HoldAction, person: Person) -> Done:
        """Stop the clock; the action runs only if a person releases it.

        Raises:
            InvalidRequest: The reason is missing.
            Conflict: The window is over, or the case moved on.
        """
        reason = request.reason.strip()
        if not reason or len(reason) > 2000:
            raise InvalidRequest("Say why, in 1 to 2000 characters.")
        case = self._open(request.case_id, request.version)
        after = case.moved(
            CaseStatus.HELD,
            wake_at=None,
            attention=Attention.HELD,
            attention_note=f"{person.name}: {reason}",
        )
        step = self._step(
            case, after, person, EventKind.WINDOW_HELD, {"reason": reason}, f"hold: {reason}"
        )
        self._commit(step)
        return Done(
            message="Held; it runs only if somebody releases it.",
            case_id=case.id,
            version=after.version,
        )

    def extend(self, request: ExtendWindow, person: Person) -> Done:
        """Give the window its whole time once more.

        Raises:
            NotAllowed: The cell is decided by other roles; holding is everybody's.
            Conflict: It got more before, it is over, or the case moved on.
        """
        case = self._open(request.case_id, request.version)
        self._require_role(case, person)
        window = self._window(case)
        closes_at = window.closes_at + (window.closes_at - window.opened_at)
        after = case.moved(CaseStatus.VETO_WINDOW, wake_at=closes_at)
        said = {"closes_at": closes_at}
        step = self._step(
            case, after, person, EventKind.WINDOW_EXTENDED, said, "give the window more time"
        )
        extended = WindowExtended(action_id=window.action_id, by=person.name, closes_at=closes_at)
        self._commit(replace(step, records=(extended,)))
        return Done(
            message=f"There is time until {closes_at:%H:%M:%S} UTC now.",
            case_id=case.id,
            version=after.version,
        )

    def see(self, request: SeeNotices, person: Person) -> Done:
        """Note that a person who could hold these actions has them on the screen."""
        if len(request.case_ids) > MOST_NOTICES:
            raise InvalidRequest(f"At most {MOST_NOTICES} notices at a time.")
        told = [case_id for case_id in request.case_ids if self._tell(case_id, person)]
        return Done(message=f"{len(told)} told.")

    def _tell(self, case_id: CaseId, person: Person) -> bool:
        try:
            case = self.store.reader.case(case_id)
        except NotFound:
            return False
        if case.status is not CaseStatus.VETO_WINDOW or not self._may_judge(case, person):
            return False
        window = self._window(case)
        if window.noticed_at is not None:
            return False
        now = self.clock.now()
        entry = EntryDraft(
            kind=EventKind.WINDOW_NOTICED,
            actor=as_actor(person),
            at=now,
            payload={"by": f"the screen of {person.name}"},
        )
        told = replace(window, noticed_at=now, noticed_by=person.name, last_error="")
        with self.store.begin() as unit:
            if not unit.windows.note(told):
                return False
            unit.append(f"case:{case.id}", [entry])
            unit.commit()
        return True

    def _may_judge(self, case: Case, person: Person) -> bool:
        """Whether a notice to this person counts: who decides the cell can judge what they see."""
        policy = self.policy.current()
        plan = self.store.reader.plan(case)
        envelopes = [policy.envelope_of(case, action) for action in plan]
        return bool(plan) and all(
            one is not None and policy.may_decide(one.cell, person) for one in envelopes
        )

    def _require_role(self, case: Case, person: Person) -> None:
        if not self._may_judge(case, person):
            raise NotAllowed(
                f"Your roles do not decide what {case.source_id} is about, so you cannot give it "
                "more time; you can hold it."
            )

    def _open(self, case_id: CaseId, version: int) -> Case:
        case = self.store.reader.case(case_id)
        if case.status is not CaseStatus.VETO_WINDOW:
            raise Conflict(f"It is too late: {state_of(case).lower()}.")
        if case.version != version:
            raise Conflict("This case changed while you looked at it; look again.")
        return case

    def _window(self, case: Case) -> VetoWindow:
        window = self.store.reader.veto_window(case.action_id) if case.action_id else None
        if window is None:
            raise Conflict("This case has no veto window any more; look again.")
        return window

    def _step(
        self,
        case: Case,
        after: Case,
        person: Person,
        event: EventKind,
        said: Json,
        chosen: str,
    ) -> Transition:
        now = self.clock.now()
        return Transition(
            before=case,
            after=after,
            entries=(EntryDraft(kind=event, actor=as_actor(person), at=now, payload=said),),
            choices=(
                Choice(
                    kind=ChoiceKind.HOLD,
                    at=now,
                    decided_by=DecidedBy.PERSON,
                    decider=person.name,
                    chosen=chosen,
                    grounds=case.proposal,
                ),
            ),
        )

    def _commit(self, step: Transition) -> None:
        with self.store.begin() as unit:
            if unit.apply([step]):
                raise Conflict("This case changed at the same moment; look again.")
            unit.commit()
