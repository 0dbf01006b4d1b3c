"""Maturing: what a case becomes when the truth about it has become known, or its time is up."""

from __future__ import annotations

from engine.desk import Desk
from engine.domain.actor import ENGINE, Role
from engine.domain.canonical import Json
from engine.domain.case import Attention, Case
from engine.domain.case_status import CaseStatus
from engine.domain.effect import Effect, EffectStatus
from engine.domain.ids import OutcomeId
from engine.domain.ledger import EntryDraft, EventKind
from engine.domain.outcome import LabelSource, Outcome, OutcomeKind
from engine.domain.transition import ClaimEnded, LabelApplied, Record, Transition
from engine.govern.envelope import CellEnvelope
from engine.govern.limits import OnDeadline
from engine.ports import Clock, Ids, LabelDue, Reader, RunReader
from engine.runtime.resuming import resumed, timed_out
from engine.runtime.undoing import Done, done_of

_RESOLVED_ELSEWHERE = frozenset(
    {
        CaseStatus.RECEIVED,
        CaseStatus.PERCEIVED,
        CaseStatus.SUSPENDED,
        CaseStatus.PENDING,
        CaseStatus.BLIND_PENDING,
        CaseStatus.SECOND_PENDING,
        CaseStatus.WAITING_FACT,
    }
)
"""Open statuses in which nothing of ours is on its way out: the case is withdrawn."""


