"""Cases that are for other roles: not decidable for who may not, and found by who may."""

from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from engine.domain.actor import Role
from engine.domain.case_status import CaseStatus
from engine.domain.ids import CaseId
from engine.service.requests import ClaimCase
from engine.service.rows import CaseCard, QueueFilter
from engine.testing.fake_engine import FakeEngine
from tests.browser.conftest import SignedIn, data_of, open_page
from tests.browser.test_queue_page import listed
from tests.browser.working import press

KINDS = ("APPROVE", "OVERRIDE", "REJECT", "ESCALATE", "ASK")


@pytest.fixture
def ben(signed_in: SignedIn) -> SignedIn:
    """An operator, and nothing more."""
    signed_in.name = "ben"
    return signed_in


def a_case(fake: FakeEngine) -> CaseId:
    rows = fake.queries.queue(QueueFilter()).rows
    return next(row.case_id for row in rows if fake.cards[row.case_id].words.can_approve)


def opened(fake: FakeEngine, card: CaseCard) -> AppTest:
    fake.cards[card.row.case_id] = card
    app = open_page("case_card")
    app.text_input(key="case:text").set_value(card.row.source_id).run()
    return app


def locked(app: AppTest, card: CaseCard) -> set[str]:
    ending = f":{card.row.case_id}:{card.row.version}"
    buttons = {kind: app.button(key=f"bar:{kind}{ending}") for kind in KINDS}
    return {kind for kind, button in buttons.items() if button.disabled}


def said(app: AppTest) -> str:
    lines = data_of(app, "decision_words")["lines"]
    return " ".join(piece["text"] for line in lines for piece in line)


def test_case_of_another_role_is_locked(fake: FakeEngine, ben: SignedIn) -> None:
    card = fake.cards[a_case(fake)]
    card = replace(card, row=replace(card.row, role=Role.SENIOR_OPERATOR.value))
    app = opened(fake, card)
    assert locked(app, card) == set(KINDS)
    assert said(app) == "This case waits for a senior operator. You may look."
    assert not [one for one, _ in fake.received if isinstance(one, ClaimCase)]


@pytest.mark.parametrize("is_of_case", [True, False], ids=["the case", "its cell"])
def test_repair_for_others_is_locked(fake: FakeEngine, ben: SignedIn, is_of_case: bool) -> None:
    seniors = (Role.SENIOR_OPERATOR,)
    card = fake.cards[a_case(fake)]
    role = Role.SENIOR_OPERATOR.value if is_of_case else ""
    row = replace(card.row, status=CaseStatus.NEEDS_REPAIR, role=role)
    app = opened(fake, replace(card, row=row, deciders=() if is_of_case else seniors))
    answers = [one for one in app.button if one.key and one.key.startswith("repair:settle")]
    assert [one.disabled for one in answers] == [True, True]
    told = data_of(app, "repair")["lines"][0][0]["text"]
    assert "senior operator" in told


def test_own_escalation_locks_the_case(fake: FakeEngine, ben: SignedIn, clock: object) -> None:
    card = fake.cards[a_case(fake)]
    app = opened(fake, card)
    assert locked(app, card) == set()
    clock.advance(5)  # type: ignore[attr-defined]  # a manual one
    press(press(app, "Escalate…"), "Escalate now")
    app.run()
    assert locked(app, fake.cards[card.row.case_id]) == set(KINDS)


def test_cell_of_other_roles_can_be_passed_on(fake: FakeEngine, ben: SignedIn) -> None:
    card = fake.cards[a_case(fake)]
    seniors = (Role.SENIOR_OPERATOR,)
    tools = tuple(replace(tool, deciders=seniors) for tool in card.tools)
    card = replace(card, deciders=seniors, tools=tools)
    app = opened(fake, card)
    assert locked(app, card) == {"APPROVE", "OVERRIDE", "REJECT"}
    assert said(app).startswith("This cell is decided by senior operator. You may pass it on")


def test_filter_for_operators_keeps_unassigned_cases(fake: FakeEngine, ben: SignedIn) -> None:
    app = open_page("case_queue")
    app.selectbox(key="queue:role").set_value("operator").run()
    rows = fake.queries.queue(QueueFilter(roles=frozenset({"", "operator"}))).rows
    assert [line["id"] for line in listed(app)["rows"]] == [str(row.case_id) for row in rows]
    assert len(rows) > 20
    assert not [line for line in listed(app)["rows"] if line["why"].startswith("Senior operator")]


def test_filter_for_me_follows_my_roles(fake: FakeEngine, signed_in: SignedIn) -> None:
    everything = len(fake.queries.queue(QueueFilter()).rows)
    app = open_page("case_queue")
    app.selectbox(key="queue:role").set_value("me").run()
    assert len(listed(app)["rows"]) == everything  # ada is a senior operator too
    signed_in.name = "ben"
    app = open_page("case_queue")
    app.selectbox(key="queue:role").set_value("me").run()
    assert not [line for line in listed(app)["rows"] if line["why"].startswith("Senior operator")]
    signed_in.name = "vera"
    assert "For me" not in open_page("case_queue").selectbox(key="queue:role").options
