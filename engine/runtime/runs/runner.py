"""Runner: takes one run as far as it goes now, step by step, each durable before the next."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from engine.act.crash_points import Reach, RunPoint
from engine.domain.fact import Fact
from engine.domain.ids import RunId
from engine.domain.run import RunKind
from engine.domain.run_fault import RunFault
from engine.domain.run_moves import (
    AskModel,
    AskWrite,
    Finish,
    GiveUp,
    Move,
    Recall,
    Recommend,
    UseTool,
)
from engine.domain.tool import RetryPolicy
from engine.errors import Conflict, InvalidRequest, StoreUnavailable, ToolError, ToolUnavailable
from engine.ports import Clock, Ids, LeasedRun, Store
from engine.reason.brief import Brief, Procedure
from engine.runtime.marks import Marks
from engine.runtime.patience import drawn
from engine.runtime.policy import PolicyView
from engine.runtime.runs.beginning import MODEL_KINDS
from engine.runtime.runs.briefing import brief_of, paused_for
from engine.runtime.runs.endings import Endings
from engine.runtime.runs.held import Held
from engine.runtime.runs.leaving import Halt, Halted, PutOff
from engine.runtime.runs.looking_up import LookingUp
from engine.runtime.runs.putting import Putting
from engine.runtime.runs.questions import Questions
from engine.runtime.runs.reasoners import Reasoners, TellsFacts
from engine.runtime.runs.settling import precedent_move
from engine.runtime.runs.taking_up import TakingUp

TRIES = RetryPolicy(attempts=8, first_delay_s=1.0, longest_delay_s=60.0)
"""How often a run waits for a system without which it cannot put anything before policy."""
_AGAIN = timedelta(seconds=1)
"""After somebody else was faster, or the database did not take a step."""

log = logging.getLogger("countersign.runs")


@dataclass(frozen=True, kw_only=True)
class Runner:
    """Advances runs; may be used by several threads at once, each with a run of its own."""

    store: Store
    clock: Clock
    ids: Ids
    policy: PolicyView
    reasoners: Reasoners
    taking_up: TakingUp
    questions: Questions
    looking_up: LookingUp
    putting: Putting
    endings: Endings
    reach: Reach
    is_stopping: Callable[[], bool]
    tries: RetryPolicy = TRIES
    _waited: dict[RunId, int] = field(default_factory=dict)
    """How often each run has waited for a system, in the memory of this process."""

    def advance(self, leased: LeasedRun) -> None:
        """Take a leased run as far as it goes now; its failure is its own and nobody else's."""
        try:
            until = self._advanced(leased)
        except PutOff as later:
            until = later.until
        except Conflict as error:
            log.info("run %s: %s", leased.run.id, error.message)
            until = self.clock.now() + _AGAIN
        except StoreUnavailable as error:
            log.warning("run %s waits for its lease to end: %s", leased.run.id, error.message)
            return
        except Exception:  # not even its end could be written: it is tried again
            log.exception("run %s failed", leased.run.id)
            until = self.clock.now() + _AGAIN
        if until is not None:
            self._give_back(leased, until)

    def _give_back(self, leased: LeasedRun, until: datetime) -> None:
        try:
            with self.store.begin(is_lasting=False) as unit:
                unit.runs.put_off(leased.run.id, leased.epoch, until)
                unit.commit()
        except StoreUnavailable as error:
            log.warning("run %s waits for its lease to end: %s", leased.run.id, error.message)

    def _advanced(self, leased: LeasedRun) -> datetime | None:
        """Go on until the run ends or waits; gives when it is due again where it is laid down."""
        held = self.taking_up.take_up(leased)
        if held is None:
            return None
        held.halt = lambda: self._halt(held)
        if self.taking_up.is_out_of_date(held):
            self._renew(held)
        try:
            while (halt := self._halt(held)) is None:
                if not self._step(held):
                    self._waited.pop(held.run.id, None)
                    return None
        except Halted as halted:
            halt = halted.halt
        return self._halted(held, halt)

    def _halt(self, held: Held) -> Halt | None:
        """What keeps a run from going on at this moment."""
        if self.is_stopping():
            return Halt.STOPPING
        if self.store.runs.lease_epoch(held.run.id) != held.epoch:
            return Halt.LOST
        if paused_for(held.case, held.desk, self.policy.current()):
            return Halt.PAUSED
        return None

    def _halted(self, held: Held, halt: Halt) -> datetime | None:
        match halt:
            case Halt.STOPPING:
                return self.clock.now()
            case Halt.LOST:
                return None
            case Halt.PAUSED:
                # As policy is now: whoever takes over is judged under the pause.
                held.setting = self.taking_up.setting(held.case, held.desk)
                scope = paused_for(held.case, held.desk, held.setting.policy)
                why = f"somebody paused {scope or 'it'} while it ran"
                self._give_up(held, GiveUp(fault=RunFault.PAUSED, why=why))
                return None

    def _renew(self, held: Held) -> None:
        """Read stale facts again; where they cannot be, policy lets nothing rest on them alone."""
        try:
            self.taking_up.renew(held)
        except (Conflict, StoreUnavailable):
            raise
        except ToolUnavailable as error:
            until = self._later(held.run.id, error)
            if until is not None:
                raise PutOff(until) from None
        except Exception:
            log.exception("case %s cannot be perceived anew", held.case.id)

    # --- one step ------------------------------------------------------------------------

    def _step(self, held: Held) -> bool:
        """Make the next move; gives whether the run goes on."""
        try:
            return self._made(held)
        except (Conflict, StoreUnavailable):
            raise
        except ToolUnavailable as error:
            until = self._later(held.run.id, error)
            if until is not None:
                raise PutOff(until) from None
            self._give_up(held, GiveUp(fault=RunFault.READS_FAILED, why=error.message))
        except (InvalidRequest, ToolError) as error:
            self._give_up(held, GiveUp(fault=RunFault.OUTPUT_INVALID, why=error.message))
        except Exception as error:  # a bug in a desk's path must not lose the case
            log.exception("run %s of the %s failed", held.run.id, held.run.kind)
            why = f"an error in the program: {type(error).__name__}"
            self._give_up(held, GiveUp(fault=RunFault.CODE_FAILED, why=why))
        return False

    def _made(self, held: Held) -> bool:
        if held.run.kind not in MODEL_KINDS:
            return self._perform(held, self._own(held), ())
        procedure = self.reasoners.procedure(held.run.desk, held.run.kind)
        unfit = self._unfit(held, procedure)
        if unfit is not None or procedure is None:
            return self._perform(held, unfit or _GONE, ())
        brief = brief_of(held, procedure, self.reasoners.limits, self.clock.now())
        move = procedure.next_move(brief, tuple(held.steps))
        self.reach(RunPoint.BEFORE_STEP)
        return self._perform(held, move, _found(procedure, brief, held, move))

    def _unfit(self, held: Held, procedure: Procedure | None) -> GiveUp | None:
        """Why a journal cannot be gone on with here; None: it can."""
        if procedure is None:
            return _GONE
        model = self.reasoners.identity
        version = self.reasoners.run_version(held.run.desk, held.run.kind)
        here = (version, model.name if model else "")
        began = (held.run.version, held.run.model)
        if here == began:
            return None
        was, now = (" with ".join(one) for one in (began, here))
        why = f"it began as version {was}, and this is {now}"
        return GiveUp(fault=RunFault.CODE_FAILED, why=why)

    def _own(self, held: Held) -> Move:
        """The one move of a run in which no model is asked: what the desk, or its memory, says.

        With what it had learned when the case came in: its truth may have become known since.
        """
        if held.run.kind is RunKind.PRECEDENT and (held.desk.recall or not held.run.is_shadow):
            return precedent_move(held)
        learning = held.setting.learning
        draft, why = self.putting.reasoning.draft_by(
            held.case,
            held.facts,
            held.desk.reasoner,
            lambda: learning.fitted_before(held.case.as_of) if learning else None,
            Marks(self.clock),
        )
        if draft is None or not draft.proposals:
            return Finish(summary=why)
        return Recommend(draft=draft)

    def _perform(self, held: Held, move: Move, found: Sequence[Fact]) -> bool:
        """Do what a move says; gives whether the run goes on."""
        match move:
            case AskModel():
                assert self.reasoners.model is not None
                self.questions.ask(held, move, self.reasoners.model)
            case UseTool():
                self.looking_up.use(held, move)
            case Recall():
                self.looking_up.recall(held, move)
            case AskWrite():
                return self.putting.ask(held, move, found)
            case Recommend(draft=draft) if not draft.proposals:
                why = "it recommends, and names no call"
                self._give_up(held, GiveUp(fault=RunFault.OUTPUT_INVALID, why=why))
                return False
            case Recommend():
                self.putting.recommend(held, move, self.endings.tried(held.run), found)
                return False
            case Finish():
                self.endings.finish(held, move)
                return False
            case GiveUp():
                self._give_up(held, move)
                return False
        return True

    def _give_up(self, held: Held, move: GiveUp) -> None:
        log.warning("run %s of the %s gave up: %s", held.run.id, held.run.kind, move.why)
        try:
            self.endings.give_up(held, move)
        except ToolUnavailable as error:
            until = self._later(held.run.id, error)
            if until is not None:
                raise PutOff(until) from None
            self.endings.give_up(held, move, is_patient=False)

    def _later(self, run_id: RunId, error: ToolError) -> datetime | None:
        """When a run tries again what a system did not answer; None: not any more."""
        tries = self._waited[run_id] = self._waited.get(run_id, 0) + 1
        asked_s = error.facts.get("retry_after_s")
        wait_s = self.tries.delay_s(tries, draw=drawn(self.ids), asked_s=asked_s)
        if wait_s is None:
            self._waited.pop(run_id)
            return None
        return self.clock.now() + timedelta(seconds=wait_s)


_GONE = GiveUp(
    fault=RunFault.CODE_FAILED, why="no such reasoner runs here any more, or it has no model"
)


def _found(procedure: Procedure, brief: Brief, held: Held, move: Move) -> Sequence[Fact]:
    """Facts that a procedure found by itself, where they are about to be rested on."""
    if isinstance(move, AskWrite | Recommend) and isinstance(procedure, TellsFacts):
        return procedure.facts(brief, tuple(held.steps))
    return ()
