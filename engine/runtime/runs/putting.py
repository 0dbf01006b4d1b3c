"""Putting: what a run asks for, or hands over, goes before policy on the same path as all advice.

A write that policy forbids is answered at once. Any other one becomes the case's recommendation,
and the run is suspended in the same transaction, until it is known what came of it. In a shadow run
policy is asked too, and nothing else happens: the case is not touched.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from engine.domain.actor import POLICY
from engine.domain.case import Case
from engine.domain.fact import Fact, FactSet
from engine.domain.ledger import EntryDraft, EventKind
from engine.domain.recommendation import Draft
from engine.domain.run import RunStatus
from engine.domain.run_moves import Answered, AskWrite, Recommend, WriteAnswered
from engine.domain.transition import Transition
from engine.domain.verdict import Verdict, VerdictKind
from engine.errors import InvalidRequest, ToolError, ToolUnavailable
from engine.govern.rules import MALFORMED
from engine.ports import Clock, Store
from engine.runtime.declared_path import handed_on
from engine.runtime.marks import Marks
from engine.runtime.putting_forward import Advice, Judged
from engine.runtime.reasoning import Reasoning
from engine.runtime.runs.beginning import MODEL_KINDS, actor_of
from engine.runtime.runs.held import Held
from engine.runtime.runs.journal import Journal, Performed, Stopwatch
from engine.runtime.runs.trace import spans_of
from engine.runtime.unadvised import withdrawn

RESOLVED = "the target was resolved elsewhere"


@dataclass(slots=True)
class _Put:
    """A draft on its way before policy."""

    held: Held
    draft: Draft
    facts: FactSet
    marks: Marks
    watch: Stopwatch

    @property
    def target(self) -> str | None:
        """What it may act on, of a reasoner that is not the desk's own; see `Advice.target`."""
        held = self.held
        is_own = self.draft.reasoner == held.desk.reasoner.name
        if is_own and held.run.kind not in MODEL_KINDS:
            return None
        return held.desk.target_of(held.signal)

    @property
    def case(self) -> Case:
        """The case with what the run has found out about it."""
        return replace(
            self.held.case, facts_revision=self.facts.revision, facts_digest=self.facts.digest
        )

    def whole(self, step: Transition) -> Transition:
        """A transition of the case with what the run found out, and the steps it took for it."""
        held = self.held
        facts = () if self.facts is held.facts else (self.facts,)
        return replace(
            step,
            before=held.case,
            records=(*facts, *step.records),
            spans=(*spans_of(held.run, held.untraced), *step.spans),
        )


