"""Looking up: a run reads a tool, each call under a read permit and a credential of its own."""

from __future__ import annotations

from dataclasses import dataclass

from engine.act.reading import Reading
from engine.desk import ReadMade
from engine.domain.failure import FailureCode
from engine.domain.failure_codes import code_of_error
from engine.domain.run_moves import Observation, Recall, ToolFailed, ToolReturned, UseTool
from engine.domain.span import Stage
from engine.errors import InvalidRequest, ToolError
from engine.ports import Clock
from engine.reason.agent.tools import CASE_STEP
from engine.runtime.reads import rule_of
from engine.runtime.runs.held import Held
from engine.runtime.runs.journal import Journal, Performed, Stopwatch

PERMIT = "read permit"


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
            self._append(held, move, failed, watch, verdict="no read tool of the desk")
            return
        try:
            done = self.reading.read(tool, move.arguments, str(held.case.id))
        except (ToolError, InvalidRequest) as error:
            failed = ToolFailed(code=code_of_error(error, Stage.REASON), why=error.message)
            scopes = tuple(error.facts.get("scopes", ()))
            self._append(held, move, failed, watch, scopes, PERMIT)
            return
        read = ReadMade(
            target=held.desk.target_of(held.signal),
            tool=move.tool,
            arguments=move.arguments,
            result=done.result,
            known=held.facts_with().facts,
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
