"""The stale click, on the real product: a click in the instant of a refresh of the queue.

Somebody reads a case and presses the mouse at the place of Approve. In that very instant the list
is refreshed, because other people and the worker have changed the queue. In consoles of this kind
such a click has approved another case than the one that was read. Six times it is clicked here,
half of them before the browser has drawn the refresh and half of them after.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

import pytest

from engine.bootstrap import engine_of
from engine.domain.actor import Person, Role
from engine.domain.case_status import CaseStatus
from engine.domain.decision import DecisionKind, ReasonCode
from engine.domain.ids import CaseId
from engine.service.requests import ClaimCase, DecideCase
from engine.service.rows import QueueFilter
from tests.browser.live_product import LiveProduct, running, sample_rows
from tests.browser.operating import (
    FIRST_OPERATOR,
    answer,
    make_first_account,
    new_window,
    numbers,
    open_queue,
    pick,
)

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

TRIALS = 6
FIFTH = 4
"""Place of the case that is read: with others before it that can go away."""

WATCH_FRAMES = """
const Socket = window.WebSocket;
window.WebSocket = class extends Socket {
  constructor(...given) {
    super(...given);
    // Ahead of the page's own listener: what has arrived is not drawn yet.
    this.addEventListener("message", (event) => {
      if (!(event.data instanceof ArrayBuffer)) return;
      const [rows] = new TextDecoder("latin1").decode(event.data).match(/"rows":.*"title"/s) ?? [];
      if (!rows) return;
      const isNew = rows !== window.rowsArrived;
      window.rowsArrived = rows;
      if (isNew) window.onNewRows?.();
    });
  }
};
"""

CLICK_AT_THE_NEXT_REFRESH = """
([instant, x, y]) => {
  const inside = [...document.querySelectorAll("*")].map((node) => node.shadowRoot).filter(Boolean);
  const find = (what) => inside.map((root) => root.querySelector(what)).find(Boolean);
  const press = () => {
    const button = document.elementFromPoint(x, y)?.closest("button");
    const number = find("h2.title").closest(".root").querySelector(".mono").textContent;
    const clicked = { button: button?.innerText ?? "", number };
    const at = { bubbles: true, composed: true, clientX: x, clientY: y, button: 0 };
    button?.dispatchEvent(new PointerEvent("pointerdown", at));
    button?.dispatchEvent(new MouseEvent("mousedown", at));
    button?.dispatchEvent(new PointerEvent("pointerup", at));
    button?.dispatchEvent(new MouseEvent("mouseup", at));
    button?.click();
    return clicked;
  };
  window.clicked = new Promise((resolve) => {
    if (instant === "arrived") {
      window.onNewRows = () => { window.onNewRows = null; resolve(press()); };
      return;
    }
    const list = find(".list");
    const before = list.innerText;
    const watch = new MutationObserver(() => {
      if (list.innerText === before) return;
      watch.disconnect();
      resolve(press());
    });
    watch.observe(list, { childList: true });
  });
}
"""


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveProduct]:
    """A product with a full queue."""
    with running(tmp_path_factory.mktemp("stale"), take_back_s=1.0) as started:
        started.fill()
        yield started


@pytest.fixture
def queue(chromium: "Browser", product: LiveProduct) -> "Iterator[Page]":
    """The queue, with an ear on what arrives from the server."""
    signed_in = make_first_account(chromium, product)
    with new_window(chromium, signed_in) as window:
        page = window.new_page()
        page.add_init_script(WATCH_FRAMES)
        open_queue(page, product)
        yield page


def first_is_decided(product: LiveProduct, other: Person, opened: str, trial: int) -> None:
    """Somebody else answers the first two cases: every line moves up by two places."""
    engine = engine_of(product.parts)
    firsts = engine.queries.queue(QueueFilter(), limit=FIFTH).rows
    for row in [one for one in firsts if one.claimed_by == "" and one.source_id != opened][:2]:
        engine.execute(ClaimCase(case_id=row.case_id), other)
        request = DecideCase(
            case_id=CaseId(row.case_id),
            version=row.version,
            kind=DecisionKind.REJECT,
            client_key=f"other-{trial}-{row.source_id}",
            reason_code=ReasonCode.DUPLICATE,
        )
        engine.execute(request, other)


def urgent_one_arrives(product: LiveProduct, other: Person, opened: str, trial: int) -> None:
    """A critical incident comes in above all others: every line moves down."""
    row = sample_rows()[-1] | {
        "case_id": f"INC0990{trial:03}",
        "priority": "1 - Critical",
        "opened_at": "2026-10-20T07:00",
    }
    product.submit([row])


def opened_is_resolved(product: LiveProduct, other: Person, opened: str, trial: int) -> None:
    """The open case itself is resolved elsewhere; the worker withdraws it at the next signal."""
    row = next(one for one in sample_rows() if one["case_id"] == opened)
    truth = {"y_final_group": "Service Desk EMEA", "label_known_at": "2026-10-23T14:50"}
    later = {"case_id": f"INC0990{trial:03}", "opened_at": f"2026-10-23T15:{trial:02}"}
    product.submit([row | truth | {"label_known_at_split": "1"}, sample_rows()[-1] | later])
    product.wait_for(
        "the case to be withdrawn",
        lambda: product.case(opened).status is not CaseStatus.PENDING,
    )


HAPPENINGS: tuple[Callable[[LiveProduct, Person, str, int], None], ...] = (
    first_is_decided,
    urgent_one_arrives,
    opened_is_resolved,
)


def open_in_the_middle(page: "Page", product: LiveProduct) -> str:
    """Open a case in the middle of a list that is up to date, and read it."""
    product.wait_for("the list to be up to date", lambda: numbers(page) == waiting(product))
    for number in waiting(product)[FIFTH:]:
        pick(page, number)
        if answer(page, "Approve").is_enabled():
            return number
    raise AssertionError("no case in the queue can be approved")


def waiting(product: LiveProduct) -> list[str]:
    """What the queue holds now, in its order."""
    part = engine_of(product.parts).queries.queue(QueueFilter(), limit=50)
    return [row.source_id for row in part.rows]


def click_in_the_instant(page: "Page", instant: str, happens: Callable[[], None]) -> str:
    """Let it happen and click Approve as the list changes; the number on the card at that time."""
    box = answer(page, "Approve").bounding_box()
    assert box, "Approve is not on the screen"
    place = [instant, box["x"] + box["width"] / 2, box["y"] + box["height"] / 2]
    page.evaluate(CLICK_AT_THE_NEXT_REFRESH, place)
    happens()
    clicked: dict[str, str] = page.evaluate("() => window.clicked")
    assert "Approve" in clicked["button"]
    return clicked["number"]


def test_click_in_a_refresh_never_hits_another_case(queue: "Page", product: LiveProduct) -> None:
    other = product.somebody("bert", FIRST_OPERATOR, Role.OPERATOR, Role.SENIOR_OPERATOR)
    approved: list[str] = []
    refused: list[str] = []
    for trial in range(TRIALS):
        happening = HAPPENINGS[trial % len(HAPPENINGS)]
        instant = ("arrived", "drawn")[trial // len(HAPPENINGS) % 2]
        number = open_in_the_middle(queue, product)
        happens = partial(happening, product, other, number, trial)
        on_card = click_in_the_instant(queue, instant, happens)
        assert on_card == number, f"trial {trial}: the card changed under the mouse"
        is_approved = wait_for_answer(queue, product, len(approved))
        (approved if is_approved else refused).append(number)
        assert hers(product) == approved, f"trial {trial}: {happening.__name__}, {instant}"
    assert len(approved) == TRIALS - TRIALS // len(HAPPENINGS)
    assert {product.case(number).status for number in refused} == {CaseStatus.WITHDRAWN}


def wait_for_answer(page: "Page", product: LiveProduct, before: int) -> bool:
    """Wait until a decision is recorded (True) or the person is told that none was (False)."""
    refusal = page.get_by_test_id("stAlert").filter(has_text="nothing was decided")
    product.wait_for("an answer", lambda: len(hers(product)) > before or refusal.count() > 0)
    return len(hers(product)) > before


def hers(product: LiveProduct) -> list[str]:
    """The cases that were approved in the browser, in that order."""
    return [
        number
        for number, kind, person in product.decisions()
        if (kind, person) == ("APPROVE", FIRST_OPERATOR)
    ]
