"""The one-time set-up link: a wrong one is told before anybody fills in the form."""

from collections.abc import Iterator

import pytest

from tests.browser.door import PASSWORD, Door, opened


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    with opened(tmp_path_factory.mktemp("doors")) as door:
        yield door


def test_wrong_set_up_link_shows_no_form(door: Door) -> None:
    for address in ("/setup", "/setup?token=guessed"):
        reply = door.ask("GET", address)
        assert (reply.status, "wrong, used or too old" in reply.text) == (403, True)
        assert "<form" not in reply.text


def test_looking_at_the_link_leaves_it_good(door: Door) -> None:
    for _ in range(2):
        reply = door.ask("GET", f"/setup?token={door.setup}")
        assert (reply.status, 'name="again"' in reply.text) == (200, True)
    good = {"token": door.setup, "name": "ada", "password": PASSWORD, "again": PASSWORD}
    assert door.ask("POST", "/setup", form=good).status == 303
