"""Opening: an empty database that is marked, its keys, its people, and the way to its shop."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256

from engine.adapters.keys import AUDIT
from engine.bootstrap.demonstration.clockwork import HistoryClock, SeededIds
from engine.bootstrap.engines import engine_of
from engine.bootstrap.parts import Parts, open_parts, prepare
from engine.desk import Desk
from engine.domain.actor import Person
from engine.domain.demonstration import Persona
from engine.errors import ConfigError
from engine.service.local import LocalEngine
from engine.service.requests import AddPerson, ChangePerson
from engine.settings import Settings
from engine.simulators.reviewers.cast import ADMINISTRATOR, CAST, Player
from engine.store.store import SqlStore


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A marked database with its people, before its history."""

    parts: Parts
    engine: LocalEngine
    clock: HistoryClock
    seed: int
    people: Mapping[str, Person]
    """By sign-in name."""


def open_history(
    settings: Settings,
    *,
    seed: int,
    clock: HistoryClock,
    desks: Mapping[str, Desk] | None = None,
) -> Opened:
    """Mark an empty database and make the accounts of everybody simulated.

    Args:
        settings: With an empty database.
        seed: Of everything that is drawn.
        clock: At the beginning of the history.
        desks: Those the settings name by default.

    Raises:
        Conflict: The database holds something.
        ConfigError: A setting is wrong, or a key cannot be made.
    """
    ids = SeededIds(seed, clock)
    parts = _passing(open_parts(settings, clock=clock, ids=ids, desks=desks))
    parts.keys.make(AUDIT, key=sha256(f"{seed}/audit".encode()).digest())
    prepare(parts)
    engine = engine_of(parts)
    begins_at: datetime = clock.now()
    personas = [Persona(name=one.name, what=one.what) for one in CAST]
    engine.demonstrating.begin(seed=seed, begins_at=begins_at, personas=personas)
    people = _people(engine)
    return Opened(parts=parts, engine=engine, clock=clock, seed=seed, people=people)


def _passing(parts: Parts) -> Parts:
    """Commit without waiting for the disk: a history that a power cut interrupts is made anew."""
    database = replace(parts.database, writer=parts.database.passing_writer)
    return replace(parts, database=database, store=SqlStore(database, parts.ids))


def _people(engine: LocalEngine) -> dict[str, Person]:
    """Accounts with passwords that nobody knows, made as a product's first person makes them."""
    token = engine.people.issue_setup()
    session = engine.set_up(token, ADMINISTRATOR.name, ADMINISTRATOR.display_name, _nobody_knows())
    others = [one for one in CAST if one is not ADMINISTRATOR]
    for player in others:
        request = AddPerson(
            name=player.name,
            display_name=player.display_name,
            password=_nobody_knows(),
            roles=player.roles,
        )
        engine.execute(request, session.person)
    engine.execute(ChangePerson(name=ADMINISTRATOR.name, roles=ADMINISTRATOR.roles), session.person)
    engine.sign_out(session.token)
    return {one.name: _person(engine, one) for one in CAST}


def _person(engine: LocalEngine, player: Player) -> Person:
    found = engine.store.reader.person(player.name)
    if found is None:
        raise ConfigError(f"The account of {player.name} was not made.")
    return found


def _nobody_knows() -> str:
    return secrets.token_urlsafe(32)
