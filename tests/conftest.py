"""Fixtures and rules of the whole test run: databases, browser, shared data, what may be skipped.

Fakes and builders live in engine/testing, helpers of one folder in that folder.
"""

import gc
import os
import re
import sys
from collections.abc import Generator, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import argon2
import pytest
from hypothesis import settings

from tests import postgres, templates
from tests.distribution import GroupScheduling, note_groups
from tests.machine import CHROMIUM_SWITCHES, find_chromium, find_postgres, is_ci, memory_folder

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT = Path(__file__).resolve().parent.parent
SHARED_DATA = ROOT.parent / "shared" / "data"
BACKENDS = ("sqlite", "postgresql")
DATABASE_URLS = {"database_url", "empty_database_url"}
SHARED_FOLDER = pytest.StashKey[Path]()

# In CI everything runs but what no fresh clone can have.
MAY_BE_SKIPPED_IN_CI = re.compile(r"shared|langgraph", re.IGNORECASE)

settings.register_profile("default", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, database=None)


# ---------------------------------------------------------------------------- the run


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database",
        choices=[*BACKENDS, "both"],
        default=os.environ.get("COUNTERSIGN_TEST_DATABASE", "both"),
        help="which database the tests run on (or COUNTERSIGN_TEST_DATABASE)",
    )


def pytest_configure(config: pytest.Config) -> None:
    settings.load_profile("ci" if is_ci() else "default")
    _calculate_on_one_core()
    _forget_the_developers_settings()
    _keep_what_is_compiled()
    worker_input = getattr(config, "workerinput", None)
    if worker_input is None:
        config.stash[SHARED_FOLDER] = postgres.make_shared_folder()
        _keep_files_in_memory(config)
    else:
        config.stash[SHARED_FOLDER] = Path(worker_input["shared_folder"])


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput") and SHARED_FOLDER in config.stash:
        if given := os.environ.get("COUNTERSIGN_TEST_POSTGRES_URL"):
            templates.drop_postgres_template(config.stash[SHARED_FOLDER], given)
        postgres.remove_shared_folder(config.stash[SHARED_FOLDER])


def _keep_files_in_memory(config: pytest.Config) -> None:
    """Databases that live for one test need no disk: waiting for one is most of a test's time."""
    shared = config.stash[SHARED_FOLDER]
    if config.option.basetemp is None and shared.parent == memory_folder():
        config.option.basetemp = str(shared / "tests")


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    node.workerinput["shared_folder"] = str(node.config.stash[SHARED_FOLDER])


def _calculate_on_one_core() -> None:
    """The cores are taken by test processes: threads of numpy would wait for each other, spinning.

    Measured on two cores with two processes that fit at once: 16 s a fit, against 4 s without.
    """
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
        os.environ.setdefault(name, "1")


def _keep_what_is_compiled() -> None:
    """Tests start many processes: each would compile the whole engine, a third of its start."""
    sys.dont_write_bytecode = False
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


def _forget_the_developers_settings() -> None:
    for name in list(os.environ):
        is_ours = name.startswith("COUNTERSIGN_") and not name.startswith("COUNTERSIGN_TEST_")
        if is_ours or name.startswith(("ANTHROPIC_", "STREAMLIT_")):
            del os.environ[name]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    chosen = metafunc.config.getoption("--database")
    backends = BACKENDS if chosen == "both" else (chosen,)
    for name in DATABASE_URLS & set(metafunc.fixturenames):
        metafunc.parametrize(name, backends, indirect=True)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Modules and tests stay to the end: the collector need not look through them each time.

    It spent a sixth of the processor time of the tests on that.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        names = getattr(item, "fixturenames", ())
        parameters = getattr(getattr(item, "callspec", None), "params", {})
        chosen = [parameters.get(name) for name in DATABASE_URLS]
        if "postgres_server" in names or "postgresql" in chosen:
            item.add_marker(pytest.mark.postgresql)
        if "chromium" in names:
            item.add_marker(pytest.mark.browser)
            # Two parts, for two processes: one console over a fake engine, and whole products.
            half = "fake engine" if "served" in names else "products"
            item.add_marker(pytest.mark.xdist_group(f"chromium, {half}"))
        for folder in ("bench", "crash"):
            if folder in item.path.relative_to(ROOT).parts:
                item.add_marker(getattr(pytest.mark, folder))
        if item.get_closest_marker("bench"):
            item.add_marker(pytest.mark.xdist_group("bench"))


