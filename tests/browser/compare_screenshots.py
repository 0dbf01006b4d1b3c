"""Screenshots of the comparison, for `take_screenshots`: all kinds of reasoners on the same orders.

Starts `countersign up --desk orders` with the simulated world that ships with it and the scripted
model, lets every reasoner there is look at some cases beside their way, and has people answer none.
"""

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from engine.bootstrap import engine_of
from engine.domain.ids import CaseId
from engine.domain.run import RunStatus
from engine.service.requests import StartRun
from engine.service.rows import QueueFilter
from engine.service.run_rows import RunFilter
from tests.browser.live_product import PASSWORD, LiveProduct, running
from tests.browser.operating import FIRST_OPERATOR, make_first_account, new_window

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CASES = 24
VIEWS = {
    "compare-agreement.png": "Agreement",
    "compare-tools.png": "Tools and scopes",
    "compare-questions.png": "What a buyer asks",
}
Shoot = Callable[["Page", Path], None]


def take_comparison(chromium: "Browser", target: Path, shoot: Shoot) -> None:
    """The figures in both themes, and the views behind them."""
    with (
        TemporaryDirectory() as folder,
        running(
            Path(folder) / "data",
            take_back_s=2.0,
            extra=("--desk", "orders"),
            scripted_model="plain",
        ) as product,
    ):
        signed_in = make_first_account(chromium, product)
        let_all_look(product)
        for scheme, name in (("light", "compare.png"), ("dark", "compare-dark.png")):
            with new_window(chromium, signed_in, scheme) as window:
                page = window.new_page()
                page.goto(f"{product.url}/compare")
                page.get_by_role("table", name="Reasoners side by side").wait_for()
                shoot(page, target / name)
                for file, view in VIEWS.items() if scheme == "light" else ():
                    page.get_by_text(view, exact=True).click()
                    page.locator("table, li").first.wait_for()
                    shoot(page, target / file)


def let_all_look(product: LiveProduct) -> None:
    """Every kind that there is looks at the cases that wait; returns when all runs are over."""
    engine = engine_of(product.parts)
    queries = engine.queries
    product.wait_for("cases to wait", lambda: len(_waiting(product)) >= CASES)
    person = engine.sign_in(FIRST_OPERATOR, PASSWORD).person
    for case_id in _waiting(product)[:CASES]:
        for one in queries.run_kinds(case_id):
            if one.is_available:
                form = f"{one.kind} {case_id}"
                request = StartRun(case_id=case_id, kind=one.kind, client_key=form)
                engine.execute(request, person)
    running_now = RunFilter(status=RunStatus.RUNNING)
    product.wait_for("the runs", lambda: not queries.runs(running_now, limit=1).rows)


def _waiting(product: LiveProduct) -> list[CaseId]:
    page = engine_of(product.parts).queries.queue(QueueFilter(), limit=200)
    return [row.case_id for row in page.rows]
