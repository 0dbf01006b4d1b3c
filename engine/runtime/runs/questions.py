"""Questions: a model is asked, at the most a budget allows, and every try is counted.

A call is written down with the most it can cost before it leaves. Whoever finds one that was never
answered counts it as lost: it keeps its cost, and the model is asked again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from engine.act.crash_points import Reach, RunPoint
from engine.domain.answer_limits import too_much
from engine.domain.model_call import ModelPrice, ModelRequest, TokenUsage
from engine.domain.run_calls import CallStatus, ModelBudgets, ModelCall, ModelCallId
from engine.domain.run_fault import RunFault
from engine.domain.run_moves import Asked, AskModel, ModelFailed, ModelSaid, Observation
from engine.domain.tool import RetryPolicy
from engine.errors import (
    BudgetSpent,
    Conflict,
    ModelCancelled,
    ModelError,
    ModelRefused,
    ModelUnavailable,
)
from engine.ports import Clock, Ids, Model, Store
from engine.reason.apportion import apportioned
from engine.reason.window import pieces
from engine.runtime.patience import drawn
from engine.runtime.runs.held import Held
from engine.runtime.runs.journal import Journal, Performed, Stopwatch
from engine.runtime.runs.leaving import Halt, Halted, PutOff
from engine.runtime.runs.listening import Listener

TRIES = RetryPolicy(attempts=5, first_delay_s=2.0, longest_delay_s=120.0)
"""Together two to four minutes, where the model's server does not ask for longer waits."""
_NO_COST = frozenset({429, 503, 529})
"""Statuses with which a server answers without having done anything."""


@dataclass(frozen=True, kw_only=True)
class _Asking:
    """One try to ask, as far as it has come."""

    held: Held
    model: Model
    request: ModelRequest
    done: Performed
    """The step as it will be; its cost and its time are those of the tries before."""
    call: ModelCall
    watch: Stopwatch

    def counted(self, tokens: int) -> _Asking:
        """The same once the window is counted: its ledger is exact, its worst cost known."""
        worst = _worst(self.model.identity.price, tokens, self.request.max_tokens)
        made = self.done.move
        assert isinstance(made, Asked)
        exact = apportioned(made.context, tokens) if made.context else ()
        return replace(
            self,
            call=replace(self.call, counted_tokens=tokens, reserved_micro_usd=worst),
            done=replace(self.done, move=replace(made, context=exact)),
        )

    def failed(self, error: str, cost: int) -> ModelCall:
        """The call without an answer, with what it may have cost and how long it took."""
        return replace(
            self.call,
            status=CallStatus.FAILED,
            error=error,
            cost_micro_usd=cost,
            duration_ms=self.watch.us // 1000,
        )

    def observed(self, observation: Observation, call: ModelCall | None) -> Performed:
        """The step with what came of it, and of the last try."""
        cost = call.cost_micro_usd if call else 0
        return replace(
            self.done,
            observation=observation,
            call=call,
            duration_us=self.done.duration_us + self.watch.us,
            cost_micro_usd=self.done.cost_micro_usd + cost,
        )


