"""Replay process: simulations in a child process, so that they take no time from pages.

The child is started by command line at the first question and keeps what it has read; it ends by
itself when nobody asks for some minutes, and with this process, whose end closes its input. Both
sides speak JSON, one line a question and one an answer; nothing else is ever read from it.
"""

from __future__ import annotations

import logging
import subprocess
from collections.abc import Mapping, Sequence
from threading import Lock
from typing import Any

from pydantic import TypeAdapter

from engine.adapters.json_lines import Ended, JsonLines, TooSlow
from engine.domain.canonical import Json
from engine.errors import (
    ConfigError,
    EngineError,
    InvalidRequest,
    NotFound,
    StoreUnavailable,
    ToolUnavailable,
)
from engine.service.simulating import Simulating
from engine.service.simulation_rows import AskSimulation, SimulationRow

log = logging.getLogger("countersign.replay")

ANSWER_S = 60.0
"""Longest wait for an answer; the first one includes reading the history."""
IDLE_S = 300.0
"""The child ends after so long without a question."""

_QUESTION: TypeAdapter[AskSimulation] = TypeAdapter(AskSimulation)
_ANSWER: TypeAdapter[SimulationRow] = TypeAdapter(SimulationRow)
_ERRORS: Mapping[str, type[EngineError]] = {
    kind.code: kind for kind in (ConfigError, InvalidRequest, NotFound, StoreUnavailable)
}


class ReplayProcess:
    """Asks a child process; see `engine.service.simulating.Simulating`."""

    def __init__(
        self, command: Sequence[str], environment: Mapping[str, str], *, answer_s: float = ANSWER_S
    ) -> None:
        """Start nothing yet.

        Args:
            command: Starts the child.
            environment: Its variables.
            answer_s: Longest wait for an answer; a child that takes longer is ended.
        """
        self._command, self._environment = tuple(command), dict(environment)
        self._answer_s = answer_s
        self._lock = Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._lines: JsonLines | None = None

    @property
    def pid(self) -> int | None:
        """Process id of the child; None where none runs."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else None

    def simulate(self, asked: AskSimulation) -> SimulationRow:
        """See `Simulating.simulate`."""
        question = _QUESTION.dump_python(asked, mode="json")
        with self._lock:
            try:
                answer = self._ask(question)
            except Ended:  # it had ended for want of questions, or died: once more, with a new one
                self._end()
                answer = self._ask_again(question)
        return _row(answer)

    def close(self) -> None:
        """End the child."""
        with self._lock:
            self._end()

    def _ask_again(self, question: Json) -> Json:
        try:
            return self._ask(question)
        except Ended:
            self._end()
            raise ToolUnavailable(
                "The process that simulates ended before it answered; the log may say why."
            ) from None

    def _ask(self, question: Json) -> Json:
        lines = self._open()
        lines.write(question)
        try:
            return lines.read(self._answer_s)
        except TooSlow:
            self._end()
            raise ToolUnavailable(
                f"The simulation took longer than {self._answer_s:.0f} s and was ended; ask for "
                "fewer days."
            ) from None
        except ValueError:
            self._end()
            raise ToolUnavailable("The process that simulates gave no readable answer.") from None

    def _open(self) -> JsonLines:
        if self._process is None or self._lines is None or self._process.poll() is not None:
            self._end()
            self._process = subprocess.Popen(
                self._command,
                env=self._environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                bufsize=0,
                start_new_session=True,  # Ctrl-C is for the parent, whose end it hears of
            )
            assert self._process.stdin is not None
            assert self._process.stdout is not None
            self._lines = JsonLines(self._process.stdout.fileno(), self._process.stdin.fileno())
        return self._lines

    def _end(self) -> None:
        process, self._process, self._lines = self._process, None, None
        if process is None:
            return
        process.kill()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()
        process.wait()


def _row(answer: Any) -> SimulationRow:
    if "error" in answer:
        kind = _ERRORS.get(answer["error"]["code"], ToolUnavailable)
        raise kind(answer["error"]["message"])
    return _ANSWER.validate_python(answer["row"])


def serve(lines: JsonLines, simulating: Simulating, *, idle_s: float = IDLE_S) -> None:
    """Answer questions until nobody asks for a while, or the other side ends.

    Args:
        lines: The conversation.
        simulating: Answers.
        idle_s: How long to wait for a question.
    """
    while True:
        try:
            question = lines.read(idle_s)
        except (Ended, TooSlow):
            return
        try:
            row = simulating.simulate(_QUESTION.validate_python(question))
            answer = {"row": _ANSWER.dump_python(row, mode="json")}
        except EngineError as error:
            answer = {"error": {"code": error.code, "message": error.message}}
        except Exception as error:  # the next question may well have an answer
            log.exception("a simulation failed")
            said = f"The simulation failed: {type(error).__name__}; the log says where."
            answer = {"error": {"code": "INTERNAL", "message": said}}
        try:
            lines.write(answer)
        except Ended:
            return
