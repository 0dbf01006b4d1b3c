"""Sealing and verifying over SQL, on both databases; what a forger does is done with SQL too."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from engine.domain.ledger_report import FindingKind
from engine.errors import ConfigError, LedgerError
from engine.store import seals as seals_module
from engine.store.seal_file import OpenSealFile, SealFile
from engine.store.seals import ENTRIES_PER_SEAL, count_unsealed, seal_now
from tests.contract.ledger_world import (
    KEY,
    START,
    LedgerWorld,
    new_world,
    seals,
)


@pytest.fixture
def world(database_url, tmp_path):
    made = new_world(database_url, tmp_path)
    yield made
    made.database.close()


@pytest.fixture
def sealed(world):
    world.fill()
    return world


# ------------------------------------------------------------------ sealing


def test_sealed_ledger_is_verified_and_intact(sealed):
    report = sealed.verify()
    assert report.findings == ()
    assert (report.entries, report.verified, report.unsealed) == (18, 17, 1)
    assert report.unsealed_since == sealed.now
    assert (report.seals, report.last_seal) == (2, 2)


def test_sealing_says_what_it_sealed(world):
    world.open_case(events=4)
    made = world.seal()
    assert (made.entries, made.appended, made.refused) == (4, (), ())
    assert [(seal.number, seal.count, seal.sealed_at) for seal in made.seals] == [(1, 4, world.now)]


@pytest.mark.parametrize("is_thorough", [False, True], ids=["by counting", "thorough"])
def test_nothing_new_makes_no_seal(world, is_thorough):
    assert world.seal(is_thorough=is_thorough) is None
    assert not world.file.path.exists()
    world.open_case()
    world.seal()
    before = world.file.path.read_bytes()
    assert world.seal(is_thorough=is_thorough) is None
    assert world.file.path.read_bytes() == before


def test_counting_agrees_with_the_report(sealed):
    with sealed.database.reader.connect() as connection:
        assert count_unsealed(connection) == sealed.verify().unsealed == 1


def test_large_backlog_becomes_several_seals(world, monkeypatch):
    monkeypatch.setattr(seals_module, "_READ_AT_ONCE", ENTRIES_PER_SEAL + 1)
    world.append("global", events=ENTRIES_PER_SEAL)
    world.append("desk:incidents", events=5)
    made = world.seal()
    assert [seal.count for seal in made.seals] == [ENTRIES_PER_SEAL, 1, 4]
    report = world.verify()
    assert (report.findings, report.verified) == ((), ENTRIES_PER_SEAL + 5)


def test_half_sealed_backlog_is_intact(world, monkeypatch):
    monkeypatch.setattr(seals_module, "ENTRIES_PER_SEAL", 3)
    insert = seals_module._insert

    def insert_once(connection, seal, covered):
        if seal.number > 1:
            raise PowerCut
        insert(connection, seal, covered)

    world.append("desk:incidents", events=2)
    world.append("global", events=5)
    with monkeypatch.context() as patch:
        patch.setattr(seals_module, "_insert", insert_once)
        with pytest.raises(PowerCut):
            world.seal()
    report = world.verify()
    assert (report.findings, report.verified, report.unsealed) == ((), 3, 4)
    assert world.seal().entries == 4
    assert world.found() == []


def test_entry_committed_late_enters_the_next_seal(world):
    if world.database.is_sqlite:
        world.append("global")
        world.seal()
        world.append("desk:incidents", at=START - timedelta(days=1))
    else:
        with world.database.writer.begin() as late:
            world.append_over(late, "desk:incidents")
            world.append("global")
            world.seal()
            world.append("global")
            world.seal()
    assert world.verify().unsealed == 1
    assert world.seal().entries == 1
    assert (world.verify().findings, world.verify().unsealed) == ((), 0)


def test_short_key_seals_nothing(world):
    world.append("global")
    with pytest.raises(ConfigError, match="16 bytes"):
        seal_now(world.database, b"short", world.file, START)
    assert world.verify().unsealed == 1


def test_two_sealers_never_seal_twice(world):
    for _ in range(40):
        world.append("global", events=5)
    with ThreadPoolExecutor(4) as pool:
        asked = [pool.submit(seal_now, world.database, KEY, world.file, START) for _ in range(4)]
        made = [done.result() for done in asked]
    assert sum(one.entries for one in made if one) == 200
    report = world.verify()
    assert (report.findings, report.verified) == ((), 200)


def test_two_files_of_one_database_both_hold(world, tmp_path):
    other = LedgerWorld(
        database=world.database,
        file=SealFile(tmp_path / "other.jsonl"),
        ids=world.ids,
    )
    world.append("global")
    world.seal()
    other.append("global")
    appended = [made.appended for made in (other.seal(),) if made]
    world.append("global")
    appended += [made.appended for made in (world.seal(),) if made]
    assert appended == [(1,), (2,)]
    assert (world.found(), other.found()) == ([], [("SEAL_NOT_IN_FILE", "seal 3")])


def test_verification_beside_writers_sees_no_ghosts(world):
    def write():
        for _ in range(30):
            world.append("global", events=3)
            world.seal()

    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(write)
        reports = [world.verify()]
        while not writing.done():
            reports.append(world.verify())
        writing.result()
    assert [report.findings for report in reports] == [()] * len(reports)
    assert world.verify().verified == 90


# ------------------------------------------------------------------ crashes


class PowerCut(BaseException):
    pass


def cut_power(monkeypatch, *, after):
    """Die while writing a line, `after` bytes into it."""

    def write(self, data):
        ledger_world_write(self, data[:after])
        raise PowerCut

    ledger_world_write = OpenSealFile._write
    monkeypatch.setattr(OpenSealFile, "_write", write)


@pytest.mark.parametrize("after", [0, 1, 100], ids=["before the line", "one byte", "half of it"])
def test_crash_before_the_line_is_mended(world, monkeypatch, after):
    world.open_case()
    world.seal()
    whole = world.file.path.read_bytes()
    world.open_case()
    with monkeypatch.context() as patch:
        cut_power(patch, after=after)
        with pytest.raises(PowerCut):
            world.seal()
    report = world.verify()
    missing = [] if after else [(FindingKind.SEAL_NOT_IN_FILE, 2)]
    assert [(f.kind, f.seal_number) for f in report.findings] == missing
    assert (report.verified, report.has_torn_line) == (6, after > 0)

    made = world.seal()
    assert (made.seals, made.appended, made.refused) == ((), (2,), ())
    assert (world.found(), world.verify().has_torn_line) == ([], False)
    assert world.file.path.read_bytes().startswith(whole)
    assert len(world.lines()) == 2


def test_crash_on_the_last_byte_is_mended(world, monkeypatch):
    world.open_case()
    world.seal()
    complete = world.file.path.read_bytes()
    world.file.path.write_bytes(complete[:-1])
    assert world.found() == []
    assert world.seal().appended == (1,)
    assert world.file.path.read_bytes() == complete


def test_crash_inside_the_transaction_leaves_nothing(world, monkeypatch):
    world.open_case()

    def insert(connection, seal, covered):
        connection.execute(seals.insert(), _some_seal())
        raise PowerCut

    with monkeypatch.context() as patch:
        patch.setattr(seals_module, "_insert", insert)
        with pytest.raises(PowerCut):
            world.seal()
    assert world.rows(select(seals)) == []
    assert world.seal().entries == 3
    assert world.found() == []


def _some_seal():
    return {
        "number": 1,
        "count": 3,
        "root": b"r" * 32,
        "previous_mac": b"p" * 32,
        "mac": b"m" * 32,
        "sealed_at": START,
    }


def test_tampered_seal_is_not_appended_as_mended(sealed):
    sealed.write_lines(sealed.lines()[:1])
    sealed.forge(update(seals).where(seals.c.number == 2).values(root=b"r" * 32))
    made = sealed.seal()
    assert (made.appended, made.refused, made.entries) == ((), (2,), 1)
    assert sealed.found()[:2] == [("SEAL_CHANGED", "seal 2"), ("SEAL_NOT_IN_FILE", "seal 2")]


def test_lost_file_is_written_again_from_the_seals(sealed):
    whole = sealed.file.path.read_bytes()
    sealed.file.path.unlink()
    assert sealed.found() == [("FILE_MISSING", "seal file")]
    assert sealed.seal().appended == (1, 2)
    assert sealed.file.path.read_bytes().startswith(whole)
    assert sealed.found() == []


def test_junk_behind_the_last_line_stays_found(sealed):
    with sealed.file.path.open("ab") as file:
        file.write(b"junk \xff without an end")
    assert sealed.found() == [("FILE_CHANGED", "seal file")]
    sealed.seal()
    assert sealed.found() == [("FILE_CHANGED", "seal file")]
    assert "Line 3 " in sealed.verify().findings[0].words


def test_forged_last_line_does_not_lead_sealing_astray(sealed):
    forged = sealed.lines()[-1].replace('"number":2', '"number":2000000000')
    sealed.write_lines([*sealed.lines(), forged])
    assert [seal.number for seal in sealed.seal().seals] == [3]
    assert sealed.found() == [("FILE_CHANGED", "seal 2000000000")]


def test_file_that_cannot_be_written_is_an_error(world, tmp_path):
    (tmp_path / "seals").write_text("a file where the folder should be")
    world.append("global")
    with pytest.raises(LedgerError, match=r"seals\.jsonl cannot be used"):
        world.seal()
