"""Screenshots of the orders desk, for `take_screenshots`: a plan from its preview to its undo.

Starts `countersign up --desk orders` on a folder of its own, with the simulated world that ships
with it. Nothing is staged but time: for the case that needs repair, refunds settle before their
day.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from engine.adapters.system import SystemClock
from engine.bootstrap import engine_of
from engine.domain.case_status import CaseStatus
from engine.service.rows import CaseCard, QueueFilter
from tests.browser.live_product import LiveProduct, running
from tests.browser.operating import (
    answer,
    card,
    find_case,
    make_first_account,
    new_window,
    open_queue,
    read_card,
    wait_until_done,
)
from tests.scenario.orders.shop_beside import open_shop

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

WHOLE = ["cancel_order", "refund", "message_customer"]
"""A plan with a way back for all but its last step."""
MONEY = ["refund", "message_customer"]
LATER = timedelta(hours=72)
"""By then every refund has settled."""
Shoot = Callable[["Page", Path], None]


@dataclass(frozen=True, kw_only=True)
class Ahead:
    """A clock that is before its time."""

    by: timedelta

    def now(self) -> datetime:
        """Aware UTC."""
        return SystemClock().now() + self.by


def take_orders(chromium: "Browser", target: Path, shoot: Shoot) -> None:
    """Take them all: what waits, what would change, what was undone, what needs repair."""
    with (
        TemporaryDirectory() as folder,
        running(Path(folder) / "data", take_back_s=2.0, extra=("--desk", "orders")) as product,
    ):
        product.wait_for("plans to wait", lambda: len(waiting(product, WHOLE)) > 0)
        signed_in = make_first_account(chromium, product)
        whole = waiting(product, WHOLE)[0].row.source_id
        with new_window(chromium, signed_in) as window:
            page = window.new_page()
            take_plan(page, product, target, shoot, whole)
            take_undo(page, product, target, shoot, whole)
            take_repair(page, product, target, shoot)
            take_failures(page, product, target, shoot)
        with new_window(chromium, signed_in, "dark") as window:
            page = window.new_page()
            find_case(page, product, whole)
            shoot(page, target / "orders-undone-dark.png")


def take_plan(page: "Page", product: LiveProduct, target: Path, shoot: Shoot, number: str) -> None:
    """The queue, the card with all facts, and the plan with what it would change."""
    open_queue(page, product)
    open_in_queue(page, product, number)
    shoot(page, target / "orders-queue.png")
    find_case(page, product, number)
    shoot(page, target / "orders-case.png")
    card(page).get_by_role("heading", name="The plan, step by step").scroll_into_view_if_needed()
    card(page).get_by_role("list", name="Plan").get_by_role(
        "listitem"
    ).last.scroll_into_view_if_needed()
    shoot(page, target / "orders-plan.png")


def take_undo(page: "Page", product: LiveProduct, target: Path, shoot: Shoot, number: str) -> None:
    """What an undo would put back, and the plan once it is put back."""
    approve(page, product, number)
    open_undo(page)
    shoot(page, target / "orders-undo.png")
    send_undo(page, "The customer wants the goods after all.")
    card(page).get_by_text("done, then undone").first.wait_for()
    card(page).get_by_role("heading", name="The plan, step by step").scroll_into_view_if_needed()
    shoot(page, target / "orders-undone.png")


def take_repair(page: "Page", product: LiveProduct, target: Path, shoot: Shoot) -> None:
    """A refund that settled meanwhile cannot be called back: a person puts it right."""
    number = waiting(product, MONEY)[0].row.source_id
    approve(page, product, number)
    shop = open_shop(product.settings.shop_database_url, Ahead(by=LATER))
    shop.happen("settle")
    shop.database.close()
    open_undo(page)
    send_undo(page, "Refunded by mistake.")
    needs_repair = CaseStatus.NEEDS_REPAIR
    product.wait_for("the repair", lambda: product.case(number).status is needs_repair)
    find_case(page, product, number)
    card(page).get_by_role("textbox", name="What you found").wait_for()
    shoot(page, target / "orders-repair.png")


def take_failures(page: "Page", product: LiveProduct, target: Path, shoot: Shoot) -> None:
    """Failed steps by code."""
    page.goto(f"{product.url}/scorecard")
    table = page.get_by_role("table", name="Failed steps by code")
    table.wait_for()
    page.get_by_role("heading", name="What goes wrong").scroll_into_view_if_needed()
    table.scroll_into_view_if_needed()
    page.locator(".main-svg").last.wait_for()
    shoot(page, target / "orders-failures.png")


def approve(page: "Page", product: LiveProduct, number: str) -> None:
    """Approve a case and wait until all of its plan ran."""
    open_queue(page, product)
    open_in_queue(page, product, number)
    answer(page, "Approve").click()
    done = CaseStatus.DONE
    product.wait_for("the plan to run", lambda: product.case(number).status is done)
    find_case(page, product, number)
    wait_until_done(page)


def open_in_queue(page: "Page", product: LiveProduct, number: str) -> None:
    """Click a case of the queue; its number may begin another one's."""
    page.locator(f".row[data-id='{product.case(number).id}']").click()
    read_card(page, number)


def open_undo(page: "Page") -> None:
    """Open the form of an undo."""
    answer(page, "Undo…").click()
    page.get_by_role("textbox", name="Why undo it").wait_for()


def send_undo(page: "Page", why: str) -> None:
    """Fill it in and send it."""
    page.get_by_role("textbox", name="Why undo it").fill(why)
    page.keyboard.press("Control+Enter")


def waiting(product: LiveProduct, tools: list[str]) -> list[CaseCard]:
    """Cases that wait for a person with a plan of these calls."""
    queries = engine_of(product.parts).queries
    rows = queries.queue(QueueFilter(desk="orders", status=CaseStatus.PENDING), limit=50).rows
    cards = [queries.card(row.case_id) for row in rows if row.claimed_by == ""]
    return [one for one in cards if [step.tool for step in one.steps] == tools]
