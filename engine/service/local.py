"""LocalEngine: the engine in this process, behind the `Engine` door.

Every request is checked against the person's roles first; a refused attempt is a ledger entry in a
transaction of its own.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from engine.desk import Desk
from engine.domain.actor import Person, as_actor
from engine.domain.case import Origin
from engine.domain.ids import CaseId
from engine.domain.ledger import EntryDraft, EventKind
from engine.domain.ledger_report import LedgerReport
from engine.errors import EngineError, InvalidRequest, NotAllowed, NotFound, StoreUnavailable
from engine.perceive.lines import Problem
from engine.ports import Clock, Store
from engine.service import requests as r
from engine.service.auditing import Auditing
from engine.service.authority import require, require_decider, require_submitter
from engine.service.braking import Braking
from engine.service.claiming import Claiming
from engine.service.deciding import Deciding
from engine.service.demonstrating import Demonstrating
from engine.service.engine import Done, Session, Submitted
from engine.service.handling import Handling
from engine.service.looking_again import LookingAgain
from engine.service.people import People
from engine.service.people_rows import AccountRow, AskAccount
from engine.service.preview_rows import AskPreview, PreviewRow
from engine.service.previewing import Previewing
from engine.service.queries import Queries
from engine.service.repairing import Repairing
from engine.service.signing import Signing
from engine.service.simulating import Simulating
from engine.service.simulation_rows import AskSimulation, SimulationRow
from engine.service.starting import Starting
from engine.service.storable import require_storable
from engine.service.submitting import Submitting
from engine.service.taking_back import TakingBack
from engine.service.versioning import Versioning
from engine.service.watching import Watching

log = logging.getLogger("countersign.service")


@dataclass(frozen=True, kw_only=True)
class LocalEngine:
    """Requests in, rows out; see `engine.service.engine.Engine` for the methods."""

    store: Store
    clock: Clock
    desks: Mapping[str, Desk]
    queries: Queries
    people: People
    claiming: Claiming
    deciding: Deciding
    taking_back: TakingBack
    handling: Handling
    looking_again: LookingAgain
    repairing: Repairing
    starting: Starting
    versioning: Versioning
    signing: Signing
    braking: Braking
    watching: Watching
    auditing: Auditing
    submitting: Submitting
    simulating: Simulating
    previewing: Previewing
    demonstrating: Demonstrating
    check_ledger: Callable[[], LedgerReport]

    def execute(self, request: r.Request, person: Person) -> Done:
        """See `engine.service.engine.Engine.execute`."""
        try:
            require(request, person)
            require_storable(request)
            return self._carry_out(request, person)
        except (NotAllowed, InvalidRequest) as error:
            self._note_refusal(request, person, error)
            raise

    def _carry_out(self, request: r.Request, person: Person) -> Done:
        handlers: dict[type, Callable[[Any, Person], Done]] = {
            r.ClaimCase: self.claiming.claim,
            r.ReleaseClaim: self.claiming.release,
            r.DecideCase: self.deciding.decide,
            r.TakeBackDecision: self.taking_back.take_back,
            r.UndoEffect: self.handling.undo,
            r.ProvideFact: self.handling.provide_fact,
            r.LookAgain: self.looking_again.look,
            r.SettleRepair: self.repairing.settle,
            r.StartRun: self.starting.start,
            r.SaveDraft: self.versioning.save,
            r.SimulateDraft: self.versioning.simulate,
            r.ProposeVersion: self.versioning.propose,
            r.WithdrawVersion: self.versioning.withdraw,
            r.SignVersion: self.signing.sign,
            r.RollBack: self.signing.roll_back,
            r.PauseScope: self.braking.pause,
            r.ResumeScope: self.braking.resume,
            r.HoldAction: self.watching.hold,
            r.ExtendWindow: self.watching.extend,
            r.SeeNotices: self.watching.see,
            r.AnswerAudit: self.auditing.answer,
            r.AddPerson: self.people.accounts.add_person,
            r.ChangePerson: self.people.accounts.change_person,
            r.IssueToken: self.people.keys.issue_token,
            r.ChangePassword: self.people.accounts.change_password,
            r.ResetPassword: self.people.accounts.reset_password,
            r.RevokeToken: self.people.keys.revoke_token,
            r.EndSessions: self.people.keys.end_sessions,
        }
        return handlers[type(request)](request, person)

    def _note_refusal(self, request: object, person: Person, error: EngineError) -> None:
        self._note(person, type(request).__name__, error, self._stream_of(request))

    def _note(self, person: Person, what: str, error: EngineError, stream: str) -> None:
        """Refused attempts commit on their own; that one cannot be noted changes no answer."""
        entry = EntryDraft(
            kind=EventKind.ATTEMPT_REFUSED,
            actor=as_actor(person),
            at=self.clock.now(),
            payload={
                "request": what,
                "code": error.code,
                "why": error.message[:500],
            },
        )
        try:
            with self.store.begin() as unit:
                unit.append(stream, [entry])
                unit.commit()
        except StoreUnavailable:
            return
        except Exception:
            log.exception("a refused attempt could not be noted")

    def _stream_of(self, request: object) -> str:
        """The stream of what a request is about, if that exists: nobody names streams."""
        desk = getattr(request, "desk", None)
        if desk in self.desks:
            return f"desk:{desk}"
        case_id = getattr(request, "case_id", None)
        if case_id is None:
            return "global"
        try:
            return f"case:{self.store.reader.case(case_id).id}"
        except NotFound:
            return "global"

    def admit(self, person: Person) -> None:
        """See `engine.service.engine.Engine.admit`."""
        try:
            require_submitter(person)
        except NotAllowed as error:
            self._note(person, "Submit", error, "global")
            raise

    def submit(
        self,
        desk: str,
        rows: Iterable[tuple[int, dict[str, str] | Problem]],
        *,
        origin: Origin = Origin.REAL,
        is_replay: bool = False,
        submitted_by: str,
    ) -> Submitted:
        """See `engine.service.engine.Engine.submit`."""
        return self.submitting.submit(
            self.desk(desk),
            rows,
            origin=origin,
            is_replay=is_replay,
            submitted_by=submitted_by,
        )

    def desk(self, name: str) -> Desk:
        """The desk of that name.

        Raises:
            NotFound: It does not run here.
        """
        found = self.desks.get(name)
        if found is None:
            known = ", ".join(sorted(self.desks)) or "none"
            raise NotFound(f"There is no desk {name!r} here; there is {known}.")
        return found

    def verify_ledger(self) -> LedgerReport:
        """Recompute the ledger's hashes and seals."""
        return self.check_ledger()

    def account(self, asked: AskAccount, person: Person) -> AccountRow:
        """See `engine.service.engine.Engine.account`."""
        try:
            return self.people.keys.account(asked, person)
        except NotAllowed as error:
            self._note_refusal(asked, person, error)
            raise

    def simulate(self, asked: AskSimulation) -> SimulationRow:
        """See `engine.service.engine.Engine.simulate`."""
        return self.simulating.simulate(asked)

    def preview(self, asked: AskPreview, person: Person) -> PreviewRow:
        """See `engine.service.engine.Engine.preview`."""
        try:
            require_decider(person)
            return self.previewing.preview(asked, person)
        except NotAllowed as error:
            self._note_refusal(asked, person, error)
            raise

    def preview_undo(self, case_id: CaseId, person: Person) -> tuple[PreviewRow, ...]:
        """See `engine.service.engine.Engine.preview_undo`."""
        try:
            require_decider(person)
            return self.previewing.preview_undo(case_id, person)
        except NotAllowed as error:
            self._note_refusal(AskPreview(case_id=case_id), person, error)
            raise

    def sign_in(self, name: str, password: str, *, client: str = "") -> Session:
        """See `engine.service.engine.Engine.sign_in`."""
        return self.people.sign_in(name, password, client=client)

    def sign_in_as(self, persona: str, *, client: str) -> Session:
        """See `engine.service.engine.Engine.sign_in_as`."""
        return self.demonstrating.sign_in_as(persona, client=client)

    def sign_out(self, token: str) -> None:
        """See `engine.service.engine.Engine.sign_out`."""
        self.people.sign_out(token)

    def person_of_session(self, token: str) -> Person:
        """See `engine.service.engine.Engine.person_of_session`."""
        return self.people.person_of_session(token)

    def person_of_token(self, token: str) -> Person:
        """See `engine.service.engine.Engine.person_of_token`."""
        return self.people.person_of_token(token)

    def needs_setup(self) -> bool:
        """See `engine.service.engine.Engine.needs_setup`."""
        return self.people.needs_setup()

    def is_set_up_link(self, setup_token: str) -> bool:
        """See `engine.service.engine.Engine.is_set_up_link`."""
        return self.people.is_set_up_link(setup_token)

    def set_up(
        self, setup_token: str, name: str, display_name: str, password: str, *, client: str = ""
    ) -> Session:
        """See `engine.service.engine.Engine.set_up`."""
        return self.people.set_up(setup_token, name, display_name, password, client=client)
