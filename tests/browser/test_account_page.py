"""The account page: who it is, the password, sessions and tokens, and what each button asks for."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from console.components import account_roles
from engine.domain.actor import Role
from engine.errors import InvalidRequest, StoreUnavailable
from engine.service.authority import MAY
from engine.service.requests import ChangePassword, EndSessions, IssueToken, RevokeToken
from engine.testing.fake_account import CI, OFFICE
from engine.testing.fake_engine import FakeEngine
from tests.browser.conftest import SignedIn, data_of, open_app, open_page
from tests.browser.watching import texts, words_on

OLD, NEW = "correct horse battery", "eleven purple walruses"


def asked(fake: FakeEngine) -> list[object]:
    return [request for request, _ in fake.received]


def fill_in(app: AppTest, old: str = OLD, new: str = NEW, again: str = NEW) -> None:
    for name, value in (("old", old), ("new", new), ("again", again)):
        app.text_input(f"account:{name}").set_value(value)


def send(app: AppTest) -> None:
    next(button for button in app.button if button.label == "Change password").click().run()


# --- states ---------------------------------------------------------------------------------


def test_full_page_tells_who_and_with_what(fake: FakeEngine) -> None:
    app = open_page("account")
    assert [line["text"] for line in data_of(app, "account_person")["lines"][0]] == [
        "Ada Moreno",
        "ada",
    ]
    assert "sam set your password on 2026\\-11\\-17" in app.warning[0].value
    assert "this one" in words_on(app)
    assert [button.label for button in app.button] == [
        "Change password",
        "End",
        "End all other sessions",
        "Revoke",
        "Issue token",
    ]
    assert [text for text in ("10.0.4.17", "nightly intake", "in 82 d") if text in words_on(app)]


def test_roles_are_told_in_words(fake: FakeEngine) -> None:
    rows = texts(data_of(open_page("account"), "account_roles"))
    assert [role for role, _ in rows] == ["Operator", "Senior operator", "Administrator"]
    assert rows[0][1].startswith("Answer recommendations; ")
    assert "set passwords" in rows[2][1]
    assert "on the command line" in rows[2][1]


def test_administrators_read_where_accounts_are_made(fake: FakeEngine) -> None:
    assert "`countersign user add NAME --role operator --as YOU`" in words_on(open_page("account"))


def test_empty_page_has_nothing_to_end(make_fake: Callable[..., FakeEngine]) -> None:
    make_fake(0)
    app = open_page("account")
    assert not app.warning
    assert "You have no bearer token." in words_on(app)
    assert [button.label for button in app.button] == ["Change password", "Issue token"]


def test_failing_store_is_told_in_words(fake: FakeEngine) -> None:
    fake.queries.failure = StoreUnavailable()
    app = open_page("account")
    assert "database is locked" in app.error[0].value
    assert not app.exception


def test_nobody_signed_in_sees_the_way_in(fake: FakeEngine, signed_in: SignedIn) -> None:
    signed_in.name = ""
    assert open_page("account").subheader[0].value == "Sign in to go on"


@pytest.mark.parametrize("name", ["ada", "ben", "olga", "rhea", "vera"])
def test_everybody_has_the_page(fake: FakeEngine, signed_in: SignedIn, name: str) -> None:
    signed_in.name = name
    app = open_app()
    assert not app.switch_page("app_pages/account.py").run().exception
    assert app.title[0].value == "Account"


def test_every_role_and_request_has_words() -> None:
    assert [role for role in Role if not account_roles.meaning(role).endswith(".")] == []
    assert account_roles.meaning(Role.VIEWER) == "Look on, change nothing."
    assert [kind for kind in MAY if not account_roles.phrase_of(kind)] == []
    assert account_roles.phrase_of(StoreUnavailable) == "store unavailable"


# --- the password ---------------------------------------------------------------------------


def test_password_is_changed_and_forgotten(fake: FakeEngine) -> None:
    app = open_page("account")
    fill_in(app)
    app.checkbox("account:ends_tokens").check()
    send(app)
    assert asked(fake) == [
        ChangePassword(old_password=OLD, new_password=NEW, ends_tokens=True, but_not="session-ada")
    ]
    assert [app.text_input(f"account:{name}").value for name in ("old", "new", "again")] == [
        "",
        "",
        "",
    ]


@pytest.mark.parametrize(
    ("old", "new", "again", "words"),
    [
        (OLD, NEW, "another one", "not the same"),
        ("", NEW, NEW, "fill in both"),
        (OLD, "", "", "fill in both"),
    ],
    ids=["again", "no-old", "no-new"],
)
def test_incomplete_form_asks_for_nothing(
    fake: FakeEngine, old: str, new: str, again: str, words: str
) -> None:
    app = open_page("account")
    fill_in(app, old, new, again)
    send(app)
    assert asked(fake) == []
    assert words in app.warning[0].value


def test_refused_password_says_why_and_stays(fake: FakeEngine) -> None:
    fake.refusals.append(InvalidRequest("The old password is wrong."))
    app = open_page("account")
    fill_in(app)
    send(app)
    assert "The old password is wrong" in app.error[0].value
    assert app.text_input("account:new").value == NEW
    assert [text for text in (OLD, NEW) if text in words_on(app)] == []


# --- sessions and tokens --------------------------------------------------------------------


def test_one_session_is_ended(fake: FakeEngine) -> None:
    open_page("account").button(f"account:end:{OFFICE}").click().run()
    assert asked(fake) == [EndSessions(session=str(OFFICE))]


def test_other_sessions_end_but_not_this(fake: FakeEngine) -> None:
    open_page("account").button("account:end_others").click().run()
    assert asked(fake) == [EndSessions(but_not="session-ada")]


def test_token_is_revoked_by_its_id(fake: FakeEngine) -> None:
    open_page("account").button(f"account:end:{CI}").click().run()
    assert asked(fake) == [RevokeToken(token=str(CI))]


def test_new_token_is_shown_in_one_run(fake: FakeEngine) -> None:
    app = open_page("account")
    app.text_input("account:label").set_value("nightly export")
    app.number_input("account:days").set_value(30)
    app.button("account:issue").click().run()
    assert asked(fake) == [IssueToken(label="nightly export", days=30)]
    assert [code.value for code in app.code] == ["shown-once"]
    assert app.text_input("account:label").value == ""
    assert [code.value for code in app.run().code] == []


def test_token_without_a_label_is_not_issued(fake: FakeEngine) -> None:
    app = open_page("account")
    app.button("account:issue").click().run()
    assert asked(fake) == []
    assert "say in the label" in app.warning[0].value
