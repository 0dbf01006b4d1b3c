"""Watching software at work in real Chromium, on a real engine and worker: stub desk on the loop.

An action appears and its time runs out; it is held, released and runs; another lapses into effect;
the pause button stops the desk.
"""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from engine.bootstrap import engine_of
from engine.domain.actor import Role
from engine.domain.case import Attention, Case
from engine.domain.case_status import CaseStatus
from engine.domain.grant import GrantBasis
from engine.service.requests import HoldAction, ResumeScope, SeeNotices
from tests.browser.loop_product import PASSWORD, LoopProduct, running_loop
from tests.browser.operating import new_window
from tests.browser.operating import press as press_key

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Locator, Page

READ_MS = 900
"""A click on what came less than 700 ms ago was meant for what stood there before."""


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LoopProduct]:
    """One product for all journeys; each has cases of its own."""
    with running_loop(tmp_path_factory.mktemp("loop") / "data") as started:
        yield started


@pytest.fixture(scope="module")
def lapsed(product: LoopProduct) -> str:
    """A case whose window ran out although people were told."""
    number = product.arrive("TOLD")
    case = product.wait_until(number, CaseStatus.VETO_WINDOW)
    engine = engine_of(product.parts)
    engine.execute(SeeNotices(case_ids=(case.id,)), engine.sign_in("ada", PASSWORD).person)
    product.let_windows_lapse()
    product.wait_until(number, CaseStatus.DONE)
    return number


@pytest.fixture(scope="module")
def window(chromium: "Browser", product: LoopProduct) -> "Iterator[BrowserContext]":
    """A browser window in which Ada is signed in."""
    with new_window(chromium) as opened:
        product.sign_in(opened)
        yield opened


@pytest.fixture(scope="module")
def page(window: "BrowserContext") -> "Page":
    """Ada's page. One for all journeys: what it has loaded is not loaded again."""
    return window.new_page()


@pytest.fixture
def live(page: "Page", product: LoopProduct) -> "Page":
    """The live page."""
    page.goto(f"{product.url}/live")
    page.get_by_role("heading", name="Live", exact=True).wait_for()
    return page


def slot(page: "Page", number: str) -> "Locator":
    """The place of a case."""
    return page.locator("[class*='st-key-live_slot_']").filter(has_text=number)


def press(page: "Page", number: str, name: str) -> None:
    """Press a button in the place of a case, once it has stood there long enough to be read."""
    button = slot(page, number).get_by_role("button", name=name)
    button.wait_for()
    page.wait_for_timeout(READ_MS)
    button.click()


def seconds_left(page: "Page", number: str) -> int:
    time = slot(page, number).locator(".time")
    expect(time).to_have_text(re.compile(r"^\d+:\d\d$"))
    minutes, seconds = time.inner_text().split(":")
    return int(minutes) * 60 + int(seconds)


def basis_of(product: LoopProduct, case: Case) -> GrantBasis:
    (grant,) = product.parts.store.reader.grants(case.id)
    return grant.basis


def test_action_is_held_released_and_runs(live: "Page", product: LoopProduct) -> None:
    number = product.arrive("HOLD")
    press(live, number, "Hold")
    held = product.wait_until(number, CaseStatus.HELD)
    assert held.attention_note == "ada: I want to look first"
    assert product.owner(number) == ""
    slot(live, number).get_by_role("button", name="Hold").wait_for(state="detached")
    press(live, number, "Release")
    slot(live, number).get_by_text("released by ada").wait_for()
    case = product.wait_until(number, CaseStatus.DONE)
    assert basis_of(product, case) is GrantBasis.DECISION
    assert product.owner(number) == "north"


def test_countdown_runs_and_lapses_into_effect(live: "Page", product: LoopProduct) -> None:
    number = product.arrive("LAPSE")
    slot(live, number).get_by_text("ada was told at").wait_for()
    before = seconds_left(live, number)
    live.wait_for_function(
        """([number, before]) => {
          const roots = [...document.querySelectorAll("*")].map((node) => node.shadowRoot);
          const card = roots.map((root) => root?.querySelector(".card")).find(
            (node) => node?.textContent.includes(number));
          const [minutes, seconds] = card.querySelector(".time").textContent.split(":");
          return 60 * minutes + Number(seconds) <= before - 3;
        }""",
        arg=[number, before],
        polling=100,
    )
    assert product.case(number).status is CaseStatus.VETO_WINDOW
    product.let_windows_lapse()
    case = product.wait_until(number, CaseStatus.DONE)
    assert basis_of(product, case) is GrantBasis.VETO_LAPSE
    assert product.owner(number) == "north"
    slot(live, number).get_by_text("nobody held it").wait_for()
    feed = live.get_by_role("navigation", name="Done by software alone")
    line = feed.get_by_role("button").filter(has_text=number)
    line.get_by_text("Drawn for audit").wait_for()  # Ada is an auditor
    expect(line).not_to_contain_text("north")


def test_line_of_the_feed_opens_its_case(live: "Page", lapsed: str) -> None:
    feed = live.get_by_role("navigation", name="Done by software alone")
    feed.get_by_role("button").filter(has_text=lapsed).click()
    live.locator(".st-key-case_detail").get_by_text(lapsed).first.wait_for()
    live.get_by_role("button", name="Undo…").wait_for()


def test_header_leads_to_what_it_counts(page: "Page", product: LoopProduct) -> None:
    page.goto(f"{product.url}/ledger")
    number = product.arrive("CHIP")
    chip = page.get_by_role("button", name="runs unless stopped, next in")
    chip.wait_for()
    case = product.wait_until(number, CaseStatus.VETO_WINDOW)
    page.wait_for_timeout(3 * READ_MS)
    assert notice_of(product, case) == ""  # a count is no notice
    chip.click()
    product.wait_for("the notice", lambda: notice_of(product, case) == "ada")
    press(page, number, "Hold")
    product.wait_until(number, CaseStatus.HELD)


