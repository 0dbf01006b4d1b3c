"""Runs in real Chromium, on a real engine and worker: one case is run in all four ways.

A trace grows while the model answers, a step stays open meanwhile, and the context ledger shows
what the model saw; with the mouse and with the keyboard alone.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from engine.bootstrap import engine_of
from engine.domain.case_status import CaseStatus
from engine.domain.run import RunKind, RunStatus
from engine.service.run_rows import RunFilter, RunRow
from tests.browser.loop_product import LoopProduct
from tests.browser.operating import new_window
from tests.browser.runs_product import UNSURE, let, running_runs

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LoopProduct]:
    """One product for the journey."""
    with running_runs(tmp_path_factory.mktemp("runs") / "data") as started:
        yield started


def runs_of(product: LoopProduct, number: str) -> dict[RunKind, RunRow]:
    """The runs of a case by kind."""
    which = RunFilter(case_id=product.case(number).id)
    return {row.kind: row for row in engine_of(product.parts).queries.runs(which).rows}


def lines(page: "Page", name: str) -> "Locator":
    return page.get_by_role("navigation", name=name).get_by_role("button")


def wait_for_steps(page: "Page", count: int) -> None:
    """Wait until the trace on the page has so many steps."""
    lines(page, "Steps of the run").nth(count - 1).wait_for()


def test_case_is_run_in_all_four_ways(chromium: "Browser", product: LoopProduct) -> None:
    number = product.arrive("SHOW", UNSURE)
    product.wait_until(number, CaseStatus.PENDING)
    with new_window(chromium) as window:
        product.sign_in(window)
        page = window.new_page()
        start_all(page, product, number)
        watch_agent(page, product, number)
        read_context(page)
        page.get_by_role("button", name="Runs of this case").click()
        for kind, said in (
            ("Playbook", "recommends: Assign to north"),
            ("Precedent", "recommends: Assign to north"),
            ("Workflow", "recommends: Assign to south"),
            ("Agent", "asks for: Assign SHOW000000 to north"),
        ):
            line = lines(page, "Runs, newest first").filter(has_text=f"{kind} · ")
            line.get_by_text(said).wait_for()
            line.get_by_text("Ended").wait_for()
    found = runs_of(product, number)
    assert {row.status for row in found.values()} == {RunStatus.ENDED}
    assert all(row.is_shadow for row in found.values())
    assert product.case(number).status is CaseStatus.PENDING
    assert product.owner(number) == ""


def start_all(page: "Page", product: LoopProduct, number: str) -> None:
    """From the card of the case, with the keyboard."""
    page.goto(f"{product.url}/case-card?case={number}")
    page.get_by_role("button", name="Run it…").focus()
    page.keyboard.press("Enter")
    page.get_by_text("nothing is executed and the case does not move").wait_for()
    page.get_by_role("button", name="Start 4 runs in shadow").focus()
    page.keyboard.press("Enter")
    page.get_by_role("heading", name=f"Runs of {number}").wait_for()
    lines(page, "Runs, newest first").nth(3).wait_for()


def watch_agent(page: "Page", product: LoopProduct, number: str) -> None:
    """Its trace grows by the answers that its model gives; what is open stays open."""
    product.wait_for("the agent", lambda: RunKind.AGENT in runs_of(product, number))
    agent = lines(page, "Runs, newest first").filter(has_text="Agent")
    agent.get_by_text("Running").wait_for()
    agent.focus()
    page.keyboard.press("Enter")
    page.get_by_text("the model picks the next step").wait_for()
    page.get_by_text("SCRIPTED", exact=True).wait_for()
    page.get_by_text("the model is being asked").wait_for()
    page.get_by_text("I look at the <b>ticket</b> first.").wait_for()
    let(product.folder)
    wait_for_steps(page, 2)
    page.get_by_role("heading", name="2 · Read a ticket").wait_for()
    first = lines(page, "Steps of the run").first
    first.focus()
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="1 · Ask the model what is next").wait_for()
    let(product.folder)
    wait_for_steps(page, 4)
    page.get_by_role("heading", name="1 · Ask the model what is next").wait_for()
    expect(first).to_be_focused()
    let(product.folder)
    wait_for_steps(page, 6)
    page.get_by_text("Ended after 6 steps").wait_for()
    lines(page, "Steps of the run").nth(5).click()
    page.get_by_role("heading", name="6 · Ask for: Assign").wait_for()
    page.get_by_text("nobody else was ever named").wait_for()
    page.get_by_role("table", name="Rests on").get_by_text("north").first.wait_for()


def read_context(page: "Page") -> None:
    """What the model saw when it decided, block by block, with the keyboard."""
    lines(page, "Steps of the run").nth(4).click()
    page.get_by_role("button", name="What stood in its window").focus()
    page.keyboard.press("Enter")
    page.locator(".main-svg").first.wait_for()
    blocks = lines(page, "Blocks of the window")
    blocks.filter(has_text="goal again").focus()
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="goal again, step 5").wait_for()
    page.locator(".stCode").get_by_text("Every ticket has an owner").wait_for()
