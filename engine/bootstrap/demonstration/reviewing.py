"""Reviewing: simulated operators at their queue. They claim, look, answer; the engine decides.

What somebody answers comes from `engine.simulators.reviewers`; here it is carried out, by the same
requests and in the same order as the console makes them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from random import Random

from engine.bootstrap.demonstration.clockwork import Timeline
from engine.domain.actor import Person, Role
from engine.domain.decision import DecisionKind
from engine.domain.ids import CaseId
from engine.errors import EngineError
from engine.service import requests as ask
from engine.service.authority import waiting_for
from engine.service.engine import Done
from engine.service.local import LocalEngine
from engine.service.rows import QueueFilter, QueueRow
from engine.simulators.reviewers.answering import Answer, answer, found_out
from engine.simulators.reviewers.cast import Habits, Player, at_work
from engine.simulators.reviewers.seen import seen_on

LOOKS_AT = 40
"""Cases at the top of the queue among which somebody picks."""
RENEWS_S = 240.0
"""A claim is renewed this often while a card is open, as the page does it."""
LEFT_TO_OTHERS = timedelta(hours=2)
"""A senior takes what nobody passed on only when it has waited so long."""
SLIPS = 0.015
"""Share of answers that are taken back at once."""
ANSWERED_IN_S = (1_800.0, 14_400.0)
"""How long it takes to find out what was asked for."""


@dataclass(kw_only=True)
class Reviewer:
    """One person at work."""

    player: Player
    habits: Habits
    person: Person
    dice: Random
    is_busy: bool = False
    shuns: set[tuple[CaseId, int]] = field(default_factory=set)
    """Versions of cases that they could not answer."""

    @property
    def is_senior(self) -> bool:
        """Whether cases are passed on to them."""
        return Role.SENIOR_OPERATOR in self.person.roles


@dataclass(kw_only=True)
class Reviewing:
    """All reviewers over one engine and one timeline."""

    engine: LocalEngine
    timeline: Timeline
    reviewers: tuple[Reviewer, ...]
    seed: int
    until: datetime
    """When the shift ends for good: what comes later waits for whoever opens the console."""
    refused: int = 0
    answered: list[tuple[CaseId, str]] = field(default_factory=list)
    """Cases with who approved or changed them, in order."""
    _forms: Callable[[], int] = field(default_factory=lambda: count(1).__next__)

    def wake(self) -> None:
        """There is something new: whoever has nothing to do looks at the queue soon."""
        for one in self.reviewers:
            if not one.is_busy:
                one.is_busy = True
                self._later(one, one.dice.uniform(20, 240))

    def _later(self, one: Reviewer, seconds: float) -> None:
        self.timeline.after(seconds, lambda: self._sit(one))

    def _sit(self, one: Reviewer) -> None:
        now = self.timeline.clock.now()
        if now >= self.until:
            return
        begins = at_work(one.player, now)
        if begins > now:
            self.timeline.at(begins, lambda: self._sit(one))
            return
        row = self._pick(one)
        if row is None:
            one.is_busy = False
        elif not self._open(one, row):
            self._later(one, 5.0)

    def _pick(self, one: Reviewer) -> QueueRow | None:
        """The most pressing case for somebody; seniors first take what was passed on to them."""
        which = QueueFilter(roles=waiting_for(*one.person.roles))
        rows = [
            row
            for row in self.engine.queries.queue(which, limit=LOOKS_AT).rows
            if not row.claimed_by and (row.case_id, row.version) not in one.shuns
        ]
        if one.is_senior:
            long_ago = self.timeline.clock.now() - LEFT_TO_OTHERS
            rows = [row for row in rows if row.role or row.as_of < long_ago]
            rows.sort(key=lambda row: not row.role)
        return next(iter(rows), None)

    def _open(self, one: Reviewer, row: QueueRow) -> bool:
        """Take a case and look at it; False where that failed."""
        if self._try(one, ask.ClaimCase(case_id=row.case_id), row) is None:
            return False
        card = self.engine.queries.card(row.case_id)
        said = answer(seen_on(card), one.habits, one.dice)
        renewals = int(said.looks_s // RENEWS_S)
        for number in range(1, renewals + 1):
            self.timeline.after(number * RENEWS_S, lambda: self._renew(one, row))
        self.timeline.after(said.looks_s, lambda: self._give(one, card.row, said))
        return True

    def _renew(self, one: Reviewer, row: QueueRow) -> None:
        self._try(one, ask.ClaimCase(case_id=row.case_id), row)

    def _give(self, one: Reviewer, row: QueueRow, said: Answer) -> None:
        done = self._try(one, self._request(row, said), row)
        if done is None:
            self._try(one, ask.ReleaseClaim(case_id=row.case_id), row)
        else:
            self._go_on(one, row, said, done)
        self._later(one, one.dice.uniform(15, 150))

    def _go_on(self, one: Reviewer, row: QueueRow, said: Answer, done: Done) -> None:
        """What follows an answer: a fact that was asked for, or a second thought at once."""
        version = done.version or row.version
        if said.kind is DecisionKind.ASK:
            wait_s = one.dice.uniform(*ANSWERED_IN_S)
            self.timeline.after(wait_s, lambda: self._find_out(one, row, version, said.question))
        elif done.take_back_until is not None and one.dice.random() < SLIPS:
            taken_back = ask.TakeBackDecision(case_id=row.case_id, version=version)
            self.timeline.after(3.0, lambda: self._ignore(one, taken_back, row))
        elif said.kind in (DecisionKind.APPROVE, DecisionKind.OVERRIDE):
            self.answered.append((row.case_id, one.person.name))

    def _find_out(self, one: Reviewer, row: QueueRow, version: int, question: str) -> None:
        attribute, value = found_out(question)
        fact = ask.ProvideFact(
            case_id=row.case_id, version=version, attribute=attribute, value=value
        )
        self._ignore(one, fact, row)

    def _request(self, row: QueueRow, said: Answer) -> ask.DecideCase:
        return ask.DecideCase(
            case_id=row.case_id,
            version=row.version,
            kind=said.kind,
            client_key=f"simulated-{self.seed}-{self._forms()}",
            reason_code=said.reason_code,
            note=said.note,
            tool=said.tool,
            arguments=dict(said.arguments),
            role=said.role,
            question=said.question,
            time_to_decide_ms=round(said.looks_s * 1000),
        )

    def _ignore(self, one: Reviewer, request: ask.Request, row: QueueRow) -> None:
        self._try(one, request, row)

    def _try(self, one: Reviewer, request: ask.Request, row: QueueRow) -> Done | None:
        """Ask the engine; what it refuses is refused, and that version is left to others."""
        try:
            return self.engine.execute(request, one.person)
        except EngineError:
            self.refused += 1
            one.shuns.add((row.case_id, row.version))
            return None


def reviewers_of(
    people: Mapping[str, Person], cast: tuple[Player, ...], seed: int
) -> list[Reviewer]:
    """Those of a cast who review, each with dice of their own."""
    return [
        Reviewer(
            player=one,
            habits=one.habits,
            person=people[one.name],
            dice=Random(f"{seed}/reviewer/{one.name}"),
        )
        for one in cast
        if one.habits is not None
    ]