class Maturing:
    """Makes the transitions that later truth and passed deadlines bring."""

    def __init__(self, *, reader: Reader, runs: RunReader, clock: Clock, ids: Ids) -> None:
        """Bind reads, clock and ids."""
        self._reader = reader
        self._runs = runs
        self._clock = clock
        self._ids = ids

    def label(self, due: LabelDue, desk: Desk) -> Transition:
        """A label has become known: record the outcome, withdraw what is still open."""
        case = due.case
        outcome = self._outcome(due, desk)
        records: list[Record] = [
            outcome,
            LabelApplied(desk=case.desk, source=case.source, source_id=case.source_id),
        ]
        entries = [
            self._entry(
                EventKind.OUTCOME_RECORDED,
                {
                    "outcome": outcome.kind,
                    "recommendation_correct": outcome.is_recommendation_correct,
                    "source": outcome.label_source,
                    "known_at": outcome.known_at,
                },
            )
        ]
        if not self._is_resolved_elsewhere(case):
            after = case.noted()
        else:
            after = case.moved(
                CaseStatus.WITHDRAWN,
                wake_at=None,
                attention=None,
                attention_note="resolved elsewhere",
                role="",
            )
            records.append(ClaimEnded(case_id=case.id))
            entries.append(
                self._entry(EventKind.CASE_WITHDRAWN, {"why": "the target was resolved elsewhere"})
            )
        return Transition(before=case, after=after, entries=tuple(entries), records=tuple(records))

    def _is_resolved_elsewhere(self, case: Case) -> bool:
        """Whether the truth about a case leaves it nothing to do."""
        if case.status is CaseStatus.REASONING:  # its run may have acted before
            return not self._reader.effects(case.id)
        waits_for_undo = case.attention is Attention.UNDO_SECOND_PERSON
        return case.status in _RESOLVED_ELSEWHERE and not waits_for_undo

    def _outcome(self, due: LabelDue, desk: Desk) -> Outcome:
        case = due.case
        is_right = due.predicted == due.label.value if due.predicted else None
        decision = self._reader.decision(case.id) if _may_be_decided(case) else None
        return Outcome(
            id=OutcomeId(self._ids.new()),
            case_id=case.id,
            recommendation_id=due.recommendation_id,
            kind=self._kind(case, desk, due.label.value, is_right),
            is_recommendation_correct=is_right,
            raw_confidence=due.raw_confidence,
            truth=due.label.value,
            label_source=LabelSource.RECORD,
            known_at=due.label.known_at,
            recorded_at=self._clock.now(),
            origin=case.origin,
            was_seen=decision is not None and decision.has_seen_recommendation,
        )

    def _kind(
        self, case: Case, desk: Desk, truth: str, is_recommendation_right: bool | None
    ) -> OutcomeKind:
        if not _may_have_acted(case):
            return _word(is_recommendation_right)
        done = done_of(self._reader, case)
        first = next((one for one in done.plan if one.status is EffectStatus.SUCCEEDED), None)
        if first is None:
            return _word(is_recommendation_right)
        if any(
            one.undoes == first.id and one.status is EffectStatus.SUCCEEDED for one in done.effects
        ):
            return OutcomeKind.REVERTED
        return _word(self._label_of(done, desk, first) == truth)

    def _label_of(self, done: Done, desk: Desk, first: Effect) -> str:
        """The label of what was done: its plan's first action carries the resolution."""
        return desk.label_of(first.tool, done.action(first).arguments)

    def timed_out(self, case: Case, envelope: CellEnvelope | None) -> Transition:
        """A deadline has passed: escalate to a role, close, or stop waiting for a fact."""
        if case.status is CaseStatus.WAITING_FACT:
            return self._fact_timed_out(case)
        if envelope is not None and envelope.limits.on_deadline is OnDeadline.CLOSE:
            after = case.moved(
                CaseStatus.CLOSED_NO_ACTION,
                wake_at=None,
                attention=Attention.TIMED_OUT,
                attention_note="",
            )
        else:
            after = case.moved(
                CaseStatus.PENDING,
                wake_at=None,
                attention=Attention.TIMED_OUT,
                attention_note="",
                role=_asked_next(case, envelope),
            )
        entry = self._entry(
            EventKind.REVIEW_TIMED_OUT, {"deadline": case.review_due_at, "role": after.role}
        )
        step = Transition(before=case, after=after, entries=(entry,), lease_epoch=case.lease_epoch)
        if after.status is CaseStatus.PENDING:
            return step
        why = "nobody decided in time, and the case would have closed"
        return resumed(step, timed_out(why, f"review {case.version}"), self._runs, self._clock)

    def _fact_timed_out(self, case: Case) -> Transition:
        after = case.moved(
            CaseStatus.PENDING,
            wake_at=None,
            attention=Attention.FACT_TIMED_OUT,
            attention_note=case.attention_note,
        )
        entry = self._entry(EventKind.FACT_TIMED_OUT, {"question": case.attention_note})
        step = Transition(before=case, after=after, entries=(entry,), lease_epoch=case.lease_epoch)
        why = f"nobody answered in time: {case.attention_note}"
        return resumed(step, timed_out(why, f"question {case.version}"), self._runs, self._clock)

    def _entry(self, kind: EventKind, payload: Json) -> EntryDraft:
        return EntryDraft(kind=kind, actor=ENGINE, at=self._clock.now(), payload=payload)


def _asked_next(case: Case, envelope: CellEnvelope | None) -> str:
    """Who answers what nobody did in time; never somebody who may decide less than before."""
    if envelope is None or case.role == Role.SENIOR_OPERATOR:
        return case.role
    return envelope.limits.escalate_to


def _word(is_right: bool | None) -> OutcomeKind:
    if is_right is None:
        return OutcomeKind.UNKNOWN
    return OutcomeKind.CORRECT if is_right else OutcomeKind.WRONG


def _may_be_decided(case: Case) -> bool:
    return case.status not in (CaseStatus.RECEIVED, CaseStatus.PERCEIVED)


def _may_have_acted(case: Case) -> bool:
    if case.attention is Attention.UNDO_SECOND_PERSON:
        return True
    return case.status in (
        CaseStatus.DONE,
        CaseStatus.PENDING,
        CaseStatus.REASONING,
        CaseStatus.COMPENSATING,
        CaseStatus.NEEDS_REPAIR,
    )
