"""Repeating: whether and after how long a call with an effect is made again with its key."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from engine.act.executor import Answer, CallResult
from engine.domain.effect import Effect
from engine.domain.tool import Delivery, ToolContract
from engine.ports import Clock, Ids
from engine.runtime.patience import LONGEST_UNTRIED, drawn


@dataclass(frozen=True, kw_only=True)
class Repeating:
    """Reads the contract's promise about repeated calls."""

    clock: Clock
    ids: Ids

    def counted(self, effect: Effect, result: CallResult) -> Effect:
        """A call that never left is no attempt; only for so long, or it would wait for ever."""
        is_young = self.clock.now() - effect.intended_at < LONGEST_UNTRIED
        if not (result.is_untried and is_young):
            return effect
        return replace(effect, attempts=effect.attempts - 1)

    def delay(self, contract: ToolContract, effect: Effect, result: CallResult) -> timedelta | None:
        """How long to wait before the next attempt; None: there is none."""
        delay_s = contract.retry.delay_s(
            max(effect.attempts, 1), draw=drawn(self.ids), asked_s=result.retry_after_s
        )
        return None if delay_s is None else timedelta(seconds=delay_s)

    def asked_at(self, contract: ToolContract, effect: Effect, result: CallResult) -> datetime:
        """When to find out about a call that may have acted: after it, and never too soon."""
        now = self.clock.now()
        if contract.delivery is Delivery.QUERYABLE:
            return max(effect.call_deadline, now) + timedelta(seconds=contract.settles_in_s)
        again_at = now + (self.delay(contract, effect, result) or timedelta())
        is_over = result.answer is not Answer.UNKNOWN  # nothing of the call is still on its way
        return again_at if is_over else max(effect.call_deadline, again_at)


def is_asked_again(contract: ToolContract, effect: Effect, result: CallResult) -> bool:
    """Whether a call whose answer makes no sense is made again: with its key it acts once."""
    return (
        result.answer is Answer.BROKE_CONTRACT
        and contract.delivery is Delivery.DEDUPES
        and effect.attempts < contract.retry.attempts
    )
