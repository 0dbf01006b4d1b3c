"""Looking up: a run reads a tool, each call under a read permit and a credential of its own."""

from __future__ import annotations

from dataclasses import dataclass

from engine.act.reading import Reading
from engine.desk import ReadMade
from engine.domain.canonical import Json
from engine.domain.failure import FailureCode
from engine.domain.failure_codes import code_of_error
from engine.domain.run_moves import Observation, Recall, ToolFailed, ToolReturned, UseTool
from engine.domain.span import Stage
from engine.domain.verdict import VerdictKind
from engine.errors import InvalidRequest, ToolError
from engine.ports import Clock
from engine.reason.agent.tools import CASE_STEP
from engine.reason.grounds import named
from engine.runtime.reads import rule_of
from engine.runtime.runs.held import Held
from engine.runtime.runs.journal import Journal, Performed, Stopwatch

PERMIT = "read permit"
NOT_OF_THIS_CASE = f"{VerdictKind.DENY}: not_of_this_case"
"""No permit was issued and nothing was called: it names somebody else's record."""
NO_TOOL = "no read tool of the desk"
"""The same of a tool that does not exist."""


@dataclass(frozen=True, kw_only=True)
class LookingUp:
    """Performs the reads of runs."""

    reading: Reading
    clock: Clock
    journal: Journal

    def use(self, held: Held, move: UseTool) -> None:
        """Call a read tool, and write down what it gave; a refusal is told to the run.

        Raises:
            Conflict: The run is no longer in these hands.
        """
        watch = Stopwatch()
        tool = held.desk.read_tool(move.tool)
        if tool is None:
            why = f"{held.desk.name} has no read tool {move.tool}."
            failed = ToolFailed(code=FailureCode.READ_REFUSED, why=why)
            self._append(held, move, failed, watch, verdict=NO_TOOL)
            return
        target, known = held.desk.target_of(held.signal), held.facts_with().facts
        try:
            asked = tool.contract.check_arguments(dict(move.arguments))
            stranger = tool.contract.stranger(asked, target, known)
            if stranger is not None:
                failed = _not_of_this_case(stranger, asked.get(stranger))
                self._append(held, move, failed, watch, verdict=NOT_OF_THIS_CASE)
                return
            done = self.reading.read(tool, asked, str(held.case.id))
        except (ToolError, InvalidRequest) as error:
            failed = ToolFailed(code=code_of_error(error, Stage.REASON), why=error.message)
            scopes = tuple(error.facts.get("scopes", ()))
            self._append(held, move, failed, watch, scopes, PERMIT)
            return
        read = ReadMade(
            target=target,
            tool=move.tool,
            arguments=move.arguments,
            result=done.result,
            known=known,
            at=self.clock.now(),
        )
        seen = ToolReturned(result=done.result, facts=tuple(held.desk.facts_of_read(read)))
        self._append(held, move, seen, watch, done.scopes, rule_of(done))

    def recall(self, held: Held, move: Recall) -> None:
        """Show again what an earlier step gave; nothing is called."""
        watch = Stopwatch()
        earlier = next((one for one in held.steps if one.number == move.step), None)
        seen: Observation
        if move.step == CASE_STEP:
            seen = ToolReturned(result=None)  # the run has what came in, in its brief
        elif earlier is not None and isinstance(earlier.observation, ToolReturned):
            # Its facts are known already, from when they were read.
            seen = ToolReturned(result=earlier.observation.result)
        else:
            seen = ToolFailed(
                code=FailureCode.READ_REFUSED, why=f"Step {move.step} gave no result."
            )
        self.journal.append(held, Performed(move=move, observation=seen, duration_us=watch.us))

    def _append(
        self,
        held: Held,
        move: UseTool,
        seen: Observation,
        watch: Stopwatch,
        scopes: tuple[str, ...] = (),
        verdict: str = PERMIT,
    ) -> None:
        self.journal.append(
            held,
            Performed(
                move=move,
                observation=seen,
                duration_us=watch.us,
                scopes=scopes,
                verdict=verdict,
            ),
        )


def _not_of_this_case(argument: str, value: Json) -> ToolFailed:
    why = (
        f"This case does not speak of {argument} {named(str(value))}. A run reads what its case is "
        "about, and what a system told of it; nothing was read."
    )
    return ToolFailed(code=FailureCode.READ_REFUSED, why=why)
