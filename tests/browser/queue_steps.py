"""What an operator does on the queue of the served fake, in Chromium: open, press, watch."""

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.browser.conftest import Served
from tests.browser.operating import press

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

TAKE_BACK_S = 10
"""How long a decision can be taken back on the fake."""


def opened(page: "Page") -> str:
    """The marked case; at one blow, because a refresh may take the line away meanwhile."""
    rows = page.locator(".row[aria-current='true']")
    return str(rows.evaluate_all("rows => rows.length ? rows[0].dataset.id : ''"))


def open_row(page: "Page", case_id: str) -> "Locator":
    """The line of a case, once it is the open one."""
    return page.locator(f".row[aria-current='true'][data-id='{case_id}']")


def open_next(page: "Page") -> str:
    """Press J and give the id of the case that is open then, with its answers."""
    before = opened(page)
    press(page, "j")
    page.locator(f".row[aria-current='true']:not([data-id='{before}'])").wait_for()
    case_id = opened(page)
    page.locator(f".st-key-decision_bar [class*='{case_id}']").first.wait_for()
    return case_id


def open_by_click(page: "Page", served: Served, case_id: str) -> None:
    """Click the line of a case and read it."""
    page.locator(f".row[data-id='{case_id}']").click()
    open_row(page, case_id).wait_for()
    served.read(page, case_id)


def go_on_after_deciding(page: "Page") -> "Locator":
    """Click the switch and give it, on."""
    page.get_by_text("Go on after deciding").click()
    switch = page.get_by_role("switch", name="Go on after deciding")
    expect(switch).to_be_checked()
    return switch


def approve(page: "Page") -> "Locator":
    """The button."""
    return page.get_by_role("button", name="Approve")


def take_back(page: "Page") -> "Locator":
    """The button that is there as long as a decision can be taken back."""
    return page.get_by_role("button", name="Take back")


def focus_in_the_form(page: "Page") -> None:
    """Wait until a field of the open form has the focus."""
    expect(page.locator("[class*='fields'] :focus")).to_have_count(1)


def let_it_run(page: "Page", served: Served) -> None:
    """Let the time pass in which the last decision can be taken back, and see it run."""
    take_back(page).wait_for()
    served.tell(f"pass/{TAKE_BACK_S}")
    page.get_by_text("“Assign group” ran and was verified").wait_for()
