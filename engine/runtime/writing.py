"""Writing: commits what the worker makes of its cases."""

from __future__ import annotations

import logging

from engine.act.crash_points import CrashPoint, Reach
from engine.domain.case import Case
from engine.domain.transition import Transition
from engine.errors import Conflict, EngineError
from engine.ports import Store

log = logging.getLogger("countersign.worker")


class Writing:
    """Commits transitions one by one, or the last case's result with the next case's intent.

    Half of what an execution costs is waiting for the disk. A result that waits in memory is safe
    where the tool dedupes: if the process dies, the call is made again with the same key.
    """

    def __init__(self, store: Store, reach: Reach) -> None:
        """Write to a store; `reach` is called when a held result is written."""
        self._store = store
        self._reach = reach
        self._held: Transition | None = None

    def commit(self, transition: Transition) -> Case:
        """Commit a transition, and the held result with it.

        Raises:
            Conflict: The case moved on; the held result is written all the same.
            ControlChanged: As for `Conflict`; so for everything that the store refuses.
        """
        held, self._held = self._held, None
        together = [transition] if held is None else [held, transition]
        try:
            is_refused = self._write(together, transition)
        except EngineError:
            if held is not None:
                self._write_alone(held)
            raise
        if held is not None:
            self._reach(CrashPoint.AFTER_RESULT)
        if is_refused:
            raise Conflict(f"Case {transition.before.id} moved on.")
        return transition.after

    def hold(self, result: Transition) -> None:
        """Keep a result for the next commit; `flush` writes it where none comes.

        Raises:
            EngineError: An earlier one was still held, and could not be written.
        """
        self.flush()
        self._held = result

    def flush(self) -> None:
        """Write the held result now.

        Raises:
            EngineError: It could not be written; the case is taken up again when its lease ends.
        """
        held, self._held = self._held, None
        if held is not None:
            self._write_alone(held)

    def _write_alone(self, held: Transition) -> None:
        if self._write([held], held):
            log.warning("case %s moved on before its result was written", held.before.id)
        self._reach(CrashPoint.AFTER_RESULT)

    def _write(self, together: list[Transition], last: Transition) -> bool:
        """Commit what is not refused; True where the last was."""
        with self._store.begin() as unit:
            refused = unit.apply(together)
            if len(refused) < len(together):
                unit.commit()
        return last.before.id in refused