@dataclass(frozen=True, kw_only=True)
class Putting:
    """Performs the moves with which a run wants something done."""

    store: Store
    clock: Clock
    reasoning: Reasoning
    journal: Journal

    def ask(self, held: Held, move: AskWrite, found: Sequence[Fact] = ()) -> bool:
        """Put a write before policy; gives whether the run goes on at once.

        Args:
            held: The run.
            move: What it asks for.
            found: Facts that its procedure found by itself.

        Raises:
            ToolUnavailable: A target cannot be read now; try again later.
            Conflict: Case or run moved on.
        """
        put = self._put(held, move.draft, found)
        try:
            judged = self._judged(put)
        except ToolUnavailable:
            raise
        except (InvalidRequest, ToolError) as error:
            denied = self._denied(put, move, "contract", error.message)
            self.journal.append(held, denied)
            return True
        if held.run.is_shadow:
            self._shown(put, move, judged)
        elif judged is None:
            self._withdrawn(put, move)
        elif judged.verdict.kind is VerdictKind.DENY:
            self._refuse(put, move, judged)
            return True
        else:
            self._suspend(put, move, judged)
        return False

    def recommend(
        self, held: Held, move: Recommend, tried: Sequence[str], found: Sequence[Fact] = ()
    ) -> None:
        """Hand over a recommendation; the run is at its end.

        Args:
            held: The run.
            move: The recommendation, with at least one call.
            tried: What was tried before, and why it did not serve.
            found: Facts that its procedure found by itself.

        Raises:
            ToolUnavailable: A target cannot be read now; try again later.
            ToolError: A target refuses to be read.
            InvalidRequest: A tool is not the desk's, or nobody could make such a call.
            Conflict: Case or run moved on.
        """
        put = self._put(held, replace(move.draft, tried=tuple(tried)), found)
        judged = self._judged(put)
        if put.target is not None and judged is not None and (problem := _malformed(judged)):
            raise InvalidRequest(problem)
        if held.run.is_shadow:
            self._shown(put, move, judged)
            return
        if judged is None:
            self._withdrawn(put, move)
        else:
            self._hand_over(put, move, judged)

    def _hand_over(self, put: _Put, move: Recommend, judged: Judged) -> None:
        held = put.held
        note = f"recommends: {put.draft.summary}"
        done = self._done(put, move, verdict=verdict_words(judged.verdict))
        step = self.reasoning.recommended(put.case, judged, put.marks)
        step = handed_on(step, held.desk.paths.get(held.case.case_type))
        step = replace(
            step,
            after=replace(step.after, run_id=None),
            entries=(*step.entries, self._ended(held, note)),
            records=(*step.records, self.journal.ended(held, RunStatus.ENDED, done, note)),
        )
        self.journal.commit(put.whole(step))

    def _put(self, held: Held, draft: Draft, found: Sequence[Fact]) -> _Put:
        cost = self.store.runs.run(held.run.id).cost_micro_usd
        version = draft.reasoner_version
        if draft.reasoner == held.run.kind and held.run.model:
            version = held.run.by.version
        return _Put(
            held=held,
            draft=replace(draft, cost_micro_usd=cost, reasoner_version=version),
            facts=held.facts_with(found),
            marks=Marks(self.clock),
            watch=Stopwatch(),
        )

    def _judged(self, put: _Put) -> Judged | None:
        held = put.held
        advice = Advice(
            case=put.case,
            facts=put.facts,
            setting=held.setting,
            draft=put.draft,
            in_hand=held.in_hand,
            target=put.target,
            is_shadow=held.run.is_shadow,
        )
        return self.reasoning.putting_forward.judged(advice, put.marks)

    def _shown(self, put: _Put, move: AskWrite | Recommend, judged: Judged | None) -> None:
        """The end of a shadow run: what it wants, and what policy would have said of it."""
        said = RESOLVED if judged is None else verdict_words(judged.verdict)
        wants = "asks for" if isinstance(move, AskWrite) else "recommends"
        note = f"{wants}: {put.draft.summary}"
        self.journal.end(put.held, RunStatus.ENDED, self._done(put, move, verdict=said), note)

    def _suspend(self, put: _Put, move: AskWrite, judged: Judged) -> None:
        held = put.held
        done = self._done(put, move, verdict=verdict_words(judged.verdict))
        step = self.reasoning.recommended(put.case, judged, put.marks)
        said = {"run": held.run.id, "kind": held.run.kind, "step": held.number}
        entry = EntryDraft(
            kind=EventKind.RUN_SUSPENDED,
            actor=actor_of(held.run),
            at=self.clock.now(),
            payload=said,
        )
        suspended = self.journal.ended(held, RunStatus.SUSPENDED, done)
        step = replace(step, entries=(*step.entries, entry), records=(*step.records, suspended))
        self.journal.commit(put.whole(step))

    def _refuse(self, put: _Put, move: AskWrite, judged: Judged) -> None:
        """Tell the run that policy forbids it; the choice is kept with the case."""
        held = put.held
        why = verdict_words(judged.verdict)
        done = self._denied(put, move, POLICY.name, why)
        step = self.reasoning.judging.denied(put.case, judged.made, tuple(put.marks.spans))
        moved = self.journal.ended(held, RunStatus.RUNNING, done)
        self.journal.commit(put.whole(replace(step, records=(*step.records, moved))))
        held.run, held.case, held.facts = moved.run, step.after, put.facts
        held.steps.append(self.store.runs.step(held.run.id, held.run.steps))

    def _withdrawn(self, put: _Put, move: AskWrite | Recommend) -> None:
        done = self._done(put, move, verdict=RESOLVED)
        moved = self.journal.ended(put.held, RunStatus.SUPERSEDED, done, RESOLVED)
        step = withdrawn(put.case, put.marks)
        self.journal.commit(put.whole(replace(step, records=(*step.records, moved))))

    def _denied(self, put: _Put, move: AskWrite, by: str, why: str) -> Performed:
        answer = WriteAnswered(
            answered=Answered.DENIED, by=by, why=why, answer_id=f"step {put.held.number}"
        )
        return replace(self._done(put, move, verdict=why), observation=answer)

    def _done(self, put: _Put, move: AskWrite | Recommend, verdict: str) -> Performed:
        return Performed(move=move, duration_us=put.watch.us, verdict=verdict)

    def _ended(self, held: Held, note: str) -> EntryDraft:
        said = {"run": held.run.id, "kind": held.run.kind, "why": note}
        return EntryDraft(
            kind=EventKind.RUN_ENDED, actor=actor_of(held.run), at=self.clock.now(), payload=said
        )


def _malformed(judged: Judged) -> str:
    """Why no policy could let a call run: it breaks its contract, or nobody could choose it."""
    broken = (rule for action in judged.made.actions for rule in action.verdict.broken)
    return next((rule.seen for rule in broken if rule.rule == MALFORMED), "")


def verdict_words(verdict: Verdict) -> str:
    """A verdict with the rule that decided it."""
    rules = verdict.broken
    deciding = max(rules, key=lambda rule: rule.otherwise.strictness, default=None)
    if deciding is None:
        return f"{verdict.kind}: all rules kept"
    return f"{verdict.kind}: {deciding.rule} ({deciding.seen} against {deciding.limit})"
