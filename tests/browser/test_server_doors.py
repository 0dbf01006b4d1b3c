"""The doors of the web process, over HTTP and in Chromium: real server, real accounts."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from streamlit import config as streamlit_config

from console import theme
from console.server import REQUIRED, Address, streamlit_settings
from console.server.doors import safe_target
from console.session import COOKIE
from tests.browser.door import HTML, PASSWORD, Door, opened, set_up_ada

if TYPE_CHECKING:
    from playwright.sync_api import Page


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    with opened(tmp_path_factory.mktemp("doors")) as door:
        yield door


@pytest.fixture(scope="module")
def set_up(door: Door) -> Door:
    """The same, with the account ada."""
    set_up_ada(door)
    return door


# --- before there is an account -------------------------------------------------------------


def test_new_product_points_to_the_link(door: Door) -> None:
    assert "No account yet" in door.ask("GET", "/signin").text


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"again": "another password"}, 422, "not the same"),
        ({"password": "short", "again": "short"}, 422, "12 to 200"),
        ({"name": "no spaces please"}, 422, "sign-in name"),
        ({"token": "guessed"}, 403, "wrong, used or too old"),
    ],
    ids=["again", "short", "name", "token"],
)
def test_bad_set_up_is_explained(
    door: Door, changes: dict[str, str], status: int, words: str
) -> None:
    good = {"token": door.setup, "name": "ada", "password": PASSWORD, "again": PASSWORD}
    reply = door.ask("POST", "/setup", form=good | changes)
    assert (reply.status, words in reply.text, reply.cookie) == (status, True, "")


def test_set_up_form_from_elsewhere_is_refused(door: Door) -> None:
    form = {"token": door.setup, "name": "eve", "password": PASSWORD, "again": PASSWORD}
    reply = door.ask("POST", "/setup", form=form, headers={"Origin": "http://evil.example"})
    assert (reply.status, reply.cookie) == (403, "")


def test_set_up_signs_the_first_person_in(set_up: Door) -> None:
    assert set_up.ask("GET", "/setup?token=x").headers["location"] == "/signin"
    assert set_up.sign_in().status == 303


# --- signing in and out ---------------------------------------------------------------------


def test_session_cookie_is_kept_from_scripts(set_up: Door) -> None:
    reply = set_up.sign_in()
    attributes = {part.strip().split("=")[0].lower() for part in reply.cookie.split(";")[1:]}
    assert {"httponly", "samesite", "path", "expires"} <= attributes
    assert "SameSite=strict" in reply.cookie
    assert "secure" not in attributes
    assert reply.headers["location"] == "/"


def test_session_cookie_is_secure_behind_tls(set_up: Door) -> None:
    reply = set_up.sign_in(headers={"X-Forwarded-Proto": "https"})
    assert "; Secure" in reply.cookie


def test_signing_in_replaces_the_session(set_up: Door) -> None:
    before = set_up.sign_in().token
    after = set_up.sign_in(token=before).token
    assert before != after
    assert set_up.ask("GET", "/", headers=HTML, token=before).status == 303
    assert set_up.ask("GET", "/", headers=HTML, token=after).status == 200


@pytest.mark.parametrize("name", ["ada", "nobody"])
def test_wrong_password_never_says_why(set_up: Door, name: str) -> None:
    reply = set_up.sign_in(name, "wrong password!")
    assert (reply.status, reply.cookie) == (401, "")
    assert "The name or the password is wrong." in reply.text
    set_up.sign_in()


def test_many_failures_make_one_wait(set_up: Door) -> None:
    replies = [set_up.sign_in("victor", "wrong password!") for _ in range(6)]
    assert [reply.status for reply in replies] == [401] * 5 + [429]
    assert replies[-1].headers["retry-after"] in {"2", "3"}
    assert "Too many attempts" in replies[-1].text


def test_forwarded_addresses_are_not_believed(set_up: Door) -> None:
    headers = [
        {"X-Forwarded-For": "192.0.2.1"},
        {"X-Forwarded-For": "192.0.2.2, 192.0.2.3"},
        {"X-Forwarded-For": "198.51.100.9:4711"},
        {"Forwarded": "for=192.0.2.4"},
        {"X-Forwarded-For": ""},
        {"X-Forwarded-For": "127.0.0.1"},
    ]
    replies = [set_up.sign_in("vincent", "wrong password!", headers=one) for one in headers]
    assert [reply.status for reply in replies] == [401] * 5 + [429]
    assert set_up.sign_in("vincent", "wrong password!").status == 401


def test_strangers_failures_leave_the_owner_alone(set_up: Door) -> None:
    set_up.sign_in()
    stranger = {"X-Forwarded-For": "192.0.2.66"}
    replies = [set_up.sign_in(password="wrong password!", headers=stranger) for _ in range(6)]
    assert replies[-1].status == 429
    assert set_up.sign_in().status == 303


def test_sign_in_from_elsewhere_is_refused(set_up: Door) -> None:
    for headers in (
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
    ):
        assert set_up.sign_in(headers=headers).status == 403


def test_typed_name_is_never_markup(set_up: Door) -> None:
    reply = set_up.sign_in('"><script>alert(1)</script>', "x")
    assert "<script>" not in reply.text
    assert "&lt;script&gt;" in reply.text


def test_signing_out_ends_the_session(set_up: Door) -> None:
    token = set_up.sign_in().token
    reply = set_up.ask("GET", "/signout", token=token)
    assert (reply.status, reply.headers["location"]) == (303, "/signin")
    assert "Max-Age=0" in reply.cookie
    assert set_up.ask("GET", "/", headers=HTML, token=token).status == 303


def test_another_site_cannot_sign_out(set_up: Door) -> None:
    token = set_up.sign_in().token
    headers = {"Sec-Fetch-Site": "cross-site"}
    assert set_up.ask("GET", "/signout", token=token, headers=headers).status == 403
    assert set_up.ask("GET", "/", headers=HTML, token=token).status == 200


@pytest.mark.parametrize("size", [20_000, 200_000])
def test_oversized_forms_are_not_read(set_up: Door, size: int) -> None:
    assert set_up.sign_in("x" * size).status == 401


@pytest.mark.parametrize(
    ("target", "reached"),
    [
        ("/ledger?stream=global", "/ledger?stream=global"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/signout", "/"),
        ("/a\r\nSet-Cookie: x=y", "/"),
        ("", "/"),
    ],
    ids=["own", "scheme-less", "backslash", "absolute", "script", "door", "header", "none"],
)
def test_sign_in_leads_only_inside(target: str, reached: str) -> None:
    assert safe_target(target) == reached


# --- what is behind the doors ---------------------------------------------------------------

CLOSED = [
    "/",
    "/ledger",
    "/_stcore/metrics",
    "/_stcore/agent/openapi.json",
    "/_stcore/script-health-check",
    "/media/x",
    "/component/x",
    "/index.html",
]


@pytest.mark.parametrize("path", CLOSED)
def test_nothing_is_served_without_a_session(set_up: Door, path: str) -> None:
    assert set_up.ask("GET", path).status == 401
    shown = set_up.ask("GET", path, headers=HTML)
    assert (shown.status, shown.headers["location"].startswith("/signin")) == (303, True)


@pytest.mark.parametrize("token", ["", "guessed"])
def test_web_socket_needs_a_session(set_up: Door, token: str) -> None:
    headers = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        "Origin": set_up.url,
    }
    assert set_up.ask("GET", "/_stcore/stream", headers=headers, token=token).status == 403
    signed_in = set_up.sign_in().token
    assert set_up.ask("GET", "/_stcore/stream", headers=headers, token=signed_in).status == 101


@pytest.mark.parametrize(
    ("typed", "reached"),
    [
        ("/case-queue?desk=incidents", "/?desk=incidents"),
        ("/queue", "/"),
        ("/case?case=7", "/case-card?case=7"),
        ("/decision_log", "/decision-log"),
        ("/Runs", "/runs"),
        ("/trace", "/traces"),
    ],
    ids=["first", "title", "with-query", "file", "capital", "singular"],
)
def test_guessed_address_leads_to_its_page(set_up: Door, typed: str, reached: str) -> None:
    reply = set_up.ask("GET", typed, headers=HTML, token=set_up.sign_in().token)
    assert (reply.status, reply.headers["location"]) == (307, reached)


def test_doors_bear_the_mark_of_the_console(set_up: Door) -> None:
    assert theme.ICON in set_up.ask("GET", "/signin").text


def test_programs_cannot_drive_the_console(set_up: Door) -> None:
    token = set_up.sign_in().token
    driven = set_up.ask("POST", "/_stcore/agent/interact", token=token, headers={"Origin": ""})
    assert driven.status in {403, 404}
    assert REQUIRED["server.enableAgentApi"] is False


def test_protections_of_streamlit_stay_on() -> None:
    settings = streamlit_settings(Address())
    assert settings["server.enableCORS"] is True
    assert settings["server.enableXsrfProtection"] is True
    assert settings["runner.postScriptGC"] is False
    assert settings["logger.hideWelcomeMessage"] is True
    assert settings["server.address"] == "127.0.0.1"
    assert settings["server.allowedHosts"] == ["127.0.0.1", "::1", "localhost"]
    unknown = [name for name in settings if name not in streamlit_config.get_config_options()]
    assert unknown == []


def test_proxy_address_is_allowed_and_no_other() -> None:
    settings = streamlit_settings(Address(host="0.0.0.0", public_url="https://ops.example/"))
    assert settings["server.corsAllowedOrigins"] == ["https://ops.example"]
    assert "ops.example" in settings["server.allowedHosts"]


@pytest.mark.parametrize("path", ["/signin", "/healthz", "/api/v1/me", "/api/nothing", "/"])
def test_every_answer_carries_security_headers(set_up: Door, path: str) -> None:
    headers = set_up.ask("GET", path, headers=HTML).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "same-origin"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]


def test_sign_in_page_allows_no_script(set_up: Door) -> None:
    policy = set_up.ask("GET", "/signin").headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "unsafe" not in policy


def test_api_takes_no_session_cookie(set_up: Door) -> None:
    reply = set_up.ask("GET", "/api/v1/me", token=set_up.sign_in().token)
    assert reply.status == 401
    assert reply.headers["content-type"] == "application/problem+json"


def test_health_is_open_and_tells_no_secret(set_up: Door) -> None:
    reply = set_up.ask("GET", "/healthz")
    assert reply.status == 200
    assert "sqlite" not in reply.text


# --- in the browser -------------------------------------------------------------------------


def test_person_signs_in_and_out(set_up: Door, page: "Page") -> None:
    page.goto(f"{set_up.url}/traces")
    assert page.title() == "Sign in · Countersign"
    page.get_by_label("Name").fill("ada")
    page.get_by_label("Password").fill("wrong password!")
    page.get_by_role("button", name="Sign in").click()
    assert page.get_by_role("alert").text_content() == "The name or the password is wrong."
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{set_up.url}/traces")
    page.get_by_test_id("stMain").get_by_role("heading", name="Traces").wait_for()
    page.goto(f"{set_up.url}/signout")
    assert page.url == f"{set_up.url}/signin"


def test_console_fetches_nothing_from_outside(set_up: Door, page: "Page") -> None:
    asked: set[str] = set()
    refused: list[str] = []
    page.on("request", lambda request: asked.add(request.url.split("/")[2]))
    page.on(
        "console",
        lambda said: refused.append(said.text) if "Content Security" in said.text else None,
    )
    page.context.add_cookies([{"name": COOKIE, "value": set_up.sign_in().token, "url": set_up.url}])
    for path in ("/scorecard", "/envelope"):
        page.goto(set_up.url + path)
        page.locator(".js-plotly-plot").first.wait_for()
    asked = {host for host in asked if host and not host.startswith("data:")}
    assert asked == {f"127.0.0.1:{set_up.port}"}
    assert refused == []


def test_link_on_another_site_opens_the_page(set_up: Door, page: "Page") -> None:
    page.context.add_cookies(
        [
            {
                "name": COOKIE,
                "value": set_up.sign_in().token,
                "url": set_up.url,
                "httpOnly": True,
                "sameSite": "Strict",
            }
        ]
    )
    asked: list[str] = []
    page.on(
        "request",
        lambda request: asked.append(request.url) if request.is_navigation_request() else None,
    )
    page.route("http://elsewhere.example/", lambda route: route.fulfill(body="", status=200))
    page.goto("http://elsewhere.example/")
    page.set_content(f'<a href="{set_up.url}/ledger">open the ledger</a>')
    asked.clear()
    page.get_by_role("link").click()
    page.get_by_test_id("stMain").get_by_role("heading", name="Ledger").wait_for()
    assert page.url == f"{set_up.url}/ledger"
    assert asked == [f"{set_up.url}/ledger"] * 2


def test_set_up_form_needs_no_script(set_up: Door, page: "Page") -> None:
    refused: list[str] = []
    page.on("console", lambda said: refused.append(said.text))
    page.goto(f"{set_up.url}/signin")
    scripts = page.locator("script").count()
    assert (scripts, refused) == (0, [])
