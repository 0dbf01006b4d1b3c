"""Installations for crash tests, and the server their processes are forked from."""

import multiprocessing
import shutil
import tempfile
from collections.abc import Iterator
from multiprocessing.context import ForkServerContext
from pathlib import Path

import pytest

from tests.crash.doomed import Place
from tests.crash.site import Site, copy_site, make_site

PRELOADED = [
    "tests.crash.doomed",
    "engine.bench.faults_site",
    "engine.bootstrap.workers",
    "engine.bootstrap.engines",
    "apscheduler.schedulers.background",
    "httpx2",
    "psycopg",
    "sqlalchemy.dialects.postgresql.psycopg",
]
"""Imported once; a process that is killed and started again costs a fork, not seconds."""


MEMORY = Path("/dev/shm")
ROOM = 1 << 29
"""Bytes that must be free there."""


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory where there is room: a kill loses nothing that waits for a disk."""
    if not MEMORY.is_dir() or shutil.disk_usage(MEMORY).free < ROOM:
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir=MEMORY, prefix="countersign-") as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def processes() -> ForkServerContext:
    """Starts processes that share nothing with this one."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    return context


@pytest.fixture(scope="session")
def model_place(tmp_path_factory: pytest.TempPathFactory, processes: ForkServerContext) -> Place:
    """An installation to copy: calibrated, with no case open."""
    folder = tmp_path_factory.mktemp("model") / "data"
    site = make_site(Place(folder=folder, url=f"sqlite:///{folder / 'countersign.db'}"), processes)
    site.close()
    return site.place


@pytest.fixture
def site(model_place: Place, room: Path, processes: ForkServerContext) -> Iterator[Site]:
    """A calibrated installation on SQLite."""
    made = copy_site(model_place, room / "data", processes)
    yield made
    made.close()


@pytest.fixture
def loop_site(site: Site) -> Site:
    """The same, with its cell ON_THE_LOOP."""
    site.put_on_the_loop()
    return site


@pytest.fixture
def postgres_site(postgres_url: str, room: Path, processes: ForkServerContext) -> Iterator[Site]:
    """A calibrated installation on PostgreSQL."""
    made = make_site(Place(folder=room / "data", url=postgres_url), processes)
    yield made
    made.close()