@dataclass(frozen=True, kw_only=True)
class Questions:
    """Asks the model for runs."""

    store: Store
    clock: Clock
    ids: Ids
    journal: Journal
    budgets: ModelBudgets
    reach: Reach
    tries: RetryPolicy = TRIES

    def ask(self, held: Held, move: AskModel, model: Model) -> None:
        """Ask once, and write down what came of it.

        Raises:
            PutOff: The model is to be asked again later.
            Halted: The run was stopped or paused meanwhile.
            Conflict: The run is no longer in these hands.
        """
        asking = self._asking(held, move, model)
        try:
            asking = asking.counted(model.count(move.request))
        except ModelError as error:
            self._begin(asking)
            self._failed(asking, error)
            return
        try:
            self._begin(asking)
        except BudgetSpent as error:
            failed = ModelFailed(fault=RunFault.MONEY_SPENT, why=error.message)
            self.journal.append(held, asking.observed(failed, None))
            return
        self.reach(RunPoint.AFTER_INTENDED_QUESTION)
        self._ask(asking)

    def _asking(self, held: Held, move: AskModel, model: Model) -> _Asking:
        earlier = self.store.runs.calls(held.run.id, held.number)
        made = Asked(
            purpose=move.purpose,
            context=move.context,
            request_digest=move.request.digest.hex(),
        )
        done = Performed(
            move=made,
            texts={piece.digest: piece.text for piece in pieces(move.request)},
            duration_us=sum(call.duration_ms for call in earlier) * 1000,
            cost_micro_usd=sum(call.cost_micro_usd for call in earlier),
        )
        call = ModelCall(
            id=ModelCallId(self.ids.new()),
            run_id=held.run.id,
            case_id=held.run.case_id,
            desk=held.run.desk,
            step=held.number,
            attempt=len(earlier) + 1,
            at=self.clock.now(),
            model=model.identity.name,
            is_scripted=model.identity.is_scripted,
            request_digest=move.request.digest,
            counted_tokens=0,
            reserved_micro_usd=0,
        )
        return _Asking(
            held=held,
            model=model,
            request=move.request,
            done=done,
            call=call,
            watch=Stopwatch(),
        )

    def _ask(self, asking: _Asking) -> None:
        held, call, model = asking.held, asking.call, asking.model
        try:
            answer = model.ask(
                asking.request,
                on_text=Listener(self.store, call.id),
                is_cancelled=lambda: held.halt() is not None,
            )
        except ModelCancelled as error:
            self._give_up(asking, error.message)
            raise Halted(held.halt() or Halt.STOPPING) from None
        except ModelError as error:
            self._failed(asking, error)
            return
        except Exception as error:
            self._give_up(asking, type(error).__name__)
            raise
        self.reach(RunPoint.AFTER_ANSWER)
        if beyond := too_much(answer):
            self._unusable(asking, beyond)
            return
        answered = replace(
            call,
            status=CallStatus.ANSWERED,
            cost_micro_usd=model.identity.price.cost(answer.usage),
            usage=answer.usage,
            duration_ms=asking.watch.us // 1000,
            stop=answer.stop.value,
        )
        try:
            self.journal.append(held, asking.observed(ModelSaid(answer=answer), answered))
        except Conflict:  # nothing of it is used; what it cost is known all the same
            self._end(answered)
            raise

    def _begin(self, asking: _Asking) -> None:
        with self.store.begin() as unit:
            unit.runs.intend_call(asking.call, asking.held.epoch, self.budgets)
            unit.commit()

    def _give_up(self, asking: _Asking, error: str) -> None:
        """Write a call that nobody waits for; what it may have cost stays counted."""
        self._end(asking.failed(error, asking.call.reserved_micro_usd))

    def _end(self, call: ModelCall) -> None:
        with self.store.begin() as unit:
            unit.runs.end_call(call, self.budgets)
            unit.commit()

    def _failed(self, asking: _Asking, error: ModelError) -> None:
        """Count a call that failed; try again later, or tell the run that there is no answer."""
        call = asking.call
        cost = 0 if _is_free(error) else call.reserved_micro_usd
        failed = asking.failed(error.message, cost)
        wait_s = self._wait_s(error, call.attempt)
        if wait_s is not None:
            self._end(failed)
            raise PutOff(self.clock.now() + timedelta(seconds=wait_s))
        refused = isinstance(error, ModelRefused)
        fault = RunFault.MODEL_REFUSED if refused else RunFault.MODEL_AWAY
        tries = "" if call.attempt == 1 else f" ({call.attempt} tries)"
        told = ModelFailed(fault=fault, why=f"{error.message}{tries}")
        self.journal.append(asking.held, asking.observed(told, failed))

    def _unusable(self, asking: _Asking, why: str) -> None:
        """Tell the run that nothing can be done with an answer; it counts as the most it can cost.

        Not even what it says of its tokens is believed.
        """
        told = f"The model's answer is not taken: {why}."
        call = asking.failed(told, asking.call.reserved_micro_usd)
        failed = ModelFailed(fault=RunFault.OUTPUT_INVALID, why=told)
        self.journal.append(asking.held, asking.observed(failed, call))

    def _wait_s(self, error: ModelError, attempt: int) -> float | None:
        """Seconds until the model is asked again; None: not any more."""
        if not isinstance(error, ModelUnavailable):
            return None
        asked_s = error.facts.get("retry_after_s")
        return self.tries.delay_s(attempt, draw=drawn(self.ids), asked_s=asked_s)


def _worst(price: ModelPrice, tokens: int, max_tokens: int) -> int:
    """The most a call can cost: all read afresh or all written to the cache, and a full answer."""
    return max(
        price.cost(TokenUsage(input=tokens, output=max_tokens)),
        price.cost(TokenUsage(cache_write=tokens, output=max_tokens)),
    )


def _is_free(error: ModelError) -> bool:
    """Whether a call that failed is known to have cost nothing."""
    if isinstance(error, ModelRefused) or error.facts.get("was_asked") is False:
        return True
    return error.facts.get("status") in _NO_COST
