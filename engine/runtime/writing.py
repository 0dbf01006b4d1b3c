"""Writing: commits what the worker makes of its cases."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from engine.act.crash_points import CrashPoint, Reach
from engine.domain.case import Case
from engine.domain.transition import Transition
from engine.errors import Conflict
from engine.ports import Store

log = logging.getLogger("countersign.worker")


@dataclass(frozen=True, slots=True)
class Held:
    """A result that is not written yet."""

    case: Case
    result_of: Callable[[Case], Transition]
    """The result as the next state of the case; of a later version, where something came in."""


class Writing:
    """Commits transitions one by one, or the last case's result with the next case's intent.

    Half of what an execution costs is waiting for the disk. A result that waits in memory is safe
    where the tool dedupes: if the process dies, the call is made again with the same key.
    """

    def __init__(self, store: Store, reach: Reach) -> None:
        """Write to a store; `reach` is called when a held result is written."""
        self._store = store
        self._reach = reach
        self._held: Held | None = None

    def commit(self, transition: Transition) -> Case:
        """Commit a transition, and the held result with it.

        Raises:
            Conflict: The case moved on; the held result is written all the same.
            ControlChanged: As for `Conflict`; so for everything that the store refuses.
        """
        held, self._held = self._held, None
        refused = self._write([transition]) if held is None else self._write_both(held, transition)
        if transition in refused:
            raise Conflict(f"Case {transition.before.id} moved on.")
        return transition.after

    def hold(self, case: Case, result_of: Callable[[Case], Transition]) -> None:
        """Keep a result for the next commit; `flush` writes it where none comes."""
        self.flush()
        self._held = Held(case, result_of)

    def flush(self) -> None:
        """Write the held result now.

        Raises:
            EngineError: It could not be written; the case is taken up again when its lease ends.
        """
        held, self._held = self._held, None
        if held is not None:
            self._write_alone(held)

    def _write_both(self, held: Held, transition: Transition) -> list[Transition]:
        result = held.result_of(held.case)
        try:
            refused = self._write([result, transition])
        except Exception:  # what is wrong with the new one must not cost the result
            self._write_alone(held)
            raise
        if result in refused:
            self._write_alone(held)
        else:
            self._reach(CrashPoint.AFTER_RESULT)
        return refused

    def _write_alone(self, held: Held) -> None:
        """Write a result; new content or a label that came in during the call does not undo it."""
        case = held.case
        while self._write([held.result_of(case)]):
            now = self._store.reader.case(case.id)
            if (now.lease_epoch, now.status) != (case.lease_epoch, case.status):
                log.warning("case %s was taken over before its result was written", case.id)
                return
            case = now
        self._reach(CrashPoint.AFTER_RESULT)

    def _write(self, together: list[Transition]) -> list[Transition]:
        """Commit what is not refused; gives the refused ones."""
        with self._store.begin() as unit:
            ids = unit.apply(together)
            refused = [one for one in together if one.before.id in ids]
            if len(refused) < len(together):
                unit.commit()
        return refused
