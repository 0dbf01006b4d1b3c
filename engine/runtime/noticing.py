"""Noticing: tells people of open veto windows through the notifier, and notes whether it worked.

The sending runs beside the worker's loop, since an endpoint may be slow; what came of it is written
in the next round. A notice may be sent twice after a kill, never be taken for sent when it was not.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from datetime import timedelta

from engine.domain.actor import ENGINE
from engine.domain.failure import FailureCode, FailureNoted
from engine.domain.ids import ActionId
from engine.domain.ledger import EntryDraft, EventKind
from engine.domain.veto import VetoWindow
from engine.errors import EngineError
from engine.ports import Clock, Notice, Notifier, Store

AT_ONCE = 50
"""Windows looked at in one round."""
PAUSE_S = 5.0
"""Seconds between two tries for one window, times the tries so far."""

log = logging.getLogger("countersign.noticing")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Sent:
    window: VetoWindow
    answer: Future[None]


class Noticing:
    """Delivers the notices of veto windows."""

    def __init__(self, *, store: Store, clock: Clock, notifier: Notifier) -> None:
        """Bind the notifier; without a channel it does nothing."""
        self._store = store
        self._clock = clock
        self._notifier = notifier
        self._sender = ThreadPoolExecutor(max_workers=1, thread_name_prefix="notices")
        self._sent: dict[ActionId, _Sent] = {}

    def run(self) -> None:
        """Write down what became of notices, then send those that are due.

        Raises:
            StoreUnavailable: It could not be read or written; nothing is lost.
        """
        self._note_answers()
        if not self._notifier.channel:
            return
        for window in self._due():
            self._send(window)

    def close(self) -> None:
        """Send nothing more; what is under way is left to itself."""
        self._sender.shutdown(wait=False, cancel_futures=True)

    def _due(self) -> Sequence[VetoWindow]:
        now = self._clock.now()
        return [
            window
            for window in self._store.reader.unnoticed_windows(AT_ONCE)
            if window.action_id not in self._sent
            and now >= window.opened_at + timedelta(seconds=PAUSE_S * _triangle(window.attempts))
        ]

    def _send(self, window: VetoWindow) -> None:
        case = self._store.reader.case(window.case_id)
        notice = Notice(
            key=str(window.action_id),
            case_id=case.id,
            desk=case.desk,
            proposal=case.proposal,
            closes_at=window.closes_at,
        )
        answer = self._sender.submit(self._notifier.notify, notice)
        self._sent[window.action_id] = _Sent(window=window, answer=answer)

    def settle(self) -> None:
        """Wait for what is under way, and write down what became of it."""
        wait([sent.answer for sent in self._sent.values()])
        self._note_answers()

    def _note_answers(self) -> None:
        done = [sent for sent in self._sent.values() if sent.answer.done()]
        for sent in done:
            error = sent.answer.exception()
            if error is not None and not isinstance(error, EngineError):
                log.error("a notice failed: %s", type(error).__name__)
            self._note(sent.window, "" if error is None else str(error)[:300])
            del self._sent[sent.window.action_id]

    def _note(self, window: VetoWindow, error: str) -> None:
        now = self._clock.now()
        tried = replace(window, attempts=window.attempts + 1, last_error=error)
        if not error:
            tried = replace(tried, noticed_at=now, noticed_by=self._notifier.channel)
        with self._store.begin() as unit:
            is_first = unit.windows.note(tried)
            if is_first and not error:
                said = {"by": self._notifier.channel}
                entry = EntryDraft(
                    kind=EventKind.WINDOW_NOTICED, actor=ENGINE, at=now, payload=said
                )
                unit.append(f"case:{window.case_id}", [entry])
            if is_first and error:
                unit.note_failures([self._untold(window, error)])
            unit.commit()

    def _untold(self, window: VetoWindow, error: str) -> FailureNoted:
        case = self._store.reader.case(window.case_id)
        return FailureNoted(
            case_id=case.id,
            case_version=case.version,
            desk=case.desk,
            case_type=case.case_type,
            tool="",
            code=FailureCode.NOBODY_TOLD,
            note=error,
            at=self._clock.now(),
            is_recovered=True,
        )


def _triangle(tries: int) -> int:
    """0, 1, 3, 6, …: so many pauses after the first try the next one is due."""
    return tries * (tries + 1) // 2
