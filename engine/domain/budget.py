"""Budget: how often, or for how much, something may happen in a stretch of time.

Lives here: what is counted, and in which window. Who may spend is the envelope's and the
guardrails' to say; the store counts, in the transaction of the intent.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from zoneinfo import ZoneInfo

_CUSTOMER_BYTES = 12


class Period(StrEnum):
    """The stretch of time a budget is for, by the clock and not by age."""

    HOUR = "hour"
    DAY = "day"


@dataclass(frozen=True, kw_only=True, slots=True)
class BudgetLimit:
    """One budget in force: who counts against it, and what it allows."""

    scope: str
    """What shares it: `desk:<name>`, `type:<desk>/<type>`, `cell:<cell>`, `guardrail:<desk>/<name>`
    or `constraint:<desk>/<name>`."""
    period: Period
    is_per_customer: bool = False
    executions: int | None = None
    """Actions; None: not limited."""
    amount: int | None = None
    """Money in minor units; None: not limited."""

    key: str = field(init=False)
    """Identity under which it is counted; a changed limit goes on with the same count."""

    def __post_init__(self) -> None:
        """Write the key once: every verdict asks for it."""
        each = " each" if self.is_per_customer else ""
        object.__setattr__(self, "key", f"{self.scope} {self.period}{each}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Reservation:
    """What one action took, or will take, of one budget."""

    budget: str
    """Key of the budget."""
    customer: str
    """Code of the customer; empty where the budget is shared by all."""
    window_start: datetime
    amount: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Spent:
    """How much of a budget is used in its window."""

    executions: int = 0
    amount: int = 0


def window_start(period: Period, at: datetime, zone: str) -> datetime:
    """The start of the clock hour or calendar day that holds a moment, aware UTC.

    Args:
        period: Hour or day.
        at: The moment, aware.
        zone: IANA name of the zone whose clock counts.
    """
    local = at if zone == "UTC" else at.astimezone(ZoneInfo(zone))
    if period is Period.HOUR:
        start = local.replace(minute=0, second=0, microsecond=0)
    else:
        start = local.replace(hour=0, minute=0, second=0, microsecond=0)
    return start.astimezone(UTC)


def window_end(period: Period, start: datetime, zone: str) -> datetime:
    """When the window that began at `start` is over, aware UTC; days follow the zone's clock."""
    if period is Period.HOUR:
        return start + timedelta(hours=1)
    # Noon of the next day is in the next day, however long this one is.
    return window_start(period, start + timedelta(hours=36), zone)


def customer_code(customer: str) -> str:
    """A short code for a customer, so that no table of counters lists who they are."""
    return sha256(customer.encode("utf-8", "surrogatepass")).digest()[:_CUSTOMER_BYTES].hex()
