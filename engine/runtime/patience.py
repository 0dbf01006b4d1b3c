"""Patience: a case whose system cannot be read is put off, and in the end it is a person's.

A case that holds an unused permit is not put off beyond it: what is read then would be for nothing.
Tries are counted in the memory of one worker: one that starts anew has all its patience again.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from engine.domain.actor import ENGINE
from engine.domain.case import Attention, Case
from engine.domain.case_status import CaseStatus
from engine.domain.failed_steps import interrupted
from engine.domain.failure_codes import code_of_error
from engine.domain.grant import GrantStatus
from engine.domain.ids import CaseId
from engine.domain.ledger import EntryDraft, EventKind
from engine.domain.span import Choice, ChoiceKind, Span, Stage
from engine.domain.tool import RetryPolicy
from engine.domain.transition import Transition
from engine.errors import EngineError, ToolError, ToolOutcomeUnknown, ToolUnavailable
from engine.ports import Clock, Ids, Store

TRIES = RetryPolicy(attempts=12, first_delay_s=1.0, longest_delay_s=60.0)
"""Together four to six minutes, besides what each read waits and tries by itself."""
LONGEST_UNTRIED = timedelta(minutes=15)
"""Calls that a limit or an open breaker kept from leaving cost no try for so long."""
_MOST_CASES = 10_000
"""Cases remembered at once; an older one that comes back begins anew."""

log = logging.getLogger("countersign.patience")


@dataclass(frozen=True, kw_only=True, slots=True)
class Failing:
    """A case that was put off, with what is known of its tries."""

    since: datetime
    tries: int
    """Those that left this process."""
    until: datetime
    """When it is tried again."""


@dataclass(frozen=True, kw_only=True, slots=True)
class GivenUp:
    """The time for a case is over."""

    attention: Attention
    note: str
    error: EngineError
    stage: Stage
    since: datetime
    at: datetime

    def transition(self, case: Case) -> Transition:
        """A case that was on its way to a recommendation goes to a person without one."""
        after = case.moved(
            CaseStatus.PENDING,
            attention=self.attention,
            attention_note=self.note,
            wake_at=None,
            recommendation_id=None,
            action_id=None,
            confidence=None,
            proposal="",
        )
        said = {"recommendation": None, "why": self.note, "code": self.attention}
        return Transition(
            before=case,
            after=after,
            entries=(
                EntryDraft(kind=EventKind.CASE_REASONED, actor=ENGINE, at=self.at, payload=said),
            ),
            spans=(self._span(),),
            choices=(
                Choice(
                    kind=ChoiceKind.REFUSE,
                    at=self.at,
                    decided_by=ENGINE.decided_by,
                    decider="patience",
                    chosen=self.attention,
                    grounds=self.note,
                ),
            ),
            lease_epoch=case.lease_epoch,
        )

    def _span(self) -> Span:
        return Span(
            stage=self.stage,
            name="wait for the system of record",
            started_at=self.since,
            duration_us=int((self.at - self.since) / timedelta(microseconds=1)),
            decided_by=ENGINE.decided_by,
            rule="patience",
            outputs={"why": self.note},
            error=code_of_error(self.error, self.stage),
        )


class Patience:
    """Decides how long a worker waits for the systems that its cases need."""

    def __init__(
        self, *, store: Store, clock: Clock, ids: Ids, policy: RetryPolicy = TRIES
    ) -> None:
        """Begin with all cases untried.

        Args:
            store: Where leases stand.
            clock: The present.
            ids: Chance, for waits that differ.
            policy: How often and after how long a case is tried again.
        """
        self._store = store
        self._clock = clock
        self._ids = ids
        self._policy = policy
        self._failing: dict[CaseId, Failing] = {}

    def came_through(self, case_id: CaseId) -> None:
        """A case was advanced; what failed before is forgotten."""
        self._failing.pop(case_id, None)

    def failed(self, case: Case, error: EngineError, stage: Stage) -> GivenUp | None:
        """Put a case off, or say that its time is over.

        Args:
            case: A case that this worker leases and does not go on with.
            error: Why it could not be advanced.
            stage: Where.

        Returns:
            None where it was put off.

        Raises:
            StoreUnavailable: It could not be put off; its lease ends by itself.
        """
        now = self._clock.now()
        seen = self._failing.get(case.id) or Failing(since=now, tries=0, until=now)
        if not isinstance(error, (ToolUnavailable, ToolOutcomeUnknown)):
            return self._given_up(case, Attention.SOURCE_REFUSED, error.message, error, stage, seen)
        is_untried = bool(error.facts.get("is_untried")) and now - seen.since < LONGEST_UNTRIED
        seen = replace(seen, tries=seen.tries + (not is_untried))
        wait_s = self._policy.delay_s(
            max(seen.tries, 1), draw=drawn(self._ids), asked_s=error.facts.get("retry_after_s")
        )
        until = None if wait_s is None else now + timedelta(seconds=wait_s)
        if until is None or self._outlives_permit(case, until):
            lasted_s = (now - seen.since).total_seconds()
            note = f"{error.message}; tried {seen.tries} times in {lasted_s:.0f} s"
            if until is not None:
                note += f", and the permit ends before the next try at {until:%H:%M:%S} UTC"
            return self._given_up(case, Attention.SOURCE_UNAVAILABLE, note, error, stage, seen)
        self._put_off(case, replace(seen, until=until), error, stage)
        return None

    def _outlives_permit(self, case: Case, at: datetime) -> bool:
        """Whether a moment lies behind the end of the permit that the case has not used yet."""
        grant = self._store.reader.grant(case)
        return grant is not None and grant.status is GrantStatus.MINTED and grant.expires_at < at

    def next_try(self) -> datetime | None:
        """When the next of the cases that were put off is due again; None: none is."""
        now = self._clock.now()
        waiting = [one.until for one in self._failing.values() if one.until > now]
        return min(waiting, default=None)

    def _given_up(
        self,
        case: Case,
        attention: Attention,
        note: str,
        error: EngineError,
        stage: Stage,
        seen: Failing,
    ) -> GivenUp:
        self.came_through(case.id)
        log.warning("case %s goes to a person: %s", case.id, note)
        return GivenUp(
            attention=attention,
            note=note,
            error=error,
            stage=stage,
            since=seen.since,
            at=self._clock.now(),
        )

    def _put_off(self, case: Case, seen: Failing, error: EngineError, stage: Stage) -> None:
        log.info("case %s is tried again at %s: %s", case.id, seen.until, error.message)
        self._failing.pop(case.id, None)  # so that the newest stands last
        self._failing[case.id] = seen
        while len(self._failing) > _MOST_CASES:
            del self._failing[next(iter(self._failing))]
        with self._store.begin(is_lasting=False) as unit:
            unit.put_off(case, seen.until)
            unit.note_failures([interrupted(case, error, stage, self._clock.now())])
            unit.commit()


def unread(error: Exception, *, is_perceiving: bool = False) -> Attention:
    """Why a case has no recommendation, where trying again is no use.

    Args:
        error: What kept it.
        is_perceiving: Whether it was read for its facts: then any no is its system's.
    """
    facts = error.facts if isinstance(error, ToolError) else {}
    is_systems = is_perceiving and isinstance(error, ToolError)
    if is_systems or facts.get("broke_contract"):
        return Attention.SOURCE_REFUSED
    return Attention.NO_RECOMMENDATION


def drawn(ids: Ids) -> float:
    """Chance, from 0 to less than 1."""
    return int.from_bytes(ids.token(2), "big") / 65536
