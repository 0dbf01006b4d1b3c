"""Keys after ordinary use of the mouse, in a real browser: only fields for text swallow letters."""

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.browser.conftest import Served
from tests.browser.operating import press
from tests.browser.queue_steps import (
    focus_in_the_form,
    go_on_after_deciding,
    let_it_run,
    open_next,
    opened,
)

if TYPE_CHECKING:
    from playwright.sync_api import Page


def test_clicked_switch_hands_letters_on(case: "Page") -> None:
    before = opened(case)
    expect(go_on_after_deciding(case)).to_be_focused()
    assert open_next(case) != before
    press(case, "?")
    case.get_by_role("dialog", name="Keys").wait_for()


def test_only_searching_a_filter_takes_letters(case: "Page", served: Served) -> None:
    desk = case.get_by_role("combobox", name="Desk")
    desk.click()
    case.get_by_role("option", name="Incidents").click()
    case.get_by_text("Clear filters").wait_for()
    expect(desk).to_be_focused()
    before = opened(case)
    now = open_next(case)
    assert now != before
    expect(desk).to_have_value("Incidents")

    desk.focus()
    case.keyboard.press("Tab")
    case.keyboard.type("pau")
    case.get_by_role("option", name="Paused").wait_for()
    assert opened(case) == now
    assert served.decided() == []


# --- a send that is refused for want of a field ----------------------------------------------


def test_refused_undo_keeps_what_is_typed(case: "Page", served: Served) -> None:
    press(case, "a")
    let_it_run(case, served)
    press(case, "u")
    focus_in_the_form(case)
    case.keyboard.press("Control+Enter")
    case.keyboard.type("wrong ")
    case.get_by_text("Say why it should be undone.").first.wait_for()
    case.keyboard.type("team")
    expect(case.get_by_label("Why undo it")).to_have_value("wrong team")


def test_refused_form_has_the_focus_where_it_lacks(case: "Page", served: Served) -> None:
    press(case, "q")
    focus_in_the_form(case)
    case.keyboard.press("Control+a")
    case.keyboard.press("Delete")
    case.keyboard.press("Control+Enter")
    case.get_by_role("alert").get_by_text("Say what has to be known.").first.wait_for()
    case.keyboard.type("since when?")
    expect(case.get_by_label("What has to be known")).to_have_value("since when?")
    expect(case.get_by_role("dialog", name="Keys")).to_have_count(0)

    press(case, "Escape")
    case.get_by_role("button", name="Ask…").wait_for()
    press(case, "o")
    focus_in_the_form(case)
    case.get_by_role("button", name="Override now").click()
    expect(case.get_by_role("combobox", name="Group")).to_be_focused()
    assert served.decided() == []
