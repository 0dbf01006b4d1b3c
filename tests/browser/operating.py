"""What an operator does in the console, for tests in Chromium: sign in, open, read, decide."""

from typing import TYPE_CHECKING

from tests.browser.live_product import PASSWORD, LiveProduct

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Locator, Page, StorageState

SLOW_MS = 60_000
"""The longest a busy machine may take to show what is waited for."""
READ_MS = 800
"""A decision in the first 700 ms after opening is refused: it was meant for another case."""
FIRST_OPERATOR = "ada"
_IDLE = """
() => new Promise((done) => requestAnimationFrame(() => requestIdleCallback(done, {timeout: 5000})))
"""


def new_window(
    chromium: "Browser", state: "StorageState | None" = None, scheme: str = "light"
) -> "BrowserContext":
    """A window of its own; signed in where a state is given."""
    context = chromium.new_context(
        viewport={"width": 1440, "height": 900},
        locale="en-GB",
        timezone_id="UTC",
        reduced_motion="reduce",
        color_scheme="dark" if scheme == "dark" else "light",
        storage_state=state,
    )
    context.set_default_timeout(SLOW_MS)
    return context


def make_first_account(chromium: "Browser", product: LiveProduct) -> "StorageState":
    """Open the one-time link and make the first account; gives what signs a window in."""
    with new_window(chromium) as window:
        page = window.new_page()
        page.goto(product.setup_link)
        page.get_by_label("Sign-in name").fill(FIRST_OPERATOR)
        page.get_by_label("Your name").fill("Ada Ahlgren")
        page.locator("#password").fill(PASSWORD)
        page.locator("#again").fill(PASSWORD)
        page.get_by_role("button", name="Make the account").click()
        rows(page).first.wait_for()
        return window.storage_state()


def sign_in(page: "Page", name: str, password: str) -> None:
    """Fill the sign-in form and send it."""
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def open_queue(page: "Page", product: LiveProduct) -> None:
    """Show the queue with nothing open."""
    page.goto(product.url)
    rows(page).first.wait_for()
    page.get_by_text("No case is open").wait_for()


# --- cases ---------------------------------------------------------------------------------


def rows(page: "Page") -> "Locator":
    """The lines of the queue."""
    return page.locator(".row")


def numbers(page: "Page") -> list[str]:
    """The numbers of all cases in the list, in its order."""
    return page.locator(".row .mono").all_inner_texts()


def open_row(page: "Page") -> "Locator":
    """The line of the open case."""
    return page.locator(".row[aria-current='true']")


def card(page: "Page") -> "Locator":
    """Everything that is shown of the open case."""
    return page.locator(".st-key-case_detail")


def number_on_card(page: "Page") -> str:
    """The number of the case on the card."""
    return card(page).locator(".mono", has_text="INC").first.inner_text()


def number_in(row: "Locator") -> str:
    """The number of the case in a line of the queue."""
    return row.locator(".mono").inner_text()


def press(page: "Page", key: str) -> None:
    """Press a key, once what was drawn last listens: after its frame, when nothing is to do."""
    settle(page)
    page.evaluate(_IDLE)
    page.keyboard.press(key)


def settle(page: "Page") -> None:
    """Wait until all that the last run draws is there."""
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()


def press_to_open(page: "Page", key: str) -> str:
    """Press J or K; gives the number of the case that is open then, read and ready."""
    before = open_row(page).evaluate_all("rows => rows.length ? rows[0].dataset.id : ''")
    press(page, key)
    other = f".row[aria-current='true']:not([data-id='{before}'])"
    return read_card(page, number_in(page.locator(other)))


def pick_undecided(page: "Page", product: LiveProduct) -> str:
    """Click the first case of the queue that nobody has ever answered."""
    answered = {number for number, _, _ in product.decisions()}
    return pick(page, next(number for number in numbers(page) if number not in answered))


def pick(page: "Page", number: str) -> str:
    """Click a case of the queue."""
    rows(page).filter(has_text=number).click()
    return read_card(page, number)


def read_card(page: "Page", number: str) -> str:
    """Wait until a case is on the card with its answers, and for as long as a look at it takes."""
    card(page).locator(".mono", has_text=number).first.wait_for()
    case_id = open_row(page).get_attribute("data-id")
    page.locator(f".st-key-decision_buttons [class*='{case_id}'] button").last.wait_for()
    page.wait_for_timeout(READ_MS)
    settle(page)
    return number


def find_case(page: "Page", product: LiveProduct, number: str) -> None:
    """Open a case on the Case page by its number."""
    page.goto(f"{product.url}/case-card?case={number}")
    card(page).locator(".mono", has_text=number).first.wait_for()


# --- answers -------------------------------------------------------------------------------


def answer(page: "Page", name: str) -> "Locator":
    """One of the buttons under the case."""
    return page.locator(".st-key-decision_bar").get_by_role("button", name=name)


def choose_from(page: "Page", label: str, *, but_not: str) -> str:
    """Choose another option than one in a select box; gives it without its probability."""
    page.get_by_role("combobox", name=label).click()
    others = page.get_by_role("option").filter(has_not_text=but_not).first
    chosen = others.inner_text().split(",")[0]
    others.click()
    return chosen


def give_reason(page: "Page", words: str) -> None:
    """Pick a reason code; returns once the page knows it."""
    page.get_by_role("radio", name=words).click()
    beside_the_button = page.locator(".st-key-decision_bar").get_by_test_id("stCaptionContainer")
    beside_the_button.get_by_text("Choose a reason.").wait_for(state="hidden")


def wait_for_words(page: "Page", words: str) -> None:
    """Wait until the foot of the case says something."""
    page.locator(".st-key-decision_bar").get_by_text(words).first.wait_for()


def wait_until_done(page: "Page") -> None:
    """Wait until the engine has acted and checked."""
    wait_for_words(page, "ran and was verified")