@pytest.hookimpl(tryfirst=True)  # before xdist says that the collection is there
def pytest_collection_finish(session: pytest.Session) -> None:
    if hasattr(session.config, "workerinput"):
        note_groups(session.items, session.config.stash[SHARED_FOLDER])


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> GroupScheduling | None:
    if config.getoption("dist") != "loadgroup":
        return None
    return GroupScheduling(config, log, config.stash[SHARED_FOLDER])


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    if _forbidden_skips(session.config) and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    for reason in _forbidden_skips(config):
        terminalreporter.write_line(f"CI=true forbids this skip: {reason}", red=True)


def _forbidden_skips(config: pytest.Config) -> list[str]:
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or hasattr(config, "workerinput") or not is_ci():
        return []
    reasons = [
        f"{report.nodeid}: {report.longrepr}" for report in reporter.stats.get("skipped", [])
    ]
    return [reason for reason in reasons if not MAY_BE_SKIPPED_IN_CI.search(reason)]


def _lacks(what: str) -> NoReturn:
    if is_ci():
        pytest.fail(f"CI=true asks for every test, but there is no {what} here", pytrace=False)
    pytest.skip(f"no {what} on this machine")


# ---------------------------------------------------------------------------- accounts


@pytest.fixture(scope="module", autouse=True)
def cheap_hashing() -> Iterator[None]:
    """Passwords of test accounts guard nothing: a full hash takes 0.2 s.

    Tests of the hash itself put a fixture of this name in its place that changes nothing.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(argon2.profiles, "RFC_9106_LOW_MEMORY", argon2.profiles.CHEAPEST)
        yield


# ---------------------------------------------------------------------------- databases


@pytest.fixture(scope="session")
def run_folder(pytestconfig: pytest.Config) -> Path:
    """What all processes of this test run share."""
    return pytestconfig.stash[SHARED_FOLDER]


@pytest.fixture(scope="session")
def postgres_server(run_folder: Path) -> Iterator[postgres.Server]:
    """A PostgreSQL server on which databases may be made."""
    url = os.environ.get("COUNTERSIGN_TEST_POSTGRES_URL")
    if not url:
        programs = find_postgres()
        if programs is None:
            _lacks("PostgreSQL server")
        url = postgres.server_url(run_folder, programs)
    server = postgres.Server(url)
    yield server
    server.close()


@pytest.fixture
def postgres_url(postgres_server: postgres.Server, run_folder: Path) -> Iterator[str]:
    """A fresh, migrated PostgreSQL database, dropped after the test."""
    template = templates.postgres_template(run_folder, postgres_server)
    with postgres_server.new_database(template) as url:
        yield url


@pytest.fixture
def empty_postgres_url(postgres_server: postgres.Server) -> Iterator[str]:
    """A fresh PostgreSQL database without tables, dropped after the test."""
    with postgres_server.new_database() as url:
        yield url


@pytest.fixture
def sqlite_url(tmp_path: Path, run_folder: Path) -> str:
    """A fresh, migrated SQLite file."""
    return templates.copy_sqlite(run_folder, tmp_path / "countersign.db")


@pytest.fixture
def empty_sqlite_url(tmp_path: Path) -> str:
    """A SQLite file that does not exist yet."""
    return f"sqlite:///{tmp_path / 'countersign.db'}"


@pytest.fixture
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh, migrated database; a test that takes it runs once on SQLite, once on PostgreSQL."""
    name = "sqlite_url" if request.param == "sqlite" else "postgres_url"
    url: str = request.getfixturevalue(name)
    return url


@pytest.fixture
def empty_database_url(request: pytest.FixtureRequest) -> str:
    """The same without tables, for tests of what makes them."""
    name = "empty_sqlite_url" if request.param == "sqlite" else "empty_postgres_url"
    url: str = request.getfixturevalue(name)
    return url


# ---------------------------------------------------------------------------- browser and data


@pytest.fixture(scope="module")
def chromium() -> Iterator["Browser"]:
    """A running Chromium. One a module: while it lives, asyncio.run does not work here."""
    from playwright.sync_api import Error, expect, sync_playwright

    from tests.browser.operating import SLOW_MS

    expect.set_options(timeout=SLOW_MS)
    with ExitStack() as stack:
        playwright = stack.enter_context(sync_playwright())
        system = find_chromium()
        try:
            browser = playwright.chromium.launch(executable_path=system, args=CHROMIUM_SWITCHES)
        except Error:
            if system is not None:
                raise
            _lacks("Chromium")
        stack.callback(browser.close)
        yield browser


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data that may lie beside the clone; never part of it."""
    if not SHARED_DATA.is_dir():
        pytest.skip("the shared data folder is not beside this clone")
    return SHARED_DATA
