"""Intake: perceives and reasons about received cases, in the order of their desk's clock.

Labels mature in between: before a case is reasoned about, every label that had become known by
then has been applied. So a recommendation is a function of what was known at its moment.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from engine.act.crash_points import CrashPoint, Reach, pass_by
from engine.desk import Desk
from engine.domain.case import Case, Signal
from engine.domain.case_status import CaseStatus
from engine.domain.fact import FactSet
from engine.domain.failed_steps import interrupted
from engine.domain.failure import FailureNoted
from engine.domain.ids import CaseId
from engine.domain.span import Stage
from engine.domain.transition import Transition
from engine.errors import EngineError, StoreUnavailable, ToolError
from engine.ports import Clock, LabelDue, Store
from engine.runtime.learning import DeskLearning
from engine.runtime.maturing import Maturing
from engine.runtime.patience import Patience
from engine.runtime.policy import Policy, PolicyView
from engine.runtime.reasoning import Reasoning
from engine.runtime.scoring import Setting
from engine.runtime.turns import Turn, give_back

INTAKE_LANE = 1
BATCH = 50
"""At most so many transitions a commit."""

Claimer = Callable[[int, datetime, int, str], tuple[Case, ...]]
Act = Callable[[], None]
"""Uses every grant that waits."""

log = logging.getLogger("countersign.intake")


@dataclass(slots=True)
class _Batch:
    """Transitions that will commit together."""

    act: Act
    transitions: list[Transition] = field(default_factory=list)
    cases: set[CaseId] = field(default_factory=set)
    labels: dict[CaseId, LabelDue] = field(default_factory=dict)
    failed: list[FailureNoted] = field(default_factory=list)

    def add(self, transition: Transition) -> None:
        self.transitions.append(transition)
        self.cases.add(transition.before.id)

    def leave(self, case: Case, error: EngineError, at: datetime) -> None:
        log.warning("case %s waits for its lease to end: %s", case.id, error.message)
        if not isinstance(error, StoreUnavailable):
            self.failed.append(interrupted(case, error, Stage.PERCEIVE, at))


class Intake:
    """Advances a desk's received cases and maturing labels."""

    def __init__(
        self,
        *,
        store: Store,
        clock: Clock,
        policy: PolicyView,
        reasoning: Reasoning,
        maturing: Maturing,
        learning: Mapping[str, DeskLearning],
        patience: Patience,
        reach: Reach = pass_by,
    ) -> None:
        """Bind the parts; `learning` holds the desks that learn, `reach` is called to crash."""
        self._store = store
        self._clock = clock
        self._policy = policy
        self._reasoning = reasoning
        self._maturing = maturing
        self._learning = learning
        self._patience = patience
        self._reach = reach

    def advance(self, desk: Desk, turn: Turn, claim: Claimer, act: Act) -> int:
        """Take the next cases of a desk as far as a verdict.

        Args:
            desk: The desk.
            turn: When it is over, what was not begun is given back; one case always is.
            claim: Leases due cases.
            act: Uses the grants that wait. A replay calls it before a truth comes that would
                resolve a granted case elsewhere: on its clock the grant came first.

        Returns:
            How many cases and labels were handled.
        """
        learning = self._learning.get(desk.name)
        if learning is not None:
            learning.recover()
        try:
            return self._advance(desk, turn, claim, act)
        except EngineError:
            if learning is not None:  # a label may be learned of which nothing was committed
                learning.doubt()
            raise

    def _advance(self, desk: Desk, turn: Turn, claim: Claimer, act: Act) -> int:
        reader = self._store.reader
        replayed_to = reader.desk_time(desk.name)
        is_replay = replayed_to is not None
        now = self._clock.now()
        batch = _Batch(act)
        handled = 0
        if not is_replay:
            handled += self._mature(desk, now, batch, None)
            self._flush(desk, batch, None)
        if not reader.is_due(INTAKE_LANE, now):
            self._flush(desk, batch, None)
            return handled
        cases = sorted(
            claim(INTAKE_LANE, now, BATCH, desk.name), key=lambda c: (c.as_of, c.source_id)
        )
        signals = reader.signals([case.id for case in cases])
        facts = reader.fact_sets([c.id for c in cases if c.status is not CaseStatus.RECEIVED])
        reached, policy, begun = replayed_to, self._policy.current(), 0
        for case in cases:
            if begun and turn.is_over:
                break
            begun += 1
            if is_replay:
                handled += self._mature(desk, case.as_of, batch, reached)
                reached = max(case.as_of, reached or case.as_of)
            if case.id not in batch.cases:  # else its own truth came first and closed it
                setting = self._setting(desk, policy, case.as_of if is_replay else now)
                self._reason(case, signals[case.id], setting, facts.get(case.id), batch)
        self._flush(desk, batch, reached)
        give_back(self._store, cases[begun:], self._clock.now())
        return handled + begun

    def _reason(
        self, case: Case, signal: Signal, setting: Setting, facts: FactSet | None, batch: _Batch
    ) -> None:
        """Take one case as far as a verdict; what cannot be read is put off."""
        try:
            batch.add(self._reasoning.advance(case, signal, setting, facts))
            self._patience.came_through(case.id)
        except ToolError as error:
            if given_up := self._patience.failed(case, error, Stage.PERCEIVE):
                batch.add(given_up.transition(case))
        except EngineError as error:
            batch.leave(case, error, self._clock.now())

    def _setting(self, desk: Desk, policy: Policy, at: datetime) -> Setting:
        return Setting(
            desk=desk,
            learning=self._learning.get(desk.name),
            policy=policy,
            at=at,
        )

    def _mature(self, desk: Desk, until: datetime, batch: _Batch, reached: datetime | None) -> int:
        """Apply the labels known before a moment; `reached` is None on a live desk."""
        handled, has_acted = 0, reached is None
        reader = self._store.reader
        while due := reader.labels_due(desk.name, until, BATCH, len(batch.labels)):
            fresh = [label for label in due if label.case.id not in batch.labels]
            if any(label.case.id in batch.cases for label in fresh) or not fresh:
                self._flush(desk, batch, reached)
                continue
            if not has_acted and any(one.case.status is CaseStatus.GRANTED for one in fresh):
                has_acted = True  # once: a grant that cannot be used now comes too late
                self._flush(desk, batch, reached)
                batch.act()
                continue
            desk.system.settle([label.label for label in fresh])
            for label in fresh:
                batch.add(self._maturing.label(label, desk))
                batch.labels[label.case.id] = label
                self._learn(desk, label)
            handled += len(fresh)
            if len(due) < BATCH:
                break
        return handled

    def _learn(self, desk: Desk, due: LabelDue) -> None:
        learning = self._learning.get(desk.name)
        if learning is None:
            return
        learning.observe(
            source_id=due.case.source_id,
            observed_at=due.case.as_of,
            known_at=due.label.known_at,
            facts=due.facts,
            truth=due.label.value,
            raw_confidence=due.raw_confidence,
            is_correct=due.predicted == due.label.value if due.predicted else None,
            by=due.by,
        )

    def _flush(self, desk: Desk, batch: _Batch, reached: datetime | None) -> None:
        """Commit a batch; what somebody else moved meanwhile is left to them."""
        if batch.transitions:
            self._reach(CrashPoint.BEFORE_INTAKE)
            try:
                refused = self._write(desk, batch.transitions, reached)
            except EngineError:
                raise
            except Exception:
                if batch.labels:
                    raise
                log.exception("a batch of %s cannot be written whole", desk.name)
                refused = self._write_singly(desk, batch.transitions, reached)
            self._reach(CrashPoint.AFTER_INTAKE)
            for case_id in refused & batch.labels.keys():
                self._apply_again(desk, batch.labels[case_id])
        self._note(batch.failed)
        batch.transitions.clear()
        batch.cases.clear()
        batch.labels.clear()
        batch.failed.clear()

    def _note(self, failed: Sequence[FailureNoted]) -> None:
        """Note the cases that wait for their leases to end."""
        if failed:
            with self._store.begin(is_lasting=False) as unit:
                unit.note_failures(failed)
                unit.commit()

    def _write(
        self, desk: Desk, transitions: Sequence[Transition], reached: datetime | None
    ) -> frozenset[CaseId]:
        with self._store.begin() as unit:
            refused = unit.apply(transitions)
            if reached is not None:
                unit.learned.set_desk_time(desk.name, reached)
            unit.commit()
        return refused

    def _write_singly(
        self, desk: Desk, transitions: Sequence[Transition], reached: datetime | None
    ) -> frozenset[CaseId]:
        """Write one by one: a case the database does not take must not keep the others."""
        refused: frozenset[CaseId] = frozenset()
        for transition in transitions:
            try:
                refused |= self._write(desk, [transition], reached)
            except EngineError:
                raise
            except Exception:  # it is tried again when its lease has ended
                log.exception("case %s cannot be written", transition.before.id)
        return refused

    def _apply_again(self, desk: Desk, due: LabelDue) -> None:
        """A person was faster: apply the label to the case as it stands now."""
        refused = True
        while refused:
            again = replace(due, case=self._store.reader.case(due.case.id))
            with self._store.begin() as unit:
                refused = bool(unit.apply([self._maturing.label(again, desk)]))
                unit.commit()
