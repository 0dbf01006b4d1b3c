"""Resuming: what came of a write that a run asked for goes back to the run, not to the queue.

One function turns the transition that ends a case, or leaves it to people, into one that goes back
to REASONING with the answer in the run's journal, in the same commit. It is called at the few
places where a write of a case comes to its end. Each answer is taken once: a second is refused.
"""

from __future__ import annotations

from dataclasses import replace

from engine.domain.actor import ENGINE, POLICY
from engine.domain.canonical import Json
from engine.domain.case import Attention
from engine.domain.case_status import CaseStatus, require_move
from engine.domain.decision import Decision, DecisionKind
from engine.domain.effect import Effect
from engine.domain.grant import Grant, GrantBasis
from engine.domain.ledger import EntryDraft, EventKind
from engine.domain.run import RunStatus
from engine.domain.run_moves import Answered, WriteAnswered
from engine.domain.transition import RunAnswered, Transition
from engine.ports import Clock, Reader, RunReader
from engine.runtime.plan_words import changed_effect

_CALLED = (CaseStatus.EXECUTING, CaseStatus.UNKNOWN)


def resumed(step: Transition, answer: WriteAnswered, runs: RunReader, clock: Clock) -> Transition:
    """A transition as it is where a run waits for what it says; else as it was.

    Args:
        step: What would become of the case.
        answer: What that tells the run.
        runs: Reads of runs.
        clock: The present.
    """
    case = step.before
    if case.run_id is None:
        return step
    run = runs.run(case.run_id)
    if run.status is not RunStatus.SUSPENDED:
        return step
    require_move(case.status, CaseStatus.REASONING)
    now = clock.now()
    after = replace(
        step.after,
        status=CaseStatus.REASONING,
        run_id=run.id,
        wake_at=None,
        attention=None,
        attention_note="",
        review_due_at=None,
    )
    told = {"run": run.id, "step": run.steps, "answered": answer.answered, "by": answer.by}
    entry = EntryDraft(kind=EventKind.RUN_ANSWERED, actor=ENGINE, at=now, payload=told)
    record = RunAnswered(run_id=run.id, step=run.steps, answer=answer, at=now)
    return replace(
        step, after=after, entries=(*step.entries, entry), records=(*step.records, record)
    )


def resumed_by_call(
    step: Transition, grant: Grant | None, *, reader: Reader, runs: RunReader, clock: Clock
) -> Transition:
    """The same for what becomes of a call, where nothing more of its plan is to come."""
    if step.before.run_id is None:
        return step
    effect, status = changed_effect(step), step.after.status
    if status is CaseStatus.DONE and effect is not None and grant is not None:
        return resumed(step, _ran(effect, grant, reader), runs, clock)
    if status is CaseStatus.PENDING and _is_failed(step):
        return resumed(step, _failed(step, effect), runs, clock)
    return step


def rejected(decision: Decision) -> WriteAnswered:
    """What a person's no tells a run."""
    return WriteAnswered(
        answered=Answered.REJECTED,
        by=decision.person,
        why=reason_of(decision),
        answer_id=str(decision.id),
    )


def timed_out(why: str, answer_id: str) -> WriteAnswered:
    """What nobody's answer tells a run: neither a yes nor a no."""
    return WriteAnswered(answered=Answered.TIMED_OUT, by="deadline", why=why, answer_id=answer_id)


def reason_of(decision: Decision) -> str:
    """Why somebody decided so, in their words where they wrote any."""
    code = decision.reason_code.replace("_", " ").lower()
    return f"{code}: {decision.note}" if decision.note else code


def _is_failed(step: Transition) -> bool:
    """Whether a call, or the whole plan behind it, is proven to leave nothing behind."""
    before = step.before
    if before.status is CaseStatus.COMPENSATING:
        return before.attention is not None  # the engine put back what failed, by itself
    return before.status in _CALLED and step.after.attention is Attention.TOOL_FAILED


def _failed(step: Transition, effect: Effect | None) -> WriteAnswered:
    note = step.after.attention_note or (effect.note if effect else "")
    return WriteAnswered(
        answered=Answered.FAILED,
        by=ENGINE.name,
        why=note.partition("\n")[0],
        answer_id=str(effect.id) if effect else "",
    )


def _ran(effect: Effect, grant: Grant, reader: Reader) -> WriteAnswered:
    decision = reader.decision(effect.case_id) if grant.basis is GrantBasis.DECISION else None
    if decision is None:
        is_lapse = grant.basis is GrantBasis.VETO_LAPSE
        why = "nobody objected in time" if is_lapse else "policy let it run without a person"
        return _answer(Answered.EXECUTED, POLICY.name, why, effect, effect.result)
    if decision.kind is DecisionKind.OVERRIDE:
        ran = {"tool": decision.tool, "arguments": decision.arguments, "result": effect.result}
        return _answer(Answered.OVERRIDDEN, decision.person, reason_of(decision), effect, ran)
    why = reason_of(decision)
    return _answer(Answered.APPROVED, decision.person, why, effect, effect.result)


def _answer(answered: Answered, by: str, why: str, effect: Effect, result: Json) -> WriteAnswered:
    return WriteAnswered(answered=answered, by=by, why=why, result=result, answer_id=str(effect.id))
