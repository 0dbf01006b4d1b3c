"""What counts as a notice, in real Chromium on a real engine: many windows, a screen for few.

Only what stood whole on the visible screen was told to anybody; the rest goes to people.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from engine.bootstrap import engine_of
from engine.domain.case import Attention, Case
from engine.domain.case_status import CaseStatus
from engine.testing.stub_desk import DESK, ticket_rows
from tests.browser.loop_product import SURE, LoopProduct, running_loop
from tests.browser.operating import new_window

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

MANY = 36
LINGER_MS = 1_800
"""Longer than a card has to stand on the screen, with the page's next look."""
_ON_SCREEN = """
() => [...document.querySelectorAll("[class*='st-key-live_card_']")].filter((node) => {
  const box = node.getBoundingClientRect();
  return box.height && box.top >= 0 && box.bottom <= innerHeight;
}).map((node) => [node, ...node.querySelectorAll("*")].map((one) => one.shadowRoot).find(Boolean)
  .querySelector(".card .mono").textContent)
"""
_TO_THE_END = """
() => { const page = document.querySelector("[data-testid='stMain']");
  page.scrollTop = page.scrollHeight; }
"""


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LoopProduct]:
    with running_loop(tmp_path_factory.mktemp("seen") / "data") as started:
        yield started


@pytest.fixture
def live(chromium: "Browser", product: LoopProduct) -> "Iterator[Page]":
    """The live page on a screen of usual size, with Ada before it."""
    with new_window(chromium) as opened:
        product.sign_in(opened)
        page = opened.new_page()
        page.set_viewport_size({"width": 1440, "height": 900})
        page.goto(f"{product.url}/live")
        page.get_by_role("heading", name="Live", exact=True).wait_for()
        yield page


def arrive(product: LoopProduct, count: int) -> list[str]:
    """So many tickets at once; gives their numbers."""
    rows = ticket_rows(count, opened_at=product.parts.clock.now(), prefix="MANY", confidence=SURE)
    engine_of(product.parts).submit(DESK, rows, submitted_by="test")
    return [row["number"] for _, row in rows]


def noticed(product: LoopProduct, numbers: list[str]) -> set[str]:
    """Those whose notice is said to have arrived."""
    return {number for number in numbers if told_by(product, product.case(number))}


def told_by(product: LoopProduct, case: Case) -> str:
    window = product.parts.store.reader.veto_window(case.action_id) if case.action_id else None
    return "" if window is None else window.noticed_by


def on_screen(page: "Page") -> set[str]:
    found: list[str] = page.evaluate(_ON_SCREEN)
    return set(found)


def test_only_what_stood_on_the_screen_was_told(live: "Page", product: LoopProduct) -> None:
    numbers = arrive(product, MANY)
    for number in numbers:
        product.wait_until(number, CaseStatus.VETO_WINDOW)
    live.get_by_text(f"{MANY} in veto windows").wait_for()
    live.wait_for_timeout(LINGER_MS)
    product.wait_for("first notices", lambda: noticed(product, numbers) == on_screen(live) != set())
    shown = on_screen(live)
    assert 2 <= len(shown) <= 8
    live.wait_for_timeout(LINGER_MS)
    assert noticed(product, numbers) == shown

    live.evaluate(_TO_THE_END)
    last = live.locator("[class*='st-key-live_card_']").filter(has_text=numbers[-1])
    last.wait_for(state="attached")
    live.evaluate(_TO_THE_END)
    product.wait_for("what is below", lambda: numbers[-1] in noticed(product, numbers))
    told = noticed(product, numbers)
    assert shown < told
    assert on_screen(live) <= told
    unseen = set(numbers) - told
    assert unseen

    # Nobody looks any more: what was told runs at its time, what was not goes to a person.
    live.goto(f"{product.url}/ledger")
    product.let_windows_lapse()
    for number in told:
        product.wait_until(number, CaseStatus.DONE)
    for number in unseen:
        case = product.wait_until(number, CaseStatus.PENDING)
        assert case.attention is Attention.NOTICE_FAILED
        assert product.owner(number) == ""
