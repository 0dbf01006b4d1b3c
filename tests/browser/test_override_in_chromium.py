"""An override's numbers in a real browser: the text in the field, the words, and what is sent."""

from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import Served
from tests.browser.test_queue_in_chromium import (
    decided,
    open_next_to_approve,
    wait_to_be_read,
)

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page


@pytest.fixture
def form(page: "Page", served: Served) -> "Page":
    """The form of an override with a note to be written, which has a number beside it."""
    served.tell("reset/64")
    served.sign_in(page)
    page.goto(served.url)
    page.get_by_text("No case is open").wait_for()
    page.locator(".row").first.wait_for()
    open_next_to_approve(page)
    wait_to_be_read(page)
    page.keyboard.press("o")
    page.get_by_role("combobox", name="Do this instead").click()
    page.get_by_role("option", name="Add work note").click()
    page.locator("textarea[aria-label='Note']").fill("call back")
    page.get_by_role("radio", name="The facts are wrong").click()
    page.get_by_text("with note call back").wait_for()
    return page


def minutes(page: "Page") -> "Locator":
    return page.get_by_label("Minutes spent")


def sending(page: "Page") -> "Locator":
    return page.get_by_role("button", name="Override now")


def test_refused_number_sends_nothing(form: "Page", served: Served) -> None:
    minutes(form).fill("15")
    form.get_by_text("minutes spent 15,").wait_for()
    minutes(form).fill("-7")
    form.keyboard.press("Control+Enter")
    form.get_by_text("It cannot be below zero.", exact=True).wait_for()
    form.get_by_text("Nothing can be sent as the form stands").wait_for()
    assert sending(form).is_disabled()
    form.keyboard.press("Control+Enter")
    form.keyboard.press("Enter")
    form.wait_for_timeout(300)
    assert decided(served) == []
    assert minutes(form).input_value() == "-7"


@pytest.mark.parametrize("way", ["keys", "mouse"])
def test_number_typed_at_once_is_said_before_it_is_sent(
    form: "Page", served: Served, way: str
) -> None:
    minutes(form).fill("25")
    if way == "keys":
        form.keyboard.press("Control+Enter")
    else:
        sending(form).click()
    form.get_by_text("Nothing was sent: a field changed").wait_for()
    form.get_by_text("minutes spent 25,").wait_for()
    assert decided(served) == []
    form.keyboard.press("Control+Enter")
    form.get_by_role("button", name="Take back").wait_for()
    assert len(decided(served)) == 1


def test_words_follow_while_the_field_is_typed_in(form: "Page", served: Served) -> None:
    minutes(form).press("Control+a")
    minutes(form).press_sequentially("30")
    form.get_by_text("minutes spent 30,").wait_for()
    assert minutes(form).evaluate("node => node === document.activeElement")
    form.keyboard.press("Control+Enter")
    form.get_by_role("button", name="Take back").wait_for()
    assert len(decided(served)) == 1
