"""Results: what a case becomes after a refused grant, an answered call or a missing answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Literal

from engine.act.executor import Answer, CallResult, checked, is_at_the_door
from engine.domain.actor import ENGINE, Actor
from engine.domain.canonical import Json
from engine.domain.case import Attention, Case
from engine.domain.case_status import CaseStatus
from engine.domain.effect import Effect, EffectStatus
from engine.domain.ids import OutcomeId
from engine.domain.ledger import EntryDraft, EventKind
from engine.domain.outcome import LabelSource, Outcome, OutcomeKind
from engine.domain.span import Span
from engine.domain.tool import Delivery, ToolContract
from engine.domain.transition import BudgetReleased, EffectChanged, Record, Transition
from engine.ports import Clock, EffectTool, Ids, Verification
from engine.runtime.attempt import Refusal
from engine.runtime.repeating import Repeating, is_asked_again

NextStep = Literal["call", "ask", "give up"]


class Results:
    """Makes the transitions that follow an attempt; writes nothing itself."""

    def __init__(self, *, clock: Clock, ids: Ids) -> None:
        """Bind clock and ids."""
        self._clock = clock
        self._ids = ids
        self._repeating = Repeating(clock=clock, ids=ids)

    def next_step(self, contract: ToolContract, effect: Effect) -> NextStep:
        """How to find out about a call whose answer is missing."""
        if effect.status is EffectStatus.RETRYING:
            return "call"
        if contract.delivery is Delivery.QUERYABLE:
            return "ask"
        if contract.delivery is Delivery.DEDUPES and effect.attempts < contract.retry.attempts:
            return "call"
        return "give up"

    def status_of_repeat(self, effect: Effect) -> EffectStatus:
        """A repeated call that fails proves nothing about an earlier one that may have acted."""
        is_proven = effect.status is EffectStatus.RETRYING
        return EffectStatus.INTENDED if is_proven else EffectStatus.UNKNOWN

    def from_query(self, tool: EffectTool, result: Json) -> CallResult:
        """What asking the tool about a key says."""
        if result is None:
            return CallResult(answer=Answer.REFUSED, note="the tool never saw the call")
        return checked(tool, result)

    def recorded(
        self,
        case: Case,
        contract: ToolContract,
        effect: Effect,
        result: CallResult,
        seen: Verification | None,
        spans: Sequence[Span],
    ) -> Transition:
        """What is known after a call, and where the case goes with it."""
        if is_asked_again(contract, effect, result):
            return self._unanswered(case, contract, effect, result, tuple(spans))
        if result.answer in (Answer.ACTED, Answer.BROKE_CONTRACT):
            return self._acted(case, effect, result, seen, tuple(spans))
        is_away = result.answer is Answer.UNAVAILABLE
        effect = self._repeating.counted(effect, result)
        proves_nothing = is_away or is_at_the_door(result)
        is_open = effect.status is EffectStatus.UNKNOWN
        if result.answer is Answer.UNKNOWN or (proves_nothing and is_open):
            return self._unanswered(case, contract, effect, result, tuple(spans))
        if is_away:
            delay = self._repeating.delay(contract, effect, result)
            if delay is not None:
                return self._later(case, effect, result, delay, tuple(spans))
        return self._failed(case, effect, result, tuple(spans))

    def _acted(
        self,
        case: Case,
        effect: Effect,
        result: CallResult,
        seen: Verification | None,
        spans: tuple[Span, ...],
    ) -> Transition:
        done = self._done(effect, result, seen)
        is_undo = case.status is CaseStatus.COMPENSATING
        is_good = not done.note
        records: list[Record] = [EffectChanged(effect=done)]
        if is_undo and is_good:
            records.append(reverted(case, clock=self._clock, ids=self._ids))
        kind = EventKind.EFFECT_UNDONE if is_undo else EventKind.EFFECT_RECORDED
        payload = {
            "effect": effect.id,
            "completed": True,
            "correct": done.is_correct,
            "seen": seen.seen if seen else None,
        }
        entry = self._entry(kind if is_good else EventKind.REPAIR_NEEDED, ENGINE, payload)
        return Transition(
            before=case,
            after=self._after_acting(case, is_undo=is_undo, is_good=is_good, note=done.note),
            entries=(entry,),
            records=tuple(records),
            spans=spans,
            lease_epoch=case.lease_epoch,
        )

    def _done(self, effect: Effect, result: CallResult, seen: Verification | None) -> Effect:
        """The effect as completed; its note says what is wrong with it, empty: nothing."""
        note = result.note
        if seen is None:
            note = note or "the target could not be read back"
        elif not seen.is_correct:
            note = seen.note or "the target is not as it should be"
        return replace(
            effect,
            status=EffectStatus.SUCCEEDED,
            result=result.result,
            is_completed=True,
            is_correct=seen.is_correct if seen else None,
            verified_at=self._clock.now() if seen else None,
            note=note,
        )

    def _after_acting(self, case: Case, *, is_undo: bool, is_good: bool, note: str) -> Case:
        if not is_good:
            code = Attention.UNDO_FAILED if is_undo else Attention.NOT_VERIFIED
            return self._to_repair(case, code, note)
        if is_undo:
            return self._to_people(case, Attention.UNDONE, "")
        return case.moved(CaseStatus.DONE, wake_at=None, attention=None, attention_note="")

    def _unanswered(
        self,
        case: Case,
        contract: ToolContract,
        effect: Effect,
        result: CallResult,
        spans: tuple[Span, ...],
    ) -> Transition:
        if contract.delivery is Delivery.NEITHER:
            return self.unanswerable(case, effect, result.note, spans)
        wake_at = self._repeating.asked_at(contract, effect, result)
        is_undo = case.status is CaseStatus.COMPENSATING
        after = case.moved(
            CaseStatus.COMPENSATING if is_undo else CaseStatus.UNKNOWN, wake_at=wake_at
        )
        return self._noted(
            case, after, effect, EffectStatus.UNKNOWN, EventKind.EFFECT_UNKNOWN, result, spans
        )

    def unanswerable(
        self, case: Case, effect: Effect, note: str, spans: tuple[Span, ...] = ()
    ) -> Transition:
        """Nobody can say whether it acted: a person has to look."""
        is_undo = case.status is CaseStatus.COMPENSATING
        code = Attention.UNDO_FAILED if is_undo else Attention.OUTCOME_UNKNOWN
        after = self._to_repair(case, code, note)
        result = CallResult(answer=Answer.UNKNOWN, note=note)
        return self._noted(
            case, after, effect, EffectStatus.UNKNOWN, EventKind.REPAIR_NEEDED, result, spans
        )

    def _later(
        self,
        case: Case,
        effect: Effect,
        result: CallResult,
        delay: timedelta,
        spans: tuple[Span, ...],
    ) -> Transition:
        is_undo = case.status is CaseStatus.COMPENSATING
        after = case.moved(
            CaseStatus.COMPENSATING if is_undo else CaseStatus.UNKNOWN,
            wake_at=self._clock.now() + delay,
        )
        return self._noted(
            case, after, effect, EffectStatus.RETRYING, EventKind.EFFECT_UNKNOWN, result, spans
        )

    def given_up(self, case: Case, effect: Effect, refusal: Refusal) -> Transition:
        """A call that is proven not to have acted is not tried again; its budget is given back."""
        after = self._to_people(case, refusal.attention, refusal.note)
        result = CallResult(answer=Answer.REFUSED, note=refusal.note)
        noted = self._noted(
            case, after, effect, EffectStatus.FAILED, EventKind.EFFECT_RECORDED, result, ()
        )
        return replace(noted, records=(*noted.records, *_given_back(effect)))

    def _failed(
        self,
        case: Case,
        effect: Effect,
        result: CallResult,
        spans: tuple[Span, ...],
    ) -> Transition:
        if case.status is CaseStatus.COMPENSATING:
            after = self._to_repair(case, Attention.UNDO_FAILED, result.note)
        else:
            after = self._to_people(case, Attention.TOOL_FAILED, result.note)
        noted = self._noted(
            case, after, effect, EffectStatus.FAILED, EventKind.EFFECT_RECORDED, result, spans
        )
        return replace(noted, records=(*noted.records, *_given_back(effect)))

    def _noted(
        self,
        case: Case,
        after: Case,
        effect: Effect,
        status: EffectStatus,
        kind: EventKind,
        result: CallResult,
        spans: tuple[Span, ...],
    ) -> Transition:
        changed = replace(effect, status=status, note=result.note)
        return Transition(
            before=case,
            after=after,
            entries=(
                self._entry(
                    kind,
                    ENGINE,
                    {"effect": effect.id, "status": status, "why": result.note},
                ),
            ),
            records=(EffectChanged(effect=changed),),
            spans=spans,
            lease_epoch=case.lease_epoch,
        )

    def _to_people(self, case: Case, attention: Attention, note: str) -> Case:
        return case.moved(
            CaseStatus.PENDING,
            wake_at=None,
            attention=attention,
            attention_note=note,
        )

    def _to_repair(self, case: Case, attention: Attention, note: str) -> Case:
        return case.moved(
            CaseStatus.NEEDS_REPAIR,
            wake_at=None,
            attention=attention,
            attention_note=note,
        )

    def _entry(self, kind: EventKind, actor: Actor, payload: Json) -> EntryDraft:
        return EntryDraft(kind=kind, actor=actor, at=self._clock.now(), payload=payload)


def _given_back(effect: Effect) -> tuple[BudgetReleased, ...]:
    """What an effect that is proven not to have happened took of budgets."""
    return tuple(BudgetReleased(taken=taken) for taken in effect.reserved)


def reverted(case: Case, *, clock: Clock, ids: Ids) -> Outcome:
    """What later proved true of a case that a person had put back."""
    at = clock.now()
    return Outcome(
        id=OutcomeId(ids.new()),
        case_id=case.id,
        recommendation_id=case.recommendation_id,
        kind=OutcomeKind.REVERTED,
        is_recommendation_correct=None,
        raw_confidence=None,
        truth="",
        label_source=LabelSource.VERIFICATION,
        known_at=at,
        recorded_at=at,
        origin=case.origin,
        was_seen=True,
    )
