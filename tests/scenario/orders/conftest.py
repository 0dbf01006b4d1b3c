"""Worlds of the orders desk."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import BACKENDS
from tests.postgres import Server
from tests.scenario.orders.living import OrdersWorld, open_orders
from tests.templates import copy_sqlite, postgres_template


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A world that tests share runs on each database, the tests of one after the other."""
    if "shared_orders" not in metafunc.fixturenames:
        return
    chosen = metafunc.config.getoption("--database")
    shared = [
        pytest.param(
            backend,
            marks=[
                pytest.mark.xdist_group(f"{metafunc.module.__name__}, {backend}"),
                *([pytest.mark.postgresql] if backend == "postgresql" else []),
            ],
        )
        for backend in BACKENDS
        if chosen in (backend, "both")
    ]
    metafunc.parametrize("shared_orders", shared, indirect=True, scope="module")


@pytest.fixture
def make_orders(tmp_path: Path, database_url: str) -> Iterator[Callable[..., OrdersWorld]]:
    """A world on each database, the shop's on the same kind; over HTTP with credentials."""
    with ExitStack() as stack:
        yield _maker(stack, tmp_path, database_url)


@pytest.fixture
def make_sqlite_orders(tmp_path: Path, sqlite_url: str) -> Iterator[Callable[..., OrdersWorld]]:
    """The same on SQLite alone, for what does not depend on the database."""
    with ExitStack() as stack:
        yield _maker(stack, tmp_path, sqlite_url)


def _maker(stack: ExitStack, folder: Path, url: str) -> Callable[..., OrdersWorld]:
    def make(**options: Any) -> OrdersWorld:
        return stack.enter_context(open_orders(folder, url, **options))

    return make


@pytest.fixture(scope="module")
def shared_orders(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, run_folder: Path
) -> Iterator[OrdersWorld]:
    """One world for all tests of a module, on each database; each takes cases of its own."""
    folder = tmp_path_factory.mktemp("shared")
    with ExitStack() as stack:
        if request.param == "sqlite":
            url = copy_sqlite(run_folder, folder / "countersign.db")
        else:
            server: Server = request.getfixturevalue("postgres_server")
            template = postgres_template(run_folder, server)
            url = stack.enter_context(server.new_database(template))
        yield stack.enter_context(open_orders(folder, url))
