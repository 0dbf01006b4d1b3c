"""Many calls of the world in one: done together or not at all, each at the time it happened.

A world that is played call by call costs a commit each, and everything in it would have happened
now. Only the world may say when something was; what an engine does is dated by the shop's clock.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Any, TypeAlias

from pydantic import Field

from engine.desks.orders.shop.bodies import checked
from engine.desks.orders.shop.booking import Booking, Value
from engine.desks.orders.shop.refusals import Code, Refused
from engine.desks.orders.shop.snapshot import lock_order
from engine.domain.credential import CLOCKS_DIFFER
from engine.domain.tool import Strict

Act: TypeAlias = Callable[[Booking, Any], Mapping[str, Value]]

MOST_STEPS = 1_000

Moment = Annotated[
    str,
    Field(max_length=40, pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{5,15}(Z|[+-][0-9:]{5})$"),
]


class Step(Strict):
    """One call of the world by its name, without `world.`, and when it happened."""

    call: Annotated[str, Field(pattern=r"^[a-z_]{1,40}$")]
    arguments: dict[str, Any]
    at: Moment


class Play(Strict):
    """What happened, in its order."""

    steps: Annotated[list[Step], Field(min_length=1, max_length=MOST_STEPS)]


def playing(calls: Mapping[str, tuple[type[Strict], Act, bool]]) -> Act:
    """Make the call that plays others.

    Args:
        calls: By name: the arguments, what acts, and whether its order is not there before.

    Returns:
        A call that raises Refused as its steps do, with the `step` that is refused (from 1); also
        INVALID_ARGUMENTS, where a step has an unknown call or a time after the shop's.
    """

    def play(booking: Booking, given: Play) -> Mapping[str, Value]:
        for number, step in enumerate(given.steps, start=1):
            try:
                _perform(booking, step, calls)
            except Refused as refused:
                facts = {**refused.facts, "step": number}
                raise Refused(refused.code, refused.detail, **facts) from None
        return {"steps": len(given.steps)}

    return play


def _perform(
    booking: Booking, step: Step, calls: Mapping[str, tuple[type[Strict], Act, bool]]
) -> None:
    if step.call not in calls:
        raise Refused(Code.INVALID_ARGUMENTS, "A step names a call that the world does not have.")
    schema, act, makes_order = calls[step.call]
    arguments = checked(schema, step.arguments)
    order_id = getattr(arguments, "order_id", "")
    if order_id and not makes_order:
        lock_order(booking.connection, order_id)
    # Lists of its own: the answer does not repeat what a whole world moved.
    act(replace(booking, now=_moment(step.at, booking.now), money=[], pieces=[]), arguments)


def _moment(told: str, now: datetime) -> datetime:
    try:
        at = datetime.fromisoformat(told).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Refused(Code.INVALID_ARGUMENTS, "The time of a step is none.") from None
    if at > now + CLOCKS_DIFFER:
        raise Refused(Code.INVALID_ARGUMENTS, "The time of a step has not come yet.")
    return at
