"""Screenshots of runs, for `take_screenshots`: one case in all ways that its desk has.

Starts `countersign up --desk orders` with the scripted model on a folder of its own.
"""

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from engine.bootstrap import engine_of
from engine.domain.run import RunKind, RunStatus
from engine.service.rows import QueueFilter
from engine.service.run_rows import RunFilter, RunRow
from tests.browser.live_product import LiveProduct, running
from tests.browser.operating import find_case, make_first_account, new_window

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

ENOUGH = 8
"""Cases in the queue, of which the one with the longest agent's run is shown."""
Shoot = Callable[["Page", Path], None]


def take_runs(chromium: "Browser", target: Path, shoot: Shoot) -> None:
    """The form, the runs of the case, the agent's trace and its context ledger."""
    with (
        TemporaryDirectory() as folder,
        running(
            Path(folder) / "data",
            take_back_s=2.0,
            extra=("--desk", "orders"),
            scripted_model="plain",
        ) as product,
    ):
        product.wait_for("cases to wait", lambda: len(waiting(product)) >= ENOUGH)
        signed_in = make_first_account(chromium, product)
        with new_window(chromium, signed_in) as window:
            page = window.new_page()
            for number in waiting(product)[:ENOUGH]:
                start(page, product, number, shoot, target)
            product.wait_for("the runs to end", lambda: not going_on(product))
            agent = longest(product)
            page.goto(f"{product.url}/runs?case={agent.case_id}")
            lines(page, "Runs, newest first").last.wait_for()
            shoot(page, target / "runs.png")
            take_agent(page, product, agent, target, shoot)
        with new_window(chromium, signed_in, "dark") as window:
            page = window.new_page()
            open_context(page, product, agent)
            shoot(page, target / "run-context-dark.png")


def start(page: "Page", product: LiveProduct, number: str, shoot: Shoot, target: Path) -> None:
    """Start all kinds of runs that the desk has for a case."""
    find_case(page, product, number)
    page.get_by_role("button", name="Run it…").click()
    button = page.get_by_role("button", name="in shadow")
    button.wait_for()
    if number == waiting(product)[0]:
        shoot(page, target / "run-it.png")
    button.click()
    page.get_by_role("heading", name=f"Runs of {number}").wait_for()


def take_agent(
    page: "Page", product: LiveProduct, agent: RunRow, target: Path, shoot: Shoot
) -> None:
    """The last step of the trace, and what the model saw before it."""
    page.goto(f"{product.url}/runs?run={agent.run_id}")
    lines(page, "Steps of the run").last.click()
    page.get_by_text("in its own words").wait_for()
    shoot(page, target / "run.png")
    open_context(page, product, agent)
    shoot(page, target / "run-context.png")


def open_context(page: "Page", product: LiveProduct, agent: RunRow) -> None:
    """The context ledger of the last question, with the facts as they stood there."""
    page.goto(f"{product.url}/runs?run={agent.run_id}")
    lines(page, "Steps of the run").last.wait_for()
    page.get_by_text("Context ledger", exact=True).click()
    page.locator(".main-svg").first.wait_for()
    lines(page, "Blocks of the window").filter(has_text="facts").first.click()
    page.get_by_role("heading", name="facts").wait_for()


def lines(page: "Page", name: str) -> "Locator":
    """The lines of a list."""
    return page.get_by_role("navigation", name=name).get_by_role("button")


def waiting(product: LiveProduct) -> list[str]:
    """Numbers of the cases that wait for a person."""
    rows = engine_of(product.parts).queries.queue(QueueFilter()).rows
    return sorted(row.source_id for row in rows)


def going_on(product: LiveProduct) -> bool:
    """Whether any run is under way."""
    which = RunFilter(status=RunStatus.RUNNING)
    return bool(engine_of(product.parts).queries.runs(which).rows)


def longest(product: LiveProduct) -> RunRow:
    """The agent's run that came to a call after the most steps."""
    which = RunFilter(kind=RunKind.AGENT, status=RunStatus.ENDED)
    rows = engine_of(product.parts).queries.runs(which).rows
    return max(
        (row for row in rows if row.end_note.startswith("asks for")), key=lambda row: row.steps
    )
