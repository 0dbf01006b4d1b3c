"""Take the screenshots of the documentation: every page of the real product, with the sample.

    python -m tests.browser.take_screenshots docs/screenshots

Starts `countersign up` on a temporary folder, does a few things an operator does, and leaves a PNG
of 1440 by 900 pixels a page; queue and case also in the dark theme.
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from engine.bootstrap import engine_of
from engine.domain.actor import Role
from engine.domain.case_status import CaseStatus
from engine.domain.policy import PolicyKind
from engine.service.requests import ProposeVersion, SignVersion
from tests.browser.compare_screenshots import take_comparison
from tests.browser.live_product import PASSWORD, LiveProduct, running, sample_rows
from tests.browser.operating import (
    FIRST_OPERATOR,
    READ_MS,
    answer,
    card,
    choose_from,
    find_case,
    give_reason,
    make_first_account,
    new_window,
    open_queue,
    pick_undecided,
    press_to_open,
    sign_in,
    wait_until_done,
)
from tests.browser.orders_screenshots import take_orders
from tests.browser.runs_screenshots import take_runs
from tests.machine import find_chromium

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, StorageState

INCIDENTS = ("--empty", "--desk", "incidents")
ALL_ROWS = 1200
KEPT_BACK = 24
"""The latest rows, which come in once the cell is on the loop."""
LOOP = """\
desk: incidents
cells:
- case_type: routing
  action: assign_group
  phase: ON_THE_LOOP
  threshold: {kind: rolling, risk_limit: 0.10}
  budgets:
  - {per: hour, executions: 20}
  audit_rate: 0.5
  on_the_loop:
    threshold: {kind: rolling, risk_limit: 0.30}
    veto_minutes: 10
