"""People: accounts, sessions, bearer tokens and the one-time set-up link.

Every change commits with its ledger entry; refused requests are noted by `LocalEngine`. Tokens are
stored as hashes; passwords never leave this module but to the hasher.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from engine.domain.actor import Actor, DecidedBy, Person, Role, as_actor
from engine.domain.canonical import Json
from engine.domain.ids import PersonId
from engine.domain.ledger import EventKind
from engine.errors import Conflict, InvalidRequest, NotAllowed, NotFound, NotSignedIn
from engine.ports import Clock, Ids
from engine.service import people_rules as rules
from engine.service.engine import Done, Session
from engine.service.people_keys import described, entry, key_of, new_token, token_hash
from engine.service.people_store import Account, Attempts, Key, PasswordHasher, PeopleStore
from engine.service.requests import AddPerson, ChangePerson, IssueToken

STREAM = "global"
SETUP_ROLES = frozenset({Role.ADMINISTRATOR, Role.OPERATOR, Role.SENIOR_OPERATOR})
"""Alone in the product, the first person also gets the cases that were escalated."""
TOKEN_PREFIX = "cs_"
"""So that a leaked token is recognised for what it is."""
LONGEST_TOKEN_DAYS = 365
LONGEST_LABEL = 64

_DOOR = Actor(decided_by=DecidedBy.CODE, name="sign-in")


@dataclass(frozen=True, kw_only=True, slots=True)
class People:
    """The use cases around who somebody is."""

    store: PeopleStore
    passwords: PasswordHasher
    clock: Clock
    ids: Ids
    session_hours: float = 12.0
    setup_hours: float = 24.0

    # --- signing in -------------------------------------------------------------------------

    def sign_in(self, name: str, password: str) -> Session:
        """Start a session; a new token each time.

        Raises:
            NotSignedIn: Name or password is wrong (it does not say which), or there were too
                many attempts: then `facts["retry_after_s"]` says how long to wait.
        """
        now = self.clock.now()
        attempts = self._count_attempt(name, now)
        account = self.store.account(name.strip().lower()) if rules.is_name(name) else None
        is_open = account is not None and account.person.is_active
        stored = account.password_hash if account is not None and is_open else ""
        if not self.passwords.verify(stored, password) or account is None:
            if account is not None:
                self._note_failure(account.person, attempts, now)
            raise NotSignedIn("The name or the password is wrong.")
        return self._admit(account, password, now)

    def _count_attempt(self, name: str, now: datetime) -> Attempts:
        """Count first, judge later, so that many attempts at once are not free."""
        bucket = rules.bucket_of(name)
        with self.store.begin() as work:
            before = work.attempts(bucket)
            blocked_until = before.blocked_until if before else None
            if blocked_until is not None and now < blocked_until:
                wait_s = int((blocked_until - now).total_seconds()) + 1
                raise NotSignedIn(
                    f"Too many attempts. Try again in {rules.in_words(wait_s)}.",
                    retry_after_s=wait_s,
                )
            after = rules.one_more(before, now)
            work.save_attempts(bucket, after)
            work.commit()
        return after

    def _note_failure(self, person: Person, attempts: Attempts, now: datetime) -> None:
        if attempts.blocked_until is None:
            return
        payload = {"what": "sign_in", "name": person.name, "attempts": attempts.count}
        self._record(EventKind.ATTEMPT_REFUSED, _DOOR, payload, now)

    def _admit(self, account: Account, password: str, now: datetime) -> Session:
        person = account.person
        session, key = self._new_session(person, now)
        fresh = self._fresh_hash(account, password)
        with self.store.begin() as work:
            current = work.account(person.name)
            if current is None or current.person != person:
                raise NotSignedIn("The account has just been changed; sign in again.")
            work.save_attempts(rules.bucket_of(person.name), None)
            if fresh:
                work.change_password(person.id, fresh)
            work.add_session(key)
            work.append(STREAM, [entry(EventKind.SIGNED_IN, as_actor(person), {}, now)])
            work.commit()
        return session

    def _fresh_hash(self, account: Account, password: str) -> str:
        is_old = self.passwords.needs_rehash(account.password_hash)
        return self.passwords.hash(password) if is_old else ""

    def sign_out(self, token: str) -> None:
        """End a session; an unknown one is already ended."""
        with self.store.begin() as work:
            work.end_session(token_hash(token))
            work.commit()

    def person_of_session(self, token: str) -> Person:
        """Who a session cookie stands for.

        Raises:
            NotSignedIn: The session is unknown or has ended.
        """
        person = None
        if token:
            person = self.store.person_of_session(token_hash(token), self.clock.now())
        if person is None:
            raise NotSignedIn
        return person

    def person_of_token(self, token: str) -> Person:
        """Who a bearer token stands for.

        Raises:
            NotSignedIn: The token is unknown, revoked or has ended.
        """
        person = None
        if token:
            person = self.store.person_of_token(token_hash(token), self.clock.now())
        if person is None:
            raise NotSignedIn("The bearer token is unknown, revoked or has ended.")
        return person

    # --- the first account ------------------------------------------------------------------

    def needs_setup(self) -> bool:
        """Whether there is no account yet."""
        return not self.store.has_people()

    def issue_setup(self) -> str:
        """Make the one-time set-up token; the ones before it stop working.

        Raises:
            Conflict: There is an account already.
        """
        token = new_token(self.ids)
        expires_at = self.clock.now() + timedelta(hours=self.setup_hours)
        with self.store.begin() as work:
            if work.has_people():
                raise Conflict("There is an account already; sign in with it.")
            work.replace_setup(token_hash(token), expires_at)
            work.commit()
        return token

    def set_up(self, setup_token: str, name: str, display_name: str, password: str) -> Session:
        """Make the first account, an administrator who also operates, with the one-time link.

        Raises:
            NotAllowed: The link is wrong, used or too old.
            InvalidRequest: Name or password break a rule; the link still works then.
        """
        account = self._new_account(
            name=name, display_name=display_name, password=password, roles=SETUP_ROLES
        )
        now = account.created_at
        session, key = self._new_session(account.person, now)
        with self.store.begin() as work:
            if work.has_people() or not work.spend_setup(token_hash(setup_token), now):
                raise NotAllowed(
                    "This set-up link is wrong, used or too old; starting `countersign up` "
                    "again prints a new one."
                )
            work.add_account(account)
            work.add_session(key)
            actor = as_actor(account.person)
            added = entry(EventKind.PERSON_ADDED, actor, described(account.person), now)
            work.append(STREAM, [added, entry(EventKind.SIGNED_IN, actor, {}, now)])
            work.commit()
        return session

    # --- accounts and tokens ----------------------------------------------------------------

    def add_person(self, request: AddPerson, by: Person) -> Done:
        """Make an account.

        Raises:
            NotAllowed: `by` is no administrator.
            InvalidRequest: Name, password or roles break a rule.
            Conflict: The name is taken.
        """
        rules.require_administrator(by)
        account = self._new_account(
            name=request.name,
            display_name=request.display_name,
            password=request.password,
            roles=rules.checked_roles(request.roles),
        )
        person = account.person
        with self.store.begin() as work:
            work.add_account(account)
            added = entry(
                EventKind.PERSON_ADDED, as_actor(by), described(person), account.created_at
            )
            work.append(STREAM, [added])
            work.commit()
        return Done(message=f"{person.display_name} ({person.name}) can sign in now.")

    def change_person(self, request: ChangePerson, by: Person) -> Done:
        """Change roles, or close or reopen an account; closing ends its sessions and tokens.

        Raises:
            NotAllowed: `by` is no administrator.
            NotFound: There is no such person.
            InvalidRequest: Nobody would be left to administer.
        """
        rules.require_administrator(by)
        roles = rules.checked_roles(request.roles)
        with self.store.begin() as work:
            account = work.account(rules.checked_name(request.name))
            if account is None:
                raise NotFound(f"There is nobody with the sign-in name {request.name!r}.")
            after = replace(account.person, roles=roles, is_active=request.is_active)
            others = [one for one in work.active_people() if one.id != after.id]
            rules.require_administrator_left([*others, after])
            work.change_person(after)
            if not after.is_active:
                work.end_keys(after.id)
            payload = described(after) | {"before": described(account.person)}
            changed = entry(EventKind.PERSON_CHANGED, as_actor(by), payload, self.clock.now())
            work.append(STREAM, [changed])
            work.commit()
        state = ", ".join(sorted(roles)) if after.is_active else "closed"
        return Done(message=f"{after.display_name} ({after.name}): {state}.")

    def issue_token(self, request: IssueToken, by: Person) -> Done:
        """Make a bearer token that acts as this person; `Done.secret` is shown once.

        Raises:
            InvalidRequest: The label or the number of days is out of range.
        """
        label = " ".join(request.label.split())
        if not 1 <= len(label) <= LONGEST_LABEL or not label.isprintable():
            raise InvalidRequest(f"A token's label has 1 to {LONGEST_LABEL} characters.")
        if not 1 <= request.days <= LONGEST_TOKEN_DAYS:
            raise InvalidRequest(f"A token lasts 1 to {LONGEST_TOKEN_DAYS} days.")
        now = self.clock.now()
        token = TOKEN_PREFIX + new_token(self.ids)
        expires_at = now + timedelta(days=request.days)
        key = key_of(token, by.id, now, expires_at, label=label)
        payload = {"label": label, "expires_at": expires_at}
        with self.store.begin() as work:
            work.add_token(key)
            work.append(STREAM, [entry(EventKind.TOKEN_ISSUED, as_actor(by), payload, now)])
            work.commit()
        return Done(message=f"Token “{label}”, until {expires_at:%Y-%m-%d}.", secret=token)

    def _record(self, kind: EventKind, actor: Actor, payload: Json, now: datetime) -> None:
        with self.store.begin() as work:
            work.append(STREAM, [entry(kind, actor, payload, now)])
            work.commit()

    def _new_account(
        self, *, name: str, display_name: str, password: str, roles: frozenset[Role]
    ) -> Account:
        stored = rules.checked_name(name)
        shown = rules.checked_display_name(display_name, stored)
        rules.checked_password(password, stored)
        return Account(
            person=Person(
                id=PersonId(self.ids.new()), name=stored, display_name=shown, roles=roles
            ),
            password_hash=self.passwords.hash(password),
            created_at=self.clock.now(),
        )

    def _new_session(self, person: Person, now: datetime) -> tuple[Session, Key]:
        token = new_token(self.ids)
        expires_at = now + timedelta(hours=self.session_hours)
        session = Session(token=token, person=person, expires_at=expires_at)
        return session, key_of(token, person.id, now, expires_at)
