"""The queue page: what it shows in each state, and every widget that changes something."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from streamlit.testing.v1 import AppTest

from console import format as words
from console.components import queue_browse
from engine.domain.case import Attention
from engine.domain.case_status import CaseStatus
from engine.domain.decision import DecisionKind
from engine.errors import StoreUnavailable
from engine.service.requests import ClaimCase, DecideCase, ReleaseClaim, TakeBackDecision
from engine.service.rows import Page, QueueFilter, QueueRow
from engine.testing.fake_engine import FakeEngine
from tests.browser.conftest import ManualClock, SignedIn, data_of, open_page
from tests.browser.working import press


def listed(app: AppTest) -> Any:
    return data_of(app, queue_browse.LIST)


def shown_ids(app: AppTest) -> list[str]:
    return [line["id"] for line in listed(app)["rows"]]


def kinds_of(fake: FakeEngine) -> list[str]:
    return [type(request).__name__ for request, _ in fake.received]


# ---------------------------------------------------------------------------- three states


def test_full_queue_lists_most_pressing_first(fake: FakeEngine) -> None:
    app = open_page("case_queue")
    rows = fake.queries.queue(QueueFilter()).rows
    assert shown_ids(app) == [str(row.case_id) for row in rows]
    assert len(rows) == 50
    assert "1–50 of 64" in [caption.value for caption in app.caption]
    assert app.info[0].value == "No case is open. Pick one from the queue, or press J there."
    assert not app.exception


def test_empty_queue_says_what_it_means(make_fake: Callable[..., FakeEngine]) -> None:
    make_fake(0)
    app = open_page("case_queue")
    assert listed(app)["rows"] == []
    assert listed(app)["empty"].startswith("No case has come in yet.\nSend some")


def test_decided_queue_says_that_nobody_waits(fake: FakeEngine) -> None:
    for case_id, card in fake.cards.items():
        fake.cards[case_id] = replace(card, row=replace(card.row, status=CaseStatus.DONE))
    assert listed(open_page("case_queue"))["empty"].startswith("Nobody waits for you.")


def test_failing_store_keeps_the_page_usable(fake: FakeEngine) -> None:
    fake.queries.failure = StoreUnavailable()
    app = open_page("case_queue")
    assert "try again in a moment" in app.error[0].value
    fake.queries.failure = None
    assert len(shown_ids(press(app, "Try again"))) == 50


def test_line_says_why_it_needs_a_person(fake: FakeEngine) -> None:
    app = open_page("case_queue")
    line = next(one for one in listed(app)["rows"] if one["why"].startswith("60 of 60"))
    assert line["why"] == "60 of 60 this hour: budget used up"
    assert line["note"] == "Budget used up; 60 of 60 this hour"
    assert line["meaning"] == "81\u202f% likely right; to act alone software needs 87\u202f%"
    assert line["confidence"] == "81\u202f% < 87\u202f%"
    assert line["deadline"] == "overdue by 42 min"
    assert line["urgency"] == "overdue"
    own = words.confidence(0.81, None, is_calibrated=False)
    assert own == "81\u202f%, uncalibrated"
    meant = words.confidence_meaning(0.81, None, is_calibrated=False)
    assert meant.startswith("The reasoner's own score is 81\u202f%; how often such a score")
    assert line["tags"] == ["sample"]


# ---------------------------------------------------------------------------- browsing


def test_next_and_previous_move_through_the_list(fake: FakeEngine) -> None:
    app = open_page("case_queue")
    ids = shown_ids(app)
    app = press(app, "Next")
    assert listed(app)["open"] == ids[0]
    app = press(app, "Next")
    assert listed(app)["open"] == ids[1]
    app = press(app, "Previous")
    assert listed(app)["open"] == ids[0]
    app = press(app, "Previous")
    assert listed(app)["open"] == ids[0]


def test_opening_claims_and_moving_on_gives_back(fake: FakeEngine) -> None:
    app = press(open_page("case_queue"), "Next")
    press(app, "Next")
    assert kinds_of(fake) == ["ClaimCase", "ReleaseClaim", "ClaimCase"]
    first, second, third = [request for request, _ in fake.received]
    assert isinstance(first, ClaimCase)
    assert isinstance(second, ReleaseClaim)
    assert isinstance(third, ClaimCase)
    assert first.case_id == second.case_id != third.case_id


def test_all_cases_closes_the_open_one(fake: FakeEngine) -> None:
    """A narrow window shows the open case in place of the list, so there has to be a way back."""
    app = open_page("case_queue")
    assert "All cases" not in [one.label for one in app.button]
    app = press(press(app, "Next"), "All cases")
    assert (listed(app)["open"], "case" in app.query_params) == ("", False)
    assert kinds_of(fake) == ["ClaimCase", "ReleaseClaim"]
    assert listed(press(app, "Next"))["open"] == shown_ids(app)[0]


def test_next_at_the_end_turns_the_part(fake: FakeEngine) -> None:
    app = open_page("case_queue")
    queue_ids = [str(row.case_id) for row in fake.queries.queue(QueueFilter(), limit=64).rows]
    for _ in range(51):
        app = press(app, "Next")
    assert shown_ids(app) == queue_ids[50:]
    assert listed(app)["open"] == queue_ids[50]


def test_later_and_earlier_turn_the_parts(fake: FakeEngine) -> None:
    app = press(open_page("case_queue"), "Later")
    assert len(shown_ids(app)) == 14
    assert "51–64 of 64" in [caption.value for caption in app.caption]
    assert len(shown_ids(press(app, "Earlier"))) == 50


def test_case_of_somebody_else_opens_without_a_claim(fake: FakeEngine) -> None:
    app = open_page("case_queue")
    wanted = fake.queries.queue(QueueFilter()).rows[4]
    fake.claim_for(wanted.case_id, "ben")
    for _ in range(5):
        app = press(app, "Next")
    assert listed(app)["open"] == str(wanted.case_id)
    assert listed(app)["rows"][4]["holder"] == "ben"
    assert all(button.disabled for button in app.button if button.label == "Approve")
    claimed = [request.case_id for request, _ in fake.received if isinstance(request, ClaimCase)]
    assert wanted.case_id not in claimed


def test_own_claim_is_not_named_in_the_list(fake: FakeEngine) -> None:
    app = press(open_page("case_queue"), "Next")
    assert listed(app)["rows"][0]["holder"] == ""


# ---------------------------------------------------------------------------- filters


def test_desk_filter_leaves_other_desks_out(fake: FakeEngine) -> None:
    app = open_page("case_queue")
    app.selectbox(key="queue:desk").set_value("refunds").run()
    assert {line["tags"][-1] for line in listed(app)["rows"]} == {"sample"}
    assert len(shown_ids(app)) == 7


def test_attention_filter_keeps_one_reason(fake: FakeEngine) -> None:
    app = open_page("case_queue")
    app.selectbox(key="queue:attention").set_value(Attention.DENIED).run()
    assert {line["note"].split(";")[0] for line in listed(app)["rows"]} == {"Forbidden by policy"}


def test_role_filter_keeps_what_waits_for_it(fake: FakeEngine) -> None:
    app = open_page("case_queue")
    app.selectbox(key="queue:role").set_value("senior_operator").run()
    assert {line["why"].split(":")[0] for line in listed(app)["rows"]} == {"Senior operator"}


def test_text_filter_finds_one_case_and_clears(fake: FakeEngine) -> None:
    app = open_page("case_queue")
    app.text_input(key="queue:text").set_value("INC0001020").run()
    assert [line["source"] for line in listed(app)["rows"]] == ["INC0001020"]
    app = press(app, "Clear filters")
    assert len(shown_ids(app)) == 50
    assert app.text_input(key="queue:text").value == ""


def test_filter_without_a_match_says_so(fake: FakeEngine) -> None:
    app = open_page("case_queue")
    app.text_input(key="queue:text").set_value("no such thing").run()
    assert listed(app)["empty"].startswith("No case fits these filters.")


# ---------------------------------------------------------------------------- refresh


class CountingQueue:
    """Counts how often the whole list is read."""

    def __init__(self, fake: FakeEngine) -> None:
        self.calls = 0
        self._read = fake.queries.queue

    def __call__(self, *given: Any, **named: Any) -> Page[QueueRow]:
        self.calls += 1
        return self._read(*given, **named)


def test_list_is_read_only_when_it_changed(fake: FakeEngine) -> None:
    counting = CountingQueue(fake)
    fake.queries.queue = counting  # type: ignore[method-assign]  # a counter around the same read
    app = open_page("case_queue")
    app.run()
    app.run()
    assert counting.calls == 1
    fake.arrive()
    app.run()
    assert counting.calls == 2


def test_new_case_leaves_the_open_one_alone(fake: FakeEngine) -> None:
    app = press(open_page("case_queue"), "Next")
    before = data_of(app, "case_head")
    newest = fake.arrive()
    app.run()
    assert shown_ids(app)[0] == str(newest)
    assert data_of(app, "case_head") == before


# ---------------------------------------------------------------------------- deciding here


def test_going_on_opens_the_next_after_deciding(fake: FakeEngine, clock: ManualClock) -> None:
    app = press(open_page("case_queue"), "Next")
    app = press(press(app, "Next"), "Next")
    ids = shown_ids(app)
    app.toggle(key="queue:goes_on").set_value(True).run()
    clock.advance(3)
    app = press(app, "Approve")
    decided = [request for request, _ in fake.received if isinstance(request, DecideCase)]
    assert [str(request.case_id) for request in decided] == [ids[2]]
    assert decided[0].kind is DecisionKind.APPROVE
    assert listed(app)["open"] == ids[3]


def test_second_click_cannot_hit_the_next_case(fake: FakeEngine, clock: ManualClock) -> None:
    app = open_page("case_queue")
    for _ in range(3):
        app = press(app, "Next")
    app.toggle(key="queue:goes_on").set_value(True).run()
    clock.advance(3)
    app = press(app, "Approve")
    clock.advance(0.2)
    app = press(app, "Approve")
    decided = [request for request, _ in fake.received if isinstance(request, DecideCase)]
    assert len(decided) == 1
    assert "had only just opened" in app.warning[0].value


def test_last_decision_can_be_taken_back_from_the_next(
    fake: FakeEngine, clock: ManualClock
) -> None:
    app = open_page("case_queue")
    for _ in range(3):
        app = press(app, "Next")
    decided = listed(app)["open"]
    app.toggle(key="queue:goes_on").set_value(True).run()
    clock.advance(3)
    app = press(app, "Approve")
    assert listed(app)["open"] != decided
    clock.advance(2)
    app = press(app.run(), "Take back INC0001024 (8 s)")
    assert listed(app)["open"] == decided
    (request,) = [one for one, _ in fake.received if isinstance(one, TakeBackDecision)]
    assert str(request.case_id) == decided


def test_viewer_sees_cases_and_claims_none(fake: FakeEngine, signed_in: SignedIn) -> None:
    signed_in.name = "vera"
    app = press(open_page("case_queue"), "Next")
    assert fake.received == []
    assert all(button.disabled for button in app.button if button.label == "Approve")


def test_number_that_waits_for_nobody_can_be_opened(fake: FakeEngine) -> None:
    row = next(iter(fake.cards.values())).row
    card = fake.cards[row.case_id]
    done = replace(card, row=replace(row, status=CaseStatus.DONE))
    fake.cards[row.case_id] = done
    app = open_page("case_queue")
    app.text_input(key="queue:text").set_value(row.source_id).run()
    assert f"{row.source_id}\\: done\\." in [caption.value for caption in app.caption]
    app = press(app, "Open it")
    assert listed(app)["open"] == str(row.case_id)


def test_address_names_the_open_case(fake: FakeEngine) -> None:
    app = press(open_page("case_queue"), "Next")
    first = listed(app)["open"]
    assert app.query_params["case"] in (first, [first])
    app = press(app, "Next")
    second = listed(app)["open"]
    app.query_params["case"] = first
    assert listed(app.run())["open"] == second


def test_reload_opens_the_case_of_the_address(fake: FakeEngine) -> None:
    row = fake.queries.queue(QueueFilter()).rows[3]
    app = open_page("case_queue")
    app.query_params["case"] = str(row.case_id)
    assert listed(app.run())["open"] == str(row.case_id)
