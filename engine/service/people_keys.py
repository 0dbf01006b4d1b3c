"""Keys: what signs a person in. Bearer tokens are made here, and both kinds are shown and ended.

Also how tokens are made and hashed, and the ledger entries about people. No policy about names.
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from engine.domain.actor import Actor, Person, as_actor
from engine.domain.canonical import Json
from engine.domain.ledger import EntryDraft, EventKind
from engine.errors import InvalidRequest, NotFound
from engine.ports import Clock, Ids
from engine.service import people_rules as rules
from engine.service.engine import Done
from engine.service.people_rows import AccountRow, AskAccount, KeyRow
from engine.service.people_store import Account, Key, KeyId, KeyKind, PeopleStore
from engine.service.requests import EndSessions, IssueToken, RevokeToken

STREAM = "global"
TOKEN_BYTES = 32
TOKEN_PREFIX = "cs_"
"""So that a leaked token is recognised for what it is."""
LONGEST_TOKEN_DAYS = 365
LONGEST_LABEL = 64


@dataclass(frozen=True, kw_only=True, slots=True)
class Keys:
    """The use cases around sessions and bearer tokens: one's own, and for administrators all."""

    store: PeopleStore
    clock: Clock
    ids: Ids

    def account(self, asked: AskAccount, by: Person) -> AccountRow:
        """An account with its sessions and tokens.

        Raises:
            NotAllowed: It is somebody else's, and `by` is no administrator.
            NotFound: There is no such person.
        """
        owner = self._owner(asked.name, by)
        current = token_hash(asked.session) if asked.session else b""
        keys = self.store.keys(owner.person.id, self.clock.now())
        return AccountRow(
            name=owner.person.name,
            display_name=owner.person.display_name,
            roles=owner.person.roles,
            is_active=owner.person.is_active,
            created_at=owner.created_at,
            password_set_at=owner.password_set_at or owner.created_at,
            password_set_by=owner.password_set_by,
            sessions=tuple(_row(key, current) for key in keys if key.kind is KeyKind.SESSION),
            tokens=tuple(_row(key, current) for key in keys if key.kind is KeyKind.TOKEN),
        )

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
        key = Key(
            id=KeyId(self.ids.new()),
            kind=KeyKind.TOKEN,
            token_hash=token_hash(token),
            person_id=by.id,
            label=label,
            created_at=now,
            expires_at=now + timedelta(days=request.days),
        )
        payload = {"label": label, "token": key.id, "expires_at": key.expires_at}
        with self.store.begin() as work:
            work.add_key(key)
            work.append(STREAM, [entry(EventKind.TOKEN_ISSUED, as_actor(by), payload, now)])
            work.commit()
        return Done(message=f"Token “{label}”, until {key.expires_at:%Y-%m-%d}.", secret=token)

    def revoke_token(self, request: RevokeToken, by: Person) -> Done:
        """End a bearer token at once.

        Raises:
            NotAllowed: It is somebody else's, and `by` is no administrator.
            NotFound: The person has no such token (any more).
            InvalidRequest: Several tokens bear the label.
        """
        owner, now = self._owner(request.name, by).person, self.clock.now()
        key = _chosen(
            [key for key in self.store.keys(owner.id, now) if key.kind is KeyKind.TOKEN],
            request.token.strip(),
        )
        payload = changed("token_revoked", owner, label=key.label, token=key.id)
        with self.store.begin() as work:
            if not work.end_key(KeyKind.TOKEN, owner.id, key.id):
                raise NotFound("This token has just been revoked or has ended.")
            work.append(STREAM, [entry(EventKind.PERSON_CHANGED, as_actor(by), payload, now)])
            work.commit()
        return Done(message=f"Token “{key.label}” of {owner.name} works no more.")

    def end_sessions(self, request: EndSessions, by: Person) -> Done:
        """End sessions at once: all of a person, one of them, or all but the one that asks.

        Raises:
            NotAllowed: They are somebody else's, and `by` is no administrator.
            NotFound: There is no such person or session (any more).
        """
        owner, now = self._owner(request.name, by).person, self.clock.now()
        stays = token_hash(request.but_not) if request.but_not else b""
        with self.store.begin() as work:
            if request.session:
                ended = int(work.end_key(KeyKind.SESSION, owner.id, _key_id(request.session)))
            else:
                ended = work.end_keys(KeyKind.SESSION, owner.id, but_not=stays)
            if request.session and not ended:
                raise NotFound("This session has ended already.")
            payload = changed("sessions_ended", owner, sessions=ended)
            work.append(STREAM, [entry(EventKind.PERSON_CHANGED, as_actor(by), payload, now)])
            work.commit()
        return Done(message=f"{sessions_in_words(ended)} of {owner.name} ended.")

    def _owner(self, name: str, by: Person) -> Account:
        """Whose keys these are. One's own need no role; the answer to others tells no names."""
        wanted = rules.checked_name(name) if name.strip() else by.name
        if wanted != by.name:
            rules.require_administrator(by)
        owner = self.store.account(wanted)
        if owner is None:
            raise NotFound(f"There is nobody with the sign-in name {wanted!r}.")
        return owner


def new_token(ids: Ids) -> str:
    """256 random bits as text that is safe in cookies, headers and links."""
    return urlsafe_b64encode(ids.token(TOKEN_BYTES)).rstrip(b"=").decode()


def token_hash(token: str) -> bytes:
    """What is stored of a token: with 256 random bits a plain SHA-256 cannot be reversed."""
    return sha256(token.encode("utf-8", "surrogatepass")).digest()


def entry(kind: EventKind, actor: Actor, payload: Json, at: datetime) -> EntryDraft:
    """A ledger entry about people."""
    return EntryDraft(kind=kind, actor=actor, at=at, payload=payload)


def described(person: Person) -> dict[str, Json]:
    """A person as the ledger keeps them."""
    return {
        "name": person.name,
        "display_name": person.display_name,
        "roles": sorted(person.roles),
        "is_active": person.is_active,
    }


def changed(what: str, person: Person, **more: Json) -> dict[str, Json]:
    """The payload of an entry about an account of which something else than roles changed."""
    return described(person) | {"what": what} | more


def sessions_in_words(count: int) -> str:
    """A number of sessions for people."""
    return f"{count} session" if count == 1 else f"{count} sessions"


def _key_id(text: str) -> KeyId:
    try:
        return KeyId(UUID(text.strip()))
    except ValueError:
        raise NotFound("There is no such session.") from None


def _row(key: Key, current: bytes) -> KeyRow:
    return KeyRow(
        id=key.id,
        kind=key.kind,
        label=key.label,
        created_at=key.created_at,
        expires_at=key.expires_at,
        is_current=key.token_hash == current,
    )


def _chosen(tokens: list[Key], wanted: str) -> Key:
    """The token with this id, or the only one with this label."""
    found = [key for key in tokens if str(key.id) == wanted.lower()]
    found = found or [key for key in tokens if key.label == wanted]
    if not found:
        raise NotFound("There is no such token, or it has been revoked or has ended.")
    if len(found) > 1:
        raise InvalidRequest(f"{len(found)} tokens bear this label: say which by its id.")
    return found[0]
