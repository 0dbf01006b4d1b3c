"""`countersign doctor`: versions, settings, database, and what is wrong and how to mend it."""

from __future__ import annotations

import platform
import sqlite3
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

import typer

from engine.cli.opening import AsJson, scripted_words, settings_with
from engine.cli.output import CHECK_FAILED, GOOD, say, say_json, say_table
from engine.errors import EngineError
from engine.settings import Settings, setting_rows, unknown_variables

if TYPE_CHECKING:
    from engine.bootstrap import Parts
    from engine.service.queries import Queries
    from engine.service.rows import Health

PACKAGES = ("countersign", "streamlit", "sqlalchemy", "pydantic", "fastapi", "scikit-learn")
SILENT_AFTER_S = 15.0


def examine(as_json: AsJson = False) -> None:
    """Look at everything and say what is wrong; exit code 1 where something is."""
    settings = settings_with()
    found: dict[str, Any] = {
        "versions": _versions(),
        "settings": setting_rows(settings),
        "database": None,
        "health": None,
        "demonstration": None,
        "scripted": scripted_words(settings),
        "failures": {},
    }
    problems = [f"{name} is no setting; check its spelling" for name in unknown_variables()]
    try:
        problems += _look(settings, found)
    except EngineError as error:
        problems.append(error.message)
    found["problems"] = problems
    if as_json:
        say_json(found)
    else:
        _say(found)
    raise typer.Exit(CHECK_FAILED if problems else GOOD)


def _look(settings: Settings, found: dict[str, Any]) -> Iterator[str]:
    from engine.bootstrap import engine_of, open_parts
    from engine.store.migrate import newest_revision, revision

    parts = open_parts(settings)
    at, newest = revision(parts.database), newest_revision()
    found["database"] = {"url": parts.database.shown_url, "revision": at, "newest": newest}
    yield from _key_problems(parts)
    if at != newest:
        yield f"the database is at revision {at or 'none'}, not {newest}: countersign migrate"
        return
    engine = engine_of(parts)
    health = engine.queries.health()
    found["health"] = health
    found["demonstration"] = engine.queries.demonstration()
    found["failures"] = failures_of_the_day(engine.queries)
    yield from _health_problems(parts, health)
    if engine.needs_setup():
        yield "there is no account yet: `countersign up` prints a link to make the first one"


def _key_problems(parts: Parts) -> Iterator[str]:
    from engine.adapters.keys import NAMES

    for name in NAMES:
        try:
            if parts.key(name) is None:
                yield f"{parts.keys.path / name} is missing: countersign migrate, or a backup"
        except EngineError as error:
            yield error.message


def _health_problems(parts: Parts, health: Health) -> Iterator[str]:
    seen = health.worker_seen_at
    if seen is None:
        yield "no worker has ever run here: countersign up, or countersign work"
    elif (silent_s := (parts.clock.now() - seen).total_seconds()) > SILENT_AFTER_S:
        yield f"the worker was last seen {silent_s:.0f} s ago: countersign up"
    for status in ("UNKNOWN", "NEEDS_REPAIR"):
        if count := health.cases_by_status.get(status):
            yield f"{count} cases are {status}: look at them in the queue"


def failures_of_the_day(queries: Queries) -> dict[str, int]:
    """Failed steps of the last 24 hours by code, those of simulated cases too."""
    from engine.domain.case import Origin
    from engine.service.failure_rows import FailureFilter

    counts: dict[str, int] = {}
    for origin in Origin:
        for row in queries.failures(FailureFilter(origin=origin, hours=24)):
            counts[row.code] = counts.get(row.code, 0) + row.steps
    return counts


def _versions() -> dict[str, str]:
    found = {"python": platform.python_version(), "sqlite": sqlite3.sqlite_version}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "missing"
    return found


def _say(found: dict[str, Any]) -> None:
    say(", ".join(f"{name} {number}" for name, number in found["versions"].items()))
    say()
    say_table(
        ("SETTING", "VALUE", "MEANING"),
        [(row.variable, row.value or "-", row.what) for row in found["settings"]],
    )
    say()
    if database := found["database"]:
        say(f"database  {database['url']}, revision {database['revision'] or 'none'}")
    if found["demonstration"]:
        say("DEMONSTRATION: everything in this database is simulated, its people too.")
    if found["scripted"]:
        say(found["scripted"])
    if health := found["health"]:
        say(f"cases     {_counts(health.cases_by_status)}")
        say(f"effects   {_counts(health.effects_by_result)}")
        say(f"ledger    {health.unsealed_entries} entries not sealed yet")
        say(f"brakes    {', '.join(health.pauses) or 'none'}")
        say(f"failures  {_counts(found['failures'])} in the last 24 hours")
    say()
    for problem in found["problems"]:
        say(f"wrong: {problem}")
    if not found["problems"]:
        say("Nothing is wrong.")


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {number}" for name, number in sorted(counts.items())) or "none"
