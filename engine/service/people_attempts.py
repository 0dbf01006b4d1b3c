"""Attempts at passwords: each is counted before it is judged. Who is refused what, others say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from engine.domain.actor import Person
from engine.errors import NotSignedIn
from engine.ports import Clock
from engine.service import people_rules as rules
from engine.service.people_store import Account, Attempts, PasswordHasher, PeopleStore, PeopleWork


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """What came of an attempt."""

    account: Account | None
    """None where the password is wrong, the name unknown or the account closed."""
    name: str
    """Of the account that was tried; empty where there is none."""
    waiting: Attempts | None
    """The count that makes the next attempt wait; None while attempts are free."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PasswordCheck:
    """Counts and judges attempts at passwords, the same for names that exist and others."""

    store: PeopleStore
    passwords: PasswordHasher
    clock: Clock

    def judge(self, name: str, password: str, client: str, *, is_signed_in: bool = False) -> Judged:
        """Count an attempt, then look whether the password is right.

        Args:
            name: As it was typed.
            password: As it was typed.
            client: Where it comes from: an address, or empty for this machine.
            is_signed_in: The person has a session: guesses from elsewhere do not matter then.

        Raises:
            NotSignedIn: Attempts on this name have to wait; `facts["retry_after_s"]` says how long.
        """
        waiting = self.count(name, client, is_signed_in=is_signed_in)
        account = self.store.account(name.strip().lower()) if rules.is_name(name) else None
        is_open = account is not None and account.person.is_active
        stored = account.password_hash if account is not None and is_open else ""
        is_right = self.passwords.verify(stored, password)
        return Judged(
            account=account if is_right else None,
            name=account.person.name if account else "",
            waiting=waiting,
        )

    def prove(self, work: PeopleWork, person: Person, client: str, now: datetime) -> None:
        """Note that the person was here.

        Counting starts anew, and strangers elsewhere no longer make the person wait here.
        """
        known = rules.proven(now)
        bucket = rules.bucket_of(person.name, client)
        work.attempts(bucket)
        work.save_attempts(bucket, known, rules.forgotten_at(known))

    def count(self, name: str, client: str, *, is_signed_in: bool = False) -> Attempts | None:
        """Count first, judge later, so that many attempts at once are not free.

        Returns:
            The count that makes the next attempt wait; None while attempts are free.

        Raises:
            NotSignedIn: Attempts on this name have to wait.
        """
        now = self.clock.now()
        with self.store.begin() as work:
            bucket = rules.bucket_of(name, client)
            before = work.attempts(bucket)
            counts = [(bucket, before, rules.AT_ONE_PLACE)]
            if not (is_signed_in or rules.is_proven(before, now)):
                bucket = rules.bucket_of(name)
                counts.append((bucket, work.attempts(bucket), rules.EVERYWHERE))
            _require_no_wait([counted for _, counted, _ in counts], now)
            after = [rules.one_more(counted, now, patience) for _, counted, patience in counts]
            for (bucket, _, _), attempts in zip(counts, after, strict=True):
                work.save_attempts(bucket, attempts, rules.forgotten_at(attempts))
            work.forget_attempts(now)
            work.commit()
        return next((attempts for attempts in after if attempts.blocked_until), None)


def _require_no_wait(counted: list[Attempts | None], now: datetime) -> None:
    wait_s = max(rules.wait_left(attempts, now) for attempts in counted)
    if wait_s:
        raise NotSignedIn(
            f"Too many attempts. Try again in {rules.in_words(wait_s)}.", retry_after_s=wait_s
        )
