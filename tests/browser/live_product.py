"""The product itself for tests in Chromium: `countersign up` on a fresh folder with part of the
sample, and an engine of this process on the same database to look inside and to be somebody else.
"""

import csv
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import create_engine, text

from engine.bootstrap import Parts, engine_of, open_parts
from engine.domain.actor import Person, Role
from engine.domain.case import Case, Origin
from engine.domain.case_status import CaseStatus
from engine.domain.ids import CaseId
from engine.service.requests import AddPerson
from engine.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "data" / "incidents_sample.csv"
ROWS = 360
"""The latest of the sample: enough truth to learn from, and 80 without that wait for a person."""
PATIENCE_S = 120.0
PASSWORD = "a long enough password"
_LINK = re.compile(r"http://\S+/setup\?token=\S+")
_TO_A_PERSON = {CaseStatus.RECEIVED, CaseStatus.PERCEIVED, CaseStatus.REASONING}


@dataclass(frozen=True, kw_only=True)
class LiveProduct:
    """A running product, and a second way in."""

    settings: Settings
    process: subprocess.Popen[bytes]
    parts: Parts

    @property
    def folder(self) -> Path:
        """Where its data is."""
        return self.settings.data_dir

    @property
    def log(self) -> str:
        """What `up` has said so far."""
        return _log_of(self.folder).read_text("utf-8", errors="replace")

    @property
    def setup_link(self) -> str:
        """The one-time link that `up` printed."""
        found = _LINK.search(self.log)
        assert found, f"no set-up link in:\n{self.log}"
        return found.group()

    @property
    def url(self) -> str:
        """Its address."""
        return self.setup_link.partition("/setup")[0]

    def countersign(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command of the product on the same data."""
        return subprocess.run(
            [sys.executable, "-m", "engine.cli", *arguments],
            env=_environment(self.settings),
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )

    def fill(self, rows: int = ROWS) -> None:
        """Replay the latest rows of the sample; return when the worker is through with them."""
        self.submit(sample_rows()[-rows:])
        self.wait_for("the worker to be through", lambda: not _TO_A_PERSON & self.statuses())

    def submit(self, rows: list[dict[str, str]]) -> None:
        """Take in rows as the shipped sample is taken in."""
        submitted = engine_of(self.parts).submit(
            "incidents",
            ((number, row) for number, row in enumerate(rows, start=2)),
            origin=Origin.SIMULATED,
            is_replay=True,
            submitted_by="shipped sample",
        )
        assert not submitted.rejected, submitted.rejected

    def somebody(self, name: str, by: str, *roles: Role) -> Person:
        """Another account, made by somebody who may."""
        engine = engine_of(self.parts)
        request = AddPerson(
            name=name,
            display_name=name.title(),
            password=PASSWORD,
            roles=frozenset(roles or {Role.OPERATOR}),
        )
        engine.execute(request, engine.sign_in(by, PASSWORD).person)
        return engine.sign_in(name, PASSWORD).person

    def wait_for(self, what: str, is_so: Callable[[], bool]) -> None:
        """Ask until it is so.

        Raises:
            AssertionError: It did not come about, or the product has ended.
        """
        deadline = time.monotonic() + PATIENCE_S
        while not is_so():
            assert self.process.poll() is None, f"the product has ended:\n{self.log}"
            assert time.monotonic() < deadline, f"waited in vain for {what}:\n{self.log}"
            time.sleep(0.05)

    # --- looking inside ------------------------------------------------------------------

    def case(self, source_id: str) -> Case:
        """The case as it is now."""
        found = engine_of(self.parts).queries.find_case(source_id)
        assert found, f"no case {source_id}"
        return self.parts.store.reader.case(CaseId(found))

    def statuses(self) -> set[CaseStatus]:
        """Where there are cases."""
        counts = engine_of(self.parts).queries.health().cases_by_status
        return {CaseStatus(status) for status, count in counts.items() if count}

    def decisions(self) -> list[tuple[str, str, str]]:
        """Every decision, oldest first: source id of its case, kind, who."""
        statement = (
            "SELECT c.source_id, d.kind, d.person FROM decisions d "
            "JOIN cases c ON c.id = d.case_id ORDER BY d.decided_at, d.id"
        )
        rows = _read(self.settings.database_url, statement)
        return [(row["source_id"], row["kind"], row["person"]) for row in rows]

    def decided(self, source_id: str) -> list[str]:
        """Kinds of the decisions on one case, oldest first."""
        return [kind for case, kind, _ in self.decisions() if case == source_id]

    def draft_of(self, source_id: str) -> str:
        """What is kept of a note that somebody types; empty where nobody holds the case."""
        claim = engine_of(self.parts).queries.card(self.case(source_id).id).claim
        return claim.draft if claim else ""

    def group_of(self, source_id: str) -> str:
        """The group an incident is assigned to, as the incident system's own database says."""
        statement = "SELECT assignment_group FROM incident WHERE number = :number"
        rows = _read(self.settings.itsm_url, statement, number=source_id)
        assert len(rows) == 1, f"{len(rows)} incidents {source_id}"
        return rows[0]["assignment_group"]


@contextmanager
def running(
    folder: Path,
    *,
    take_back_s: float,
    extra: tuple[str, ...] = ("--empty",),
    scripted_model: str = "",
) -> Iterator[LiveProduct]:
    """Start the product at a free port; stop it as Ctrl-C does.

    Args:
        folder: Where its data goes; fresh.
        take_back_s: How long a decision can be taken back.
        extra: Options of `up`.
        scripted_model: The mode of the stand-in for a model; empty: there is none.
    """
    settings = Settings(data_dir=folder, take_back_s=take_back_s, scripted_model=scripted_model)
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        log = stack.enter_context(_log_of(folder).open("wb"))
        process = subprocess.Popen(
            [sys.executable, "-m", "engine.cli", "up", "--port", "0", *extra],
            env=_environment(settings),
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        stack.callback(_stop, process)
        parts = open_parts(settings)
        stack.callback(parts.database.close)
        product = LiveProduct(settings=settings, process=process, parts=parts)
        product.wait_for("the set-up link", lambda: _LINK.search(product.log) is not None)
        yield product


def sample_rows() -> list[dict[str, str]]:
    """The shipped sample."""
    with SAMPLE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGINT)
    try:
        process.wait(60)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise


def _log_of(folder: Path) -> Path:
    return folder / "up.log"


def _environment(settings: Settings) -> Mapping[str, str]:
    return os.environ | {
        "COUNTERSIGN_DATA_DIR": str(settings.data_dir),
        "COUNTERSIGN_TAKE_BACK_S": str(settings.take_back_s),
        "COUNTERSIGN_SCRIPTED_MODEL": settings.scripted_model,
        "PYTHONUNBUFFERED": "1",
    }


def _read(url: str, statement: str, **values: str) -> list[dict[str, str]]:
    database = create_engine(url)
    try:
        with database.connect() as connection:
            rows = connection.execute(text(statement), values).mappings().all()
        return [{name: str(value) for name, value in row.items()} for row in rows]
    finally:
        database.dispose()
