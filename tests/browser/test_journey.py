"""An operator's day in real Chromium on the real product: web process, worker, SQLite, sample."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from engine.domain.case_status import CaseStatus
from engine.service.words import EVENT
from tests.browser.live_product import PASSWORD, LiveProduct, running
from tests.browser.operating import (
    FIRST_OPERATOR,
    answer,
    card,
    choose_from,
    find_case,
    give_reason,
    make_first_account,
    new_window,
    open_queue,
    open_row,
    pick,
    pick_undecided,
    press,
    press_to_open,
    read_card,
    rows,
    sign_in,
    wait_for_words,
    wait_until_done,
)

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, StorageState

TAKE_BACK_S = 6.0


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveProduct]:
    """A product with a full queue; one for all journeys."""
    with running(tmp_path_factory.mktemp("journey"), take_back_s=TAKE_BACK_S) as started:
        started.fill()
        yield started


@pytest.fixture(scope="module")
def ada(chromium: "Browser", product: LiveProduct) -> "StorageState":
    """The first account, made with the one-time link."""
    return make_first_account(chromium, product)


@pytest.fixture(scope="module")
def hers(chromium: "Browser", ada: "StorageState") -> "Iterator[Page]":
    """Ada's page. One for all journeys: what it has loaded is not loaded again."""
    with new_window(chromium, ada) as window:
        yield window.new_page()


@pytest.fixture
def queue(hers: "Page", product: LiveProduct) -> "Page":
    """Ada's queue with nothing open."""
    open_queue(hers, product)
    return hers


def timeline(page: "Page") -> list[tuple[str, str]]:
    """The lines of the timeline, latest first: what happened, and who decided it with the rule."""
    lines = card(page).get_by_role("table", name="Timeline").locator("tbody tr")
    expect(lines.first).to_contain_text("Put back, and reading it back shows so.")
    cells: list[list[str]] = lines.evaluate_all(
        "lines => lines.map((line) => [...line.cells].map((cell) => cell.innerText))"
    )
    return [(happened, decider) for _, _, happened, decider in cells]


def see_timeline(page: "Page") -> None:
    told = timeline(page)
    assert told[0][0] == "Put back, and reading it back shows so."
    assert told[-1][0].startswith("Came in from ITSM")
    deciders = [decider for _, decider in told]
    by_person = [decider for decider in deciders if decider.startswith("person")]
    assert [one for one in by_person if FIRST_OPERATOR not in one] == []
    assert [one for one in by_person if "sent to the wrong people" in one] != []
    kinds = ("code", "policy", "person")
    assert [kind for kind in kinds if not any(one.startswith(kind) for one in deciders)] == []
    assert [one for one in deciders if not one.startswith(kinds)] == []


def see_trace(page: "Page", number: str) -> None:
    page.get_by_role("button", name="Trace of this case").click()
    page.get_by_role("heading", name=number).wait_for()
    said = page.get_by_text("Who decided what happened next").first
    for who in ("code", "policy", "person"):
        expect(said).to_contain_text(who)
    expect(said).not_to_contain_text("model")  # nobody asks one here
    page.locator("[role=gridcell]", has_text="Judge by policy").first.wait_for(state="attached")


def see_ledger(page: "Page", product: LiveProduct, number: str) -> None:
    page.get_by_role("button", name="Its ledger entries").click()
    page.get_by_role("heading", name="Ledger").wait_for()
    stream = f"case:{product.case(number).id}"
    page.wait_for_function(  # a text field is drawn empty before it gets its value
        """stream => [...document.querySelectorAll("input")].some(one => one.value === stream)""",
        arg=stream,
        polling=100,
    )
    entries = page.locator("[role=gridcell]")
    entries.filter(has_text="Effect undone").wait_for(state="attached")
    kinds = [text for text in entries.all_text_contents() if text in EVENT.values()]
    assert (kinds[0], kinds[-1]) == ("Effect undone", "Case received")
    assert "Decision taken" in kinds
    page.get_by_role("button", name="Verify now").click()
    page.get_by_text("Nothing is wrong.").wait_for()


