"""Tools for tests of calls: each does what it is told and remembers what it got."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from engine.domain.canonical import Json
from engine.domain.credential import CallPermit, Credential, PermitKind
from engine.domain.tool import (
    BreakerPolicy,
    CallLimit,
    Delivery,
    EffectClass,
    RetryPolicy,
    Strict,
    ToolContract,
)


class Numbered(Strict):
    """One number."""

    number: int


LOOK = ToolContract(
    name="look",
    version=1,
    title="Look",
    effect_class=EffectClass.READ,
    delivery=Delivery.DEDUPES,
    arguments=Numbered,
    result=Numbered,
    target_argument="number",
    system="shop",
    scopes=("orders:read",),
    timeout_s=2.0,
    retry=RetryPolicy(attempts=4, first_delay_s=0.25),
    breaker=BreakerPolicy(failures=3, open_s=10.0),
    limit=CallLimit(calls=5, per_s=1.0, at_once=2),
)
PERMIT = CallPermit(kind=PermitKind.READ, id="permit", case_id="case")


class Look:
    """Answers what `does` gives."""

    def __init__(self, does: Callable[[int], Json], **changes: Any) -> None:
        self.contract = replace(LOOK, **changes)
        self.does = does
        self.calls: list[Credential | None] = []

    def call(
        self, arguments: Mapping[str, Any], *, key: str = "", credential: Credential | None = None
    ) -> Json:
        self.calls.append(credential)
        return self.does(arguments["number"])


def same(number: int) -> Json:
    return {"number": number}
