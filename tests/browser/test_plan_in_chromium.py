"""Plans in a real browser: plain text, keys, and a preview while an override is filled in."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Served
from tests.browser.operating import press

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

OpenPlan = Callable[[str], "Page"]
QUOTED = (
    "Hello, I <i>moved</i> last week and my new address is 12 Mill Lane, 4020 Linz, Austria, "
    "please send it there :smile:."
)


@pytest.fixture
def open_plan(console: "Page", served: Served) -> OpenPlan:
    """Opens one of the invented plans by its number, and reads it."""
    served.tell("reset/64")
    served.tell("plans")

    def opened(number: str) -> "Page":
        console.goto(f"{served.url}/case-card?case={number}")
        plan(console).wait_for()
        console.locator(".st-key-decision_bar button").last.wait_for()
        served.tell("pass/1")
        return console

    return opened


def plan(page: "Page") -> "Locator":
    return page.get_by_role("list", name="Plan")


def test_plan_is_plain_text_and_a_table(open_plan: OpenPlan) -> None:
    page = open_plan("ORD0002001")
    expect(plan(page).get_by_role("listitem")).to_have_count(3)
    expect(plan(page)).to_contain_text("Dear <b>customer</b>")
    expect(plan(page).locator("b, a, script")).to_have_count(0)
    quote = page.locator("blockquote")
    expect(quote).to_have_text(QUOTED)
    expect(quote.locator("mark")).to_have_text("my new address is 12 Mill Lane, 4020 Linz, Austria")
    expect(quote.locator("i")).to_have_count(0)

    heads = plan(page).locator("thead").first.locator("th")
    expect(heads).to_have_text(["What it would change", "From", "To"])
    second = plan(page).locator("tbody tr").nth(1).locator("th, td")
    expect(second).to_have_text(["48.90 EUR", "shop", "→customer C-7"])


def test_override_preview_follows_the_form(open_plan: OpenPlan) -> None:
    page = open_plan("ORD0002001")
    press(page, "o")
    page.get_by_role("combobox", name="Do this instead").click()
    page.get_by_role("option", name="Assign group").click()
    page.get_by_role("combobox", name="Group").click()
    page.get_by_role("option", name="ERP Finance").click()
    preview = page.get_by_role("list", name="What the override would change")
    preview.get_by_text("GROUP_CLOSED").wait_for()
    expect(preview).to_contain_text("The group takes no incidents <i>now</i>.")


def test_undo_by_keys_shows_what_it_puts_back(open_plan: OpenPlan) -> None:
    page = open_plan("ORD0002006")
    page.get_by_role("button", name="Undo…").wait_for()
    press(page, "u")
    back = page.get_by_role("list", name="What an undo would put back")
    expect(back).to_contain_text("cannot be taken back; it stays")
    page.get_by_label("Why undo it").wait_for()
    press(page, "Escape")
    back.wait_for(state="detached")
    page.get_by_role("button", name="Undo…").wait_for()


def test_repair_text_can_be_copied(open_plan: OpenPlan) -> None:
    page = open_plan("ORD0002004")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_text("Everything needed to look, as a text to copy").click()
    code = page.locator(".stCode")
    expect(code).to_contain_text("Key: 019a-2-refund")
    code.hover()
    code.get_by_role("button").click()
    page.wait_for_function(
        "async () => (await navigator.clipboard.readText()).includes('Key: 019a-2-refund')"
    )
