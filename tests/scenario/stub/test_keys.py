"""Keys outside the database: made once, never silently made anew."""

from collections.abc import Callable

import pytest

from engine.bootstrap import prepare
from engine.errors import ConfigError
from engine.testing.stub_desk import ticket_rows
from engine.testing.world import START, World


def test_lost_seal_key_is_not_made_anew(stub_world: World) -> None:
    stub_world.submit(ticket_rows(1, opened_at=START))
    stub_world.work()
    (stub_world.parts.keys.path / "seal.key").unlink()
    with pytest.raises(ConfigError, match=r"seal\.key .* put it back from a backup"):
        prepare(stub_world.parts)
    report = stub_world.engine.verify_ledger()
    assert report.verified == 0
    assert [finding.kind for finding in report.findings] == ["KEY_MISSING"]


def test_unused_keys_are_made_when_missing(make_stub_world: Callable[..., World]) -> None:
    world = make_stub_world()
    (world.parts.keys.path / "seal.key").unlink()
    prepare(world.parts)
    assert world.parts.keys.missing() == ()
