"""Walking: a path taken step by step, as a generator of moves that is fed what came of them.

A journal is replayed by feeding it: what is decided on the way depends on the task, on what stands
in the journal, and on nothing else, so the same journal always comes to the same next move.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from engine.domain.fact import Fact
from engine.domain.model_call import TextBlock
from engine.domain.recommendation import Draft, Reason
from engine.domain.run_fault import RunFault
from engine.domain.run_moves import (
    GiveUp,
    Made,
    Move,
    ToolReturned,
    UseTool,
)
from engine.domain.run_moves import Recommend as Recommended
from engine.domain.tool import Strict
from engine.reason.brief import Brief
from engine.reason.checks import AmountProblem, PutForward, checked_call, drafted, latest
from engine.reason.grounds import Problem
from engine.reason.workflow import asking
from engine.reason.workflow.answering import Walk, answered
from engine.reason.workflow.known import Known, Offer, Option
from engine.reason.workflow.output_checks import assessment_problems, chosen, heard_in
from engine.reason.workflow.outputs import Assessment, Choice, Reading
from engine.reason.workflow.path import (
    Assess,
    Check,
    Conclude,
    Gather,
    Path,
    Read,
    ReadTexts,
    Recommend,
    Stop,
)

REASONER = "workflow"
Went = str | GiveUp
"""The step that follows, or that the run ends here."""


class Walker:
    """Walks one path for one task; it holds what the walk has come to so far, and nothing else."""

    def __init__(
        self,
        path: Path,
        brief: Brief,
        *,
        prompts: Mapping[str, str],
        amount_problem: AmountProblem,
        version: str,
        recorded: Callable[[], Made | None],
    ) -> None:
        """Begin at the first step.

        Args:
            path: The declared steps.
            brief: The task.
            prompts: Texts by name.
            amount_problem: The desk's.
            version: Of the procedure.
            recorded: The move that the journal holds for what comes next; None: it ends there.
        """
        self._path = path
        self._brief = brief
        self._prompts = prompts
        self._amount_problem = amount_problem
        self._version = version
        self._recorded = recorded
        self._facts: list[Fact] = list(brief.facts)
        self._notes: list[str] = []
        self._doubts: list[Reason] = []
        self._assessment: Assessment | None = None

    @property
    def facts(self) -> tuple[Fact, ...]:
        """All facts so far, oldest first: the brief's, of reads, and heard in texts."""
        return tuple(self._facts)

    def walk(self) -> Walk[Move]:
        """The moves of the path; it returns the last one."""
        name = self._path.steps[0].name
        while True:
            match self._path.step(name):
                case Gather() as step:
                    went = yield from self._gather(step)
                case ReadTexts() as step:
                    went = yield from self._read_texts(step)
                case Check() as step:
                    went = self._check(step)
                case Assess() as step:
                    went = yield from self._assess(step)
                case Recommend() as step:
                    return (yield from self._recommend(step))
                case Conclude() as step:
                    return self._conclude(step)
                case Stop() as step:
                    return GiveUp(fault=step.fault, why=step.why)
            if isinstance(went, GiveUp):
                return went
            name = went

    @property
    def _known(self) -> Known:
        return Known(
            brief=self._brief,
            facts=tuple(latest(self._facts).values()),
            at=max((one.observed_at for one in self._facts), default=self._brief.at),
            assessment=self._assessment,
        )

    # --- what code does ----------------------------------------------------------------------

    def _gather(self, step: Gather) -> Walk[Went]:
        for read in step.reads:
            for arguments in read.calls(self._known):
                if not self._is_due(read, arguments):
                    continue
                seen = yield UseTool(tool=read.tool, arguments=dict(arguments))
                if isinstance(seen, ToolReturned):
                    self._facts += seen.facts
                elif read.is_needed:
                    why = f"{step.name}: {read.tool} could not be read, and the path needs it."
                    return GiveUp(fault=RunFault.READS_FAILED, why=why)
                else:
                    self._notes.append(f"{read.tool} could not be read; what it tells is missing.")
        return step.then

    def _is_due(self, read: Read, arguments: Mapping[str, Any]) -> bool:
        """Whether what the read tells is missing or too old; what is recorded was due."""
        recorded = self._recorded()
        if recorded is not None:
            return recorded == UseTool(tool=read.tool, arguments=dict(arguments))
        told = self._known.of_source(read.source)
        return not told or any(one.is_stale(self._brief.at) for one in told)

    def _check(self, step: Check) -> str:
        finding = step.check(self._known)
        self._notes += finding.notes
        return step.branches[finding.branch]

    def _conclude(self, step: Conclude) -> Move:
        put = step.conclude(self._known)
        draft = self._drafted(put)
        if isinstance(draft, Draft):
            return Recommended(draft=draft)
        why = f"{step.name}: what code concludes does not stand: {draft[0].text}"
        return GiveUp(fault=RunFault.CODE_FAILED, why=why)

    # --- what the model does -----------------------------------------------------------------

    def _read_texts(self, step: ReadTexts) -> Walk[Went]:
        known = self._known
        if not any(known.text(one.text).strip() for one in step.sayable):
            return step.then
        parts = asking.texts_part(known, step.sayable)
        asked = self._question(step.name, step.prompt, Reading, parts, with_facts=False)
        heard = yield from answered(
            asked, self._brief, Reading, lambda reading: heard_in(reading, step.sayable, known)
        )
        if isinstance(heard, GiveUp):
            return heard
        listening = step.listen(known, heard)
        self._facts += listening.facts
        self._doubts += listening.doubts
        return step.then

    def _assess(self, step: Assess) -> Walk[Went]:
        known = self._known
        candidates = tuple(step.candidates(known))
        parts = (*asking.notes_part(self._notes), asking.candidates_part(candidates))
        asked = self._question(step.name, step.prompt, Assessment, parts)
        facts = latest(self._facts)

        def check(one: Assessment) -> Assessment | tuple[Problem, ...]:
            return assessment_problems(one, candidates, facts) or one

        assessment = yield from answered(asked, self._brief, Assessment, check)
        if isinstance(assessment, GiveUp):
            return assessment
        self._assessment = assessment
        return step.branches[step.judge(self._known)]

    def _recommend(self, step: Recommend) -> Walk[Move]:
        offer = self._possible(step, step.offer(self._known))
        if not offer.options:
            why = f"{step.name}: nothing that can be done now passes the checks of code."
            return GiveUp(fault=RunFault.CODE_FAILED, why=why)
        parts = (
            *asking.notes_part((*self._notes, *offer.notes)),
            *asking.assessment_part(self._assessment),
            asking.options_part(offer),
        )
        asked = self._question(step.name, step.prompt, Choice, parts)
        said = (*self._notes, *offer.notes, *(f"{one.summary} {one.note}" for one in offer.options))

        def check(choice: Choice) -> Draft | tuple[Problem, ...]:
            put = chosen(choice, offer.options)
            return put if isinstance(put, tuple) else self._drafted(put, said)

        draft = yield from answered(asked, self._brief, Choice, check)
        if isinstance(draft, GiveUp):
            return draft
        against = (*draft.counter_evidence, *offer.doubts, *self._doubts)
        return Recommended(draft=replace(draft, counter_evidence=against))

    def _possible(self, step: Recommend, offer: Offer) -> Offer:
        """The options whose calls the path may recommend and every check of code lets through."""
        known = latest(self._facts)

        def stands(option: Option) -> bool:
            return bool(option.proposals) and all(
                call.tool in step.may
                and not isinstance(
                    checked_call(call, self._brief, known, self._amount_problem), tuple
                )
                for call in option.proposals
            )

        return replace(offer, options=tuple(one for one in offer.options if stands(one)))

    def _drafted(
        self, put: PutForward, code_said: Sequence[str] = ()
    ) -> Draft | tuple[Problem, ...]:
        return drafted(
            put,
            brief=self._brief,
            facts=self._facts,
            amount_problem=self._amount_problem,
            reasoner=REASONER,
            version=self._version,
            code_said=code_said,
        )

    def _question(
        self,
        name: str,
        prompt: str,
        schema: type[Strict],
        parts: Sequence[TextBlock],
        *,
        with_facts: bool = True,
    ) -> asking.Question:
        text = self._prompts[prompt]
        return asking.question(name, text, schema, self._known, parts, with_facts=with_facts)
