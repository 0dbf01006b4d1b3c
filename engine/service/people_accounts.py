"""Accounts: made, changed and closed by administrators; passwords changed by their owners.

Every change commits with its ledger entry. A password goes to the hasher and nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from engine.domain.actor import Person, Role, as_actor
from engine.domain.ids import PersonId
from engine.domain.ledger import EventKind
from engine.errors import Conflict, InvalidRequest, NotFound, NotSignedIn
from engine.ports import Clock, Ids
from engine.service import people_rules as rules
from engine.service.engine import Done
from engine.service.people_attempts import PasswordCheck
from engine.service.people_keys import (
    STREAM,
    changed,
    described,
    entry,
    sessions_in_words,
    token_hash,
)
from engine.service.people_passwords import checked_password
from engine.service.people_store import Account, KeyKind, PasswordHasher, PeopleStore, PeopleWork
from engine.service.requests import AddPerson, ChangePassword, ChangePerson, ResetPassword

_INSIDE = "signed in"
"""The place where attempts of people who are signed in are counted."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Accounts:
    """The use cases around accounts and their passwords."""

    store: PeopleStore
    passwords: PasswordHasher
    clock: Clock
    ids: Ids

    def new(
        self,
        *,
        name: str,
        display_name: str,
        password: str,
        roles: frozenset[Role],
        set_by: str = "",
    ) -> Account:
        """An account that is not stored yet.

        Raises:
            InvalidRequest: Name or password break a rule.
        """
        stored = rules.checked_name(name)
        shown = rules.checked_display_name(display_name, stored)
        checked_password(password, stored)
        return Account(
            person=Person(
                id=PersonId(self.ids.new()), name=stored, display_name=shown, roles=roles
            ),
            password_hash=self.passwords.hash(password),
            created_at=self.clock.now(),
            password_set_by=set_by,
        )

    def add_person(self, request: AddPerson, by: Person) -> Done:
        """Make an account.

        Raises:
            NotAllowed: `by` is no administrator.
            InvalidRequest: Name, password or roles break a rule.
            Conflict: The name is taken.
        """
        rules.require_administrator(by)
        account = self.new(
            name=request.name,
            display_name=request.display_name,
            password=request.password,
            roles=rules.checked_roles(request.roles),
            set_by=by.name,
        )
        person, now = account.person, account.created_at
        with self.store.begin() as work:
            work.add_account(account)
            added = entry(EventKind.PERSON_ADDED, as_actor(by), described(person), now)
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
            account = _existing(work, request.name)
            after = replace(account.person, roles=roles, is_active=request.is_active)
            others = [one for one in work.active_people() if one.id != after.id]
            rules.require_administrator_left([*others, after])
            work.change_person(after)
            if not after.is_active:
                _end_all(work, after.id)
            payload = described(after) | {"before": described(account.person)}
            noted = entry(EventKind.PERSON_CHANGED, as_actor(by), payload, self.clock.now())
            work.append(STREAM, [noted])
            work.commit()
        state = ", ".join(sorted(roles)) if after.is_active else "closed"
        return Done(message=f"{after.display_name} ({after.name}): {state}.")

    def change_password(self, request: ChangePassword, by: Person) -> Done:
        """Change one's own password; one's other sessions end, and the tokens if asked.

        A wrong old password is an attempt like one at the sign-in form and waits as that does.

        Raises:
            InvalidRequest: The old password is wrong or has to wait, or the new one breaks a rule.
            Conflict: The account has been changed meanwhile.
        """
        checked_password(request.new_password, by.name)
        account = self._proven(by, request)
        if request.new_password == request.old_password:
            raise InvalidRequest("The new password is the old one.")
        after = self._with_password(account, request.new_password)
        stays = token_hash(request.but_not) if request.but_not else b""
        with self.store.begin() as work:
            if work.account(by.name) != account:
                raise Conflict("The account has just been changed; look again.")
            self._check.prove(work, by, _INSIDE, self.clock.now())
            work.change_password(after)
            ended = {"sessions": work.end_keys(KeyKind.SESSION, by.id, but_not=stays)}
            if request.ends_tokens:
                ended["tokens"] = work.end_keys(KeyKind.TOKEN, by.id)
            self._note(work, "password_changed", by, by, ended)
            work.commit()
        return Done(
            message=f"The password is changed; {sessions_in_words(ended['sessions'])} ended."
        )

    def reset_password(self, request: ResetPassword, by: Person) -> Done:
        """Set somebody else's password; all their sessions and tokens end.

        The ledger and the person's own account page say who set it until the person changes it.
        Nothing is forced at the next sign-in: whoever set the password could do the forced change
        too, and then the page would name nobody.

        Raises:
            NotAllowed: `by` is no administrator.
            NotFound: There is no such person.
            InvalidRequest: The password breaks a rule, or the account is one's own.
        """
        rules.require_administrator(by)
        name = rules.checked_name(request.name)
        if name == by.name:
            raise InvalidRequest("Change your own password with the old one.")
        checked_password(request.new_password, name)
        password_hash = self.passwords.hash(request.new_password)
        with self.store.begin() as work:
            account = _existing(work, name)
            after = replace(
                account,
                password_hash=password_hash,
                password_set_at=self.clock.now(),
                password_set_by=by.name,
            )
            work.change_password(after)
            self._note(work, "password_reset", after.person, by, _end_all(work, after.person.id))
            work.commit()
        return Done(message=f"{name} signs in with the new password now, and should change it.")

    @property
    def _check(self) -> PasswordCheck:
        return PasswordCheck(store=self.store, passwords=self.passwords, clock=self.clock)

    def _proven(self, by: Person, request: ChangePassword) -> Account:
        """The account of a person who knows its password."""
        try:
            judged = self._check.judge(by.name, request.old_password, _INSIDE, is_signed_in=True)
        except NotSignedIn as error:
            raise InvalidRequest(error.message, **error.facts) from None
        if judged.account is None:
            raise InvalidRequest("The old password is wrong.")
        return judged.account

    def _with_password(self, account: Account, password: str) -> Account:
        return replace(
            account,
            password_hash=self.passwords.hash(password),
            password_set_at=self.clock.now(),
            password_set_by="",
        )

    def _note(
        self, work: PeopleWork, what: str, person: Person, by: Person, ended: dict[str, int]
    ) -> None:
        payload = changed(what, person, ended=ended)
        now = self.clock.now()
        work.append(STREAM, [entry(EventKind.PERSON_CHANGED, as_actor(by), payload, now)])


def _existing(work: PeopleWork, name: str) -> Account:
    account = work.account(rules.checked_name(name))
    if account is None:
        raise NotFound(f"There is nobody with the sign-in name {name!r}.")
    return account


def _end_all(work: PeopleWork, person_id: PersonId) -> dict[str, int]:
    return {
        "sessions": work.end_keys(KeyKind.SESSION, person_id),
        "tokens": work.end_keys(KeyKind.TOKEN, person_id),
    }
