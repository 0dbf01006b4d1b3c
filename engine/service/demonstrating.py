"""Demonstrating: marking an empty database, and signing in as somebody simulated.

Both are closed everywhere else: the mark is asked for at every sign-in, and so is whether it comes
from this machine. No password is involved; those of simulated people nobody knows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address

from engine.domain.actor import Actor, DecidedBy
from engine.domain.demonstration import Demonstration, Persona
from engine.domain.ledger import EntryDraft, EventKind
from engine.errors import Conflict, NotAllowed
from engine.ports import Clock, Store
from engine.service.engine import Session
from engine.service.people import People

_STREAM = "global"
_MAKER = Actor(decided_by=DecidedBy.CODE, name="demonstration")


@dataclass(frozen=True, kw_only=True, slots=True)
class Demonstrating:
    """The use cases of a demonstration."""

    store: Store
    clock: Clock
    people: People

    def begin(self, *, seed: int, begins_at: datetime, personas: Sequence[Persona]) -> None:
        """Mark this database, before anything else is in it.

        Args:
            seed: Of the simulated world.
            begins_at: When its history begins; aware.
            personas: Whose place can be taken; their accounts are made afterwards.

        Raises:
            Conflict: It holds something: what is there was not made by a demonstration.
        """
        now = self.clock.now()
        mark = Demonstration(
            seed=seed, begins_at=begins_at, marked_at=now, personas=tuple(personas)
        )
        said = {"seed": seed, "begins_at": begins_at, "personas": [one.name for one in personas]}
        entry = EntryDraft(kind=EventKind.DEMONSTRATION_BEGUN, actor=_MAKER, at=now, payload=said)
        with self.store.begin() as unit:
            if not unit.housekeeping.mark_demonstration(mark):
                raise Conflict("A demonstration begins in an empty database, and this one is not.")
            unit.append(_STREAM, [entry])
            unit.commit()

    def set_pace(self, per_hour: float) -> None:
        """Note how many cases an hour come in, for the pages; elsewhere nothing happens."""
        with self.store.begin(is_lasting=False) as unit:
            unit.housekeeping.set_pace(per_hour)
            unit.commit()

    def sign_in_as(self, persona: str, *, client: str) -> Session:
        """Start a session as somebody simulated, without a password.

        Args:
            persona: Sign-in name.
            client: Address the request comes from, as this process sees it.

        Raises:
            NotAllowed: This is no demonstration, the request is not from this machine, or nobody
                simulated is called so.
        """
        mark = self.store.reader.demonstration()
        if mark is None:
            raise NotAllowed("This is no demonstration; sign in with a password.")
        if not is_loopback(client):
            raise NotAllowed("Only on the machine of the demonstration itself.")
        if persona not in {one.name for one in mark.personas}:
            raise NotAllowed("Nobody simulated is called so.")
        return self.people.sign_in_simulated(persona, client=client)


def is_loopback(address: str) -> bool:
    """Whether an address is this machine's own; whatever is no address is not."""
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False
