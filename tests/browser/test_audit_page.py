"""The audit page: who sees it, a blind card, the answer first, then what software did."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from console import navigation
from console.components.audit_form import NOTHING, SOMETHING
from engine.domain.ids import CaseId
from engine.errors import Conflict, StoreUnavailable
from engine.service.requests import AnswerAudit
from engine.testing.fake_engine import PEOPLE, FakeEngine
from engine.testing.fake_rows_advice import GROUPS
from tests.browser.conftest import SignedIn, data_of, open_app, open_page
from tests.browser.watching import words_on
from tests.browser.working import labels, press, sent

NUMBERS = ["INC0005001", "INC0005002", "INC0005003"]


def listed(app: AppTest) -> Any:
    return data_of(app, "audit_rows")


def shown(app: AppTest) -> str:
    """Number of the open card."""
    return str(data_of(app, "audit_head")["lines"][1][0]["text"])


def first(fake: FakeEngine) -> CaseId:
    return fake.queries.watched.drawn[0].case_id


def choose(app: AppTest, fake: FakeEngine, group: str) -> AppTest:
    """Say that a group should have got it."""
    case_id = first(fake)
    app = choose_routing(app, case_id)
    return app.selectbox(key=f"override:audit:{case_id}:assign_group:group").set_value(group).run()


def choose_routing(app: AppTest, case_id: CaseId) -> AppTest:
    """Say that something should have been done, and that it was routing."""
    app = app.radio(key=f"audit:{case_id}:kind").set_value(SOMETHING).run()
    return app.selectbox(key=f"override:audit:{case_id}:tool").set_value("assign_group").run()


def send(
    app: AppTest, fake: FakeEngine, monkeypatch: pytest.MonkeyPatch, *, is_agreed: bool
) -> Any:
    """Press Answer, with an engine that takes it."""
    execute = fake.execute

    def take(request: Any, person: Any) -> Any:
        done = execute(request, person)
        fake.queries.watched.answer(request.case_id, is_agreed=is_agreed)
        return done

    monkeypatch.setattr(fake, "execute", take)
    return press(app, "Answer")


@pytest.fixture
def card(fake: FakeEngine) -> AppTest:
    """The page with the first card open."""
    return press(open_page("audit"), "Next")


# ---------------------------------------------------------------------------- three states


def test_list_shows_what_waits_oldest_first(fake: FakeEngine) -> None:
    app = open_page("audit")
    assert [row["number"] for row in listed(app)["rows"]] == NUMBERS
    assert [row["marks"][0]["text"] for row in listed(app)["rows"]] == [
        "ran 4 h 50 min ago",
        "ran 3 h 50 min ago",
        "ran 2 h 50 min ago",
    ]
    assert "3 wait, the oldest first" in words_on(app)
    assert app.info[0].value == "No card is open. Pick one, or press J."


def test_empty_list_says_what_would_come(make_fake: Callable[..., FakeEngine]) -> None:
    make_fake(0)
    app = press(open_page("audit"), "Next")
    assert listed(app)["rows"] == []
    assert listed(app)["empty"].startswith("Nothing waits for your audit.")
    assert not app.exception


def test_failing_store_keeps_the_page_usable(fake: FakeEngine) -> None:
    fake.queries.failure = StoreUnavailable()
    app = open_page("audit")
    assert "out of reach" in app.error[0].value
    fake.queries.failure = None
    app = press(app, "Try again")
    assert len(listed(app)["rows"]) == 3


def test_only_auditors_have_the_page(fake: FakeEngine, signed_in: SignedIn) -> None:
    seen = {
        person.name: any(page.slug == "audit" for page in navigation.pages_for(person))
        for person in PEOPLE
    }
    assert seen == {"ada": True, "ben": False, "olga": False, "rhea": True, "vera": False}
    signed_in.name = "ben"
    app = open_page("audit")
    assert "Only a senior operator or a risk officer may audit" in app.error[0].value


# ---------------------------------------------------------------------------- the card


def test_card_shows_the_facts_and_no_advice(card: AppTest) -> None:
    assert shown(card) == NUMBERS[0]
    assert len(data_of(card, "facts")["rows"]) == 12
    said = json.dumps([data_of(card, "audit_head"), data_of(card, "facts")]) + words_on(card)
    for given_away in ("recommend", "confidence", "likely", "the software's choice", "Assign to"):
        assert given_away not in said


def test_options_are_offered_without_a_rank(card: AppTest, fake: FakeEngine) -> None:
    case_id = first(fake)
    card = choose_routing(card, case_id)
    options = card.selectbox(key=f"override:audit:{case_id}:assign_group:group").options
    assert options == list(GROUPS)


def test_keys_move_through_the_list(card: AppTest) -> None:
    card = press(card, "Next")
    assert shown(card) == NUMBERS[1]
    card = press(press(card, "Next"), "Next")
    assert shown(card) == NUMBERS[2]
    card = press(card, "Previous")
    assert (shown(card), listed(card)["open"]) == (NUMBERS[1], listed(card)["rows"][1]["id"])


def test_open_card_stays_while_the_list_changes(card: AppTest, fake: FakeEngine) -> None:
    fake.queries.watched.drawn = fake.queries.watched.drawn[1:]
    card.run()
    assert shown(card) == NUMBERS[0]
    assert [row["number"] for row in listed(card)["rows"]] == NUMBERS[1:]


# ---------------------------------------------------------------------------- the answer


def test_nothing_is_sent_before_something_is_chosen(card: AppTest, fake: FakeEngine) -> None:
    card = press(card, "Answer")
    assert sent(fake, AnswerAudit) == []
    assert card.warning[0].value == "Say whether anything should have been done\\."
    card.radio(key=f"audit:{first(fake)}:kind").set_value(SOMETHING).run()
    card = press(card, "Answer")
    assert sent(fake, AnswerAudit) == []
    assert card.warning[0].value == "Choose what should have been done\\."


def test_answer_goes_out_before_anything_is_told(
    card: AppTest, fake: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id = first(fake)
    card = choose(card, fake, GROUPS[1])
    card = card.text_input(key=f"audit:{case_id}:note").set_value("it is a network fault").run()
    card = send(card, fake, monkeypatch, is_agreed=False)
    assert sent(fake, AnswerAudit) == [
        AnswerAudit(
            case_id=case_id,
            tool="assign_group",
            arguments={"incident": NUMBERS[0], "group": GROUPS[1]},
            note="it is a network fault",
        )
    ]
    assert card.warning[0].value.startswith("You and software differ")
    assert "Answer" not in labels(card)


def test_agreement_is_told_too(
    card: AppTest, fake: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = send(choose(card, fake, GROUPS[0]), fake, monkeypatch, is_agreed=True)
    assert card.success[0].value.startswith("You and software agree")
    said = data_of(card, "audit_now")["lines"][0][0]["text"]
    assert said.startswith("It was sure by 93\u202f%. It can be undone on its case")


def test_nothing_can_be_the_right_answer(
    card: AppTest, fake: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    card.radio(key=f"audit:{first(fake)}:kind").set_value(NOTHING).run()
    send(card, fake, monkeypatch, is_agreed=False)
    (request,) = sent(fake, AnswerAudit)
    assert (request.tool, request.arguments) == ("", {})


def test_refused_answer_keeps_the_form(card: AppTest, fake: FakeEngine) -> None:
    card = choose(card, fake, GROUPS[2])
    fake.refusals.append(Conflict("This was answered before; the first answer is the label."))
    card = press(card, "Answer")
    assert "answered before" in card.warning[0].value
    key = f"override:audit:{first(fake)}:assign_group:group"
    assert card.selectbox(key=key).value == GROUPS[2]


def test_next_card_follows_the_answered_one(
    card: AppTest, fake: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id = first(fake)
    card = send(choose(card, fake, GROUPS[0]), fake, monkeypatch, is_agreed=True)
    card = card.button(key=f"audit:next:{case_id}").click().run()
    assert shown(card) == NUMBERS[1]
    assert "Answer" in labels(card)


def test_last_answer_leaves_an_empty_page(
    card: AppTest, fake: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake.queries.watched.drawn = fake.queries.watched.drawn[:1]
    case_id = first(fake)
    card = send(choose(card, fake, GROUPS[0]), fake, monkeypatch, is_agreed=True)
    card = card.button(key=f"audit:next:{case_id}").click().run()
    assert card.info[0].value == "No card is open. Pick one, or press J."


def test_case_opens_after_the_answer(fake: FakeEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_app().switch_page("app_pages/audit.py").run()
    app = press(app, "Next")
    case_id = first(fake)
    app = send(choose(app, fake, GROUPS[0]), fake, monkeypatch, is_agreed=True)
    app = app.button(key=f"audit:case:{case_id}").click().run()
    assert data_of(app, "case_head")["lines"][1][0]["text"] == NUMBERS[0]
