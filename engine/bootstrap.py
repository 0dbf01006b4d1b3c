"""Bootstrap: puts the parts together. The only place that knows all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from engine.act.executor import Executor
from engine.adapters import keys
from engine.adapters.keys import KeyFolder
from engine.adapters.passwords import Argon2Passwords
from engine.adapters.schedule import Schedule
from engine.adapters.system import SystemClock, SystemIds
from engine.desk import Desk
from engine.desks import DESKS, DeskSettings
from engine.errors import ConfigError
from engine.ports import Clock, Ids
from engine.runtime.acting import Acting
from engine.runtime.intake import Intake
from engine.runtime.jobs import Job, JobRunner
from engine.runtime.learning import DeskLearning
from engine.runtime.maturing import Maturing
from engine.runtime.policy import PolicyView
from engine.runtime.reasoning import Reasoning
from engine.runtime.worker import HEARTBEAT_S, Worker
from engine.service.controlling import Controlling
from engine.service.deciding import Deciding
from engine.service.handling import Handling
from engine.service.local import LocalEngine
from engine.service.people import People
from engine.service.submitting import Submitting
from engine.settings import Settings, read_settings
from engine.store.database import Database, open_database
from engine.store.ledger_source import verify_ledger
from engine.store.migrate import migrate
from engine.store.people import SqlPeople
from engine.store.read_model import SqlQueries
from engine.store.seal_file import SealFile
from engine.store.seals import seal_now
from engine.store.store import SqlStore
from engine.store.wakeup import open_wakeup

SEAL_S = 3.0
"""The ledger is sealed this often; the design asks for 5 s at the latest."""


def open_clock() -> Clock:
    """The wall clock."""
    return SystemClock()


@dataclass(frozen=True, kw_only=True)
class Parts:
    """What engine and worker share in one process."""

    settings: Settings
    database: Database
    store: SqlStore
    clock: Clock
    ids: Ids
    desks: Mapping[str, Desk]
    keys: KeyFolder

    @property
    def seal_file(self) -> SealFile:
        """The copy of all seals outside the database."""
        return SealFile(self.settings.data_dir.absolute() / "seals.jsonl")

    def key(self, name: str) -> bytes | None:
        """A key from its file; None where it is missing."""
        return self.keys.read(name)


def open_parts(
    settings: Settings | None = None,
    *,
    clock: Clock | None = None,
    ids: Ids | None = None,
    desks: Mapping[str, Desk] | None = None,
) -> Parts:
    """Open the database and put desks, clock and ids beside it.

    Args:
        settings: Those of the environment by default.
        clock: The wall clock by default.
        ids: Random UUIDv7 by default.
        desks: Those the settings name by default.

    Raises:
        ConfigError: A setting, the URL or a desk's name is wrong.
    """
    settings = settings or _settings()
    clock = clock or SystemClock()
    ids = ids or SystemIds()
    database = open_database(settings.database_url)
    return Parts(
        settings=settings,
        database=database,
        store=SqlStore(database, ids),
        clock=clock,
        ids=ids,
        desks=desks if desks is not None else open_desks(settings, clock),
        keys=KeyFolder(path=settings.data_dir.absolute() / "keys"),
    )


def open_desks(settings: Settings, clock: Clock) -> dict[str, Desk]:
    """The desks the settings name; all where they name none.

    Raises:
        ConfigError: There is no desk of that name.
    """
    wanted = DeskSettings(
        data_dir=settings.data_dir.absolute(), clock=clock, itsm_url=settings.itsm_url
    )
    names = settings.desks or tuple(DESKS)
    unknown = [name for name in names if name not in DESKS]
    if unknown:
        raise ConfigError(
            f"There is no desk {unknown[0]!r}; COUNTERSIGN_DESKS may name {', '.join(DESKS)}."
        )
    return {name: DESKS[name](wanted) for name in names}


def prepare(parts: Parts) -> str:
    """Migrate the database, make missing keys and what the desks' systems need.

    Returns:
        The schema's revision.
    """
    revision = migrate(parts.database)
    parts.keys.make_missing()
    for desk in parts.desks.values():
        desk.system.prepare()
    return revision


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
        deciding=Deciding(
            store=store,
            clock=clock,
            ids=ids,
            desks=desks,
            policy=policy,
            take_back_s=settings.take_back_s,
            claim_s=settings.claim_s,
        ),
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


@dataclass(frozen=True, kw_only=True)
class OpenWorker:
    """A worker and what has to be closed with it."""

    worker: Worker
    seal: Callable[[], None]
    schedule: Schedule
    executor: Executor
    database: Database

    def close(self) -> None:
        """Seal what is left, stop the clockwork and give back the connections."""
        self.schedule.stop()
        self.seal()
        self.executor.close()
        self.database.close()


def open_worker(
    settings: Settings | None = None,
    *,
    name: str = "worker-1",
    parts: Parts | None = None,
    reach: Callable[[str], None] = lambda point: None,
) -> OpenWorker:
    """A worker of this process.

    Args:
        settings: Those of the environment by default.
        name: Unique among the workers of a database; the first one takes intake.
        parts: Already opened parts.
        reach: Called at each named crash point.
    """
    parts = parts or open_parts(settings)
    store, clock, ids = parts.store, parts.clock, parts.ids
    audit_key = parts.key(keys.AUDIT) or b""
    policy = PolicyView(store.reader, parts.desks)
    executor = Executor(reach)
    maturing = Maturing(reader=store.reader, clock=clock, ids=ids)
    runner = JobRunner(store, clock)
    started_at = clock.now()

    def beat() -> None:
        with store.begin() as unit:
            unit.housekeeping.heartbeat(name, started_at, clock.now())
            unit.commit()

    seal = partial(seal_ledger, parts)
    schedule = Schedule(
        [
            Job(name="sign of life", every_s=HEARTBEAT_S, run=beat),
            Job(name="ledger seal", every_s=SEAL_S, run=seal),
        ]
    )
    if parts.database.is_sqlite:
        with store.begin() as unit:
            unit.housekeeping.free_leases()
            unit.commit()
    beat()
    worker = Worker(
        name=name,
        store=store,
        clock=clock,
        wakeup=open_wakeup(parts.database),
        desks=parts.desks,
        policy=policy,
        acting=Acting(
            store=store,
            clock=clock,
            ids=ids,
            desks=parts.desks,
            policy=policy,
            executor=executor,
            audit_key=audit_key,
            reach=reach,
        ),
        intake=Intake(
            store=store,
            clock=clock,
            policy=policy,
            reasoning=Reasoning(reader=store.reader, clock=clock, ids=ids, audit_key=audit_key),
            maturing=maturing,
            learning=learning_of(parts),
        ),
        maturing=maturing,
        jobs=runner,
        due_jobs=schedule.due,
        takes_intake=name == "worker-1",
    )
    return OpenWorker(
        worker=worker, seal=seal, schedule=schedule, executor=executor, database=parts.database
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


def _settings() -> Settings:
    try:
        return read_settings()
    except ValueError as error:
        raise ConfigError(str(error)) from None