"""
WATCHING = ("traces", "scorecard", "ledger", "decision-log", "envelope")
ALSO = ("guardrails", "goals", "schedules", "account")


def main() -> None:
    """Take them all."""
    from playwright.sync_api import sync_playwright

    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    with (
        TemporaryDirectory() as folder,
        running(Path(folder) / "data", take_back_s=8.0, extra=INCIDENTS) as product,
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=find_chromium()) as chromium,
    ):
        product.submit(sample_rows()[-ALL_ROWS:-KEPT_BACK])
        wait_for_the_worker(product)
        take_all(chromium, product, target)
        verified = product.countersign("ledger", "verify")
        assert verified.returncode == 0, verified.stdout
        take_orders(chromium, target, shoot)
        take_comparison(chromium, target, shoot)
        take_runs(chromium, target, shoot)


def take_all(chromium: "Browser", product: LiveProduct, target: Path) -> None:
    """Visit every page; the doors first, as a newcomer does."""
    with new_window(chromium) as window:
        page = window.new_page()
        page.goto(product.setup_link)
        shoot(page, target / "set-up.png")
    signed_in = make_first_account(chromium, product)
    with new_window(chromium) as window:
        page = window.new_page()
        page.goto(product.url)
        shoot(page, target / "sign-in.png")
    with new_window(chromium, signed_in) as window:
        page = window.new_page()
        take_decisions(page, product, target)
        take_case(page, product, target)
        for slug in (*WATCHING, *ALSO):
            page.goto(f"{product.url}/{slug}")
            prepare(page, slug)
            shoot(page, target / f"{slug}.png")
    put_on_the_loop(product)
    take_live(chromium, product, signed_in, target)
    take_audit(chromium, product, target)
    with new_window(chromium, signed_in, "dark") as window:
        page = window.new_page()
        open_queue(page, product)
        press_to_open(page, "j")
        shoot(page, target / "queue-dark.png")
        page.goto(f"{product.url}/case-card?case={number_of_a_done_case(product)}")
        wait_until_done(page)
        shoot(page, target / "case-dark.png")


def take_decisions(page: "Page", product: LiveProduct, target: Path) -> None:
    """The queue and the ways to answer: approve one, override one, reject one, undo one."""
    open_queue(page, product)
    press_to_open(page, "j")
    shoot(page, target / "queue.png")
    first = pick_undecided(page, product)
    answer(page, "Approve").click()
    answer(page, "Take back").wait_for()
    shoot(page, target / "take-back.png")
    pick_undecided(page, product)
    answer(page, "Override…").click()
    chosen = choose_from(page, "Assignment group", but_not=proposal_of(page))
    give_reason(page, "Wrong target")
    card(page).get_by_text(chosen).first.wait_for()
    shoot(page, target / "override.png")
    answer(page, "Override now").click()
    answer(page, "Take back").wait_for()
    pick_undecided(page, product)
    answer(page, "Reject…").click()
    give_reason(page, "Duplicate")
    answer(page, "Reject now").click()
    answer(page, "Take back").wait_for()
    find_case(page, product, first)
    wait_until_done(page)


def take_case(page: "Page", product: LiveProduct, target: Path) -> None:
    """One case over the whole width, from facts to timeline, then undone, then its trace."""
    shoot(page, target / "case.png")
    card(page).get_by_role("table", name="Timeline").scroll_into_view_if_needed()
    shoot(page, target / "case-timeline.png")
    page.get_by_role("button", name="Trace of this case").click()
    page.locator("[role=gridcell]").first.wait_for(state="attached")
    page.locator(".main-svg").first.wait_for()
    shoot(page, target / "trace.png")


def put_on_the_loop(product: LiveProduct) -> None:
    """Let software act alone in the cell, by two names, and let the latest rows come in."""
    olga = product.somebody("olga", FIRST_OPERATOR, Role.PRODUCT_OWNER)
    rhea = product.somebody("rhea", FIRST_OPERATOR, Role.RISK_OFFICER)
    engine = engine_of(product.parts)
    kind = PolicyKind.ENVELOPE
    proposed = ProposeVersion(
        kind=kind,
        desk="incidents",
        document=LOOP,
        note="On the loop, ten minutes to object.",
        over=0,
    )
    engine.execute(proposed, olga)
    newest = engine.queries.versions("incidents", kind)[0].version
    engine.execute(SignVersion(kind=kind, desk="incidents", version=newest, over=0), rhea)
    product.submit(sample_rows()[-KEPT_BACK:])
    wait_for_the_worker(product)


def wait_for_the_worker(product: LiveProduct) -> None:
    """Wait until nothing is on its way to a person or into effect."""
    moving = {CaseStatus.RECEIVED, CaseStatus.PERCEIVED, CaseStatus.REASONING}
    moving |= {CaseStatus.GRANTED, CaseStatus.EXECUTING}
    product.wait_for("the worker to be through", lambda: not moving & product.statuses())


def take_live(
    chromium: "Browser", product: LiveProduct, signed_in: "StorageState", target: Path
) -> None:
    """What runs unless stopped, one of it held, and what ran alone; in both themes."""
    for scheme, name in (("light", "live.png"), ("dark", "live-dark.png")):
        with new_window(chromium, signed_in, scheme) as window:
            page = window.new_page()
            page.goto(f"{product.url}/live")
            page.get_by_text("was told at").first.wait_for()
            if scheme == "light":
                page.wait_for_timeout(READ_MS)
                page.get_by_role("button", name="Hold").nth(1).click()
            page.get_by_role("button", name="Release").wait_for()
            shoot(page, target / name)


def take_audit(chromium: "Browser", product: LiveProduct, target: Path) -> None:
    """A blind card with an answer that is not sent yet."""
    product.somebody("sue", FIRST_OPERATOR, Role.SENIOR_OPERATOR)
    with new_window(chromium) as window:
        page = window.new_page()
        page.goto(product.url)
        sign_in(page, "sue", PASSWORD)
        open_queue(page, product)
        page.goto(f"{product.url}/audit")
        page.get_by_role("navigation", name="Waiting for audit").get_by_role("button").first.click()
        page.get_by_role("heading", name="Facts, as they were then").wait_for()
        page.get_by_text("The action I name here was right", exact=True).click()
        page.get_by_role("combobox", name="Should have been done").click()
        page.get_by_role("option", name="Assign to group").click()
        page.get_by_role("combobox", name="Assignment group").wait_for()
        shoot(page, target / "audit.png")


def prepare(page: "Page", slug: str) -> None:
    """Wait for what a page draws last."""
    match slug:
        case "traces" | "decision-log":
            page.locator("[role=gridcell]").first.wait_for(state="attached")
        case "ledger":
            page.get_by_role("button", name="Verify now").click()
            page.get_by_text("Nothing is wrong.").wait_for()
            page.locator("[role=gridcell]").first.wait_for(state="attached")
        case "guardrails":
            page.get_by_role("heading", name="Try a request").wait_for()
        case "goals":
            page.get_by_role("heading", name="Constraints").wait_for()
        case "scorecard" | "envelope":
            page.locator(".main-svg").first.wait_for()
        case _:
            page.get_by_role("table").first.wait_for()


def proposal_of(page: "Page") -> str:
    """The group that is recommended for the open case."""
    return card(page).get_by_role("table", name="Alternatives").locator("td").first.inner_text()


def number_of_a_done_case(product: LiveProduct) -> str:
    """The case that was approved."""
    return next(number for number, kind, _ in product.decisions() if kind == "APPROVE")


def shoot(page: "Page", file: Path) -> None:
    """Take one when nothing moves any more."""
    page.mouse.move(720, 4)  # over nothing that answers to it
    page.evaluate("() => document.fonts.ready")
    page.wait_for_timeout(700)  # toasts and menus fade by the clock of the browser
    page.screenshot(path=file)


if __name__ == "__main__":
    main()
