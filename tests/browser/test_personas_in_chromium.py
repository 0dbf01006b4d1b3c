"""A demonstration in real Chromium: one click to sign in, the mark on top, one choice to switch."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest
from playwright.sync_api import expect

from tests.browser.operating import settle

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 60.0
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")

if TYPE_CHECKING:
    from playwright.sync_api import Page


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a marked product answers."""
    folder = tmp_path_factory.mktemp("demonstration")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "tests.browser.demo_server", str(port), str(folder)],
        cwd=ROOT,
    )
    try:
        _wait_for(port, process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)


def _wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("the web process did not answer")


def test_place_is_taken_and_changed_by_a_click(page: "Page", url: str) -> None:
    page.goto(f"{url}/scorecard")
    page.get_by_role("button", name="Rob (simulated operator)").click()
    page.wait_for_url("**/scorecard")
    see_mark(page)
    switch = page.get_by_role("note").get_by_label("Whose place to take")
    expect(switch).to_have_value("rob")

    page.get_by_role("heading", name="Scorecard").wait_for()
    switch.select_option("rita")
    strip = page.locator(".st-key-status_strip")
    strip.get_by_text("Rita (simulated risk officer)").wait_for()
    page.wait_for_url("**/scorecard")
    page.get_by_role("link", name="Audit").wait_for()
    expect(switch).to_have_value("rita")

    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("link", name="Sign in").click()
    page.get_by_text("Everything here is simulated").wait_for()
    page.goto(f"{url}/")
    page.get_by_role("button", name="Ada (simulated operator)").click()
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        see_mark(page)


def see_mark(page: "Page") -> None:
    """It stands above everything, over the whole width, and covers nothing of the page."""
    mark, strip = page.get_by_role("note"), page.locator(".st-key-status_strip")
    mark.get_by_text("DEMONSTRATION", exact=True).wait_for()
    strip.wait_for()
    settle(page)
    box, below = mark.bounding_box(), strip.bounding_box()
    assert box
    assert below
    assert (box["x"], box["y"], box["width"]) == (0, 0, 1440)
    assert box["y"] + box["height"] <= below["y"]
    bottom = page.evaluate("document.querySelector('.stMain').getBoundingClientRect().bottom")
    assert bottom == page.evaluate("innerHeight")
