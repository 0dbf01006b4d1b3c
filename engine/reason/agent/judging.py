"""Judging: whether a call that the model asks for is made, refused, or the end of the run. Pure.

Policy is not here: what becomes of a write is decided after it was asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.domain.fact import Fact
from engine.domain.model_call import ToolUse
from engine.domain.recommendation import Alternative, Proposal
from engine.domain.run_fault import RunFault
from engine.domain.run_moves import AskWrite, Finish, GiveUp, Recall, ToolReturned, UseTool
from engine.domain.tool import ToolContract
from engine.errors import InvalidRequest
from engine.reason.agent.detectors.contradiction import (
    already_answered,
    changed_mind,
    ends_otherwise,
    two_minds,
    unsure_of_contradictions,
)
from engine.reason.agent.detectors.copied import copied_from_text
from engine.reason.agent.detectors.taken import Taken
from engine.reason.agent.history import Call, History, Place
from engine.reason.agent.tools import (
    CASE_STEP,
    FINISH,
    GROUND_NAMES,
    OTHERS,
    RECALL,
    FinishArguments,
    OtherCalls,
    RecallArguments,
)
from engine.reason.brief import Brief
from engine.reason.checks import (
    AmountProblem,
    Grounds,
    Problem,
    PutForward,
    checked_call,
    drafted,
    invalid,
    latest,
    no_amounts,
    read_arguments,
)
from engine.reason.grounds import named

InWords = Callable[[str, Mapping[str, Any]], str]
"""Of a desk: what a call amounts to, from its tool and arguments."""

Judged = UseTool | Recall | AskWrite | Finish | GiveUp | tuple[Problem, ...]
"""The move to make of a call, or why none is made of it."""

_ENDS = {"done": "Done", "nothing_to_do": "Nothing to do", "needs_person": "Needs a person"}


def no_words(tool: str, arguments: Mapping[str, Any]) -> str:
    """Of a desk that has none."""
    return ""


@dataclass(frozen=True, kw_only=True, slots=True)
class DeskWords:
    """What a desk's code knows of calls, and the engine does not."""

    amount_problem: AmountProblem = no_amounts
    """Why an amount is not what code calculates."""
    label: InWords = no_words
    """What a call amounts to in the desk's word; `Desk.label_of`."""
    describe: InWords = no_words
    """The call in a few plain words; `EffectTool.describe`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Judge:
    """Judges calls of the newest answer of one run."""

    brief: Brief
    history: History
    taken: Sequence[Taken]
    words: DeskWords
    version: str

    def judged(self, call: Call, uses: Sequence[ToolUse]) -> Judged:
        """What becomes of a call.

        Args:
            call: A call that was in turn and of which nothing was made yet.
            uses: All calls of its answer.
        """
        use = call.use
        if call.place is Place.SAME_ID:
            return (invalid("Two calls of one answer bear the same id; ask for one at a time."),)
        if use.name == FINISH:
            return self._finish(use)
        if use.name == RECALL:
            return self._recall(use)
        contract = self.brief.tool(use.name)
        if contract is None:
            text = f"{named(use.name)} is no tool of this case; use one that is offered."
            return (Problem(fault=RunFault.GOAL_LOST, text=text),)
        if contract in self.brief.writes:
            return self._write(contract, use, uses)
        arguments = _in_order(contract, use.arguments)
        if isinstance(arguments, tuple):
            return arguments
        return UseTool(tool=use.name, arguments=arguments, use_id=use.id)

    def _finish(self, use: ToolUse) -> Judged:
        said = read_arguments(FinishArguments, use.arguments)
        if isinstance(said, tuple):
            return said
        problems = ends_otherwise(self.history, said)
        return problems or Finish(summary=f"{_ENDS[said.outcome]}: {said.summary}")

    def _recall(self, use: ToolUse) -> Judged:
        said = read_arguments(RecallArguments, use.arguments)
        if isinstance(said, tuple):
            return said
        gave = {
            one.number
            for one in self.history.steps
            if isinstance(one.move, UseTool) and isinstance(one.observation, ToolReturned)
        }
        if said.step != CASE_STEP and said.step not in gave:
            return (invalid(f"Step {said.step} gave no result that could be shown again."),)
        return Recall(step=said.step, use_id=use.id)

    def _write(self, contract: ToolContract, use: ToolUse, uses: Sequence[ToolUse]) -> Judged:
        put = self._put_forward(contract, use)
        if isinstance(put, tuple):
            return put
        facts = self.history.facts(self.brief)
        draft = drafted(
            put,
            brief=self.brief,
            facts=facts,
            amount_problem=self.words.amount_problem,
            reasoner="agent",
            version=self.version,
        )
        minds = (
            *two_minds(self.brief, use, uses),
            *changed_mind(self.brief, self.history, use, self.taken, self._is_in_order),
        )
        if isinstance(draft, tuple):
            return (*minds, *draft)
        proposal = draft.proposals[0]
        if answered := already_answered(self.history, proposal, self.taken):
            return (Problem(fault=RunFault.LOOP, text=f"{answered} Do something else, or finish."),)
        copied = copied_from_text(
            contract,
            proposal,
            self.brief,
            self.history,
            is_amount_checked=self.words.amount_problem is not no_amounts,
        )
        if copied or minds:
            return copied or minds
        sure = unsure_of_contradictions(draft, latest(facts), self.brief.at)
        return AskWrite(draft=sure, use_id=use.id)

    def _put_forward(
        self, contract: ToolContract, use: ToolUse
    ) -> PutForward | tuple[Problem, ...]:
        own, grounds = _parts(use.arguments)
        others = {name: grounds.pop(name) for name in (OTHERS,) if name in grounds}
        arguments = _in_order(contract, own)
        said = read_arguments(Grounds, grounds)
        named_others = read_arguments(OtherCalls, others)
        if isinstance(arguments, tuple):
            return arguments
        if isinstance(said, tuple):
            return said
        if isinstance(named_others, tuple):
            return named_others
        return PutForward(
            proposals=(Proposal(tool=use.name, arguments=arguments),),
            label=self.words.label(use.name, arguments),
            summary=self.words.describe(use.name, arguments) or _summary(contract, arguments),
            grounds=said,
            alternatives=self._alternatives(named_others),
        )

    def _alternatives(self, others: OtherCalls) -> tuple[Alternative, ...]:
        """The other calls that are in order; one that is not is no alternative."""
        checked = [
            (self._checked(Proposal(tool=one.tool, arguments=one.arguments)), one.probability)
            for one in others.alternatives
        ]
        return tuple(
            Alternative(proposal=call, label=self._label(call), probability=probability)
            for call, probability in checked
            if isinstance(call, Proposal)
        )

    def _label(self, call: Proposal) -> str:
        contract = self.brief.tool(call.tool)
        label = self.words.label(call.tool, call.arguments)
        return label or (contract.title if contract else call.tool)

    def _checked(self, proposal: Proposal) -> Proposal | tuple[Problem, ...]:
        known: Mapping[str, Fact] = latest(self.history.facts(self.brief))
        return checked_call(proposal, self.brief, known, self.words.amount_problem)

    def _is_in_order(self, use: ToolUse) -> bool:
        own, _ = _parts(use.arguments)
        return isinstance(self._checked(Proposal(tool=use.name, arguments=own)), Proposal)


def _in_order(
    contract: ToolContract, arguments: Mapping[str, Any]
) -> dict[str, Any] | tuple[Problem, ...]:
    """Arguments in canonical form, or why they are not in order."""
    try:
        return contract.check_arguments(dict(arguments))
    except InvalidRequest as error:
        return (invalid(str(error)),)


def _parts(arguments: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """A write's own arguments, and the grounds that stand beside them."""
    own = {name: value for name, value in arguments.items() if name not in GROUND_NAMES}
    return own, {name: value for name, value in arguments.items() if name in GROUND_NAMES}


def _summary(contract: ToolContract, arguments: Mapping[str, Any]) -> str:
    told = ", ".join(text for _, text in contract.view(arguments))
    return f"{contract.title}: {told}"[:300]
