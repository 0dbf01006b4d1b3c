"""Fixtures of the console's tests: a fake engine behind AppTest, and one served to Chromium."""

import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from streamlit.testing.v1 import AppTest

from console import session
from engine.testing.fake_engine import FakeEngine

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).resolve().parents[2]
PAGES = ROOT / "console" / "app_pages"
WALL_NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
DESK_NOW = datetime(2016, 4, 12, 9, 30, tzinfo=UTC)


class ManualClock:
    """A wall clock that stands until it is moved."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def seconds(self) -> float:
        return self.at.timestamp()

    def advance(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


class SignedIn:
    """Who the browser says it is; change `name` to sign in as somebody else, "" for nobody."""

    def __init__(self, name: str) -> None:
        self.name = name

    def token(self) -> str:
        return f"session-{self.name}" if self.name else ""


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(WALL_NOW)


@pytest.fixture
def signed_in() -> SignedIn:
    return SignedIn("ada")


@pytest.fixture
def make_fake(clock: ManualClock, signed_in: SignedIn) -> Iterator[Callable[..., FakeEngine]]:
    """Give the console a fake engine with this many cases; the real wiring comes back after."""
    before = session.current_wiring()

    def make(count: int = 64) -> FakeEngine:
        fake = FakeEngine(now=clock, desk_now=DESK_NOW, count=count)
        session.wire(
            session.Wiring(
                open_engine=lambda: fake,
                read_token=signed_in.token,
                now=clock,
                stopwatch=clock.seconds,
            )
        )
        return fake

    yield make
    session.wire(before)


@pytest.fixture
def fake(make_fake: Callable[..., FakeEngine]) -> FakeEngine:
    """A fake engine with a full queue, wired to the console."""
    return make_fake()


def open_page(slug: str) -> AppTest:
    """Run one page file, without the shell around it."""
    app = AppTest.from_file(str(PAGES / f"{slug}.py"), default_timeout=20)
    return app.run()


def open_app() -> AppTest:
    """Run the whole console from its entry script."""
    return AppTest.from_file(str(ROOT / "console" / "app.py"), default_timeout=20).run()


def data_of(app: AppTest, key: str) -> Any:
    """What a component of ours was given to draw."""
    import json

    for element in app.get("bidi_component"):
        if element.key == key:
            return json.loads(element.proto.json)
    raise AssertionError(f"no component with key {key}")


# ---------------------------------------------------------------------------- in Chromium


@pytest.fixture
def page(chromium: "Browser") -> "Iterator[Page]":
    """A page in a window of its own, with no cookies."""
    from tests.browser.operating import new_window

    with new_window(chromium) as window:
        yield window.new_page()


@pytest.fixture(scope="module")
def console(chromium: "Browser", served: "Served") -> "Iterator[Page]":
    """A page of the served console in which Ada is signed in.

    One a module: what it has loaded is not loaded again, which is most of what a page costs.
    """
    from tests.browser.operating import new_window

    with new_window(chromium) as window:
        page = window.new_page()
        served.sign_in(page)
        yield page


@pytest.fixture
def queue(console: "Page", served: "Served") -> "Page":
    """The queue of a fresh fake, with nothing open."""
    served.tell("reset/64")
    console.mouse.move(0, 0)
    console.goto(served.url)
    console.get_by_text("No case is open").wait_for()
    console.locator(".row").first.wait_for()
    return console


@pytest.fixture
def case(console: "Page", served: "Served") -> "Page":
    """A case that can be approved, open and read, beside the queue of a fresh fake."""
    served.tell("reset/64")
    case_id = served.approvable()[0]
    console.mouse.move(0, 0)
    console.goto(f"{served.url}/?case={case_id}")
    console.locator(f".row[aria-current='true'][data-id='{case_id}']").wait_for()
    served.read(console, case_id)
    return console


class Served:
    """A running console over a fake engine in another process, steered over HTTP."""

    def __init__(self, url: str) -> None:
        self.url = url

    def tell(self, what: str) -> str:
        """Make something happen in the fake: `arrive`, `pass/<seconds>`, `reset/<count>` ..."""
        request = urllib.request.Request(f"{self.url}/fake/{what}", method="POST")
        with urllib.request.urlopen(request) as answer:
            text: str = answer.read().decode()
            return text

    def approvable(self) -> list[str]:
        """Ids of the cases in the queue that anybody can approve, from the top."""
        return self.tell("approvable").splitlines()

    def decided(self) -> list[str]:
        """Ids of the cases that somebody decided, in that order."""
        return self.tell("decided").splitlines()

    def read(self, page: "Page", case_id: str) -> None:
        """Wait until a case is open with its answers, and let the time pass that a look takes.

        A decision in the first 700 ms after opening is refused: it was meant for another case.
        """
        answers = page.locator(f".st-key-decision_buttons [class*='{case_id}'] button")
        answers.last.wait_for()
        self.tell("pass/1")

    def sign_in(self, page: "Page", name: str = "ada") -> None:
        """Give the browser a session."""
        page.context.add_cookies(
            [{"name": session.COOKIE, "value": f"session-{name}", "url": self.url}]
        )


@pytest.fixture(scope="session")
def served() -> Iterator[Served]:
    """A console with a fake engine at a free port; `reset` gives a test a fake of its own."""
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", str(ROOT / "tests" / "browser" / "served_console.py")],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    line = process.stdout.readline().strip()
    port = int(line.removeprefix("port "))
    _wait_until_it_answers(f"http://127.0.0.1:{port}/healthz")
    yield Served(f"http://127.0.0.1:{port}")
    process.terminate()
    process.wait(10)
    process.stdout.close()


def _wait_until_it_answers(url: str) -> None:
    import time
    from urllib.error import URLError

    deadline = time.monotonic() + 30
    while True:
        try:
            urllib.request.urlopen(url).close()
        except URLError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return
