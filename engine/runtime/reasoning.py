"""Reasoning: the engine's part of a case's way before anybody decides.

Pure apart from read tools: it computes transitions, the worker commits them. A case that a model
reasons about goes as far as its facts here; `runs` takes it on from there.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace

from engine.domain.actor import DecidedBy
from engine.domain.case import Case, Signal
from engine.domain.case_status import CaseStatus
from engine.domain.fact import FactSet
from engine.domain.precedent import FittedPrecedent
from engine.domain.recommendation import Draft
from engine.domain.span import Stage
from engine.domain.transition import Transition
from engine.errors import EngineError, InvalidRequest, StoreUnavailable, ToolError, ToolUnavailable
from engine.ports import Clock, Ids, Reader, Reasoner
from engine.runtime import declared_path
from engine.runtime.declared_path import handed_on
from engine.runtime.judging import Judging
from engine.runtime.marks import Marks
from engine.runtime.patience import unread
from engine.runtime.perceiving import Perceiving
from engine.runtime.putting_forward import Advice, Judged, PuttingForward
from engine.runtime.reads import CaseReads
from engine.runtime.scoring import Setting
from engine.runtime.unadvised import withdrawn, without

log = logging.getLogger("countersign.reasoning")

Memory = Callable[[], FittedPrecedent | None]
"""Gives what a learned reasoner has learned; None: nothing yet."""
Begin = Callable[[Case, FactSet, Setting], Transition | None]
"""Lets a run reason about a case with facts; None: the desk's own reasoner does, at once."""


def no_run(case: Case, facts: FactSet, setting: Setting) -> Transition | None:
    """No model reasons about any case."""
    return None


class Reasoning:
    """Turns a received case into one that waits for a person or holds a grant."""

    def __init__(
        self,
        *,
        reader: Reader,
        reads: CaseReads,
        clock: Clock,
        ids: Ids,
        audit_key: bytes,
        begin: Begin = no_run,
    ) -> None:
        """Bind what every case needs.

        Args:
            reader: Reads of the store.
            reads: Reads of the systems of record.
            clock: The present.
            ids: New identifiers.
            audit_key: Key of the audit draw; empty: nothing runs without a person.
            begin: Lets a run reason where one is to.
        """
        self._clock = clock
        self._begin = begin
        self._perceiving = Perceiving(clock=clock, reads=reads)
        self.judging = Judging(clock=clock, ids=ids, audit_key=audit_key)
        self.putting_forward = PuttingForward(
            reader=reader, reads=reads, clock=clock, ids=ids, can_audit=bool(audit_key)
        )

    def advance(
        self, case: Case, signal: Signal, setting: Setting, facts: FactSet | None = None
    ) -> Transition:
        """Perceive a case where that is still to do, then reason about it.

        Args:
            case: A case that is RECEIVED, PERCEIVED or REASONING.
            signal: What came in.
            setting: Desk, learning and policy.
            facts: Its facts, where it is past RECEIVED.

        Raises:
            ToolUnavailable: The system of record could not be read; try again later.
        """
        path = setting.desk.paths.get(case.case_type)
        if facts is not None and case.status is CaseStatus.REASONING:
            return self._begin(case, facts, setting) or self.reason(case, facts, setting)
        marks, desk = Marks(self._clock), setting.desk
        try:
            step, facts = self._perceiving.perceive(case, signal, desk, facts, setting.at, marks)
        except (StoreUnavailable, ToolUnavailable):
            raise
        except Exception as error:  # trying again is no use, and must not keep the case from people
            log.exception("case %s cannot be perceived", case.id)
            code = unread(error, is_perceiving=True)
            step = without(case, desk.reasoner.name, marks, _unseen(error), code)
            return handed_on(step, path)
        begun = self._begin(step.after, facts, setting)
        return step.then(begun or self.reason(step.after, facts, setting))

    def reason(
        self, case: Case, facts: FactSet, setting: Setting, tried: Sequence[str] = ()
    ) -> Transition:
        """Let the desk's own reasoner, or its declared path, say what is to be done.

        Args:
            case: A case that is REASONING.
            facts: Its facts.
            setting: Desk, learning and policy.
            tried: Who was asked before, and why that did not serve.

        Raises:
            ToolUnavailable: A target could not be read; try again later.
        """
        path = setting.desk.paths.get(case.case_type)
        return handed_on(self._reason(case, facts, setting, tuple(tried)), path)

    def _reason(
        self, case: Case, facts: FactSet, setting: Setting, tried: tuple[str, ...]
    ) -> Transition:
        marks = Marks(self._clock)
        reasoner = setting.desk.reasoner.name
        draft, why = self.draft(case, facts, setting, marks)
        if draft is None or not draft.proposals:
            draft = declared_path.draft_of(setting.desk, case, facts, why)
        if draft is None:
            return without(case, reasoner, marks, "; ".join((*tried, why)))
        draft = replace(draft, tried=tried)
        try:
            advice = Advice(case=case, facts=facts, setting=setting, draft=draft)
            judged = self.putting_forward.judged(advice, marks)
        except ToolUnavailable:
            raise
        except (InvalidRequest, ToolError) as error:
            why = "; ".join((*tried, error.message))
            return without(case, reasoner, marks, why, unread(error))
        return self.recommended(case, judged, marks)

    def recommended(self, case: Case, judged: Judged | None, marks: Marks) -> Transition:
        """Where a case goes with a judged recommendation; None: there is nothing left to do."""
        if judged is None:
            return withdrawn(case, marks)
        spans = tuple(marks.spans)
        return self.judging.judged(case, judged.made, judged.envelopes, spans, at=judged.at)

    def draft(
        self, case: Case, facts: FactSet, setting: Setting, marks: Marks
    ) -> tuple[Draft | None, str]:
        """What the desk's reasoner says, or why it says nothing: then a person decides unaided."""
        learning = setting.learning
        return self.draft_by(
            case,
            facts,
            setting.desk.reasoner,
            lambda: learning.fitted_at(setting.at) if learning else None,
            marks,
        )

    def draft_by(
        self, case: Case, facts: FactSet, reasoner: Reasoner, memory: Memory, marks: Marks
    ) -> tuple[Draft | None, str]:
        """The same of a reasoner with a memory."""
        try:
            with marks.timed(Stage.REASON, reasoner.name, DecidedBy.CODE) as mark:
                mark.rule = reasoner.version[:16]
                draft = reasoner.recommend(case, facts, memory())
                mark.outputs = None if draft is None else [draft.label, draft.raw_confidence]
        except StoreUnavailable:
            raise
        except Exception as error:  # a reasoner's failure must not lose the case
            log.exception("the reasoner failed on case %s", case.id)
            return None, f"the {reasoner.name} reasoner failed: {type(error).__name__}"
        return draft, f"the {reasoner.name} reasoner has no answer"


def _unseen(error: Exception) -> str:
    """Why a case could not be perceived, in words that tell nothing of the code."""
    if isinstance(error, EngineError):
        return error.message
    return f"the facts could not be read: {type(error).__name__}"
