"""Faults: the closed list of what the proxy does to calls, how often, and the draw that decides."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import blake2b
from pathlib import Path
from random import Random
from types import MappingProxyType

from engine.domain.canonical import Json
from engine.errors import ConfigError


class Fault(StrEnum):
    """What may become of a call."""

    SLOW = "slow"
    """Answered after the caller has given up."""
    ERROR = "error_500"
    LIMITED = "limited_429"
    """Not forwarded; Retry-After says when to come back."""
    DROP_BEFORE = "drop_before"
    """The connection is closed; nothing was forwarded."""
    DROP_AFTER = "drop_after"
    """Forwarded; the answer is thrown away."""
    DUPLICATE = "duplicate"
    """Forwarded twice."""
    WRONG_SCHEMA = "wrong_schema"
    GARBAGE = "garbage"
    """The answer has the right form and wrong values."""


VARIANTS: Mapping[Fault, tuple[str, ...]] = MappingProxyType(
    {
        Fault.SLOW: ("late_answer", "late_delivery"),
        Fault.ERROR: ("before", "after"),
        Fault.LIMITED: ("seconds", "date"),
        Fault.DROP_BEFORE: ("closed", "reset"),
        Fault.DROP_AFTER: ("closed", "cut_short"),
        Fault.DUPLICATE: ("at_once", "one_after_the_other"),
        Fault.WRONG_SCHEMA: ("missing", "renamed", "mistyped"),
        Fault.GARBAGE: ("one_value", "three_values"),
    }
)
"""The forms of each fault; a draw takes each as often as the others."""

COMMITTED_UNSEEN = (
    (Fault.SLOW, "late_answer"),
    (Fault.SLOW, "late_delivery"),
    (Fault.ERROR, "after"),
    (Fault.DROP_AFTER, "closed"),
    (Fault.DROP_AFTER, "cut_short"),
)
"""After these the caller cannot know what the target did."""

EACH = 0.025


def _evenly() -> Mapping[Fault, float]:
    return MappingProxyType(dict.fromkeys(Fault, EACH))


@dataclass(frozen=True, kw_only=True, slots=True)
class Rates:
    """How much of what."""

    shares: Mapping[Fault, float] = field(default_factory=_evenly)
    """Of all calls; by default each of the eight 1 in 40, 20 % in total."""
    slow_s: float = 6.0
    """How long a slow call takes; longer than any caller waits."""
    retry_after_s: int = 1

    def __post_init__(self) -> None:
        """Refuse what is no distribution.

        Raises:
            ConfigError: A share is below 0, their sum above 1, or a time below 0.
        """
        shares = self.shares.values()
        if min(shares, default=0) < 0 or sum(shares) > 1:
            raise ConfigError("The shares of the faults must be 0 or more and add up to at most 1.")
        if self.slow_s < 0 or self.retry_after_s < 0:
            raise ConfigError("Times of the faulty proxy must not be negative.")

    @property
    def total(self) -> float:
        """Share of calls that meet any fault."""
        return sum(self.shares.values())

    def to_json(self) -> Json:
        """As the file has it."""
        return {
            "shares": {one.value: share for one, share in self.shares.items()},
            "slow_s": self.slow_s,
            "retry_after_s": self.retry_after_s,
        }


NO_FAULTS = Rates(shares=MappingProxyType({}))


def read_rates(file: Path) -> Rates:
    """Rates from a JSON file: `{"shares": {"slow": 0.02, …}, "slow_s": 1.0, "retry_after_s": 1}`.

    Raises:
        ConfigError: The file cannot be read, or is not that.
    """
    try:
        found = json.loads(file.read_text())
        shares = {Fault(name): float(share) for name, share in found.pop("shares").items()}
        return Rates(shares=MappingProxyType(shares), **found)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigError(f"{file} says no rates of faults: {error}") from None


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """What becomes of one call."""

    fault: Fault | None
    variant: str
    random: Random
    """For what is left to draw, such as which value is changed."""


def decide(seed: int, rates: Rates, subject: str) -> Decision:
    """Draw; the same seed and subject give the same decision.

    Args:
        seed: Of the run.
        rates: How much of what.
        subject: Identity of the call, such as its tool, its arguments and which repetition it is.
    """
    drawn = blake2b(subject.encode(), key=str(seed).encode()[:64], digest_size=16).digest()
    random = Random(int.from_bytes(drawn, "big"))
    place, below = random.random(), 0.0
    for fault, share in rates.shares.items():
        below += share
        if place < below:
            return Decision(fault=fault, variant=random.choice(VARIANTS[fault]), random=random)
    return Decision(fault=None, variant="", random=random)
