"""A product owner's and a risk officer's day in real Chromium: draft, drag, see, propose, sign."""

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from engine.bootstrap import engine_of
from engine.domain.actor import Role
from engine.domain.case import Attention
from engine.domain.grant import GrantBasis
from engine.domain.phase import Phase
from tests.browser.live_product import PASSWORD, LiveProduct, running, sample_rows
from tests.browser.operating import SLOW_MS, make_first_account, new_window, settle, sign_in

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

OWNER, RISK = "olga", "rhea"
ROUTING = "incidents/routing/assign_group"
DRAGS = 3
LATER = 20
"""Rows kept back for each thing that is to be seen on new cases."""


@pytest.fixture(scope="module")
def product(chromium: "Browser", tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveProduct]:
    """A product with a history, a product owner and a risk officer."""
    with running(tmp_path_factory.mktemp("govern"), take_back_s=1.0) as started:
        started.submit(sample_rows()[-400 : -3 * LATER])
        make_first_account(chromium, started)
        started.somebody(OWNER, "ada", Role.PRODUCT_OWNER)
        started.somebody(RISK, "ada", Role.RISK_OFFICER)
        started.wait_for("the history", lambda: not waiting_to_be_judged(started))
        yield started


def waiting_to_be_judged(product: LiveProduct) -> int:
    counts = engine_of(product.parts).queries.health().cases_by_status
    return sum(counts.get(status, 0) for status in ("RECEIVED", "PERCEIVED", "REASONING"))


@pytest.fixture
def owner(chromium: "Browser", product: LiveProduct) -> "Iterator[Page]":
    """The product owner's envelope page."""
    yield from envelope_page(chromium, product, OWNER)


@pytest.fixture(scope="module")
def risk(chromium: "Browser", product: LiveProduct) -> "Iterator[Page]":
    """The risk officer's envelope page."""
    yield from envelope_page(chromium, product, RISK)


def envelope_page(chromium: "Browser", product: LiveProduct, name: str) -> "Iterator[Page]":
    """A window of their own; the page loads with the way in."""
    with new_window(chromium) as window:
        page = window.new_page()
        page.set_viewport_size({"width": 1440, "height": 2000})  # lists open where there is room
        page.goto(f"{product.url}/signin?next=/envelope")
        sign_in(page, name, PASSWORD)
        page.get_by_role("table").first.wait_for()
        yield page


def cell_phase(product: LiveProduct) -> Phase:
    cells = engine_of(product.parts).queries.cells("incidents")
    return next(cell.phase for cell in cells if cell.cell == ROUTING)


def later(product: LiveProduct, batch: int) -> list[str]:
    """Let the next rows come in; gives their numbers once they are judged."""
    start = (batch - 3) * LATER
    rows = sample_rows()[start : start + LATER or None]
    product.submit(rows)
    product.wait_for("the new cases", lambda: not waiting_to_be_judged(product))
    return [row["case_id"] for row in rows]


def ran_alone(product: LiveProduct, numbers: list[str]) -> set[str]:
    reader = product.parts.store.reader
    return {
        number
        for number in numbers
        if any(
            grant.basis is GrantBasis.VERDICT for grant in reader.grants(product.case(number).id)
        )
    }


def figures(page: "Page") -> "Locator":
    return page.get_by_role("table", name="Consequences on history")


def drag_threshold(page: "Page", start: float, to: float, shown: "Locator") -> None:
    """Drag the slider from one share of its length to another, with the mouse, until it shows.

    What is drawn above it moves it: where the mouse missed it in that instant it tries again.
    """
    from playwright.sync_api import TimeoutError as PlaywrightTimeout

    handle = page.get_by_role("slider").first
    handle.wait_for()
    for _ in range(DRAGS):
        track = page.get_by_test_id("stSlider").first.bounding_box()
        grip = handle.bounding_box()
        assert track is not None
        assert grip is not None
        height = grip["y"] + grip["height"] / 2
        page.mouse.move(track["x"] + track["width"] * start, height)
        page.mouse.down()
        page.mouse.move(track["x"] + track["width"] * to, height, steps=8)
        page.mouse.up()
        with suppress(PlaywrightTimeout):
            return shown.wait_for(timeout=SLOW_MS / DRAGS)
    raise AssertionError("the slider did not follow the mouse")


