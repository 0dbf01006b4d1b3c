"""A person's own account in real Chromium: a new password, the other window out, a token."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.browser.door import PASSWORD, Door, opened, set_up_ada

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

NEW_PASSWORD = "eleven purple walruses"


@pytest.fixture
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """A web process of its own with the account ada."""
    with opened(tmp_path_factory.mktemp("account")) as door:
        set_up_ada(door)
        yield door


@pytest.fixture
def other(chromium: "Browser") -> "Iterator[Page]":
    """A second window with no cookies."""
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB")
    yield context.new_page()
    context.close()


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


def test_new_password_puts_the_other_window_out(door: Door, page: "Page", other: "Page") -> None:
    for window in (page, other):
        sign_in(window, door, PASSWORD)
        heading(window, "Bearer tokens").wait_for()

    change_password(page, "not the old one", NEW_PASSWORD)
    page.get_by_text("The old password is wrong").wait_for()
    change_password(page, PASSWORD, NEW_PASSWORD)
    page.get_by_text("The password is changed").wait_for()
    assert field(page, "Password now").input_value() == ""
    page.get_by_text("this one", exact=True).wait_for()
    assert page.get_by_role("button", name="End all other sessions").count() == 0

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


def test_issued_token_is_seen_once_and_revoked(door: Door, page: "Page") -> None:
    sign_in(page, door, PASSWORD)
    field(page, "Label of a new token").fill("nightly export")
    page.get_by_role("button", name="Issue token").click()
    dialog = page.get_by_role("dialog")
    token = dialog.locator("code").inner_text()
    assert door.ask("GET", "/api/v1/me", headers={"Authorization": f"Bearer {token}"}).status == 200
    page.keyboard.press("Escape")
    dialog.wait_for(state="detached")
    page.get_by_text("nightly export", exact=True).wait_for()
    assert token not in page.content()
    page.get_by_role("button", name="Revoke").click()
    page.get_by_text("You have no bearer token.").wait_for()
    assert door.ask("GET", "/api/v1/me", headers={"Authorization": f"Bearer {token}"}).status == 401
