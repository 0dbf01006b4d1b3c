"""Installations for crash tests, and the server their processes are forked from."""

import multiprocessing
from collections.abc import Callable, Iterator
from multiprocessing.context import ForkServerContext
from pathlib import Path

import pytest

from tests.crash.doomed import Place
from tests.crash.site import Site, copy_site, make_site

PRELOADED = ["tests.crash.doomed", "engine.bootstrap", "apscheduler.schedulers.background"]
"""Imported once; a process that is killed and started again costs a fork, not seconds."""


@pytest.fixture(scope="session")
def processes() -> ForkServerContext:
    """Starts processes that share nothing with this one."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    return context


@pytest.fixture(scope="session")
def model_place(
    tmp_path_factory: pytest.TempPathFactory, processes: ForkServerContext
) -> Iterator[Place]:
    """An installation to copy: calibrated, with no case open."""
    folder = tmp_path_factory.mktemp("model") / "data"
    site = make_site(Place(folder=folder, url=f"sqlite:///{folder / 'countersign.db'}"), processes)
    site.close()
    yield site.place


@pytest.fixture
def site(model_place: Place, tmp_path: Path, processes: ForkServerContext) -> Iterator[Site]:
    """A calibrated installation on SQLite."""
    made = copy_site(model_place, tmp_path / "data", processes)
    yield made
    made.close()


@pytest.fixture
def postgres_site(
    postgres_url: str, tmp_path: Path, processes: ForkServerContext
) -> Iterator[Site]:
    """A calibrated installation on PostgreSQL."""
    made = make_site(Place(folder=tmp_path / "data", url=postgres_url), processes)
    yield made
    made.close()


@pytest.fixture
def new_site(model_place: Place, tmp_path: Path, processes: ForkServerContext) -> Iterator[
    Callable[[str], Site]
]:
    """Makes calibrated installations by name."""
    made: list[Site] = []

    def make(name: str) -> Site:
        made.append(copy_site(model_place, tmp_path / name, processes))
        return made[-1]

    yield make
    for one in made:
        one.close()