FLIPPED = re.compile(r"([\d,]+) would run alone now that went to people")


def run_alone(page: "Page") -> int:
    """How many past decisions the draft would take from people, as the page says."""
    said = FLIPPED.search(page.get_by_text(FLIPPED).inner_text())
    assert said is not None
    return int(said.group(1).replace(",", ""))


def wait_for_more(page: "Page", than: int) -> None:
    """Wait until the page says that the draft would take more of them."""
    page.wait_for_function(
        "than => { const said = /([\\d,]+) would run alone now/.exec(document.body.innerText); "
        "return said && Number(said[1].replace(',', '')) > than; }",
        arg=than,
        polling=100,
    )


def choose(page: "Page", label: str, words: str) -> None:
    page.get_by_role("combobox", name=label).click()
    page.get_by_role("option", name=words).first.click()


def test_a_draft_is_seen_proposed_signed_and_rolled_back(
    owner: "Page", risk: "Page", product: LiveProduct
) -> None:
    owner.get_by_role("tab", name="Propose a change").click()
    figures(owner).wait_for()
    choose(owner, "Phase", "Bounded")
    owner.get_by_text("The phase goes from Copilot to Bounded").wait_for()
    choose(owner, "Threshold", "by hand")
    owner.get_by_text("may run alone from 0.90, set by hand").wait_for()
    settle(owner)
    strict = run_alone(owner)
    follows = owner.get_by_text(re.compile(r"may run alone from 0\.5\d, set by hand"))
    drag_threshold(owner, 0.9, 0.55, follows)
    wait_for_more(owner, than=strict)
    owner.get_by_role("textbox", name="Note: why").fill("enough labels stand behind it")
    owner.get_by_role("textbox", name="Note: why").press("Tab")
    owner.get_by_role("button", name="Propose", exact=True).click()
    owner.get_by_text("somebody else has to sign it").first.wait_for()
    assert cell_phase(product) is Phase.COPILOT
    owner.close()
    sign(risk, product)
    numbers = later(product, 0)
    product.wait_for("software to act", lambda: bool(ran_alone(product, numbers)))
    roll_back(risk, product)
    assert ran_alone(product, later(product, 1)) == set()


def sign(risk: "Page", product: LiveProduct) -> None:
    risk.get_by_role("tab", name="Versions and signatures").click()
    risk.get_by_role("button", name="Sign and activate version 1").click()
    product.wait_for("the signature", lambda: cell_phase(product) is Phase.BOUNDED)


def roll_back(risk: "Page", product: LiveProduct) -> None:
    risk.get_by_role("tab", name="Versions and signatures").click()
    risk.get_by_text("Version 0", exact=True).click()
    risk.get_by_label("Reason").first.fill("it was too early")
    risk.get_by_label("Reason").first.press("Tab")
    risk.get_by_role("button", name="Go back to version 0").click()
    product.wait_for("the way back", lambda: cell_phase(product) is Phase.COPILOT)


def test_the_brake_stops_a_running_desk(risk: "Page", product: LiveProduct) -> None:
    risk.get_by_role("tab", name="Pause and resume").click()
    choose(risk, "What", "the desk")
    risk.get_by_label("Reason").last.fill("a drill")
    risk.get_by_label("Reason").last.press("Tab")
    risk.get_by_role("button", name="Pause", exact=True).click()
    product.wait_for("the pause", lambda: bool(engine_of(product.parts).queries.health().pauses))
    numbers = later(product, 2)
    assert {product.case(number).attention for number in numbers} <= {
        Attention.PAUSED,
        Attention.NO_RECOMMENDATION,
        None,
    }
    assert ran_alone(product, numbers) == set()
