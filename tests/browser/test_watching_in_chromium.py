"""The watching pages in a real browser: what AppTest cannot click."""

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.browser.conftest import Served

if TYPE_CHECKING:
    from playwright.sync_api import Page

ROW_PX = 31


def open_list(page: "Page", served: Served, slug: str) -> None:
    page.goto(f"{served.url}/{slug}")
    page.locator("[role=gridcell]").first.wait_for(state="attached")


def click_cell(page: "Page", row: int) -> None:
    """Click into the second column of a row; the grid is a canvas and has no elements to find."""
    grid = page.locator('[data-testid="stDataFrame"] .dvn-scroller')
    grid.click(position={"x": 200, "y": ROW_PX * (row + 1.5)})


def test_click_into_a_row_opens_what_it_names(console: "Page", served: Served) -> None:
    served.tell("reset/64")
    open_list(console, served, "traces")
    click_cell(console, 2)
    console.get_by_role("heading", name="INC0001062").wait_for()
    console.wait_for_url("**/traces?case=*")
    console.get_by_role("button", name="All runs").click()
    console.get_by_role("heading", name="Traces").wait_for()

    open_list(console, served, "ledger")
    click_cell(console, 2)
    console.get_by_role("heading", name="Decision taken, entry 5").wait_for()
    expect(console.locator(".stCode")).to_contain_text('"Approved, reason: agreed."')


def test_refused_pause_keeps_its_tab_open(console: "Page", served: Served) -> None:
    served.tell("reset/64")
    console.goto(f"{served.url}/envelope")
    console.get_by_role("tab", name="Pause and resume").click()
    console.get_by_role("button", name="Pause", exact=True).click()
    console.get_by_text("Nothing was changed: say why first.").wait_for()
    console.get_by_label("Reason").wait_for()
