"""An override's numbers in a real browser: the text in the field, the words, and what is sent."""

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Served
from tests.browser.operating import press, settle
from tests.browser.queue_steps import take_back

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page


TYPE_AND_SEND = """
async (field, [text, way]) => {
  field.focus();
  field.select();
  document.execCommand("insertText", false, text);
  await new Promise((done) => setTimeout(done));  // the field has heard it, the server has not
  const at = { bubbles: true, composed: true, cancelable: true };
  if (way === "keys") {
    field.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", ctrlKey: true, ...at }));
    return;
  }
  const button = [...document.querySelectorAll("button")].find(
    (one) => one.innerText.includes("Override now"));
  for (const name of ["mousedown", "mouseup", "click"])
    button.dispatchEvent(new MouseEvent(name, at));
}
"""
"""In one go, so that the words beside the button cannot follow in between."""


@pytest.fixture
def form(case: "Page") -> "Page":
    """The form of an override with a note to be written, which has a number beside it."""
    press(case, "o")
    case.get_by_role("combobox", name="Do this instead").click()
    case.get_by_role("option", name="Add work note").click()
    note = case.locator("textarea[aria-label='Note']")
    note.wait_for()
    settle(case)  # the fields are those of the tool that was chosen
    note.fill("call back")
    case.get_by_role("radio", name="The facts are wrong").click()
    case.get_by_text("with note call back").wait_for()
    return case


def minutes(page: "Page") -> "Locator":
    return page.get_by_label("Minutes spent")


def sending(page: "Page") -> "Locator":
    return page.get_by_role("button", name="Override now")


def test_only_a_readable_number_is_sent(form: "Page", served: Served) -> None:
    minutes(form).fill("15")
    form.get_by_text("minutes spent 15,").wait_for()
    minutes(form).fill("-7")
    press(form, "Control+Enter")
    form.get_by_text("It cannot be below zero.", exact=True).wait_for()
    form.get_by_text("Nothing can be sent as the form stands").wait_for()
    expect(sending(form)).to_be_disabled()
    press(form, "Control+Enter")
    press(form, "Enter")
    expect(minutes(form)).to_have_value("-7")

    minutes(form).press("Control+a")
    minutes(form).press_sequentially("30")
    form.get_by_text("minutes spent 30,").wait_for()  # what was pressed before is through, too
    assert served.decided() == []
    expect(minutes(form)).to_be_focused()
    press(form, "Control+Enter")
    take_back(form).wait_for()
    assert len(served.decided()) == 1


def test_number_typed_at_once_is_said_before_it_is_sent(form: "Page", served: Served) -> None:
    minutes(form).evaluate(TYPE_AND_SEND, ["25", "keys"])
    form.get_by_text("Nothing was sent: a field changed").first.wait_for()
    form.get_by_text("minutes spent 25,").wait_for()
    minutes(form).evaluate(TYPE_AND_SEND, ["26", "mouse"])
    form.get_by_text("minutes spent 26,").wait_for()
    assert served.decided() == []
    press(form, "Control+Enter")
    take_back(form).wait_for()
    assert len(served.decided()) == 1
