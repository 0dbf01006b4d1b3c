"""Take the screenshots of the documentation: every page of the real product, with the sample.

    python -m tests.browser.take_screenshots docs/screenshots

Starts `countersign up` on a temporary folder, does a few things an operator does, and leaves a PNG
of 1440 by 900 pixels a page; queue and case also in the dark theme.
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tests.browser.live_product import LiveProduct, running
from tests.browser.operating import (
    answer,
    card,
    choose_from,
    find_case,
    give_reason,
    make_first_account,
    new_window,
    open_queue,
    pick_undecided,
    press_to_open,
    wait_until_done,
)
from tests.machine import find_chromium

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ALL_ROWS = 1200
WATCHING = ("traces", "scorecard", "ledger", "decision-log", "envelope", "schedules")


def main() -> None:
    """Take them all."""
    from playwright.sync_api import sync_playwright

    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    with (
        TemporaryDirectory() as folder,
        running(Path(folder) / "data", take_back_s=8.0) as product,
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=find_chromium()) as chromium,
    ):
        product.fill(ALL_ROWS)
        take_all(chromium, product, target)
        verified = product.countersign("ledger", "verify")
        assert verified.returncode == 0, verified.stdout


def take_all(chromium: "Browser", product: LiveProduct, target: Path) -> None:
    """Visit every page; the doors first, as a newcomer does."""
    with new_window(chromium) as window:
        page = window.new_page()
        page.goto(product.setup_link)
        shoot(page, target / "set-up.png")
    signed_in = make_first_account(chromium, product)
    with new_window(chromium) as window:
        page = window.new_page()
        page.goto(product.url)
        shoot(page, target / "sign-in.png")
    with new_window(chromium, signed_in) as window:
        page = window.new_page()
        take_decisions(page, product, target)
        take_case(page, product, target)
        for slug in WATCHING:
            page.goto(f"{product.url}/{slug}")
            prepare(page, slug)
            shoot(page, target / f"{slug}.png")
    with new_window(chromium, signed_in, "dark") as window:
        page = window.new_page()
        open_queue(page, product)
        press_to_open(page, "j")
        shoot(page, target / "queue-dark.png")
        page.goto(f"{product.url}/case-card?case={number_of_a_done_case(product)}")
        wait_until_done(page)
        shoot(page, target / "case-dark.png")


def take_decisions(page: "Page", product: LiveProduct, target: Path) -> None:
    """The queue and the ways to answer: approve one, override one, reject one, undo one."""
    open_queue(page, product)
    press_to_open(page, "j")
    shoot(page, target / "queue.png")
    first = pick_undecided(page, product)
    answer(page, "Approve").click()
    answer(page, "Take back").wait_for()
    shoot(page, target / "take-back.png")
    pick_undecided(page, product)
    answer(page, "Override…").click()
    chosen = choose_from(page, "Assignment group", but_not=proposal_of(page))
    give_reason(page, "Wrong target")
    card(page).get_by_text(chosen).first.wait_for()
    shoot(page, target / "override.png")
    answer(page, "Override now").click()
    answer(page, "Take back").wait_for()
    pick_undecided(page, product)
    answer(page, "Reject…").click()
    give_reason(page, "Duplicate")
    answer(page, "Reject now").click()
    answer(page, "Take back").wait_for()
    find_case(page, product, first)
    wait_until_done(page)


def take_case(page: "Page", product: LiveProduct, target: Path) -> None:
    """One case over the whole width, from facts to timeline, then undone, then its trace."""
    shoot(page, target / "case.png")
    card(page).get_by_role("table", name="Timeline").scroll_into_view_if_needed()
    shoot(page, target / "case-timeline.png")
    page.get_by_role("button", name="Trace of this case").click()
    page.locator("[role=gridcell]").first.wait_for(state="attached")
    page.locator(".main-svg").first.wait_for()
    shoot(page, target / "trace.png")


def prepare(page: "Page", slug: str) -> None:
    """Wait for what a page draws last."""
    match slug:
        case "traces" | "decision-log":
            page.locator("[role=gridcell]").first.wait_for(state="attached")
        case "ledger":
            page.get_by_role("button", name="Verify now").click()
            page.get_by_text("Nothing is wrong.").wait_for()
            page.locator("[role=gridcell]").first.wait_for(state="attached")
        case "scorecard" | "envelope":
            page.locator(".main-svg").first.wait_for()
        case _:
            page.get_by_role("table").first.wait_for()


def proposal_of(page: "Page") -> str:
    """The group that is recommended for the open case."""
    return card(page).get_by_role("table", name="Alternatives").locator("td").first.inner_text()


def number_of_a_done_case(product: LiveProduct) -> str:
    """The case that was approved."""
    return next(number for number, kind, _ in product.decisions() if kind == "APPROVE")


def shoot(page: "Page", file: Path) -> None:
    """Take one when nothing moves any more."""
    page.mouse.move(720, 4)  # over nothing that answers to it
    page.evaluate("() => document.fonts.ready")
    page.wait_for_timeout(700)  # toasts and menus fade by the clock of the browser
    page.screenshot(path=file)


if __name__ == "__main__":
    main()
