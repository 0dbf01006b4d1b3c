"""Budget: how often, or for how much, something may happen in a stretch of time.

Lives here: what is counted, and in which window. Who may spend is the envelope's and the
guardrails' to say; the store counts, in the transaction of the intent.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from hashlib import sha256
from unicodedata import category, normalize
from zoneinfo import ZoneInfo

_CUSTOMER_BYTES = 12
_DAY = timedelta(days=1)


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


@dataclass(frozen=True, kw_only=True, slots=True)
class Window:
    """The clock hour or calendar day that holds a moment; all moments aware UTC."""

    start: datetime
    after: datetime
    """When the one before it began: uses of a window that began later, and before `end`, count
    here. That is this window alone, until the zone changes: then it is also the one that held the
    same moment by the old clock, so that nothing can be spent twice."""
    end: datetime


def window_at(period: Period, at: datetime, zone: str) -> Window:
    """The window that holds a moment; arguments as of `window_start`."""
    return _window_from(period, window_start(period, at, zone), zone)


@lru_cache(maxsize=1024)
def _window_from(period: Period, start: datetime, zone: str) -> Window:
    return Window(
        start=start,
        after=window_start(period, start - timedelta(microseconds=1), zone),
        end=window_end(period, start, zone),
    )


def window_start(period: Period, at: datetime, zone: str) -> datetime:
    """The start of the clock hour or calendar day that holds a moment, aware UTC.

    It never goes back while time goes on. Where clocks go back over midnight the day that had
    begun goes on, and an hour that is shown twice is two hours.

    Args:
        period: Hour or day.
        at: The moment, aware.
        zone: IANA name of the zone whose clock counts.
    """
    utc = at.astimezone(UTC)
    local = utc if zone == "UTC" else utc.astimezone(ZoneInfo(zone))
    if period is Period.HOUR:
        return utc - timedelta(
            minutes=local.minute, seconds=local.second, microseconds=local.microsecond
        )
    if zone == "UTC":
        return utc.replace(hour=0, minute=0, second=0, microsecond=0)
    day = local.date()
    if local.fold and (later := _midnight(day + _DAY, zone)) <= utc:
        return later  # the next day had begun before the clocks went back
    start = _midnight(day, zone)
    return start if start <= utc else _midnight(day - _DAY, zone)


def _midnight(day: date, zone: str) -> datetime:
    """The beginning of a day; of two midnights the first one (fold 0), aware UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def window_end(period: Period, start: datetime, zone: str) -> datetime:
    """When the window that began at `start` is over, aware UTC; days follow the zone's clock."""
    if period is Period.HOUR:
        return start + timedelta(hours=1)
    # Noon of the next day is in the next day, however long this one is.
    return window_start(period, start + timedelta(hours=36), zone)


# --- customers ---------------------------------------------------------------------------


def customer_code(customer: str) -> str:
    """A short code for a customer, so that no table of counters lists who they are.

    Spellings that look the same have the same code; see `docs/envelope.md` for what they are.

    Returns:
        Hexadecimal digits; empty where the text names nobody.
    """
    named = _folded(customer)
    if not named:
        return ""
    return sha256(named.encode("utf-8", "surrogatepass")).digest()[:_CUSTOMER_BYTES].hex()


def names_somebody(customer: str) -> bool:
    """Whether a text names a customer; what cannot be seen names nobody."""
    return bool(_folded(customer))


def _folded(name: str) -> str:
    """A name without case, white space at its ends, and what nobody sees."""
    seen = name if name.isascii() and name.isprintable() else _seen(name)
    if seen.isascii():
        return " ".join(seen.lower().split())
    folded = normalize("NFKD", normalize("NFKD", seen).casefold()).translate(_LOOKS_LIKE)
    return " ".join(_seen(normalize("NFKC", folded)).split())


def _seen(name: str) -> str:
    """A name without format and control characters, and without those that show nothing."""
    return "".join(
        one
        for one in name
        if one.isspace() or not (category(one) in ("Cc", "Cf") or one in _SHOWS_NOTHING)
    )


_SHOWS_NOTHING = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0") | frozenset(
    chr(code)
    for first, last in ((0x180B, 0x180F), (0xFE00, 0xFE0F), (0xE0100, 0xE01EF))
    for code in range(first, last + 1)
)
_LOOKS_LIKE = str.maketrans(
    # Cyrillic, Greek and a few others, in small letters; where only the capitals look alike (Н and
    # H) those count. No list of these is complete.
    "\u0430\u0432\u0441\u0501\u0435\u04bb\u043d\u0456\u0458\u043a\u04cf\u043c\u043e\u0440"
    "\u051b\u0455\u0442\u0443\u0475\u051d\u0445"
    "\u03b1\u03b2\u03b5\u03b6\u03b7\u03b9\u03ba\u03bc\u03bd\u03bf\u03c1\u03c4\u03c5\u03c7"
    "\u0131\u0237\u0251\u0261\u0585",
    "abcdehhijklmopqstyvwxabezhikmnoptyxijago",
)
