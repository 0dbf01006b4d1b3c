"""Workers: a worker process' loop with its periodic jobs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from time import monotonic
from typing import Protocol

from engine.act.calls import Calls
from engine.act.crash_points import Reach, pass_by
from engine.adapters import keys
from engine.adapters.notices import Silent, WebHook
from engine.adapters.schedule import Schedule
from engine.bootstrap.parts import Parts, open_parts
from engine.bootstrap.run_parts import RunParts
from engine.errors import ConfigError
from engine.ports import Notifier, Wakeup
from engine.runtime.acting import Acting
from engine.runtime.intake import Intake
from engine.runtime.jobs import Job, JobRunner
from engine.runtime.learning import DeskLearning
from engine.runtime.maturing import Maturing
from engine.runtime.noticing import Noticing
from engine.runtime.patience import Patience
from engine.runtime.policy import PolicyView
from engine.runtime.runs.dispatch import Crew, Dispatch, Threads
from engine.runtime.turns import Stopwatch, Turns
from engine.runtime.worker import HEARTBEAT_S, Worker, WorkerParts
from engine.settings import Settings
from engine.store.database import Database
from engine.store.seals import seal_now
from engine.store.wakeup import PostgresWakeup, SqliteWakeup, open_wakeup

FIRST_WORKER = "worker-1"
"""The worker that takes intake; the others only act and watch deadlines."""

NOTICE_S = 2.0
"""People are told of a veto window so soon after it opened."""
SEALING = "ledger seal"
SEAL_S = 3.0
"""The ledger is sealed this often; the design asks for 5 s at the latest."""


class Clockwork(Protocol):
    """Tells which periodic jobs are due."""

    def due(self) -> Sequence[Job]:
        """Those that came due since the last call."""
        ...

    def stop(self) -> None:
        """Tell nothing any more."""
        ...


@dataclass(frozen=True, kw_only=True)
class OpenWorker:
    """A worker and what has to be closed with it."""

    worker: Worker
    seal: Callable[[], None]
    schedule: Clockwork
    noticing: Noticing
    calls: Calls
    runs: Dispatch
    wakeup: SqliteWakeup | PostgresWakeup
    database: Database

    def stop(self) -> None:
        """Stop the clockwork and give back what the worker held; the database stays open."""
        self.runs.close()
        self.schedule.stop()
        self.noticing.close()
        self.calls.close()
        self.wakeup.close()

    def close(self) -> None:
        """Seal what is left, stop the clockwork and give back the connections."""
        try:
            self.seal()
        finally:
            self.stop()
            self.database.close()


def open_worker(
    settings: Settings | None = None,
    *,
    name: str = FIRST_WORKER,
    parts: Parts | None = None,
    notifier: Notifier | None = None,
    reach: Reach = pass_by,
    clockwork: Callable[[Sequence[Job]], Clockwork] = Schedule,
    stopwatch: Stopwatch = monotonic,
    crew: Callable[[int], Crew] = Threads,
) -> OpenWorker:
    """A worker of this process, by default over what the settings of the environment name.

    Args:
        settings: Not needed where there are `parts`.
        parts: Already opened parts.
        name: Unique among the workers of a database; the first one takes intake.
        notifier: Tells people of veto windows; by default the web hook of the settings.
        reach: Called at each named crash point.
        clockwork: Times the periodic jobs; by the machine's clock by default, as the next.
        stopwatch: Times the turns of the desks.
        crew: Makes those who advance runs, so many at once; threads by default.
    """
    parts = parts or open_parts(settings)
    noticing = _noticing(parts, notifier or _notifier(parts.settings))
    beat, seal = _heartbeat(parts, name), partial(seal_ledger, parts)
    schedule = clockwork(_jobs(beat, seal, noticing.run))
    _free_leases(parts, name)
    wakeup, calls = open_wakeup(parts.database), Calls(parts.issuer)
    held = _worker_parts(parts, name, calls, wakeup, reach, stopwatch, crew)
    return OpenWorker(
        worker=Worker(name, held, due_jobs=schedule.due, takes_intake=name == FIRST_WORKER),
        seal=seal,
        schedule=schedule,
        noticing=noticing,
        calls=calls,
        wakeup=wakeup,
        runs=held.runs,
        database=parts.database,
    )


def _jobs(
    beat: Callable[[], None], seal: Callable[[], None], notice: Callable[[], None]
) -> list[Job]:
    return [
        Job(name="sign of life", every_s=HEARTBEAT_S, run=beat),
        Job(name=SEALING, every_s=SEAL_S, run=seal),
        Job(name="notices", every_s=NOTICE_S, run=notice),
    ]


def _noticing(parts: Parts, notifier: Notifier) -> Noticing:
    return Noticing(store=parts.store, clock=parts.clock, notifier=notifier)


def _notifier(settings: Settings) -> Notifier:
    if not settings.notice_url:
        return Silent()
    return WebHook(url=settings.notice_url, public_url=settings.public_url)


def _free_leases(parts: Parts, name: str) -> None:
    """One worker runs on a SQLite file, so there all leases are left over."""
    with parts.store.begin() as unit:
        unit.housekeeping.free_leases("" if parts.database.is_sqlite else name)
        unit.commit()


def _heartbeat(parts: Parts, name: str) -> Callable[[], None]:
    """Give a first sign of life; what gives the next ones."""
    started_at = parts.clock.now()

    def beat() -> None:
        with parts.store.begin() as unit:
            unit.housekeeping.heartbeat(name, started_at, parts.clock.now())
            unit.commit()

    beat()
    return beat


def _worker_parts(
    parts: Parts,
    name: str,
    calls: Calls,
    wakeup: Wakeup,
    reach: Reach,
    stopwatch: Stopwatch,
    crew: Callable[[int], Crew],
) -> WorkerParts:
    store, clock, ids, desks = parts.store, parts.clock, parts.ids, parts.desks
    policy = PolicyView(store.reader, desks)
    maturing = Maturing(reader=store.reader, runs=store.runs, clock=clock, ids=ids)
    patience = Patience(store=store, clock=clock, ids=ids)
    learning = learning_of(parts)
    runs = RunParts(parts=parts, calls=calls, policy=policy, learning=learning, reach=reach)
    return WorkerParts(
        store=store,
        clock=clock,
        wakeup=wakeup,
        desks=desks,
        policy=policy,
        acting=_acting(parts, calls, policy, reach),
        intake=Intake(
            store=store,
            clock=clock,
            policy=policy,
            reasoning=runs.reasoning,
            maturing=maturing,
            learning=learning,
            patience=patience,
            reach=reach,
        ),
        runs=runs.dispatch(name, crew(parts.settings.model_calls_at_once)),
        maturing=maturing,
        patience=patience,
        jobs=JobRunner(store, clock),
        turns=Turns(desks, stopwatch),
    )


def _acting(parts: Parts, calls: Calls, policy: PolicyView, reach: Reach) -> Acting:
    return Acting(
        store=parts.store,
        clock=parts.clock,
        ids=parts.ids,
        desks=parts.desks,
        policy=policy,
        calls=calls,
        audit_key=parts.key(keys.AUDIT) or b"",
        reach=reach,
    )


def learning_of(parts: Parts) -> dict[str, DeskLearning]:
    """What each learning desk knows by now."""
    return {
        name: DeskLearning(desk, desk.learning, store=parts.store, clock=parts.clock, ids=parts.ids)
        for name, desk in parts.desks.items()
        if desk.learning is not None
    }


def seal_ledger(parts: Parts, *, is_thorough: bool = False) -> None:
    """Seal what is unsealed; without a key nothing can be sealed."""
    key = parts.key(keys.SEAL)
    if key is None:
        raise ConfigError("The seal key is missing; run `countersign migrate`.")
    seal_now(parts.database, key, parts.seal_file, parts.clock.now(), is_thorough=is_thorough)
