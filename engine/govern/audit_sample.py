"""The audit sample: how many executed actions are checked, and which.

Lives here: the rate and the keyed draw. Must not live here: the key's file, the clock, storage of
the draw, or the estimate made from it (`estimate`).

The draw is a keyed hash and not a random number, so it is the same after a crash and nobody
without the key can foresee it. The rate never falls to zero.
Source: evidence.md 4.1; HMAC is RFC 2104.
"""

from __future__ import annotations

import hashlib
import hmac
import math
from dataclasses import dataclass
from enum import StrEnum

from engine.errors import ConfigError, InvalidRequest
from engine.govern.binomial import binomial_tail, n_min
from engine.govern.checked_input import checked_fraction

LOWEST_RATE = 0.05
"""The audit rate never falls below this."""
RATE_AFTER_PROMOTION = 0.25
"""Lowest rate while a promotion is young."""
YOUNG_PROMOTION_DAYS = 10
"""Working days for which a promotion counts as young."""

_LENGTH_BYTES = 8
_DIGEST_BITS = 256
_MOST_ERRORS = 10_000


class AuditStream(StrEnum):
    """What a draw is for; each stream draws on its own."""

    UNIFORM = "UNIFORM"
    """Every executed action with the same chance: the only input of the sequential tests."""
    WEIGHTED = "WEIGHTED"
    """Extra draws by risk or money: for estimates and investigation only."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AuditDraw:
    """One draw, made once for an action, before it runs."""

    stream: AuditStream
    """The stream that drew."""
    probability: float
    """The chance this action had of being selected, in (0, 1]."""
    selected: bool
    """Whether it was; visible to auditors only."""


def required_labels(
    limit: float, true_error: float, *, delta: float = 0.05, power: float = 0.9
) -> int:
    """Return the labels needed to show "error <= limit" when the error rate is `true_error`.

    The fewest for which the Clopper-Pearson upper limit stays at or under `limit` with chance
    `power`.

    Args:
        limit: error rate to show, strictly between 0 and 1.
        true_error: assumed error rate, 0 <= true_error < limit.
        delta: chance that the upper limit is too low, strictly between 0 and 1.
        power: wanted chance of success, strictly between 0 and 1.

    Raises:
        InvalidRequest: if a rate is out of range or no practical sample is enough.
    """
    checked_fraction(limit, name="limit")
    checked_fraction(power, name="power")
    if not 0.0 <= true_error < limit:
        raise InvalidRequest(f"the assumed error {true_error!s} must be under the limit {limit!s}")
    for errors in range(_MOST_ERRORS):
        # Power peaks at the fewest labels that allow so many errors, so only those are tried.
        labels = n_min(limit, delta, errors=errors)
        if binomial_tail(errors, labels, true_error) >= power:
            return labels
    raise InvalidRequest(f"an error of {true_error!s} is too close to the limit {limit!s} to show")


def audit_rate(
    *,
    labels_needed: int,
    executed_per_30_days: float,
    working_days_since_promotion: int | None = None,
    is_amber: bool = False,
) -> float:
    """Return the share of executed actions to audit, between 5 % and 100 %.

    Args:
        labels_needed: labels wanted within 30 days, see `required_labels`.
        executed_per_30_days: expected actions executed without a person in that time.
        working_days_since_promotion: full working days since the cell was last promoted, None if
            it never was.
        is_amber: whether the demotion monitor stands at amber, which audits everything.

    Raises:
        InvalidRequest: if a number is negative or NaN.
    """
    if labels_needed < 0 or not 0.0 <= executed_per_30_days < math.inf:
        raise InvalidRequest(
            f"labels and executions must be 0 or more, not {labels_needed} and "
            f"{executed_per_30_days!s}"
        )
    if is_amber:
        return 1.0
    if labels_needed >= executed_per_30_days:
        return 1.0
    rate = max(LOWEST_RATE, labels_needed / executed_per_30_days)
    if working_days_since_promotion is None:
        return rate
    is_young = working_days_since_promotion < YOUNG_PROMOTION_DAYS
    return max(rate, RATE_AFTER_PROMOTION) if is_young else rate


def draw_audit(
    key: bytes, *, case_id: str, action_id: str, stream: AuditStream, probability: float
) -> AuditDraw:
    """Draw whether an action is audited: HMAC-SHA256 of it, as a share of 2^256, < probability.

    Deterministic: the same key, ids, stream and probability give the same draw; for a higher
    probability a selected action stays selected.

    Args:
        key: secret of the deployment, not empty.
        case_id: the case.
        action_id: the action.
        stream: the stream that draws.
        probability: chance of selection, in (0, 1].

    Raises:
        ConfigError: if the key is empty.
        InvalidRequest: if the probability is NaN, zero, negative or above 1.
    """
    if not key:
        raise ConfigError("the audit key is empty; without it nothing may run without a person")
    if not 0.0 < probability <= 1.0:
        raise InvalidRequest(f"an audit probability must lie in (0, 1], not {probability!s}")
    message = b"".join(_length_prefixed(part) for part in (case_id, action_id, stream.value))
    drawn = int.from_bytes(hmac.new(key, message, hashlib.sha256).digest())
    # Compared as whole numbers: a float would lose 200 bits of the draw.
    numerator, denominator = float(probability).as_integer_ratio()
    selected = drawn * denominator < numerator << _DIGEST_BITS
    return AuditDraw(stream=stream, probability=probability, selected=selected)


def _length_prefixed(text: str) -> bytes:
    # Without lengths ("ab", "c") and ("a", "bc") would draw alike.
    encoded = text.encode()
    return len(encoded).to_bytes(_LENGTH_BYTES) + encoded
