"""`countersign up`, `work` and `migrate`: the product as processes."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.drained import say_drained
from engine.cli.logs import log_to_stderr
from engine.cli.opening import AsJson, opened_parts, scripted_words, settings_with, warn_of_replay
from engine.cli.output import say, warn
from engine.cli.process import only_product, only_worker, stop_on_signals, stop_with_parent
from engine.cli.readiness import Readiness, free_port, url_of
from engine.cli.sample import submit_samples
from engine.cli.servers import (
    beside,
    kept_ports,
    parts_of_servers,
    servers_of,
    settings_of_servers,
)
from engine.cli.supervise import Part, Supervisor
from engine.errors import ConfigError
from engine.settings import Settings, child_environment

if TYPE_CHECKING:
    from engine.bootstrap import Parts
    from engine.desk import ShippedServer

WEB_STOP_S = 10.0
WORKER_STOP_S = 45.0
"""Longer than the longest tool timeout: a call that has begun is recorded, then sealed."""
PREDECESSOR_S = 20.0
"""How long a new worker waits for one whose supervisor was killed to finish."""

_PORT = next(item.default for item in fields(Settings) if item.name == "port")
_PORT_HELP = f"{_PORT} by default; 0 takes a free one."

DatabaseUrl = Annotated[
    str | None, typer.Option("--database-url", help="Instead of COUNTERSIGN_DATABASE_URL.")
]


def up(
    desk: Annotated[
        list[str] | None, typer.Option("--desk", help="Run this desk; all by default.")
    ] = None,
    database_url: DatabaseUrl = None,
    host: Annotated[str | None, typer.Option("--host", help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option("--port", help=_PORT_HELP)] = None,
    workers: Annotated[int | None, typer.Option("--workers", help="Worker processes.")] = None,
    empty: Annotated[bool, typer.Option("--empty", help="Without the shipped sample.")] = False,
) -> None:
    """Start console, API and worker as one unit; Ctrl-C stops them cleanly."""
    settings = settings_with(
        desks=tuple(desk) if desk else None,
        database_url=database_url,
        host=host,
        port=port,
        workers=workers,
    )
    with alone(settings):
        raise typer.Exit(run_product(settings, with_samples=not empty))


def run_product(
    settings: Settings,
    *,
    with_samples: bool,
    per_hour: float | None = None,
    say_ready: Callable[[Settings, str], None] | None = None,
) -> int:
    """Prepare, start the parts and look after them; the exit code.

    Args:
        settings: How it runs.
        with_samples: Whether empty desks get their samples, and simulated worlds go on.
        per_hour: Cases an hour of simulated worlds; the feed's own pace by default.
        say_ready: Says where it answers, given the settings and the first account's link.
    """
    settings = settings_with(**vars_of(settings) | {"port": free_port(settings)})
    prepared = _prepare(settings, with_samples=with_samples)
    with kept_ports(prepared.servers) as servers:
        settings = settings_with(**vars_of(settings) | settings_of_servers(servers))
        feeds = [_feed(desk, per_hour) for desk in prepared.fed]
        parts = [*feeds, *parts_of(settings), *parts_of_servers(servers)]  # the servers stop last
        stopping = stop_on_signals()
        supervisor = Supervisor(parts, child_environment(settings), say)
        say_so = say_ready or _say_ready
        ready = Readiness(settings, on_ready=lambda: say_so(settings, prepared.link))
        return supervisor.run(stopping, on_tick=ready.look)


@contextmanager
def alone(settings: Settings) -> Iterator[None]:
    """Hold an SQLite file's product lock; on PostgreSQL several may run.

    Raises:
        ConfigError: Another `up` runs on it, or a worker that does not end.
    """
    if not settings.is_sqlite:
        yield
        return
    with only_product(_lock_file(settings, ".up")):
        with only_worker(_lock_file(settings), PREDECESSOR_S):
            pass  # a worker whose supervisor was killed ends first; then the lock is free
        yield


def work(
    drain: Annotated[
        bool, typer.Option("--drain", help="Finish what is open, then leave.")
    ] = False,
    database_url: DatabaseUrl = None,
    name: Annotated[str, typer.Option("--name", help="Unique among workers.")] = "worker-1",
    supervised: Annotated[bool, typer.Option("--supervised", hidden=True)] = False,
    as_json: AsJson = False,
) -> None:
    """Run a worker: it advances cases until it is stopped. --drain says how things then stand."""
    from engine.bootstrap import open_clock, open_desks, open_parts, open_worker

    settings = settings_with(database_url=database_url)
    stopping = stop_on_signals()
    if supervised:
        stop_with_parent()
    log_to_stderr(logging.INFO)
    wait_s = PREDECESSOR_S if supervised else 0.0
    lock = only_worker(_lock_file(settings), wait_s) if settings.is_sqlite else nullcontext()
    servers = servers_of(open_desks(settings, open_clock()).values())
    with lock, kept_ports(servers) as ports, beside(ports, settings):
        parts = open_parts(settings_with(**vars_of(settings) | settings_of_servers(ports)))
        opened = open_worker(parts=parts, name=name)
        try:
            if drain:
                from engine.bootstrap import engine_of

                opened.worker.drain(stopping.is_set)
                opened.seal()
                reader = parts.store.reader
                warn_of_replay(parts, [one for one in parts.desks if reader.desk_time(one)])
                say_drained(engine_of(parts).queries, as_json)
            else:
                opened.worker.run(stopping.is_set)
        finally:
            opened.close()


def migrate_database(database_url: DatabaseUrl = None) -> None:
    """Bring the database to the newest schema, and make the key files that are missing."""
    from engine.bootstrap import prepare

    parts = opened_parts(database_url=database_url)
    missing = parts.keys.missing()
    revision = prepare(parts)
    say(f"{parts.database.shown_url} is at revision {revision}.")
    if missing:
        say(f"Made {' and '.join(missing)} in {parts.keys.path}; back them up.")


def parts_of(settings: Settings) -> list[Part]:
    """The processes of the product; the web process stops first."""
    web = [sys.executable, "-m", "console.server", "--supervised"]
    web += ["--host", settings.host, "--port", str(settings.port)]
    web += ["--body-limit-mb", f"{settings.body_limit_mb:g}"]
    if settings.public_url:
        web += ["--public-url", settings.public_url]
    work_on = (sys.executable, "-m", "engine.cli", "work", "--supervised", "--name")
    return [Part(name="web", command=tuple(web), stop_s=WEB_STOP_S)] + [
        Part(name=f"worker-{number}", command=(*work_on, f"worker-{number}"), stop_s=WORKER_STOP_S)
        for number in range(1, settings.workers + 1)
    ]


def vars_of(settings: Settings) -> dict[str, object]:
    """The fields of settings by name."""
    return {item.name: getattr(settings, item.name) for item in fields(settings)}


@dataclass(frozen=True, kw_only=True, slots=True)
class _Prepared:
    """What is known once everything is in its place."""

    link: str
    """For the first account; empty where there is one."""
    servers: tuple[ShippedServer, ...]
    """What has to run beside."""
    fed: tuple[str, ...]
    """Desks that live on a simulated world."""


def _prepare(settings: Settings, *, with_samples: bool) -> _Prepared:
    """Migrate, make keys, fill the product."""
    from engine.bootstrap import engine_of, open_parts, prepare
    from engine.bootstrap.feeds import FEEDS, may_feed

    parts: Parts = open_parts(settings)
    try:
        prepare(parts)
        engine = engine_of(parts)
        if with_samples:
            submit_samples(engine)
        link = ""
        if engine.needs_setup():
            link = f"{url_of(settings)}/setup?token={engine.people.issue_setup()}"
        has_own_shop = not settings.shop_url
        return _Prepared(
            link=link,
            servers=servers_of(parts.desks.values()),
            fed=tuple(
                name for name in FEEDS if with_samples and has_own_shop and may_feed(parts, name)
            ),
        )
    finally:
        parts.database.close()


def _feed(desk: str, per_hour: float | None) -> Part:
    command = (sys.executable, "-m", "engine.cli", "feed", "--supervised", "--desk", desk)
    pace = () if per_hour is None else ("--per-hour", f"{per_hour:g}")
    return Part(name="feed", command=(*command, *pace), stop_s=WEB_STOP_S, is_vital=False)


def _say_ready(settings: Settings, link: str) -> None:
    say()
    say(f"Countersign is ready: {url_of(settings)}")
    if link:
        say("There is no account yet. Make the first one with this link; it works once:")
        say(f"  {link}")
    if said := scripted_words(settings):
        say(said)
    if settings.host not in {"127.0.0.1", "::1", "localhost"} and not settings.public_url:
        warn("It listens beyond this machine: put TLS in front and set COUNTERSIGN_PUBLIC_URL.")
    say("Ctrl-C stops it.")
    say()


def _lock_file(settings: Settings, ending: str = ".worker") -> Path:
    from sqlalchemy import make_url

    database = make_url(settings.database_url).database
    if not database:
        raise ConfigError("The database must be a file: sqlite:///path/to/file.db")
    return Path(database + ending)
