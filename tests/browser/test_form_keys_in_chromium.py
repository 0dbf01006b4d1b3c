"""Keys of an open form in a real browser: who has the focus, and what Ctrl+Enter presses."""

from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import Served
from tests.browser.test_queue_in_chromium import (
    TAKE_BACK_S,
    decided,
    open_next_to_approve,
    wait_to_be_read,
)

if TYPE_CHECKING:
    from playwright.sync_api import Page

FOCUSED_IN_THE_FORM = """() => document.activeElement.closest("[class*='fields']") !== null"""


@pytest.fixture
def case(page: "Page", served: Served) -> "Page":
    """A case that can be approved, open beside the queue of a fresh fake."""
    served.tell("reset/64")
    served.sign_in(page)
    page.goto(served.url)
    page.get_by_text("No case is open").wait_for()
    page.locator(".row").first.wait_for()
    open_next_to_approve(page)
    wait_to_be_read(page)
    return page


def test_focused_chip_does_not_take_the_sending_key(case: "Page", served: Served) -> None:
    case.keyboard.press("x")
    chip = case.get_by_role("radio", name="Duplicate")
    chip.click()
    case.get_by_text("Choose a reason.").wait_for(state="detached")
    assert chip.evaluate("node => node === document.activeElement")
    case.keyboard.press("Control+Enter")
    case.get_by_role("button", name="Take back").wait_for()
    assert len(decided(served)) == 1


def test_sending_key_hands_over_what_is_typed(case: "Page", served: Served) -> None:
    case.keyboard.press("q")
    case.wait_for_function(FOCUSED_IN_THE_FORM)
    case.keyboard.type(" And since when?")
    case.keyboard.press("Control+Enter")
    case.get_by_text("And since when?").first.wait_for()
    case.get_by_role("button", name="Give it").wait_for()
    assert len(decided(served)) == 1


@pytest.mark.parametrize("key", ["o", "x", "e", "q"])
def test_opened_form_has_the_focus(case: "Page", key: str) -> None:
    case.keyboard.press(key)
    case.wait_for_function(FOCUSED_IN_THE_FORM)
    case.keyboard.press("Escape")
    case.get_by_role("button", name="Approve").wait_for()


def test_open_form_leaves_typing_elsewhere_alone(case: "Page", served: Served) -> None:
    case.keyboard.press("x")
    case.wait_for_function(FOCUSED_IN_THE_FORM)
    note = case.get_by_placeholder("Note for the record")
    note.click()
    case.keyboard.type("jax oxe")
    served.tell("arrive/9400")
    case.wait_for_timeout(3000)
    assert note.input_value() == "jax oxe"
    assert note.evaluate("node => node === document.activeElement")
    assert decided(served) == []


def test_undo_form_is_sent_by_its_key(case: "Page", served: Served) -> None:
    case.keyboard.press("a")
    case.get_by_role("button", name="Take back").wait_for()
    served.tell(f"pass/{TAKE_BACK_S}")
    case.get_by_text("“Assign group” ran and was verified").wait_for(timeout=20_000)
    case.keyboard.press("u")
    case.get_by_text("Say why before you undo it.").wait_for()
    case.wait_for_function(FOCUSED_IN_THE_FORM)
    case.keyboard.type("wrong team")
    case.keyboard.press("Control+Enter")
    case.get_by_text("Say why before you undo it.").wait_for(state="detached")
    case.get_by_text("Undone; decide again").first.wait_for()


def test_reload_keeps_the_open_case(case: "Page") -> None:
    opened = case.locator(".row[aria-current='true']").get_attribute("data-id")
    case.wait_for_url(f"**/?case={opened}")
    case.reload()
    case.locator(f".row[aria-current='true'][data-id='{opened}']").wait_for()
    case.get_by_role("link", name="Traces").click()
    case.get_by_role("heading", name="Traces").first.wait_for()
    assert "case=" not in case.url