# --- the way in -----------------------------------------------------------------------------


def test_password_opens_what_the_link_no_longer_does(
    page: "Page", product: LiveProduct, ada: object
) -> None:
    page.goto(product.setup_link)
    page.get_by_role("heading", name="Sign in").wait_for()
    assert "/signin" in page.url
    sign_in(page, FIRST_OPERATOR, "not the right password")
    page.get_by_role("alert").wait_for()
    sign_in(page, FIRST_OPERATOR, PASSWORD)
    rows(page).first.wait_for()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("link", name="Sign in").click()
    page.get_by_role("heading", name="Sign in").wait_for()


# --- the whole way --------------------------------------------------------------------------


def test_queue_tells_deadline_and_confidence(queue: "Page", product: LiveProduct) -> None:
    first = press_to_open(queue, "j")
    second = press_to_open(queue, "j")
    assert press_to_open(queue, "k") == first != second
    shown = rows(queue).all_inner_texts()
    assert len(shown) > 10
    assert [line for line in shown if "due" not in line] == []
    assert [line for line in shown if "%" not in line] == []


def test_three_decisions_and_an_undo(queue: "Page", product: LiveProduct) -> None:
    approved, wanted = approve_the_next(queue)
    overridden, other = override_the_next(queue)
    rejected = reject_the_next(queue)
    wait_for_words(queue, "Closed without action")
    assert product.group_of(rejected) == ""

    find_case(queue, product, overridden)
    wait_until_done(queue)
    assert product.group_of(overridden) == other
    find_case(queue, product, approved)
    wait_until_done(queue)
    assert product.group_of(approved) == wanted

    undo_it(queue)
    assert product.group_of(approved) == ""
    expected = {approved: ["APPROVE"], overridden: ["OVERRIDE"], rejected: ["REJECT"]}
    assert {number: product.decided(number) for number in expected} == expected
    see_what_is_on_record(queue, product, approved)


def approve_the_next(page: "Page") -> tuple[str, str]:
    """Approve with the button; gives the case and the group it goes to."""
    number = press_to_open(page, "j")
    group = proposed_group(page)
    answer(page, "Approve").click()
    page.get_by_text("Approved").first.wait_for()
    answer(page, "Take back").wait_for()
    return number, group


def override_the_next(page: "Page") -> tuple[str, str]:
    """Send a case to another group than proposed; gives the case and that group."""
    number = press_to_open(page, "j")
    proposed = proposed_group(page)
    answer(page, "Override…").click()
    chosen = choose_from(page, "Assignment group", but_not=proposed)
    give_reason(page, "Wrong target")
    wait_for_words(page, chosen)  # a press is of what the words beside it say
    answer(page, "Override now").click()
    answer(page, "Take back").wait_for()
    return number, chosen


def reject_the_next(page: "Page") -> str:
    number = press_to_open(page, "j")
    answer(page, "Reject…").click()
    answer(page, "Reject now").click()
    page.get_by_text("Choose a reason.").first.wait_for()
    give_reason(page, "Duplicate")
    answer(page, "Reject now").click()
    answer(page, "Take back").wait_for()
    return number


def undo_it(page: "Page") -> None:
    """Undo the open case and see that it waits again."""
    answer(page, "Undo…").click()
    page.get_by_label("Why undo it").fill("sent to the wrong people")
    answer(page, "Undo it now").click()
    card(page).get_by_text("Undone; decide again").wait_for()
    answer(page, "Approve").wait_for()


def see_what_is_on_record(page: "Page", product: LiveProduct, number: str) -> None:
    see_timeline(page)
    see_trace(page, number)
    page.get_by_role("button", name="Open the case").click()
    see_ledger(page, product, number)
    open_queue(page, product)
    line = rows(page).filter(has_text=number)
    expect(line).to_contain_text("undone; decide again", ignore_case=True)


