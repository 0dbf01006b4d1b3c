"""Rules for names, roles and sign-in attempts. Pure: no store, no clock."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from ipaddress import IPv6Address, ip_address, ip_network

from engine.domain.actor import Person, Role
from engine.errors import InvalidRequest, NotAllowed
from engine.service.people_store import Attempts

LONGEST_DISPLAY_NAME = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Patience:
    """How many attempts are free, and how long a wait grows."""

    free: int
    """Attempts in a row before a wait begins."""
    longest_wait: timedelta


AT_ONE_PLACE = Patience(free=5, longest_wait=timedelta(minutes=15))
"""On one name from one place."""
EVERYWHERE = Patience(free=100, longest_wait=timedelta(minutes=1))
"""On one name from all places where nobody has signed in with it: slows guessing from many
addresses (NIST SP 800-63B allows 100) and cannot keep the person out for longer than the wait."""
FIRST_WAIT = timedelta(seconds=2)
FORGOTTEN_AFTER = timedelta(hours=1)
"""So long after the last attempt (and wait) counting starts anew."""
PROVEN_FOR = timedelta(days=90)
"""So long a place is known as one from which the person signs in."""

ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_BUCKET_BYTES = 16
_SUBNET_BITS = 64


def is_name(name: str) -> bool:
    """Whether it can be somebody's sign-in name."""
    return bool(_NAME.fullmatch(name.strip().lower()))


def checked_name(name: str) -> str:
    """A sign-in name in its stored form.

    Raises:
        InvalidRequest: It holds something else than letters, digits, dot, hyphen, underscore.
    """
    if not is_name(name):
        raise InvalidRequest(
            "A sign-in name has 1 to 64 letters a to z, digits, dots, hyphens or underscores, "
            "and begins with a letter or digit."
        )
    return name.strip().lower()


def checked_display_name(display_name: str, name: str) -> str:
    """A name for people; the sign-in name where it is empty.

    Raises:
        InvalidRequest: It is too long or holds control characters.
    """
    shown = " ".join(display_name.split()) or name
    if len(shown) > LONGEST_DISPLAY_NAME or not shown.isprintable():
        raise InvalidRequest(
            f"A display name has at most {LONGEST_DISPLAY_NAME} printable characters."
        )
    return shown


def checked_roles(roles: frozenset[Role]) -> frozenset[Role]:
    """At least one role.

    Raises:
        InvalidRequest: There is none.
    """
    if not roles:
        raise InvalidRequest("A person needs at least one role; viewer is the least.")
    return roles


def bucket_of(name: str, client: str | None = None) -> str:
    """Where attempts on a name are counted: at one place, or everywhere where `client` is None.

    Known and unknown names are counted alike, so that a wait tells nobody which names exist. The
    digests are long: nobody finds a name of their own that makes another one wait.
    """
    parts = [name.strip().lower()] if client is None else [place_of(client), name.strip().lower()]
    text = "\0".join([str(len(parts)), *parts])
    return sha256(text.encode("utf-8", "replace")).digest()[:_BUCKET_BYTES].hex()


def place_of(client: str) -> str:
    """What one stranger holds of the network: an address, of IPv6 the whole subnet of 64 bits."""
    try:
        address = ip_address(client.partition("%")[0])
    except ValueError:
        return client
    if isinstance(address, IPv6Address):
        mapped = address.ipv4_mapped
        return str(mapped or ip_network((address, _SUBNET_BITS), strict=False))
    return str(address)


def wait_after(count: int, patience: Patience = AT_ONE_PLACE) -> timedelta | None:
    """The wait after so many attempts without success; doubles each time."""
    if count < patience.free:
        return None
    doublings = min(count - patience.free, 20)
    return min(FIRST_WAIT * float(2**doublings), patience.longest_wait)


def one_more(before: Attempts | None, now: datetime, patience: Patience = AT_ONE_PLACE) -> Attempts:
    """Attempts with the one that is being made, counted before it is judged."""
    counted = before.count if before and now - _quiet_since(before) <= FORGOTTEN_AFTER else 0
    wait = wait_after(counted + 1, patience)
    return Attempts(
        count=counted + 1,
        last_at=now,
        blocked_until=now + wait if wait else None,
        proven_at=before.proven_at if before else None,
    )


def proven(now: datetime) -> Attempts:
    """A place from which a person has just signed in."""
    return Attempts(count=0, last_at=now, blocked_until=None, proven_at=now)


def is_proven(attempts: Attempts | None, now: datetime) -> bool:
    """Whether the person has signed in from this place lately.

    Strangers elsewhere cannot make the person wait there, however many they are.
    """
    return bool(attempts and attempts.proven_at and now - attempts.proven_at <= PROVEN_FOR)


def forgotten_at(attempts: Attempts) -> datetime:
    """When nothing about these attempts matters any more."""
    counted = _quiet_since(attempts) + FORGOTTEN_AFTER
    return max(counted, attempts.proven_at + PROVEN_FOR) if attempts.proven_at else counted


def wait_left(attempts: Attempts | None, now: datetime) -> int:
    """Seconds until the next attempt counts; 0 where it may be made."""
    until = attempts.blocked_until if attempts else None
    return int((until - now).total_seconds()) + 1 if until and now < until else 0


def _quiet_since(attempts: Attempts) -> datetime:
    return max(attempts.last_at, attempts.blocked_until or attempts.last_at)


def require_administrator(person: Person) -> None:
    """Only administrators change accounts.

    Raises:
        NotAllowed: The person is none, or the account is closed.
    """
    if not (person.is_active and person.has_any(ADMINISTRATORS)):
        raise NotAllowed("Only an administrator changes accounts.")


def require_administrator_left(people: Iterable[Person]) -> None:
    """Somebody has to be able to administer.

    Raises:
        InvalidRequest: Nobody would be left.
    """
    if not any(one.is_active and one.has_any(ADMINISTRATORS) for one in people):
        raise InvalidRequest("Nobody would be left to administer; name another one first.")


def in_words(seconds: int) -> str:
    """A wait for people."""
    return f"{seconds} seconds" if seconds < 120 else f"{-(-seconds // 60)} minutes"
