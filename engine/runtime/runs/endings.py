"""Endings: a run that has nothing more to do, and one that could not end: who takes over then.

The chain is precedents, agent, workflow, the desk's own reasoner, a person; each link says on the
card what was tried before it. It is a person at once where the run had asked for something that
went as far as a person or a call: nobody else begins anew behind a no, or behind what stands.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from engine.domain.actor import Actor, DecidedBy
from engine.domain.case import Attention, Case
from engine.domain.case_status import CaseStatus
from engine.domain.ledger import EntryDraft, EventKind
from engine.domain.run import Run, RunKind, RunStatus
from engine.domain.run_fault import RunFault
from engine.domain.run_moves import Answered, Finish, GiveUp
from engine.domain.transition import Transition
from engine.errors import ToolUnavailable
from engine.ports import Clock, Store
from engine.runtime.marks import Marks
from engine.runtime.reasoning import Reasoning
from engine.runtime.runs.beginning import Beginning, actor_of
from engine.runtime.runs.held import Held, answers
from engine.runtime.runs.journal import Journal, Performed
from engine.runtime.runs.trace import failed_span, spans_of
from engine.runtime.unadvised import without
from engine.runtime.undoing import last_effect


@dataclass(frozen=True, kw_only=True)
class Endings:
    """Performs the last moves of runs."""

    store: Store
    clock: Clock
    reasoning: Reasoning
    beginning: Beginning
    journal: Journal

    def finish(self, held: Held, move: Finish) -> None:
        """End a run that has nothing more to do.

        Its case is done where a verified effect stands, closed where a person said no, and else
        a person's: a run alone closes nothing.

        Raises:
            Conflict: Case or run moved on.
        """
        done = Performed(move=move)
        if held.run.is_shadow:
            self.journal.end(held, RunStatus.ENDED, done, move.summary)
            return
        step = self._finished(held, move)
        ended = self.journal.ended(held, RunStatus.ENDED, done, move.summary)
        self.journal.commit(
            replace(
                step,
                entries=(*step.entries, self._entry(held, move.summary)),
                records=(*step.records, ended),
                spans=(*spans_of(held.run, held.untraced), *step.spans),
            )
        )

    def _finished(self, held: Held, move: Finish) -> Transition:
        case, said = held.case, answers(held.steps)
        done = self._done(case)
        if done is not None:
            return Transition(before=case, after=done, entries=())
        if said and said[-1].answered is Answered.REJECTED:
            after = case.moved(
                CaseStatus.CLOSED_NO_ACTION, wake_at=None, attention=None, attention_note=""
            )
            entry = EntryDraft(
                kind=EventKind.CASE_CLOSED,
                actor=Actor(decided_by=DecidedBy.PERSON, name=said[-1].by),
                at=self.clock.now(),
                payload={"decision": said[-1].answer_id, "reason": said[-1].why},
            )
            return Transition(before=case, after=after, entries=(entry,))
        why = f"the {held.run.kind} ended: {move.summary}"
        return without(case, actor_of(held.run).name, Marks(self.clock), why)

    def _done(self, case: Case) -> Case | None:
        """The case as done, with the recommendation of what stands; None where nothing does."""
        effect = last_effect(self.store.reader.effects(case.id))
        if effect is None or not effect.is_correct:
            return None
        grants = {grant.id: grant for grant in self.store.reader.grants(case.id)}
        of = replace(case, recommendation_id=grants[effect.grant_id].recommendation_id)
        made = self.store.reader.recommendation(of)
        return of.moved(
            CaseStatus.DONE,
            wake_at=None,
            attention=None,
            attention_note="",
            action_id=effect.action_id,
            proposal=made.draft.summary if made else case.proposal,
        )

    def give_up(self, held: Held, move: GiveUp, *, is_patient: bool = True) -> None:
        """End a run that could not end well, and let the next one take over.

        Args:
            held: The run.
            move: Why.
            is_patient: Whether to wait for a system that the next one needs.

        Raises:
            ToolUnavailable: A system that the next one needs cannot be read; try again later.
            Conflict: Case or run moved on.
        """
        done = Performed(move=move)
        if held.run.is_shadow:
            self.journal.end(held, RunStatus.FAILED, done, move.why, move.fault)
            return
        failed = self.journal.ended(held, RunStatus.FAILED, done, move.why, move.fault)
        try:
            step = self._taken_over(held, move)
        except ToolUnavailable as error:
            if is_patient:
                raise
            why = "; ".join((*self.tried(held.run, move), error.message))
            marks, code = Marks(self.clock), Attention.SOURCE_UNAVAILABLE
            step = without(held.case, held.desk.reasoner.name, marks, why, code)
        end = failed_span(held.run, move, failed.run.ended_at or self.clock.now())
        spans = (*spans_of(held.run, held.untraced), end)
        self.journal.commit(
            replace(
                step,
                after=_without_run(step.after, held.run),
                entries=(self._entry(held, move.why, move.fault), *step.entries),
                records=(failed, *step.records),
                spans=(*spans, *step.spans),
            )
        )

    def _taken_over(self, held: Held, move: GiveUp) -> Transition:
        """The case with whoever is next."""
        tried, case = self.tried(held.run, move), held.case
        if held.has_asked_people:
            why = f"{tried[-1]}; what it asked for before is in the trace"
            return without(case, actor_of(held.run).name, Marks(self.clock), why)
        kind = self._next(held.run)
        takes = self.beginning.reasoners.takes
        if kind and move.fault is not RunFault.PAUSED and takes(case.desk, kind, case.case_type):
            run = self.beginning.run(case, held.desk, kind, fallback_of=held.run.id)
            return self.beginning.step(case, run, tried[-1])
        return self.reasoning.reason(case, held.facts, held.setting, tried)

    def _next(self, run: Run) -> RunKind | None:
        """What kind of run comes after one; None: the desk's own reasoner does."""
        match run.kind:
            case RunKind.PRECEDENT:
                return self.beginning.reasoners.live.get(run.desk)
            case RunKind.AGENT:
                return RunKind.WORKFLOW
            case _:
                return None

    def tried(self, run: Run, move: GiveUp | None = None) -> tuple[str, ...]:
        """What was tried for a case before the reasoner that comes next, a sentence each.

        Args:
            run: The run that came last.
            move: Why it gives up; None: it has not.
        """
        before = self.store.runs.run(run.fallback_of) if run.fallback_of else None
        earlier = (
            () if before is None else (*self.tried(before), _sentence(before, before.end_note))
        )
        return earlier if move is None else (*earlier, _sentence(run, move.why))

    def _entry(self, held: Held, why: str, fault: RunFault | None = None) -> EntryDraft:
        said = {"run": held.run.id, "kind": held.run.kind, "why": why, "fault": fault}
        return EntryDraft(
            kind=EventKind.RUN_ENDED, actor=actor_of(held.run), at=self.clock.now(), payload=said
        )


def _without_run(case: Case, run: Run) -> Case:
    """A case that waits for this run no longer, though it may for the next one."""
    return replace(case, run_id=None) if case.run_id == run.id else case


def _sentence(run: Run, why: str) -> str:
    return f"the {run.kind.value} was tried and did not serve: {why.strip().rstrip('.')}"
