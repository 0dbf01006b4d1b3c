"""FakeEngine: the whole door in memory, over invented rows, for tests and for looking at pages.

It keeps the rules a screen depends on: versions, claims, one decision a form, take-back, undo.
It writes no ledger and judges nothing; whatever the real engine decides is only told as a row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from engine.domain.actor import DecidedBy, Person, Role
from engine.domain.case import Attention, Origin
from engine.domain.case_status import CaseStatus
from engine.domain.ids import CaseId, PersonId
from engine.errors import Conflict, EngineError, NotAllowed, NotSignedIn
from engine.service import requests as ask
from engine.service.authority import require_submitter
from engine.service.engine import Done, Session, Submitted
from engine.service.people_rows import AccountRow, AskAccount
from engine.service.people_rules import ADMINISTRATORS
from engine.service.rows import CaseCard, ClaimRow, TimelineRow
from engine.service.simulation_rows import AskSimulation, SimulationRow
from engine.testing.fake_account import FakeSetUp, account_of
from engine.testing.fake_decisions import (
    compensated,
    decided,
    looked_at,
    released,
    taken_back,
    undone,
)
from engine.testing.fake_previews import FakePreviews
from engine.testing.fake_queries import FakeQueries
from engine.testing.fake_rows import card_of, seeds
from engine.testing.fake_rows_advice import Seed, uuid_of
from engine.testing.fake_simulation import QueuedCase, fake_simulation

CLAIM = timedelta(minutes=5)


def person(name: str, display_name: str, *roles: Role) -> Person:
    """A made-up account."""
    return Person(
        id=PersonId(uuid_of("person", sum(name.encode()))),
        name=name,
        display_name=display_name,
        roles=frozenset(roles),
    )


PEOPLE = (
    person("ada", "Ada Moreno", Role.OPERATOR, Role.SENIOR_OPERATOR, Role.ADMINISTRATOR),
    person("ben", "Ben Okafor", Role.OPERATOR),
    person("olga", "Olga Lind", Role.PRODUCT_OWNER),
    person("rhea", "Rhea Castellano", Role.RISK_OFFICER),
    person("vera", "Vera Nowak", Role.VIEWER),
)


class FakeEngine(FakePreviews, FakeSetUp):
    """The engine as a screen meets it. A session token is `session-<name>`.

    Attributes:
        queries: The reads, over the same rows; `failure` and `pauses` can be set.
        received: Every request that was executed, in order, with its person.
        refusals: Errors to raise for the next requests, first in first out.
    """

    def __init__(self, *, now: Callable[[], datetime], desk_now: datetime, count: int = 64) -> None:
        """Fill the queue.

        Args:
            now: The wall clock.
            desk_now: Where the replayed desk's clock stands.
            count: Cases in the queue; 0 gives an empty product.
        """
        super().__init__()
        self.now = now
        self.desk_now = desk_now
        self.cards: dict[CaseId, CaseCard] = {
            seed.case_id: card_of(seed) for seed in seeds(count, desk_now, now())
        }
        self.received: list[tuple[ask.Request, Person]] = []
        self.refusals: list[EngineError] = []
        self.changes = 0
        self._answers: dict[str, Done] = {}
        self._ended: set[str] = set()
        self.queries = FakeQueries(self)

    # --- what a test makes happen ---------------------------------------------------------

    def arrive(self, number: int = 9001) -> CaseId:
        """Let a new case arrive that stands before all others."""
        seed = Seed(
            number=number,
            desk_now=self.desk_now,
            wall_now=self.now(),
            attention=Attention.OUTSIDE_ENVELOPE,
        )
        card = card_of(seed)
        first = replace(card.row, priority=1, due_at=self.desk_now - timedelta(days=2))
        self._keep(replace(card, row=first))
        return seed.case_id

    def touch(self, case_id: CaseId, text: str = "The facts changed") -> None:
        """Let somebody else change a case: one version later, another first line."""
        card = self.cards[case_id]
        self._keep(
            replace(
                card,
                row=replace(card.row, version=card.row.version + 1, attention_note=text),
                timeline=(*card.timeline, self.line(text, "engine", DecidedBy.CODE)),
            )
        )

    def claim_for(self, case_id: CaseId, name: str) -> None:
        """Let somebody else work on a case."""
        self._claim(self.cards[case_id], name, "")

    def settle(self) -> None:
        """Do what a worker does: release decisions whose time has come, finish undos."""
        for card in list(self.cards.values()):
            later = self._next_of(card)
            if later is not card:
                self._keep(later)

    # --- the door -------------------------------------------------------------------------

    def execute(self, request: ask.Request, person: Person) -> Done:
        """Carry out a request; see `engine.service.engine.Engine.execute`."""
        self.received.append((request, person))
        if self.refusals:
            raise self.refusals.pop(0)
        self.settle()
        match request:
            case ask.ClaimCase():
                return self._claim_case(request, person)
            case ask.ReleaseClaim():
                self._keep(self._unclaimed(self.cards[request.case_id]))
                return Done(message="The case is free for others.")
            case ask.DecideCase():
                return self._decide(request, person)
            case ask.TakeBackDecision():
                return self._change(request, person, taken_back)
            case ask.UndoEffect():
                return self._change(request, person, undone)
            case ask.ProvideFact() | ask.SettleRepair() | ask.LookAgain():
                return self._back_to_queue(request)
            case _:
                self.changes += 1
                return Done(message="Done.", secret="shown-once")

    def admit(self, person: Person) -> None:
        """Let anybody but viewers in."""
        require_submitter(person)

    def submit(
        self,
        desk: str,
        rows: Iterable[tuple[int, dict[str, str]]],
        *,
        origin: Origin = Origin.REAL,
        is_replay: bool = False,
        submitted_by: str,
    ) -> Submitted:
        """Count the rows and keep none."""
        count = sum(1 for _ in rows)
        return Submitted(accepted=count, duplicates=0, changed=0, labels=0, rejected=())

    def account(self, asked: AskAccount, person: Person) -> AccountRow:
        """Made-up sessions and tokens; others' are for administrators."""
        if asked.name not in ("", person.name) and not person.has_any(ADMINISTRATORS):
            raise NotAllowed("Only an administrator changes accounts.")
        if self.queries.failure:
            raise self.queries.failure
        return account_of(person, self.now(), is_empty=not self.cards)

    def simulate(self, asked: AskSimulation) -> SimulationRow:
        """The real replay over a made-up history; the queue's cases are the newest in it."""
        if self.queries.failure:
            raise self.queries.failure
        queued = [
            QueuedCase(case_id=card.row.case_id, text=f"{card.row.source_id}: {card.row.title}")
            for card in self.cards.values()
        ]
        return fake_simulation(asked, self.desk_now, queued)

    def sign_in(self, name: str, password: str, *, client: str = "") -> Session:
        """Any password but an empty one is right."""
        for known in PEOPLE:
            if known.name == name and password:
                ends = self.now() + timedelta(hours=8)
                return Session(token=f"session-{name}", person=known, expires_at=ends)
        raise NotSignedIn("Name or password is wrong.")

    def sign_in_as(self, persona: str, *, client: str) -> Session:
        """A demonstration's people, from anywhere."""
        if self.queries.marked is None:
            raise NotAllowed("This is no demonstration; sign in with a password.")
        return self.sign_in(persona, "any")

    def sign_out(self, token: str) -> None:
        """End a session for good."""
        self._ended.add(token)

    def person_of_session(self, token: str) -> Person:
        """The person named in the token."""
        for known in PEOPLE:
            if token == f"session-{known.name}" and token not in self._ended:
                return known
        raise NotSignedIn

    def person_of_token(self, token: str) -> Person:
        """The same as for sessions."""
        return self.person_of_session(token)

    # --- how rows change ------------------------------------------------------------------

    def line(
        self, text: str, actor: str, by: DecidedBy = DecidedBy.PERSON, stage: str = "person"
    ) -> TimelineRow:
        """A timeline row of this moment."""
        return TimelineRow(
            at=self.now(),
            kind=text.split(" ")[0],
            text=text,
            decided_by=by,
            actor=actor,
            rule="",
            stage=stage,
        )

    def _keep(self, card: CaseCard) -> None:
        self.cards[card.row.case_id] = card
        self.changes += 1

    def _unclaimed(self, card: CaseCard) -> CaseCard:
        return replace(card, claim=None, row=replace(card.row, claimed_by="", claimed_until=None))

    def _claim(self, card: CaseCard, name: str, draft: str) -> None:
        now = self.now()
        claim = ClaimRow(person=name, claimed_at=now, expires_at=now + CLAIM, draft=draft)
        row = replace(card.row, claimed_by=name, claimed_until=claim.expires_at)
        self._keep(replace(card, claim=claim, row=row))

    def _claim_case(self, request: ask.ClaimCase, person: Person) -> Done:
        card = self.cards[request.case_id]
        holder = card.row.claimed_by
        if not person.has_any(frozenset({Role.OPERATOR, Role.SENIOR_OPERATOR})):
            raise NotAllowed("Only operators work on cases.")
        if holder not in ("", person.name) and (card.row.claimed_until or self.now()) > self.now():
            raise Conflict(f"{holder} works on this case.")
        self._claim(card, person.name, request.draft)
        return Done(message="Yours for five minutes.", version=card.row.version)

    def _decide(self, request: ask.DecideCase, person: Person) -> Done:
        if known := self._answers.get(request.client_key):
            return replace(known, message="Already recorded, once.")
        card = self._fresh(request.case_id, request.version)
        if card.row.claimed_by != person.name:
            raise Conflict("The case is not yours any more: your claim has ended.")
        done, later = decided(self, card, request, person)
        self._keep(later)
        self._answers[request.client_key] = done
        return done

    def _change(
        self,
        request: ask.TakeBackDecision | ask.UndoEffect,
        person: Person,
        change: Callable[[FakeEngine, CaseCard, Person], tuple[Done, CaseCard]],
    ) -> Done:
        done, later = change(self, self._fresh(request.case_id, request.version), person)
        self._keep(later)
        return done

    def _back_to_queue(self, request: ask.ProvideFact | ask.SettleRepair | ask.LookAgain) -> Done:
        card = self._fresh(request.case_id, request.version)
        row = replace(card.row, status=CaseStatus.PENDING, version=card.row.version + 1)
        if isinstance(request, ask.LookAgain):
            card = looked_at(card)
        self._keep(replace(card, row=row))
        return Done(message="Noted.", case_id=row.case_id, version=row.version)

    def _fresh(self, case_id: CaseId, version: int) -> CaseCard:
        card = self.cards[case_id]
        if card.row.version != version:
            raise Conflict(
                f"This case is at version {card.row.version}; you saw version {version}."
            )
        return card

    def _next_of(self, card: CaseCard) -> CaseCard:
        if card.row.status is CaseStatus.RELEASING and card.releases_at:
            return released(self, card) if self.now() >= card.releases_at else card
        if card.row.status is CaseStatus.COMPENSATING:
            return compensated(self, card)
        return card
