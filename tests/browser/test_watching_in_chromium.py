"""The watching pages in a real browser: what AppTest cannot click."""

from typing import TYPE_CHECKING

from tests.browser.conftest import Served

if TYPE_CHECKING:
    from playwright.sync_api import Page

ROW_PX = 31


def open_list(page: "Page", served: Served, slug: str) -> None:
    served.tell("reset/64")
    served.sign_in(page)
    page.goto(f"{served.url}/{slug}")
    page.wait_for_selector('[data-testid="stDataFrame"] canvas')


def click_cell(page: "Page", row: int) -> None:
    """Click into the second column of a row; the grid is a canvas and has no elements to find."""
    box = page.locator('[data-testid="stDataFrame"]').bounding_box()
    assert box
    page.mouse.click(box["x"] + 200, box["y"] + ROW_PX * (row + 1.5))


def test_click_into_a_row_opens_its_run(page: "Page", served: Served) -> None:
    open_list(page, served, "traces")
    click_cell(page, 2)
    page.get_by_role("heading", name="INC0001062").wait_for()
    assert "?case=" in page.url
    page.get_by_role("button", name="All runs").click()
    page.get_by_role("heading", name="Traces").wait_for()


def test_click_into_a_row_shows_its_entry(page: "Page", served: Served) -> None:
    open_list(page, served, "ledger")
    click_cell(page, 2)
    page.get_by_role("heading", name="Decision taken, entry 5").wait_for()
    assert '"Approved, reason: agreed."' in page.locator(".stCode").inner_text()


def test_refused_pause_keeps_its_tab_open(page: "Page", served: Served) -> None:
    served.tell("reset/64")
    served.sign_in(page)
    page.goto(f"{served.url}/envelope")
    page.get_by_role("tab", name="Pause and resume").click()
    page.get_by_role("button", name="Pause", exact=True).click()
    page.get_by_text("Nothing was changed: say why first.").wait_for()
    page.get_by_label("Reason").wait_for()
