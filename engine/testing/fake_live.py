"""Invented windows, held actions, feed and audits for `FakeEngine`; tests change them as they like.

Consistent with the fake's cards where a case can be opened or decided. Nothing here judges.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256

from engine.domain.actor import Person
from engine.domain.case import Attention
from engine.domain.case_status import CaseStatus
from engine.domain.ids import CaseId
from engine.domain.phase import Phase
from engine.errors import NotAllowed, NotFound
from engine.service import live_rows as live
from engine.service.authority import AUDITORS
from engine.service.rows import CaseCard
from engine.testing.fake_rows import card_of, facts_of, note_choice, tool_choice
from engine.testing.fake_rows_advice import GROUPS, Seed
from engine.testing.fake_rows_live import (
    cell,
    drawn_of,
    gauges,
    proposed_of,
    ran_of,
    window_of,
)

FIRST_WINDOW, FIRST_RUN, FIRST_AUDIT = 3001, 4001, 5001


@dataclass
class FakeLive:
    """What software is about to do and did, as rows that tests may exchange.

    Attributes:
        windows: Actions that run unless somebody stops them.
        held: Actions that somebody held; their cases are among the fake's cards.
        ran: What software did alone.
        brakes: Pauses with who asked to end them.
        cells: Where software acts.
        paused: How many of the windows a pause holds.
        drawn: What waits for a blind answer.
        answered: What was answered, by case.
    """

    now: Callable[[], datetime]
    desk_now: datetime
    is_empty: bool
    windows: tuple[live.WindowRow, ...] = ()
    held: tuple[live.HeldRow, ...] = ()
    ran: tuple[live.RanRow, ...] = ()
    brakes: tuple[live.BrakeRow, ...] = ()
    cells: tuple[live.LiveCell, ...] = ()
    paused: int = 0
    drawn: tuple[live.AuditRow, ...] = ()
    answered: dict[CaseId, live.RevealRow] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Fill it, unless the fake is empty."""
        self.cells = (cell(Phase.COPILOT),)
        if self.is_empty:
            return
        at = self.now()
        self.cells = (cell(Phase.ON_THE_LOOP),)
        self.windows = tuple(window_of(self._seed(FIRST_WINDOW + n), n, at) for n in range(3))
        self.ran = tuple(ran_of(self._seed(FIRST_RUN + n), n, at) for n in range(14))
        self.drawn = tuple(drawn_of(self._seed(FIRST_AUDIT + n), n, at) for n in range(3))

    def _seed(self, number: int) -> Seed:
        return Seed(
            number=number,
            desk_now=self.desk_now,
            wall_now=self.now(),
            attention=Attention.OUTSIDE_ENVELOPE,
        )

    # --- what a test makes happen --------------------------------------------------------

    def hold(self, card: CaseCard, note: str = "ben: this group is closed today") -> CaseCard:
        """Let a case of the fake be held; gives the card that has to stand in its place."""
        row = replace(
            card.row,
            status=CaseStatus.HELD,
            attention=Attention.HELD,
            attention_note=note,
        )
        held = live.HeldRow(
            action=proposed_of(card),
            note=note,
            words=card.words,
            role="",
            claimed_by=row.claimed_by,
            claimed_until=row.claimed_until,
        )
        self.held = (*self.held, held)
        return replace(card, row=row, phase=Phase.ON_THE_LOOP)

    def answer(self, case_id: CaseId, *, is_agreed: bool) -> None:
        """Let an audit be answered."""
        row = next(one for one in self.drawn if one.case_id == case_id)
        self.drawn = tuple(one for one in self.drawn if one.case_id != case_id)
        self.answered[case_id] = live.RevealRow(
            case_id=case_id,
            source_id=row.source_id,
            is_agreed=is_agreed,
            answer=GROUPS[0] if is_agreed else GROUPS[1],
            did=f"Assign to {GROUPS[0]}",
            confidence=0.93,
            is_undone=False,
            can_undo=True,
            undo="Assign to Group 12, as it was before",
        )

    # --- the reads -----------------------------------------------------------------------

    def row(self, version: str) -> live.LiveRow:
        """The page."""
        return live.LiveRow(
            version=version,
            windows=tuple(sorted(self.windows, key=lambda one: one.closes_at)),
            held=self.held,
            ran=self.ran,
            gauges=gauges() if not self.is_empty else (),
            brakes=self.brakes,
            cells=self.cells,
        )

    def version(self, changes: int) -> str:
        """Another text as soon as anything is another."""
        rest = repr((changes, self.windows, self.held, self.ran, self.brakes))
        return sha256(rest.encode()).hexdigest()[:12]

    def ahead(self) -> live.AheadRow:
        """The line above every page."""
        closing = sorted(one.closes_at for one in self.windows)[self.paused :]
        return live.AheadRow(
            count=len(closing),
            next_at=closing[0] if closing else None,
            paused=self.paused,
        )

    def window(self, case_id: CaseId) -> live.WindowRow | None:
        """The window of a case."""
        return next((one for one in self.windows if one.action.case_id == case_id), None)

    def card(self, case_id: CaseId) -> CaseCard:
        """The card of a case that is no case of the queue.

        Raises:
            NotFound: There is none.
        """
        for seed in self._seeds():
            if seed.case_id == case_id:
                return self._stood(card_of(seed))
        raise NotFound("There is no such case.")

    def find(self, text: str) -> CaseId | None:
        """By id or source id."""
        found = (seed for seed in self._seeds() if text in (str(seed.case_id), seed.source_id))
        return next((seed.case_id for seed in found), None)

    def _seeds(self) -> tuple[Seed, ...]:
        """What its cases are made of."""
        numbers = (
            *range(FIRST_WINDOW, FIRST_WINDOW + 9),
            *range(FIRST_RUN, FIRST_RUN + 20),
            *range(FIRST_AUDIT, FIRST_AUDIT + 9),
        )
        return () if self.is_empty else tuple(map(self._seed, numbers))

    def _stood(self, card: CaseCard) -> CaseCard:
        window = self.window(card.row.case_id)
        status = CaseStatus.VETO_WINDOW if window else CaseStatus.DONE
        version = window.action.version if window else 9
        row = replace(card.row, status=status, version=version, attention=None, attention_note="")
        return replace(card, row=row, phase=Phase.ON_THE_LOOP)

    def audits(self, person: Person) -> tuple[live.AuditRow, ...]:
        """What waits for a blind answer.

        Raises:
            NotAllowed: The person is no auditor.
        """
        if not person.has_any(AUDITORS):
            raise NotAllowed("Only a senior operator or a risk officer may audit.")
        return self.drawn

    def audit(self, case_id: CaseId, person: Person) -> live.AuditCard:
        """The card of an auditor.

        Raises:
            NotAllowed: The person is no auditor.
            NotFound: It does not wait any more.
        """
        row = next((one for one in self.audits(person) if one.case_id == case_id), None)
        if row is None:
            raise NotFound("Nothing of this case waits for your audit; look at the list again.")
        number = int(row.source_id.removeprefix("INC"))
        seed = self._seed(number)
        return live.AuditCard(
            row=row,
            at=self.desk_now - timedelta(hours=3),
            due_at=self.desk_now + timedelta(hours=2),
            facts=facts_of(seed),
            tools=(tool_choice(seed), note_choice(seed)),
        )

    def reveal(self, case_id: CaseId, person: Person) -> live.RevealRow:
        """What software did.

        Raises:
            NotAllowed: The person is no auditor, or it was not answered yet.
        """
        self.audits(person)
        if case_id not in self.answered:
            raise NotAllowed("Say first what should have been done.")
        return self.answered[case_id]
