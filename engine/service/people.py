"""People: signing in and out, and the one-time set-up link.

Every change commits with its ledger entry; refused requests are noted by `LocalEngine`. Tokens are
stored as hashes; passwords never leave this package but to the hasher. Accounts and keys have
modules of their own.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from engine.domain.actor import Actor, DecidedBy, Person, Role, as_actor
from engine.domain.canonical import Json
from engine.domain.ledger import EventKind
from engine.errors import Conflict, NotAllowed, NotSignedIn
from engine.ports import Clock, Ids
from engine.service.engine import Session
from engine.service.people_accounts import Accounts
from engine.service.people_attempts import Judged, PasswordCheck
from engine.service.people_keys import (
    LONGEST_LABEL,
    STREAM,
    Keys,
    described,
    entry,
    new_token,
    token_hash,
)
from engine.service.people_store import (
    Account,
    Key,
    KeyId,
    KeyKind,
    PasswordHasher,
    PeopleStore,
)

SETUP_ROLES = frozenset({Role.ADMINISTRATOR, Role.OPERATOR, Role.SENIOR_OPERATOR})
"""Alone in the product, the first person also gets the cases that were escalated."""
UNKNOWN = "an unknown name"
"""How the ledger calls a name that is nobody's; no sign-in name has a space."""

_NO_NAME = ""
"""Whose attempts those with a set-up link are: nobody is called so."""
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

    def sign_in(self, name: str, password: str, *, client: str = "") -> Session:
        """Start a session; a new token each time.

        Args:
            name: As it was typed.
            password: As it was typed.
            client: Where it comes from, as this process sees it; empty for this machine itself.

        Raises:
            NotSignedIn: Name or password is wrong (it does not say which), or there were too
                many attempts: then `facts["retry_after_s"]` says how long to wait.
        """
        judged = self._check.judge(name, password, client)
        if judged.account is None:
            self._note_failure(judged, client)
            raise NotSignedIn("The name or the password is wrong.")
        return self._admit(judged.account, password, client)

    def sign_in_simulated(self, name: str, *, client: str) -> Session:
        """Start a session of a simulated person; `Demonstrating` asks whether it may be.

        Raises:
            NotAllowed: There is no open account of that name.
        """
        with self.store.begin() as work:
            account, now = work.account(name), self.clock.now()
            if account is None or not account.person.is_active:
                raise NotAllowed(f"There is no open account {name!r}.")
            person = account.person
            session, key = self._new_session(person, client, now)
            said: dict[str, Json] = {"persona": True}
            work.add_key(key)
            work.append(STREAM, [entry(EventKind.SIGNED_IN, as_actor(person), said, now)])
            work.commit()
        return session

    def _note_failure(self, judged: Judged, client: str) -> None:
        """Note every refusal: somebody may be trying to act under another's name.

        An unknown name is noted too, so that it costs the same time, and never as it was typed:
        people type passwords into the wrong field. What is turned away unjudged is not noted.
        """
        payload = {
            "what": "sign_in",
            "name": judged.name or UNKNOWN,
            "attempts": judged.waiting.count if judged.waiting else None,
            "from": client,
        }
        with self.store.begin() as work:
            noted = entry(EventKind.ATTEMPT_REFUSED, _DOOR, payload, self.clock.now())
            work.append(STREAM, [noted])
            work.commit()

    def _admit(self, account: Account, password: str, client: str) -> Session:
        person, now = account.person, self.clock.now()
        session, key = self._new_session(person, client, now)
        fresh = self._fresh_hash(account, password)
        with self.store.begin() as work:
            # Counted first and the account looked at after, the order in which attempts lock.
            self._check.prove(work, person, client, now)
            if work.account(person.name) != account:
                raise NotSignedIn("The account has just been changed; sign in again.")
            if fresh:
                work.change_password(replace(account, password_hash=fresh))
            work.add_key(key)
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

    def is_set_up_link(self, setup_token: str) -> bool:
        """Whether a link makes the first account now; asking does not use it up."""
        with self.store.begin() as work:  # never committed
            return work.spend_setup(token_hash(setup_token), self.clock.now())

    def set_up(
        self, setup_token: str, name: str, display_name: str, password: str, *, client: str = ""
    ) -> Session:
        """Make the first account, an administrator who also operates, with the one-time link.

        Raises:
            NotAllowed: The link is wrong, used or too old; the attempt is in the ledger.
            NotSignedIn: There were too many attempts.
            InvalidRequest: Name or password break a rule; the link still works then.
        """
        account = self.accounts.new(
            name=name, display_name=display_name, password=password, roles=SETUP_ROLES
        )
        self._check.count(_NO_NAME, client)
        now = account.created_at
        session, key = self._new_session(account.person, client, now)
        with self.store.begin() as work:
            if work.has_people() or not work.spend_setup(token_hash(setup_token), now):
                payload: dict[str, Json] = {"what": "set_up", "from": client}
                work.append(STREAM, [entry(EventKind.ATTEMPT_REFUSED, _DOOR, payload, now)])
                work.commit()
                raise NotAllowed(
                    "This set-up link is wrong, used or too old; stop countersign up and start it "
                    "again: it prints a new one."
                )
            work.add_account(account)
            work.add_key(key)
            actor = as_actor(account.person)
            added = entry(EventKind.PERSON_ADDED, actor, described(account.person), now)
            work.append(STREAM, [added, entry(EventKind.SIGNED_IN, actor, {}, now)])
            work.commit()
        return session

    # --- accounts, sessions and tokens ------------------------------------------------------

    @property
    def accounts(self) -> Accounts:
        """The use cases around accounts and passwords."""
        return Accounts(store=self.store, passwords=self.passwords, clock=self.clock, ids=self.ids)

    @property
    def keys(self) -> Keys:
        """The use cases around sessions and bearer tokens."""
        return Keys(store=self.store, clock=self.clock, ids=self.ids)

    @property
    def _check(self) -> PasswordCheck:
        return PasswordCheck(store=self.store, passwords=self.passwords, clock=self.clock)

    def _new_session(self, person: Person, client: str, now: datetime) -> tuple[Session, Key]:
        token = new_token(self.ids)
        expires_at = now + timedelta(hours=self.session_hours)
        session = Session(token=token, person=person, expires_at=expires_at)
        key = Key(
            id=KeyId(self.ids.new()),
            kind=KeyKind.SESSION,
            token_hash=token_hash(token),
            person_id=person.id,
            label=client[:LONGEST_LABEL],
            created_at=now,
            expires_at=expires_at,
        )
        return session, key
