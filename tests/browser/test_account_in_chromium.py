"""A person's own account in real Chromium: a new password, the other window out, a token."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.door import PASSWORD, Door, opened, set_up_ada
from tests.browser.operating import new_window

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

NEW_PASSWORD = "eleven purple walruses"


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """A web process with the account ada."""
    with opened(tmp_path_factory.mktemp("account")) as door:
        set_up_ada(door)
        yield door


@pytest.fixture(scope="module")
def page(chromium: "Browser", door: Door) -> "Iterator[Page]":
    """Ada's account."""
    with new_window(chromium) as window:
        page = window.new_page()
        sign_in(page, door, PASSWORD)
        heading(page, "Bearer tokens").wait_for()
        yield page


@pytest.fixture
def other(chromium: "Browser", door: Door) -> "Iterator[Page]":
    """The same in a second window."""
    with new_window(chromium) as window:
        page = window.new_page()
        sign_in(page, door, PASSWORD)
        heading(page, "Bearer tokens").wait_for()
        yield page


def sign_in(page: "Page", door: Door, password: str) -> None:
    page.goto(f"{door.url}/signin?next=/account")
    page.get_by_label("Name").fill("ada")
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def heading(page: "Page", name: str) -> "Locator":
    return page.get_by_test_id("stMain").get_by_role("heading", name=name)


def field(page: "Page", label: str) -> "Locator":
    return page.get_by_label(label, exact=True)


def change_password(page: "Page", old: str, new: str) -> None:
    field(page, "Password now").fill(old)
    field(page, "New password").fill(new)
    field(page, "New password again").fill(new)
    field(page, "New password again").press("Enter")


def test_issued_token_is_seen_once_and_revoked(door: Door, page: "Page") -> None:
    field(page, "Label of a new token").fill("nightly export")
    page.get_by_role("button", name="Issue token").click()
    dialog = page.get_by_role("dialog")
    code = dialog.locator("code")
    expect(code).to_have_text(re.compile(r"^\S+$"))
    token = code.inner_text()
    assert door.ask("GET", "/api/v1/me", headers={"Authorization": f"Bearer {token}"}).status == 200
    page.keyboard.press("Escape")
    dialog.wait_for(state="detached")
    page.get_by_text("nightly export", exact=True).wait_for()
    assert token not in page.content()
    page.get_by_role("button", name="Revoke").click()
    page.get_by_text("You have no bearer token.").wait_for()
    assert door.ask("GET", "/api/v1/me", headers={"Authorization": f"Bearer {token}"}).status == 401


def test_new_password_puts_the_other_window_out(door: Door, page: "Page", other: "Page") -> None:
    change_password(page, "not the old one", NEW_PASSWORD)
    page.get_by_text("The old password is wrong").wait_for()
    change_password(page, PASSWORD, NEW_PASSWORD)
    page.get_by_text("The password is changed").wait_for()
    expect(field(page, "Password now")).to_have_value("")
    expect(page.get_by_role("button", name="End all other sessions")).to_have_count(0)
    page.get_by_text("this one", exact=True).wait_for()

    other.get_by_role("button", name="Issue token").click()
    other.get_by_text("Nobody is signed in here").wait_for()
    other.reload()
    other.get_by_role("heading", name="Sign in").wait_for()

    sign_in(other, door, PASSWORD)
    other.get_by_role("alert").wait_for()
    sign_in(other, door, NEW_PASSWORD)
    heading(other, "Bearer tokens").wait_for()
    other.get_by_role("button", name="End all other sessions").click()
    other.get_by_text("1 session of ada ended.").wait_for()
    page.reload()
    page.get_by_role("heading", name="Sign in").wait_for()
