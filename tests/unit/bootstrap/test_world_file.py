"""How a simulated world was begun is kept in a file that no power cut leaves half written."""

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from engine.bootstrap import Parts, engine_of, open_parts, prepare
from engine.bootstrap.feeds import (
    SAMPLE,
    SAMPLE_HOURS,
    SEED,
    Begun,
    keep_begun,
    open_feed,
    world_file,
)
from engine.desks.orders.desk import default_envelope
from engine.desks.orders.words import DESK
from engine.domain.case import Origin
from engine.errors import ConfigError
from engine.govern.envelope import resolve
from engine.settings import Settings
from engine.simulators.orders.world import make_sample
from engine.testing.world import START, FakeClock


@pytest.fixture
def parts(tmp_path: Path, sqlite_url: str) -> Iterator[Parts]:
    """An orders desk whose shop is somewhere; nobody calls it here."""
    settings = Settings(
        data_dir=tmp_path,
        database_url=sqlite_url,
        desks=(DESK,),
        shop_url="http://127.0.0.1:9",
    )
    parts = open_parts(settings, clock=FakeClock())
    prepare(parts)
    yield parts
    parts.database.close()


def seed(parts: Parts) -> int:
    return open_feed(parts, DESK).seed


def test_fresh_world_begins_once(parts: Parts) -> None:
    first = open_feed(parts, DESK)
    assert (first.seed, first.start) == (SEED, START - timedelta(hours=SAMPLE_HOURS))
    assert [one.name for one in parts.settings.data_dir.glob("*world*")] == ["orders_world.json"]
    assert open_feed(parts, DESK).start == first.start


@pytest.mark.parametrize(
    "left",
    [b"", b'{"seed": 7, "sta', b"[7]", b"\xff\xfe", b'{"start": "2026-03-02T08:00:00"}'],
    ids=["empty", "half", "other", "no-text", "no-zone"],
)
def test_damaged_file_is_set_aside(
    parts: Parts, left: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    file = world_file(parts, DESK)
    file.write_bytes(left)
    begun = seed(parts)
    assert begun != SEED  # the shop may hold what the old world had called by its names
    (aside,) = file.parent.glob("orders_world.json.unreadable-*")
    assert aside.read_bytes() == left
    assert f"is damaged: it is kept as {aside.name}, and a new world begins" in caplog.text
    assert seed(parts) == begun


def test_lost_file_gives_other_names(parts: Parts) -> None:
    episode = make_sample(SEED, 18, START, hours=1).episodes[0]
    row = {**episode.row.columns(), **episode.outcome.columns()}
    engine_of(parts).submit(DESK, [(1, row)], origin=Origin.SIMULATED, submitted_by="test")
    assert seed(parts) != SEED


def test_interrupted_write_leaves_the_old(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    file = world_file(parts, DESK)
    keep_begun(file, Begun(seed=3, start=START))
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ConfigError, match="cannot be written: No space left on device; make"):
        keep_begun(file, Begun(seed=4, start=START))
    assert seed(parts) == 3


def test_file_that_cannot_be_read_says_so(parts: Parts) -> None:
    world_file(parts, DESK).mkdir()
    with pytest.raises(ConfigError, match=r"world\.json cannot be read"):
        seed(parts)


def test_fresh_sample_has_missed_no_deadline() -> None:
    first_start = START + timedelta(hours=SAMPLE_HOURS)
    sample = make_sample(SEED, SAMPLE, START, hours=SAMPLE_HOURS)
    assert all(one.row.due_at and one.row.due_at > first_start for one in sample.episodes)
    reviews = [one.limits.review_minutes or 0 for one in resolve(default_envelope()).values()]
    assert min(reviews) > 60 * SAMPLE_HOURS
