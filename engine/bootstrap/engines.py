"""Engines: the engine of one process, for console, command line and API."""

from __future__ import annotations

from engine.adapters import keys
from engine.adapters.passwords import Argon2Passwords
from engine.bootstrap.parts import Parts, open_parts
from engine.runtime.policy import PolicyView
from engine.service.claiming import Claiming
from engine.service.controlling import Controlling
from engine.service.deciding import Deciding
from engine.service.handling import Handling
from engine.service.local import LocalEngine
from engine.service.people import People
from engine.service.submitting import Submitting
from engine.service.taking_back import TakingBack
from engine.settings import Settings
from engine.store.ledger_source import verify_ledger
from engine.store.people import SqlPeople
from engine.store.read_model import SqlQueries


def open_engine(settings: Settings | None = None) -> LocalEngine:
    """The engine of this process, for console, command line and API."""
    return engine_of(open_parts(settings))


def engine_of(parts: Parts) -> LocalEngine:
    """Put the engine together from its parts."""
    store, clock, ids, desks = parts.store, parts.clock, parts.ids, parts.desks
    policy = PolicyView(store.reader, desks)
    settings = parts.settings
    return LocalEngine(
        store=store,
        clock=clock,
        desks=desks,
        queries=SqlQueries(
            parts.database, clock=clock, desks=desks, take_back_s=settings.take_back_s
        ),
        people=people_of(parts),
        claiming=Claiming(store=store, clock=clock, claim_s=settings.claim_s),
        deciding=Deciding(
            store=store,
            clock=clock,
            ids=ids,
            desks=desks,
            policy=policy,
            take_back_s=settings.take_back_s,
        ),
        taking_back=TakingBack(store=store, clock=clock),
        handling=Handling(store=store, clock=clock, ids=ids, desks=desks, policy=policy),
        controlling=Controlling(store=store, clock=clock, desks=desks),
        submitting=Submitting(store=store, clock=clock, ids=ids),
        check_ledger=lambda: verify_ledger(parts.database, parts.key(keys.SEAL), parts.seal_file),
    )


def people_of(parts: Parts) -> People:
    """The accounts."""
    return People(
        store=SqlPeople(parts.database, parts.ids),
        passwords=Argon2Passwords(),
        clock=parts.clock,
        ids=parts.ids,
        session_hours=parts.settings.session_hours,
        setup_hours=parts.settings.setup_hours,
    )
