"""Engines: the engine of one process, for console, command line and API."""

from __future__ import annotations

import sys
from datetime import timedelta
from functools import partial

from engine.act.calls import Calls
from engine.act.reading import Reading
from engine.adapters import keys
from engine.adapters.passwords import Argon2Passwords
from engine.adapters.replay_process import ReplayProcess
from engine.bootstrap.parts import Parts, open_parts
from engine.bootstrap.run_parts import beginning_of
from engine.runtime.policy import PolicyView
from engine.runtime.reads import CaseReads
from engine.service.auditing import Auditing
from engine.service.binding import Binding
from engine.service.braking import Braking
from engine.service.claiming import Claiming
from engine.service.deciding import Deciding
from engine.service.demonstrating import Demonstrating
from engine.service.handling import Handling
from engine.service.local import LocalEngine
from engine.service.looking_again import LookingAgain
from engine.service.people import People
from engine.service.previewing import Previewing
from engine.service.repairing import Repairing
from engine.service.signing import Signing
from engine.service.simulating import LocalSimulating, Simulating, simulation_of
from engine.service.starting import Starting
from engine.service.submitting import Submitting
from engine.service.taking_back import TakingBack
from engine.service.versioning import Versioning
from engine.service.watching import Watching
from engine.settings import Settings, child_environment
from engine.store.ledger_source import verify_ledger
from engine.store.people import SqlPeople
from engine.store.read_history import HistoryReads
from engine.store.read_model import SqlQueries

REPLAY_SERVER = (sys.executable, "-m", "engine.cli.replay_server")
"""Starts the process that simulates beside a web process."""


def open_engine(settings: Settings | None = None) -> LocalEngine:
    """The engine of a web process, for console and API; it simulates in a process beside it."""
    parts = open_parts(settings)
    return engine_of(parts, ReplayProcess(REPLAY_SERVER, child_environment(parts.settings)))


def engine_of(parts: Parts, simulating: Simulating | None = None) -> LocalEngine:
    """Put the engine together from its parts.

    Args:
        parts: Database, clock, ids and desks.
        simulating: Answers what a draft would have done; this process by default.
    """
    store, clock, ids, desks = parts.store, parts.clock, parts.ids, parts.desks
    policy = PolicyView(store.reader, desks)
    people, queries = people_of(parts), _queries_of(parts)
    simulating = simulating or simulating_of(parts, queries)
    binding = _binding_of(parts, policy)
    return LocalEngine(
        store=store,
        clock=clock,
        desks=desks,
        queries=queries,
        people=people,
        claiming=Claiming(store=store, clock=clock, claim_s=parts.settings.claim_s),
        deciding=_deciding_of(parts, policy, binding),
        taking_back=TakingBack(store=store, clock=clock),
        handling=Handling(store=store, clock=clock, ids=ids, desks=desks, binding=binding),
        looking_again=LookingAgain(store=store, clock=clock, binding=binding),
        repairing=Repairing(store=store, binding=binding),
        starting=Starting(store=store, clock=clock, desks=desks, beginning=beginning_of(parts)),
        versioning=_versioning_of(parts, simulating, queries),
        signing=Signing(
            store=store, clock=clock, desks=desks, versions_of=queries.reasoner_versions
        ),
        braking=Braking(store=store, clock=clock, desks=desks),
        watching=Watching(store=store, clock=clock, policy=policy),
        auditing=Auditing(store=store, clock=clock, ids=ids, desks=desks),
        submitting=Submitting(store=store, clock=clock, ids=ids),
        simulating=simulating,
        previewing=Previewing(store=store, clock=clock, desks=desks, binding=binding),
        demonstrating=Demonstrating(store=store, clock=clock, people=people),
        check_ledger=lambda: verify_ledger(parts.database, parts.key(keys.SEAL), parts.seal_file),
    )


def _binding_of(parts: Parts, policy: PolicyView) -> Binding:
    reading = Reading(Calls(parts.issuer), parts.ids)
    return Binding(
        desks=parts.desks,
        policy=policy,
        reader=parts.store.reader,
        reads=CaseReads(reading=reading, clock=parts.clock),
        clock=parts.clock,
        ids=parts.ids,
    )


def _deciding_of(parts: Parts, policy: PolicyView, binding: Binding) -> Deciding:
    return Deciding(
        store=parts.store,
        clock=parts.clock,
        ids=parts.ids,
        desks=parts.desks,
        policy=policy,
        binding=binding,
        take_back_s=parts.settings.take_back_s,
    )


def _queries_of(parts: Parts) -> SqlQueries:
    return SqlQueries(
        parts.database,
        clock=parts.clock,
        desks=parts.desks,
        take_back_s=parts.settings.take_back_s,
        reasoners=parts.reasoners,
    )


def _versioning_of(parts: Parts, simulating: Simulating, queries: SqlQueries) -> Versioning:
    return Versioning(
        store=parts.store,
        clock=parts.clock,
        desks=parts.desks,
        simulation_of=partial(simulation_of, simulating),
        versions_of=queries.reasoner_versions,
    )


def simulating_of(
    parts: Parts, queries: SqlQueries | None = None, *, fresh_for: timedelta = timedelta(0)
) -> LocalSimulating:
    """Simulations in this process.

    Args:
        parts: Database, clock, desks and reasoners.
        queries: Reads that know which reasoners are here; made from the parts where there are none.
        fresh_for: For so long a history is used as it was read, though more has happened since.
    """
    reader = parts.store.reader
    return LocalSimulating(
        histories=HistoryReads(
            parts.database,
            clock=parts.clock,
            desk_time=reader.desk_time,
            versions_of=(queries or _queries_of(parts)).reasoner_versions,
        ),
        reader=reader,
        clock=parts.clock,
        desks=parts.desks,
        fresh_for=fresh_for,
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
