"""Failed steps: which steps of a transition failed, each with its code.

Nobody notes a failure: it is read off the transition when the store applies it, the one way a case
changes. A case that comes to people with a reason that is a failure, and a span that says it
failed, so get their code whoever wrote them, and a failed step without one cannot be written. What
fails before there is a transition goes through `interrupted`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from engine.domain.actor import DecidedBy
from engine.domain.case import Case
from engine.domain.case_status import FOR_PEOPLE, CaseStatus
from engine.domain.effect import Effect
from engine.domain.failure import FailureCode, FailureNoted
from engine.domain.failure_codes import code_of_attention, code_of_error, code_of_mark
from engine.domain.grant import Grant
from engine.domain.ledger import EntryDraft, EventKind
from engine.domain.recommendation import Recommendation
from engine.domain.span import Span, Stage
from engine.domain.transition import EffectChanged, OverrideAction, Transition

LONGEST_NOTE = 300

_ON_ITS_WAY = frozenset(
    {
        *(CaseStatus.RELEASING, CaseStatus.VETO_WINDOW, CaseStatus.GRANTED),
        *(CaseStatus.EXECUTING, CaseStatus.UNKNOWN, CaseStatus.COMPENSATING),
    }
)
"""In these an action was allowed to run."""

_C = FailureCode

_MORE_EXACT = {
    _C.NO_RECOMMENDATION: frozenset(
        {
            *(_C.REASONER_FAILED, _C.READ_REFUSED, _C.READ_BROKE_CONTRACT, _C.READ_UNAVAILABLE),
            *(_C.CREDENTIAL_REFUSED, _C.INTERNAL_ERROR),
            *(_C.MODEL_UNAVAILABLE, _C.MODEL_OUTPUT_INVALID, _C.RUN_STUCK, _C.RUN_LIMIT),
        }
    ),
    _C.TARGET_REFUSED: frozenset(
        {
            *(_C.TOOL_UNAVAILABLE, _C.TOOL_BROKE_CONTRACT, _C.CREDENTIAL_REFUSED),
            _C.TARGET_CHANGED,
        }
    ),
    _C.NOT_VERIFIED: frozenset({_C.TOOL_BROKE_CONTRACT}),
    _C.READ_REFUSED: frozenset({_C.READ_BROKE_CONTRACT, _C.CREDENTIAL_REFUSED}),
}
"""Where a span of the same step knows more than why the case stands with people."""


def failed_steps(transition: Transition) -> tuple[FailureNoted, ...]:
    """The failed steps of a transition: one that brought the case to people, and recovered ones."""
    marks = [span for span in transition.spans if span.error]
    standing = _standing(transition, marks)
    if standing is None and not marks and not _is_lost(transition):
        return ()
    recovered = [code_of_mark(span.error, span.stage) for span in marks]
    if standing is not None:  # the last one is why the case stands there
        recovered = [code for code in recovered if code is not recovered[-1]]
    elif _is_lost(transition):
        recovered.append(FailureCode.WORKER_LOST)
    codes = {code: True for code in recovered if code is not standing}
    if standing is not None:
        codes[standing] = False
    made = _noted(transition, marks)
    return tuple(replace(made, code=code, is_recovered=codes[code]) for code in codes)


def entries_with(
    entries: tuple[EntryDraft, ...], failures: tuple[FailureNoted, ...]
) -> tuple[EntryDraft, ...]:
    """The ledger entries of a transition, the last of which says the code of what failed."""
    if not failures or not entries or not isinstance(entries[-1].payload, dict):
        return entries
    said = {**entries[-1].payload, "failure": failures[-1].code}
    return (*entries[:-1], replace(entries[-1], payload=said))


def interrupted(
    case: Case, error: BaseException, stage: Stage, at: datetime, tool: str = ""
) -> FailureNoted:
    """A step that ended in an error before anything of it could be written; it is done anew."""
    note = str(error) if error.args else ""
    return FailureNoted(
        case_id=case.id,
        case_version=case.version,
        desk=case.desk,
        case_type=case.case_type,
        tool=tool,
        code=code_of_error(error, stage),
        note=note[:LONGEST_NOTE],
        at=at,
        is_recovered=True,
    )


def _standing(transition: Transition, marks: list[Span]) -> FailureCode | None:
    """The code for which the case stands with people from now on; None: for no failure."""
    before, after = transition.before, transition.after
    if transition.entries and transition.entries[-1].actor.decided_by is DecidedBy.PERSON:
        return None  # what people do with a case is no failure, whatever they say of it
    if after.attention is None:
        return _C.UNDO_REFUSED if _is_undo_refused(transition) else None
    if after.attention is before.attention and not _comes_to_people(before, after):
        return None
    if after.attention is before.attention and before.status is CaseStatus.COMPENSATING:
        return None  # it was noted when the plan failed, before what it had done was put back
    was_permitted = before.status in _ON_ITS_WAY
    code = code_of_attention(after.attention, was_permitted=was_permitted)
    if code is None or not marks:
        return code
    marked = code_of_mark(marks[-1].error, marks[-1].stage)
    return marked if marked in _MORE_EXACT.get(code, ()) else code


def _comes_to_people(before: Case, after: Case) -> bool:
    """Whether it begins to stand with people; a plan that went back was noted when it did."""
    is_new = after.status in FOR_PEOPLE and before.status not in FOR_PEOPLE
    return is_new and before.status is not CaseStatus.COMPENSATING


def _is_undo_refused(transition: Transition) -> bool:
    return (
        transition.before.status is CaseStatus.COMPENSATING
        and transition.after.status is CaseStatus.DONE
        and any(entry.kind is EventKind.GRANT_REFUSED for entry in transition.entries)
    )


def _is_lost(transition: Transition) -> bool:
    """Whether an effect is found out about without a call: the worker that called is gone."""
    called = {span.name for span in transition.spans if span.stage is Stage.ACT}
    return transition.before.status is CaseStatus.EXECUTING and any(
        isinstance(record, EffectChanged) and record.effect.tool not in called
        for record in transition.records
    )


def _noted(transition: Transition, marks: list[Span]) -> FailureNoted:
    case = transition.before
    # What it means for a plan stands on lines of its own.
    note = (transition.after.attention_note or _effect_note(transition)).partition("\n")[0]
    return FailureNoted(
        case_id=case.id,
        case_version=case.version,
        desk=case.desk,
        case_type=case.case_type,
        tool=_tool(transition, marks),
        code=FailureCode.INTERNAL_ERROR,
        note=note[:LONGEST_NOTE],
        at=transition.entries[-1].at if transition.entries else case.received_at,
        is_recovered=True,
    )


def _effect_note(transition: Transition) -> str:
    changed = [one.effect.note for one in transition.records if isinstance(one, EffectChanged)]
    return changed[-1] if changed else ""


def _tool(transition: Transition, marks: list[Span]) -> str:
    """The tool that the step is about, as far as the transition says."""
    named = [span.name for span in transition.spans if span.stage is Stage.ACT]
    for record in transition.records:
        match record:
            case Effect() | Grant():
                named.append(record.tool)
            case EffectChanged():
                named.append(record.effect.tool)
            case OverrideAction():
                named.append(record.action.tool)
            case Recommendation():
                named.extend(action.tool for action in record.actions[:1])
    reads = [span.name for span in marks if span.stage is Stage.PERCEIVE]
    return named[-1] if named else (reads[-1] if reads else "")