def proposed_group(page: "Page") -> str:
    return card(page).get_by_role("table", name="Alternatives").locator("td").first.inner_text()


# --- the other answers ----------------------------------------------------------------------


def test_every_key_answers_the_open_case(queue: "Page", product: LiveProduct) -> None:
    number = pick_undecided(queue, product)
    for key, confirm in (("o", "Override now"), ("x", "Reject now"), ("e", "Escalate now")):
        press(queue, key)
        answer(queue, confirm).wait_for()
        press(queue, "Escape")
        answer(queue, "Approve").wait_for()
    press(queue, "a")
    answer(queue, "Take back").wait_for()
    press(queue, "t")
    card(queue).get_by_text("Decision taken back").wait_for()
    read_card(queue, number)
    press(queue, "e")
    answer(queue, "Escalate now").wait_for()
    press(queue, "Control+Enter")
    # The card may have said so before: its review time can have passed already.
    product.wait_for("the escalation", lambda: "ESCALATE" in product.decided(number))
    card(queue).get_by_text("waits for a senior operator", exact=True).wait_for()
    assert product.decided(number) == ["APPROVE", "ESCALATE"]
    assert product.group_of(number) == ""


def test_answered_question_brings_the_case_back(queue: "Page", product: LiveProduct) -> None:
    number = pick_undecided(queue, product)
    answer(queue, "Ask…").click()
    queue.get_by_label("What has to be known").fill("Which floor is it on?")
    answer(queue, "Ask now").click()
    queue.get_by_label("Fact", exact=True).fill("location")
    press(queue, "Enter")
    assert product.case(number).status is CaseStatus.WAITING_FACT
    queue.get_by_label("Value", exact=True).fill("Leeds")
    answer(queue, "Give it").click()
    facts = card(queue).get_by_role("table", name="Facts")
    facts.locator("tr", has_text="Leeds").wait_for()
    assert product.decided(number) == ["ASK"]


def test_double_click_approves_once(queue: "Page", product: LiveProduct) -> None:
    number = pick_undecided(queue, product)
    group = proposed_group(queue)
    answer(queue, "Approve").dblclick()
    wait_until_done(queue)
    assert product.decided(number) == ["APPROVE"]
    assert product.group_of(number) == group


def test_browser_closed_mid_decision_loses_nothing(
    hers: "Page", product: LiveProduct, chromium: "Browser", ada: "StorageState"
) -> None:
    with new_window(chromium, ada) as window:
        page = window.new_page()
        open_queue(page, product)
        number = pick_undecided(page, product)
        before = product.case(number)
        press(page, "x")
        note = page.get_by_placeholder("Note for the record")
        note.fill("called the site, no answer yet")
        note.press("Tab")
        product.wait_for("the draft", lambda: product.draft_of(number) != "")
    assert product.case(number) == before
    assert product.decided(number) == []
    open_queue(hers, product)
    pick(hers, number)
    note = hers.get_by_placeholder("Note for the record")
    expect(note).to_have_value("called the site, no answer yet")
    expect(open_row(hers)).to_have_count(1)


def test_held_case_is_shown_as_held(queue: "Page", product: LiveProduct, page: "Page") -> None:
    product.somebody("bert", FIRST_OPERATOR)
    number = pick_undecided(queue, product)
    page.goto(product.url)
    sign_in(page, "bert", PASSWORD)
    line = rows(page).filter(has_text=number)
    line.filter(has_text=f"held by {FIRST_OPERATOR}").click()
    page.get_by_text(f"{FIRST_OPERATOR} works on this case").first.wait_for()
    expect(answer(page, "Approve")).to_be_disabled()


def test_ledger_verifies_from_the_command_line(product: LiveProduct, ada: object) -> None:
    verified = product.countersign("ledger", "verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr
    assert "The ledger is intact" in verified.stdout
