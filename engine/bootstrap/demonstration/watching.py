"""Watching: simulated people in front of the live page and the audit cards, and second thoughts.

Whoever has the page open is told of a veto window as a browser would tell them; some are held.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random

from engine.bootstrap.demonstration.clockwork import Timeline
from engine.bootstrap.demonstration.reviewing import Reviewer, Reviewing
from engine.domain.actor import Person
from engine.domain.ids import CaseId
from engine.errors import EngineError
from engine.service import requests as ask
from engine.service.live_rows import WindowRow
from engine.service.local import LocalEngine
from engine.simulators.reviewers.auditing import blind_answer
from engine.simulators.reviewers.cast import at_work

STEP_S = 40.0
"""While a window is open the worker gives a sign of life at least this often."""
SEES_IN_S = (2.0, 25.0)
HOLDS_IN_S = (40.0, 300.0)
_WHY_HELD = (
    "The customer has just called; I want to read it first.",
    "Looks like one we got wrong last week.",
    "I would not do this without asking the warehouse.",
)
_WHY_UNDONE = "The customer does not want it after all."
WINDOW_LANE = 3


@dataclass(kw_only=True)
class Watching:
    """What happens around actions that software takes alone."""

    engine: LocalEngine
    timeline: Timeline
    desk: str
    watcher: Reviewer
    """Who has the live page open while at work."""
    auditor: Person
    dice: Random
    held: int = 0
    undone: int = 0
    audited: int = 0
    _known: set[CaseId] = field(default_factory=set)
    _is_stepping: bool = False

    def look(self) -> None:
        """After every step: tell of new windows, and do not let the clock jump over an open one."""
        closes_at = self.engine.store.reader.next_wake(WINDOW_LANE)
        if closes_at is None:
            return
        for window in self.engine.store.reader.unnoticed_windows(50):
            if window.case_id not in self._known:
                self._known.add(window.case_id)
                self.timeline.after(self.dice.uniform(*SEES_IN_S), self._see)
        if not self._is_stepping:
            self._is_stepping = True
            step = self.timeline.clock.now() + timedelta(seconds=STEP_S)
            self.timeline.at(min(step, max(closes_at, self.timeline.clock.now())), self._stepped)

    def _stepped(self) -> None:
        self._is_stepping = False

    def _see(self) -> None:
        """The live page shows what is new, if anybody is at work."""
        now = self.timeline.clock.now()
        if at_work(self.watcher.player, now) > now:
            return
        shown = self.engine.queries.live(self.desk).windows
        new = [row for row in shown if row.noticed_at is None]
        if not new:
            return
        told = ask.SeeNotices(case_ids=tuple(row.action.case_id for row in new))
        self._try(told, self.watcher.person)
        for row in new:
            if self.dice.random() < self.watcher.habits.holds:
                self.timeline.after(self.dice.uniform(*HOLDS_IN_S), self._holding(row))

    def _holding(self, row: WindowRow) -> Callable[[], None]:
        reason = self.dice.choice(_WHY_HELD)
        action = row.action
        hold = ask.HoldAction(case_id=action.case_id, version=action.version, reason=reason)

        def act() -> None:
            self.held += self._try(hold, self.watcher.person)

        return act

    def undo_one(self, reviewing: Reviewing) -> None:
        """Put one of the latest things that people let happen back."""
        for case_id, _ in reversed(reviewing.answered[-40:]):
            card = self.engine.queries.card(case_id)
            if not card.can_undo:
                continue
            undo = ask.UndoEffect(case_id=case_id, version=card.row.version, reason=_WHY_UNDONE)
            if self._try(undo, self.watcher.person):
                self.undone += 1
                return

    def answer_audits(self) -> None:
        """Answer every audit card there is, without being told what was done."""
        queries = self.engine.queries
        for row in queries.audits(self.desk, person=self.auditor):
            said = blind_answer(queries.audit(row.case_id, self.auditor), self.dice)
            answered = ask.AnswerAudit(
                case_id=row.case_id, tool=said.tool, arguments=dict(said.arguments), note=said.note
            )
            self.audited += self._try(answered, self.auditor)

    def _try(self, request: ask.Request, person: Person) -> bool:
        try:
            self.engine.execute(request, person)
        except EngineError:
            return False
        return True
