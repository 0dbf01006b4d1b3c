"""Room: an engine on a temporary database with one desk, a clock that is set, and nobody about.

A desk first gets a past, once; then every run of a scenario gets a copy of that folder, so that no
scenario sees what another one left.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from shutil import copytree
from tempfile import TemporaryDirectory

from engine.adapters.keys import AUDIT
from engine.adapters.notices import Silent
from engine.bootstrap.demonstration.clockwork import Alone, HistoryClock, SeededIds
from engine.bootstrap.parts import Parts, open_parts, prepare
from engine.bootstrap.scenarios.entrants import Entrant
from engine.bootstrap.workers import OpenWorker, open_worker
from engine.desk import Desk
from engine.domain.case import Case, Origin
from engine.domain.case_status import CaseStatus
from engine.domain.ids import CaseId
from engine.domain.phase import Phase
from engine.domain.run import RunKind
from engine.domain.verdict import VerdictKind
from engine.errors import ConfigError
from engine.govern.envelope import EnvelopeDocument
from engine.govern.limits import OWN, HandSetThreshold
from engine.learn.scenarios.judging import Ending
from engine.runtime.jobs import Job
from engine.service.engine import Submitted
from engine.service.submitting import Submitting
from engine.settings import Settings
from engine.store.store import SqlStore

MIN_CONFIDENCE = 0.7
"""From here on the envelope of scenarios lets software act: lower than people would set it, so
that what must never happen could."""
_SUBMITTED_BY = "scenario"
_MOST_ROUNDS = 2_000
_ENDINGS: Mapping[CaseStatus, Ending] = {
    CaseStatus.DONE: Ending.DONE,
    CaseStatus.PENDING: Ending.PERSON,
    CaseStatus.BLIND_PENDING: Ending.PERSON,
    CaseStatus.SECOND_PENDING: Ending.PERSON,
    CaseStatus.WITHDRAWN: Ending.CLOSED,
    CaseStatus.CLOSED_NO_ACTION: Ending.CLOSED,
}


class _NoJobs:
    """A clockwork without periodic jobs: nobody looks at seals or signs of life here."""

    def __init__(self, jobs: Sequence[Job]) -> None:
        """Take none of them."""

    def due(self) -> Sequence[Job]:
        """None."""
        return ()

    def stop(self) -> None:
        """Nothing runs."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Ended:
    """How a case stands when nothing is due any more."""

    ending: Ending
    said: str
    recommended: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Room:
    """An engine with its worker."""

    parts: Parts
    desk: Desk
    _worker: OpenWorker = field(repr=False)

    def submit(self, rows: Iterable[Mapping[str, str]], *, is_replay: bool = False) -> Submitted:
        """Hand rows in, as simulated ones."""
        parts = self.parts
        submitting = Submitting(store=parts.store, clock=parts.clock, ids=parts.ids)
        return submitting.submit(
            self.desk,
            [(number, dict(row)) for number, row in enumerate(rows, start=1)],
            origin=Origin.SIMULATED,
            is_replay=is_replay,
            submitted_by=_SUBMITTED_BY,
        )

    def work(self) -> None:
        """Let the worker advance everything that is due.

        Raises:
            ConfigError: It does not come to rest.
        """
        for _ in range(_MOST_ROUNDS):
            if not self._worker.worker.run_once():
                return
        raise ConfigError("The worker of a scenario does not come to rest.")

    def ended(self, case_id: CaseId) -> Ended:
        """How a case stands now."""
        reader = self.parts.store.reader
        case = reader.case(case_id)
        plan = reader.plan(case)
        is_denied = any(action.verdict.kind is VerdictKind.DENY for action in plan)
        return Ended(
            ending=_ending(case, is_denied=is_denied),
            said=_said(case),
            recommended=tuple(action.tool for action in plan),
        )


