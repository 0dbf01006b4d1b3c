"""Plans in a real browser: plain text, keys, and a preview while an override is filled in."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import Served

if TYPE_CHECKING:
    from playwright.sync_api import Page

OpenPlan = Callable[[str], "Page"]
SEVERAL_S = 60_000


@pytest.fixture
def open_plan(page: "Page", served: Served) -> OpenPlan:
    """Opens one of the invented plans by its number."""
    served.tell("reset/64")
    served.tell("plans")
    served.sign_in(page)

    def opened(number: str) -> "Page":
        page.goto(f"{served.url}/case-card?case={number}")
        page.get_by_role("list", name="Plan").wait_for(timeout=SEVERAL_S)
        return page

    return opened


def test_texts_of_a_plan_are_no_markup(open_plan: OpenPlan) -> None:
    page = open_plan("ORD0002001")
    plan = page.get_by_role("list", name="Plan")
    assert plan.get_by_role("listitem").count() == 3
    assert "Dear <b>customer</b>" in plan.inner_text()
    assert plan.locator("b, a, script").count() == 0
    quote = page.locator("blockquote")
    assert quote.inner_text() == (
        "Hello, I <i>moved</i> last week and my new address is 12 Mill Lane, 4020 Linz, Austria, "
        "please send it there :smile:."
    )
    assert quote.locator("mark").inner_text() == (
        "my new address is 12 Mill Lane, 4020 Linz, Austria"
    )
    assert quote.locator("i").count() == 0


def test_preview_is_a_table_with_heads(open_plan: OpenPlan) -> None:
    page = open_plan("ORD0002001")
    heads = page.get_by_role("list", name="Plan").locator("th").all_inner_texts()
    assert heads[:3] == ["What it would change", "From", "To"]
    rows = page.get_by_role("list", name="Plan").locator("tbody tr").all_inner_texts()
    assert rows[1].split("\t") == ["48.90 EUR", "shop", "→customer C-7"]


def test_undo_by_keys_shows_what_it_puts_back(open_plan: OpenPlan) -> None:
    page = open_plan("ORD0002006")
    page.keyboard.press("u")
    back = page.get_by_role("list", name="What an undo would put back")
    back.wait_for()
    assert "cannot be taken back; it stays" in back.inner_text()
    page.get_by_label("Why undo it").wait_for()
    page.keyboard.press("Escape")
    back.wait_for(state="detached")
    page.get_by_role("button", name="Undo…").wait_for()


def test_repair_text_can_be_copied(open_plan: OpenPlan) -> None:
    page = open_plan("ORD0002004")
    page.get_by_text("Everything needed to look, as a text to copy").click()
    code = page.locator(".stCode")
    code.wait_for()
    assert "Key: 019a-2-refund" in code.inner_text()
    code.hover()
    assert code.get_by_role("button").count() == 1


def test_override_preview_follows_the_form(open_plan: OpenPlan) -> None:
    page = open_plan("ORD0002001")
    page.wait_for_timeout(800)  # a decision in the first 700 ms is refused
    page.keyboard.press("o")
    tool = page.get_by_role("combobox", name="Do this instead")
    tool.click()
    page.get_by_role("option", name="Assign group").click()
    page.get_by_role("combobox", name="Group").click()
    page.get_by_role("option", name="ERP Finance").click()
    preview = page.get_by_role("list", name="What the override would change")
    preview.get_by_text("GROUP_CLOSED").wait_for()
    assert "The group takes no incidents <i>now</i>." in preview.inner_text()
