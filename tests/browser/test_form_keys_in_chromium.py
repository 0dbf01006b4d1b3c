"""Keys of an open form in a real browser: who has the focus, and what Ctrl+Enter presses."""

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.browser.conftest import Served
from tests.browser.operating import press
from tests.browser.queue_steps import (
    approve,
    focus_in_the_form,
    let_it_run,
    open_row,
    opened,
    take_back,
)

if TYPE_CHECKING:
    from playwright.sync_api import Page


def test_focused_chip_does_not_take_the_sending_key(case: "Page", served: Served) -> None:
    press(case, "x")
    case.get_by_text("Choose a reason.").wait_for()
    chip = case.get_by_role("radio", name="Duplicate")
    chip.click()
    case.get_by_text("Choose a reason.").wait_for(state="detached")
    expect(chip).to_be_focused()
    press(case, "Control+Enter")
    take_back(case).wait_for()
    assert len(served.decided()) == 1


def test_sending_key_hands_over_what_is_typed(case: "Page", served: Served) -> None:
    press(case, "q")
    focus_in_the_form(case)
    case.keyboard.type(" And since when?")
    case.keyboard.press("Control+Enter")
    case.get_by_text("And since when?").first.wait_for()
    case.get_by_role("button", name="Give it").wait_for()
    assert len(served.decided()) == 1


def test_opened_form_has_focus_and_leaves_typing_alone(case: "Page", served: Served) -> None:
    for key in ("o", "x", "e", "q"):
        press(case, key)
        focus_in_the_form(case)
        press(case, "Escape")
        approve(case).wait_for()
    press(case, "x")
    focus_in_the_form(case)
    note = case.get_by_placeholder("Note for the record")
    note.click()
    case.keyboard.type("jax oxe")
    served.tell("arrive/9400")
    case.locator(".row", has_text="INC0009400").wait_for(state="attached")
    expect(note).to_have_value("jax oxe")
    expect(note).to_be_focused()
    assert served.decided() == []


def test_undo_form_is_sent_by_its_key(case: "Page", served: Served) -> None:
    press(case, "a")
    let_it_run(case, served)
    press(case, "u")
    case.get_by_text("Say why before you undo it.").wait_for()
    focus_in_the_form(case)
    case.keyboard.type("wrong team")
    case.keyboard.press("Control+Enter")
    case.get_by_text("Say why before you undo it.").wait_for(state="detached")
    case.get_by_text("Undone; decide again").first.wait_for()


def test_reload_keeps_the_open_case(case: "Page") -> None:
    case_id = opened(case)
    press(case, "k")
    before_it = case.locator(f".row[aria-current='true']:not([data-id='{case_id}'])")
    other = before_it.get_attribute("data-id") or ""
    case.wait_for_url(f"**/?case={other}")
    case.reload()
    open_row(case, other).wait_for()
    case.get_by_role("link", name="Traces").click()
    case.get_by_role("heading", name="Traces").first.wait_for()
    case.wait_for_url(lambda url: "case=" not in url)
