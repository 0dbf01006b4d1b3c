"""The pages of guardrails and goals: what is in force, the trial, versions and drafts."""

from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from engine.domain.policy import PolicyKind
from engine.errors import ConfigError, StoreUnavailable
from engine.service.requests import (
    ProposeVersion,
    RollBack,
    SaveDraft,
    SignVersion,
    WithdrawVersion,
)
from engine.testing import fake_goals
from engine.testing.fake_engine import FakeEngine
from tests.browser.conftest import SignedIn, data_of, open_page
from tests.browser.watching import texts, words_on

PAGES = [("guardrails", PolicyKind.GUARDRAILS), ("goals", PolicyKind.GOALS)]
WRITER = {PolicyKind.GUARDRAILS: "rhea", PolicyKind.GOALS: "olga"}
both = pytest.mark.parametrize(("page", "kind"), PAGES, ids=["guardrails", "goals"])


@pytest.fixture
def risky(signed_in: SignedIn) -> SignedIn:
    """A risk officer, who signs both."""
    signed_in.name = "rhea"
    return signed_in


def received(fake: FakeEngine) -> list[object]:
    return [request for request, _ in fake.received]


# --- what is in force --------------------------------------------------------------------


def test_guardrails_name_limit_and_reason(fake: FakeEngine) -> None:
    rows = texts(data_of(open_page("guardrails"), "guardrails"))
    assert rows[0] == [
        "people for outages",
        "priority 2 or less urgent",
        "every case type / every action",
        "refused",
        "an outage is never routed by software",
    ]
    assert rows[1][3] == "a person decides"


def test_goals_show_target_and_present(fake: FakeEngine) -> None:
    app = open_page("goals")
    rows = texts(data_of(app, "measures"))
    assert rows[0][1:] == [
        "at least 90\u202f%",
        "91.2\u202f%, 1,098 of 1,204 labels that count",
        "met",
    ]
    assert rows[1][3] == "–"
    assert texts(data_of(app, "constraints"))[0][0] == "no vip"


@both
def test_nothing_in_force_says_so(fake: FakeEngine, page: str, kind: PolicyKind) -> None:
    fake.cards.clear()
    app = open_page(page)
    assert not app.exception
    empty = data_of(app, "guardrails" if page == "guardrails" else "measures")["empty"]
    assert empty.startswith("No ")


@both
def test_broken_database_is_told(fake: FakeEngine, page: str, kind: PolicyKind) -> None:
    fake.queries.failure = StoreUnavailable("The database is locked.")
    assert "The database is locked" in open_page(page).error[0].value


# --- the trial ---------------------------------------------------------------------------


def test_a_trial_shows_verdict_and_rules(fake: FakeEngine) -> None:
    app = open_page("guardrails")
    assert "Fill in group to see what policy would say" in words_on(app)
    assert "Policy would say:" not in words_on(app)
    field = "override:guardrails:trial:incidents/routing/assign_group:assign_group:group"
    app.selectbox(key=field).set_value(app.selectbox(key=field).options[0]).run()
    assert "Policy would say: run it without a person." in words_on(app)
    app.text_input(key="guardrails:trial:priority").set_value("1").run()
    assert "Policy would say: refuse it; nobody can approve it." in words_on(app)
    rows = texts(data_of(app, "tried"))
    assert rows[0][:2] == ["✗ broken", "Guardrail “people for outages” | binds people too"]


# --- versions ----------------------------------------------------------------------------


@both
def test_somebody_else_signs(
    fake: FakeEngine, risky: SignedIn, page: str, kind: PolicyKind
) -> None:
    app = open_page(page)
    app.button(key=f"{page}:sign:incidents:4:2").click().run()
    assert received(fake) == [SignVersion(kind=kind, desk="incidents", version=4, over=2)]


def test_author_withdraws_but_cannot_sign(fake: FakeEngine, signed_in: SignedIn) -> None:
    signed_in.name = fake_goals.AUTHOR
    app = open_page("goals")
    assert app.button(key="goals:sign:incidents:4:2").disabled
    app.button(key="goals:withdraw:incidents:3").click().run()
    kind = PolicyKind.GOALS
    assert received(fake) == [WithdrawVersion(kind=kind, desk="incidents", version=3)]


@both
def test_who_may_not_write_cannot_withdraw(
    fake: FakeEngine, signed_in: SignedIn, page: str, kind: PolicyKind
) -> None:
    signed_in.name = "vera"
    assert open_page(page).button(key=f"{page}:withdraw:incidents:4").disabled


