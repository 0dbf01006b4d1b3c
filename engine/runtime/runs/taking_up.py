"""Taking up: a run comes into the hands of a thread, with its case as it stands now.

Facts may have gone stale while it waited, and the case may have come in with other content: then
they are perceived anew before the next step, so that nothing is asked for on what is out of date.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from engine.desk import Desk
from engine.domain.actor import ENGINE
from engine.domain.case import Case, Signal
from engine.domain.case_status import CaseStatus
from engine.domain.fact import FactSet, fact_set, stale_facts
from engine.domain.ledger import EntryDraft, EventKind
from engine.domain.run import Run
from engine.domain.run_calls import CallStatus
from engine.domain.run_moves import WriteAnswered
from engine.domain.span import Stage
from engine.domain.transition import Transition
from engine.ports import Clock, LeasedRun, ReadTool, Store
from engine.runtime.learning import DeskLearning
from engine.runtime.marks import Marks
from engine.runtime.policy import PolicyView
from engine.runtime.reads import CaseReads
from engine.runtime.runs.held import Held
from engine.runtime.runs.journal import Journal
from engine.runtime.scoring import Setting

GONE_ON = "the case went on without it"


@dataclass(frozen=True, kw_only=True)
class TakingUp:
    """Reads what a run needs before it goes on."""

    store: Store
    clock: Clock
    desks: Mapping[str, Desk]
    policy: PolicyView
    learning: Mapping[str, DeskLearning]
    reads: CaseReads
    journal: Journal

    def take_up(self, leased: LeasedRun) -> Held | None:
        """The run with its case; None where the case goes on without it, which is written down.

        Raises:
            Conflict: The run is no longer in these hands.
        """
        run, reader = leased.run, self.store.reader
        case = reader.case(run.case_id)
        if not run.is_shadow and (case.run_id != run.id or case.status is not CaseStatus.REASONING):
            self._let_go(run)
            return None
        self._count_lost(leased)
        desk = self.desks[run.desk]
        return Held(
            run=run,
            epoch=leased.epoch,
            case=case,
            signal=reader.signals([case.id])[case.id],
            facts=reader.fact_sets([case.id]).get(case.id) or fact_set(case.id, 0, ()),
            desk=desk,
            setting=self.setting(case, desk),
            steps=list(self.store.runs.journal(run.id).steps),
        )

    def setting(self, case: Case, desk: Desk) -> Setting:
        """What a case is reasoned about with; on a replayed desk, at the case's own time."""
        is_replay = self.store.reader.desk_time(desk.name) is not None
        return Setting(
            desk=desk,
            learning=self.learning.get(desk.name),
            policy=self.policy.current(),
            at=case.as_of if is_replay else self.clock.now(),
        )

    def _let_go(self, run: Run) -> None:
        with self.store.begin() as unit:
            unit.runs.supersede(run.id, self.clock.now(), GONE_ON)
            unit.commit()

    def _count_lost(self, leased: LeasedRun) -> None:
        """Calls that nobody answers any more: whoever made them was killed."""
        calls = self.store.runs.calls(leased.run.id)
        if any(call.status is CallStatus.INTENDED for call in calls):
            with self.store.begin() as unit:
                unit.runs.lose_calls(leased.run.id, leased.epoch)
                unit.commit()

    def is_out_of_date(self, held: Held) -> bool:
        """Whether a run that waited would go on with facts that no longer hold."""
        if held.run.is_shadow or not held.steps:
            return False
        has_waited = isinstance(held.steps[-1].observation, WriteAnswered)
        is_changed = held.case.facts_digest != held.facts.digest
        return is_changed or (has_waited and _stale(held.facts, held.setting.at))

    def renew(self, held: Held) -> None:
        """Perceive a case anew before its run goes on.

        Raises:
            ToolUnavailable: Its system cannot be read now; try again later.
            Conflict: The case moved on at this moment.
        """
        marks, case = Marks(self.clock), held.case
        with marks.timed(Stage.PERCEIVE, "perceive") as mark:
            read = self.reads.of(held.desk, case.id, Stage.PERCEIVE, marks)
            facts = _renewed(case, held.facts, held.desk, held.signal, read, held.setting.at)
            mark.outputs = {"facts": len(facts.facts), "revision": facts.revision}
        entry = EntryDraft(
            kind=EventKind.CASE_PERCEIVED,
            actor=ENGINE,
            at=self.clock.now(),
            payload={
                "facts": facts.digest,
                "revision": facts.revision,
                "count": len(facts.facts),
            },
        )
        after = case.noted(facts_revision=facts.revision, facts_digest=facts.digest)
        self.journal.commit(
            Transition(
                before=case,
                after=after,
                entries=(entry,),
                records=(facts,),
                spans=tuple(marks.spans),
            )
        )
        held.case, held.facts = after, facts


def _stale(facts: FactSet, at: datetime) -> bool:
    return bool(stale_facts(facts.facts, at))


def _renewed(
    case: Case, known: FactSet, desk: Desk, signal: Signal, read: ReadTool, at: datetime
) -> FactSet:
    """The facts perceived anew, with those that only people, or the run's own reads, gave."""
    perceived = desk.perceive(signal, read, at)
    seen = {fact.id for fact in perceived}
    others = [fact for fact in known.facts if fact.id not in seen]
    return fact_set(case.id, case.facts_revision + 1, [*perceived, *others])
