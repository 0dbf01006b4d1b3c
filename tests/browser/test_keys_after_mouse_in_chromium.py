"""Keys after ordinary use of the mouse, in a real browser: only fields for text swallow letters."""

from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import Served
from tests.browser.test_form_keys_in_chromium import FOCUSED_IN_THE_FORM
from tests.browser.test_queue_in_chromium import (
    TAKE_BACK_S,
    decided,
    go_on_after_deciding,
    open_next,
    open_next_to_approve,
    opened,
    wait_to_be_read,
)

if TYPE_CHECKING:
    from playwright.sync_api import Page


@pytest.fixture
def queue(page: "Page", served: Served) -> "Page":
    """The queue of a fresh fake, with a case open that can be approved."""
    served.tell("reset/64")
    served.sign_in(page)
    page.goto(served.url)
    page.get_by_text("No case is open").wait_for()
    page.locator(".row").first.wait_for()
    open_next_to_approve(page)
    return page


def focused(page: "Page") -> str:
    return str(page.evaluate("() => document.activeElement.getAttribute('aria-label')"))


def test_clicked_switch_hands_letters_on(queue: "Page") -> None:
    before = opened(queue)
    go_on_after_deciding(queue)
    assert focused(queue) == "Go on after deciding"
    assert open_next(queue) != before


def test_chosen_filter_hands_letters_on(queue: "Page") -> None:
    queue.get_by_role("combobox", name="Desk").click()
    queue.get_by_role("option", name="Incidents").click()
    queue.get_by_text("Clear filters").wait_for()
    assert focused(queue) == "Desk"
    before = opened(queue)
    assert open_next(queue) != before
    assert queue.get_by_role("combobox", name="Desk").input_value() == "Incidents"


def test_filter_reached_by_keys_takes_letters(queue: "Page") -> None:
    before = opened(queue)
    queue.get_by_role("combobox", name="Desk").focus()
    queue.keyboard.press("Tab")
    queue.keyboard.type("pau")
    queue.get_by_role("option", name="Paused").wait_for()
    assert opened(queue) == before


def test_sheet_of_keys_opens_from_a_switch(queue: "Page") -> None:
    go_on_after_deciding(queue)
    queue.keyboard.press("?")
    queue.get_by_role("dialog", name="Keys").wait_for()


# --- a send that is refused for want of a field ----------------------------------------------


def test_refused_undo_keeps_what_is_typed(queue: "Page", served: Served) -> None:
    wait_to_be_read(queue)
    queue.keyboard.press("a")
    queue.get_by_role("button", name="Take back").wait_for()
    served.tell(f"pass/{TAKE_BACK_S}")
    queue.get_by_text("“Assign group” ran and was verified").wait_for(timeout=20_000)
    queue.keyboard.press("u")
    queue.wait_for_function(FOCUSED_IN_THE_FORM)
    queue.keyboard.press("Control+Enter")
    queue.keyboard.type("wrong ")
    queue.get_by_text("Say why it should be undone.").wait_for()
    queue.keyboard.type("team")
    assert queue.get_by_label("Why undo it").input_value() == "wrong team"


def test_refused_question_keeps_the_question_mark(queue: "Page", served: Served) -> None:
    wait_to_be_read(queue)
    queue.keyboard.press("q")
    queue.wait_for_function(FOCUSED_IN_THE_FORM)
    queue.keyboard.press("Control+a")
    queue.keyboard.press("Delete")
    queue.keyboard.press("Control+Enter")
    queue.get_by_role("alert").get_by_text("Say what has to be known.").wait_for()
    queue.keyboard.type("since when?")
    assert queue.get_by_label("What has to be known").input_value() == "since when?"
    assert queue.get_by_role("dialog", name="Keys").count() == 0
    assert decided(served) == []


def test_refused_override_puts_the_focus_there(queue: "Page", served: Served) -> None:
    wait_to_be_read(queue)
    queue.keyboard.press("o")
    queue.wait_for_function(FOCUSED_IN_THE_FORM)
    queue.get_by_role("button", name="Override now").click()
    queue.wait_for_function("() => document.activeElement.getAttribute('aria-label') === 'Group'")
    assert decided(served) == []