@both
def test_going_back_needs_a_reason(
    fake: FakeEngine, risky: SignedIn, page: str, kind: PolicyKind
) -> None:
    app = open_page(page)
    app.button(key=f"{page}:back:incidents:1:2").click().run()
    assert received(fake) == []
    app.text_input(key=f"{page}:reason:incidents:1").set_value("it was better").run()
    app.button(key=f"{page}:back:incidents:1:2").click().run()
    wanted = RollBack(kind=kind, desk="incidents", version=1, reason="it was better", over=2)
    assert received(fake) == [wanted]


def open_editor(page: str) -> AppTest:
    """The page with its second tab open."""
    app = open_page(page)
    app.session_state[f"{page}:changes"] = "Propose a change"
    return app.run()


@both
def test_who_may_not_write_reads_who_may(fake: FakeEngine, page: str, kind: PolicyKind) -> None:
    app = open_editor(page)
    assert "are written by a" in words_on(app)
    assert f"{page}:propose:incidents" not in [button.key for button in app.button]


# --- drafts ------------------------------------------------------------------------------


def change(app: AppTest, page: str, text: str, note: str = "because") -> None:
    app.text_area(key=f"{page}:draft:incidents").set_value(text)
    app.text_input(key=f"{page}:note:incidents").set_value(note).run()


@both
def test_a_draft_is_kept_or_proposed(
    fake: FakeEngine, signed_in: SignedIn, page: str, kind: PolicyKind
) -> None:
    signed_in.name = WRITER[kind]
    app = open_editor(page)
    text = "desk: incidents\nzone: UTC\n"
    change(app, page, text)
    app.button(key=f"{page}:save:incidents").click().run()
    app.button(key=f"{page}:propose:incidents").click().run()
    assert received(fake) == [
        SaveDraft(kind=kind, desk="incidents", document=text, note="because"),
        ProposeVersion(kind=kind, desk="incidents", document=text, note="because", over=2),
    ]


@both
def test_an_untouched_draft_is_not_proposed(
    fake: FakeEngine, signed_in: SignedIn, page: str, kind: PolicyKind
) -> None:
    signed_in.name = WRITER[kind]
    app = open_editor(page)
    app.button(key=f"{page}:propose:incidents").click().run()
    assert received(fake) == []
    assert "the draft is the active version" in words_on(app)


@both
def test_a_refused_draft_stays(
    fake: FakeEngine, signed_in: SignedIn, page: str, kind: PolicyKind
) -> None:
    signed_in.name = WRITER[kind]
    app = open_editor(page)
    change(app, page, "desk: incidents\nwings: 2\n")
    fake.refusals.append(ConfigError("line 2: wings: there is no such key here"))
    app.button(key=f"{page}:propose:incidents").click().run()
    assert "wings" in (app.text_area(key=f"{page}:draft:incidents").value or "")


# --- what history says -------------------------------------------------------------------


@both
def test_consequences_stand_beside_every_draft(
    fake: FakeEngine, signed_in: SignedIn, page: str, kind: PolicyKind
) -> None:
    signed_in.name = WRITER[kind]
    app = open_editor(page)
    change(app, page, "desk: incidents\n" + ("goal: On time.\n" if page == "goals" else ""))
    rows = texts(data_of(app, "consequences"))
    assert [row[0] for row in rows][:2] == ["Run alone", "… after a veto window"]


@both
def test_the_signer_sees_what_history_said(
    fake: FakeEngine, risky: SignedIn, monkeypatch: pytest.MonkeyPatch, page: str, kind: PolicyKind
) -> None:
    said = {
        "since": "2026-09-01T00:00:00+00:00",
        "until": "2026-09-28T00:00:00+00:00",
        "sentences": ["Of 800 decisions 12 would run alone, 40 do now."],
        "limits": ["It explores."],
    }
    rows = [
        replace(row, simulation=said if row.version == 4 else None)
        for row in fake.queries.versions("incidents", kind)
    ]
    monkeypatch.setattr(fake.queries, "versions", lambda desk, kind: tuple(rows))
    shown = words_on(open_page(page))
    assert "• Of 800 decisions 12 would run alone, 40 do now." in shown
    assert "decisions from 2026-09-01 to 2026-09-28" in shown
    rows[:] = [replace(row, simulation=None) for row in rows]
    assert "there was no history to ask" in words_on(open_page(page))