def _ending(case: Case, *, is_denied: bool) -> Ending:
    found = _ENDINGS.get(case.status, Ending.UNFINISHED)
    return Ending.DENIED if found is Ending.PERSON and is_denied else found


def _said(case: Case) -> str:
    return f"{case.status}, {case.attention}" if case.attention else case.status.value


@contextmanager
def open_room(
    folder: Path,
    clock: HistoryClock,
    desk: Desk,
    settings: Settings,
    entrant: Entrant,
    *,
    seed: int,
) -> Iterator[Room]:
    """Open an engine in a folder, new or with what is there.

    Args:
        folder: Where its files are.
        clock: What it takes for the present.
        desk: Its only desk.
        settings: Of the model; the rest is of no account.
        entrant: Who reasons.
        seed: Of its identifiers; another one each time the same folder is opened.

    Raises:
        ConfigError: The entrant cannot run here.
    """
    here = replace(settings, data_dir=folder, database_url="", take_back_s=0.0, reasoner="playbook")
    ids = SeededIds(seed, clock)
    parts = open_parts(here, clock=clock, ids=ids, desks={desk.name: entrant.desk(desk)})
    with closing(parts.database):
        parts = _prepared(parts, entrant)
        worker = open_worker(
            parts=parts,
            notifier=Silent(),
            clockwork=_NoJobs,
            stopwatch=lambda: 0.0,
            crew=lambda size: Alone(),
        )
        try:
            yield Room(parts=parts, desk=parts.desks[desk.name], _worker=worker)
        finally:
            worker.stop()


def _prepared(parts: Parts, entrant: Entrant) -> Parts:
    # Commits need not wait for the disk: what a power cut takes is run again.
    database = replace(parts.database, writer=parts.database.passing_writer)
    parts = entrant.join(replace(parts, database=database, store=SqlStore(database, parts.ids)))
    parts.keys.make(AUDIT, key=sha256(b"scenarios").digest())
    prepare(parts)
    return parts


@dataclass(kw_only=True)
class Past:
    """Folders with a desk's past, made at the first need and copied for every run.

    What a reasoner may do alone rests on how it did before, so each that has runs has a past of its
    own; the others share that of the desk's own reasoner.
    """

    make: Callable[[Path, Entrant], datetime]
    """Fills an empty folder; gives the moment at which it ends."""
    _made: dict[str, tuple[TemporaryDirectory[str], datetime]] = field(default_factory=dict)

    @contextmanager
    def copied(self, entrant: Entrant) -> Iterator[tuple[Path, datetime]]:
        """A copy of the folder, and the moment from which its world goes on."""
        whose = entrant.name if entrant.has_runs else ""
        if whose not in self._made:
            self._made[whose] = self._new(entrant)
        folder, ends_at = self._made[whose]
        with TemporaryDirectory(prefix="countersign-scenario-") as name:
            copytree(folder.name, name, dirs_exist_ok=True)
            yield Path(name), ends_at

    def _new(self, entrant: Entrant) -> tuple[TemporaryDirectory[str], datetime]:
        folder = TemporaryDirectory(prefix="countersign-past-")
        try:
            return folder, self.make(Path(folder.name), entrant)
        except BaseException:
            folder.cleanup()
            raise

    def close(self) -> None:
        """Remove the folders."""
        for folder, _ in self._made.values():
            folder.cleanup()
        self._made.clear()


def acting_alone(document: EnvelopeDocument) -> EnvelopeDocument:
    """An envelope in which software acts alone in every cell, where its other limits let it."""
    chosen = {
        "phase": Phase.BOUNDED,
        "threshold": HandSetThreshold(min_confidence=MIN_CONFIDENCE),
        "earned_by": (OWN, *(kind.value for kind in RunKind)),
    }
    return document.model_copy(
        update={
            "note": "Of scenarios: software acts alone wherever the other limits let it.",
            "limits": document.limits.model_copy(update=chosen),
            "cells": tuple(cell.model_copy(update=chosen) for cell in document.cells),
        }
    )
