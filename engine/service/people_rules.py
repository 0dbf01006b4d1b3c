"""Rules for names, passwords and sign-in attempts. Pure: no store, no clock."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from hashlib import sha256

from engine.domain.actor import Person, Role
from engine.errors import InvalidRequest, NotAllowed
from engine.service.people_store import Attempts

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 200
LONGEST_DISPLAY_NAME = 100

FREE_ATTEMPTS = 5
"""Wrong passwords in a row before a wait begins."""
FIRST_WAIT = timedelta(seconds=2)
LONGEST_WAIT = timedelta(minutes=15)
FORGOTTEN_AFTER = timedelta(hours=1)
"""So long after the last attempt (and wait) counting starts anew."""

ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_BUCKET_BYTES = 2


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


def checked_password(password: str, name: str) -> str:
    """A password good enough to store.

    Length does more than rules about characters (NIST SP 800-63B, 5.1.1); beyond it only what
    is guessed first is refused.

    Raises:
        InvalidRequest: It is too short, too long, one repeated character or holds the name.
    """
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise InvalidRequest(
            f"A password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters; "
            "a short sentence is good."
        )
    if len(set(password)) < 4 or name in password.lower():
        raise InvalidRequest(
            "This password is guessed at once: it repeats itself or holds the sign-in name."
        )
    return password


def checked_roles(roles: frozenset[Role]) -> frozenset[Role]:
    """At least one role.

    Raises:
        InvalidRequest: There is none.
    """
    if not roles:
        raise InvalidRequest("A person needs at least one role; viewer is the least.")
    return roles


def bucket_of(name: str) -> str:
    """The bucket in which attempts on a name are counted.

    Known and unknown names are counted alike, so that a wait tells nobody which names exist, and
    in at most 65,536 buckets, so that guessing names cannot fill the database.
    """
    return sha256(name.strip().lower().encode("utf-8", "replace")).digest()[:_BUCKET_BYTES].hex()


def wait_after(count: int) -> timedelta | None:
    """The wait after so many attempts without success; doubles each time."""
    if count < FREE_ATTEMPTS:
        return None
    doublings = min(count - FREE_ATTEMPTS, 20)
    return min(FIRST_WAIT * float(2**doublings), LONGEST_WAIT)


def one_more(before: Attempts | None, now: datetime) -> Attempts:
    """Attempts with the one that is being made, counted before it is judged."""
    if before is not None:
        quiet_since = max(before.last_at, before.blocked_until or before.last_at)
        if now - quiet_since > FORGOTTEN_AFTER:
            before = None
    count = (before.count if before else 0) + 1
    wait = wait_after(count)
    return Attempts(count=count, last_at=now, blocked_until=now + wait if wait else None)


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
