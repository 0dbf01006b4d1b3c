"""Perceiving: facts for a case, from its signal and a look at the system of record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from engine.desk import Desk
from engine.domain.actor import ENGINE
from engine.domain.case import Case, Signal
from engine.domain.case_status import CaseStatus
from engine.domain.fact import FactSet, fact_set
from engine.domain.ledger import EntryDraft, EventKind
from engine.domain.span import Stage
from engine.domain.transition import Transition
from engine.ports import Clock
from engine.runtime.marks import Marks
from engine.runtime.reads import CaseReads


@dataclass(frozen=True, kw_only=True)
class Perceiving:
    """Turns a received case into one with facts, ready to be reasoned about."""

    clock: Clock
    reads: CaseReads

    def perceive(
        self,
        case: Case,
        signal: Signal,
        desk: Desk,
        known: FactSet | None,
        at: datetime,
        marks: Marks,
    ) -> tuple[Transition, FactSet]:
        """Make the facts of a case.

        Args:
            case: A case that is RECEIVED or PERCEIVED.
            signal: What came in.
            desk: Its desk.
            known: Earlier facts; what people said is kept.
            at: The desk's present.
            marks: Takes the spans, also where it fails.

        Raises:
            ToolUnavailable: The system of record could not be read; try again later.
        """
        with marks.timed(Stage.PERCEIVE, "perceive") as mark:
            told = [fact for fact in known.facts if fact.is_from_person] if known else []
            read = self.reads.of(desk, case.id, Stage.PERCEIVE, marks)
            perceived = desk.perceive(signal, read, at)
            facts = fact_set(case.id, case.facts_revision + 1, [*perceived, *told])
            mark.outputs = {"facts": len(facts.facts), "revision": facts.revision}
        return self._perceived(case, facts, marks), facts

    def _perceived(self, case: Case, facts: FactSet, marks: Marks) -> Transition:
        perceived = case.moved(
            CaseStatus.PERCEIVED, facts_revision=facts.revision, facts_digest=facts.digest
        )
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
        return Transition(
            before=case,
            after=perceived.moved(CaseStatus.REASONING),
            entries=(entry,),
            records=(facts,),
            spans=tuple(marks.spans),
        )
