"""The mark of a demonstration, and taking somebody simulated's place: closed unless marked."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine.bootstrap import engine_of, open_parts, prepare
from engine.bootstrap.demonstration import Opened, open_history
from engine.bootstrap.demonstration.clockwork import HistoryClock
from engine.domain.demonstration import Persona
from engine.errors import Conflict, NotAllowed, NotSignedIn
from engine.service.demonstrating import is_loopback
from engine.service.local import LocalEngine
from engine.service.requests import ChangePerson
from engine.settings import Settings
from engine.testing.stub_desk import DESK, stub_desk

AT = datetime(2026, 3, 2, 8, tzinfo=UTC)
HERE = "127.0.0.1"


@pytest.fixture
def marked(tmp_path: Path) -> Iterator[Opened]:
    """A marked database with its people and no history."""
    desks = {DESK: stub_desk(tmp_path / "tickets.db")}
    settings = Settings(data_dir=tmp_path)
    opened = open_history(settings, seed=3, clock=HistoryClock(AT), desks=desks)
    yield opened
    opened.parts.database.close()


@pytest.fixture
def unmarked(tmp_path: Path) -> Iterator[LocalEngine]:
    """A product like any other, with one account."""
    parts = open_parts(Settings(data_dir=tmp_path), desks={DESK: stub_desk(tmp_path / "t.db")})
    prepare(parts)
    engine = engine_of(parts)
    engine.set_up(engine.people.issue_setup(), "ada", "Ada", "a long enough password")
    yield engine
    parts.database.close()


def test_persona_signs_in_without_a_password(marked: Opened) -> None:
    session = marked.engine.sign_in_as("ada", client=HERE)
    assert marked.engine.person_of_session(session.token).name == "ada"
    newest = marked.engine.queries.ledger(stream="global", limit=1).rows[0]
    assert (newest.kind, newest.actor) == ("SIGNED_IN", "ada")
    assert newest.text == "Somebody took the place of this simulated person."


def test_nobody_knows_a_persona_password(marked: Opened) -> None:
    for guess in ("", "ada", "password", "simulated"):
        with pytest.raises(NotSignedIn):
            marked.engine.sign_in("ada", guess)


@pytest.mark.parametrize("client", ["192.0.2.1", "10.0.0.1", "a proxy", "", "::ffff:192.0.2.1"])
def test_persona_is_refused_from_anywhere_else(marked: Opened, client: str) -> None:
    with pytest.raises(NotAllowed, match="Only on the machine"):
        marked.engine.sign_in_as("ada", client=client)


def test_persona_is_refused_without_the_mark(unmarked: LocalEngine) -> None:
    assert unmarked.queries.demonstration() is None
    with pytest.raises(NotAllowed, match="no demonstration"):
        unmarked.sign_in_as("ada", client=HERE)


def test_only_personas_can_be_taken(marked: Opened) -> None:
    with pytest.raises(NotAllowed, match="Nobody simulated"):
        marked.engine.sign_in_as("root", client=HERE)


def test_closed_persona_is_offered_no_more(marked: Opened) -> None:
    roles = marked.people["rob"].roles
    closing = ChangePerson(name="rob", roles=roles, is_active=False)
    marked.engine.execute(closing, marked.people["alma"])
    with pytest.raises(NotAllowed, match="no open account"):
        marked.engine.sign_in_as("rob", client=HERE)
    shown = marked.engine.queries.demonstration()
    assert shown
    assert "rob" not in [one.name for one in shown.personas]


def test_used_database_takes_no_mark(unmarked: LocalEngine) -> None:
    personas = [Persona(name="ada", what="")]
    with pytest.raises(Conflict, match="empty database"):
        unmarked.demonstrating.begin(seed=1, begins_at=AT, personas=personas)
    assert unmarked.queries.demonstration() is None


def test_pace_is_kept_on_a_marked_database_alone(marked: Opened) -> None:
    marked.engine.demonstrating.set_pace(80.0)
    shown = marked.engine.queries.demonstration()
    assert shown
    assert shown == replace(shown, per_hour=80.0, seed=3, begins_at=AT)


def test_mark_outlives_the_process(marked: Opened) -> None:
    again = open_parts(marked.parts.settings, desks=marked.parts.desks)
    assert engine_of(again).queries.demonstration()
    again.database.close()


@pytest.mark.parametrize(
    ("address", "expected"),
    [("127.0.0.1", True), ("127.8.8.8", True), ("::1", True), ("a", False), ("0.0.0.0", False)],
)  # fmt: skip
def test_loopback_is_an_address_of_this_machine(address: str, expected: bool) -> None:
    assert is_loopback(address) is expected