def notice_of(product: LoopProduct, case: Case) -> str:
    """Who was told of a window."""
    assert case.action_id
    window = product.parts.store.reader.veto_window(case.action_id)
    assert window
    return window.noticed_by


def test_page_in_the_background_tells_nobody(page: "Page", product: LoopProduct) -> None:
    with page.add_init_script(
        "Object.defineProperty(document, 'visibilityState', "
        "{configurable: true, get: () => window.shownState ?? 'hidden'})"
    ):
        page.goto(f"{product.url}/live")
    number = product.arrive("DARK")
    case = product.wait_until(number, CaseStatus.VETO_WINDOW)
    slot(page, number).wait_for()
    page.wait_for_timeout(3 * READ_MS)
    assert notice_of(product, case) == ""
    page.evaluate(
        "() => { window.shownState = 'visible'; "
        "document.dispatchEvent(new Event('visibilitychange')); }"
    )
    product.wait_for("the notice", lambda: notice_of(product, case) == "ada")
    hold_as_ada(product, number)


def hold_as_ada(product: LoopProduct, number: str) -> None:
    """Hold a case from elsewhere."""
    engine = engine_of(product.parts)
    case = product.case(number)
    request = HoldAction(case_id=case.id, version=case.version, reason="from elsewhere")
    engine.execute(request, engine.sign_in("ada", PASSWORD).person)


def test_refresh_moves_nothing_under_the_pointer(live: "Page", product: LoopProduct) -> None:
    first, second = product.arrive("UPPER"), product.arrive("UNDER")
    slot(live, first).get_by_role("button", name="Hold").wait_for()
    button = slot(live, second).get_by_role("button", name="Hold")
    button.click(trial=True)  # it stands still
    before = button.bounding_box()
    hold_as_ada(product, first)
    slot(live, first).get_by_role("button", name="Release").wait_for()
    assert button.bounding_box() == before
    third = product.arrive("BELOW")
    slot(live, third).wait_for()
    assert button.bounding_box() == before
    for number in (second, third):
        hold_as_ada(product, number)


def test_rejection_closes_what_was_held(live: "Page", product: LoopProduct) -> None:
    number = product.arrive("NEVER")
    press(live, number, "Hold")
    press(live, number, "Reject…")
    press(live, number, "Back")
    slot(live, number).get_by_role("radio", name="Duplicate").wait_for(state="detached")
    press(live, number, "Reject…")
    slot(live, number).get_by_role("radio", name="Duplicate").click()
    slot(live, number).get_by_role("button", name="Reject now").click()
    product.wait_until(number, CaseStatus.CLOSED_NO_ACTION)
    slot(live, number).get_by_text("Rejected by ada; nothing was run").wait_for()
    slot(live, number).get_by_role("button", name="Reject now").wait_for(state="detached")
    assert product.owner(number) == ""


def test_case_page_holds_the_window_too(page: "Page", product: LoopProduct) -> None:
    number = product.arrive("PAGE")
    case = product.wait_until(number, CaseStatus.VETO_WINDOW)
    page.goto(f"{product.url}/case-card?case={number}")
    page.get_by_text("unless somebody holds it").wait_for()
    product.wait_for("the notice", lambda: notice_of(product, case) == "ada")
    page.get_by_role("button", name="Hold").wait_for()
    page.wait_for_timeout(READ_MS)
    press_key(page, "h")
    product.wait_until(number, CaseStatus.HELD)
    page.get_by_role("button", name="Release").wait_for()


def test_auditor_answers_before_being_told(
    chromium: "Browser", product: LoopProduct, lapsed: str
) -> None:
    product.somebody("sue", Role.SENIOR_OPERATOR)
    with new_window(chromium) as opened:
        product.sign_in(opened, "sue")
        page = opened.new_page()
        page.goto(f"{product.url}/audit")
        waiting = page.get_by_role("navigation", name="Waiting for audit")
        waiting.get_by_role("button").filter(has_text=lapsed).click()
        page.get_by_role("heading", name="Facts, as they were then").wait_for()
        page.get_by_text("The action I name here was right", exact=True).click()
        expect(page.get_by_text("Assign to north")).to_have_count(0)
        page.get_by_role("combobox", name="Should have been done").click()
        page.get_by_role("option", name="Assign a ticket").click()
        page.get_by_role("combobox", name="owner").click()
        page.get_by_role("option", name="south").click()
        press_key(page, "Control+Enter")
        page.get_by_text("You and software differ").wait_for()
        page.get_by_role("button", name="Open the case").wait_for()


def test_pause_button_stops_the_desk(live: "Page", product: LoopProduct) -> None:
    waiting = product.arrive("STOP")
    slot(live, waiting).scroll_into_view_if_needed()
    slot(live, waiting).get_by_text("ada was told at").wait_for()
    live.get_by_role("button", name="Pause Stub tickets").click()
    live.get_by_text("by ada at").first.wait_for()
    later = product.arrive("LATER")
    assert product.wait_until(later, CaseStatus.PENDING).attention is Attention.PAUSED
    product.let_windows_lapse()
    assert product.wait_until(waiting, CaseStatus.PENDING).attention is Attention.PAUSED
    assert (product.owner(waiting), product.owner(later)) == ("", "")
    slot(live, waiting).get_by_text("Goes to a person: paused").wait_for()
    risk = product.somebody("rhea", Role.RISK_OFFICER)
    engine_of(product.parts).execute(ResumeScope(scope="desk:stub", reason="seen to"), risk)
    live.get_by_text("Nothing is paused.").wait_for()
