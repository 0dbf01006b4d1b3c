"""What a forger does with SQL, on both databases: each tampering is located."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import Text, delete, select, text, type_coerce, update

from engine.domain.ledger import EventKind, entry_hash
from engine.domain.ledger_report import FindingKind
from engine.errors import LedgerError
from tests.contract import ledger_world
from tests.contract.ledger_world import (
    START,
    at,
    drop_case,
    drop_entries,
    edit_entry,
    entries,
    marks,
    new_world,
    seals,
    set_head,
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


C = "case:00000000-0000-0000-0000-000000000001"
"""The first case of every world."""


def entry(world, stream, sequence):
    (row,) = world.rows(select(entries).where(at(entries, stream, sequence)))
    return row._asdict()


def move(stream, sequence, new_sequence):
    return edit_entry(stream, sequence, sequence=new_sequence)


def edit_payload(world):
    world.forge(edit_entry(C, 2, payload={"text": "smaller"}))


def edit_payload_blank(world):
    blank = type_coerce(entries.c.payload, Text()).op("||")(" ")
    world.forge(edit_entry(C, 2, payload=blank))


def edit_actor(world):
    world.forge(edit_entry(C, 2, actor="mallory"))


def edit_time(world):
    world.forge(edit_entry(C, 2, at=START - timedelta(days=3)))


def edit_kind(world):
    world.forge(edit_entry(C, 2, kind=EventKind.CASE_CLOSED.value))


def delete_entry(world):
    world.forge(delete(entries).where(at(entries, C, 2)))


def insert_entry(world):
    forged = {**entry(world, C, 2), "actor": "mallory"}
    shifts = [move(C, number, number + 1) for number in (5, 4, 3, 2)]
    world.forge(*shifts, ledger_world.insert_entry(**forged))


def swap_entries(world):
    world.forge(move(C, 2, 99), move(C, 4, 2), move(C, 99, 4))


def cut_tail(world):
    world.forge(drop_entries(entries, C, after=3))


def cut_tail_with_head(world):
    world.forge(drop_entries(entries, C, after=3), set_head(C, 3, entry(world, C, 3)["hash"]))


def cut_tail_with_marks(world):
    cut_tail_with_head(world)
    world.forge(drop_entries(marks, C, after=3))


def delete_case(world):
    world.forge(drop_entries(entries, C), drop_case(C))


def delete_case_with_marks(world):
    delete_case(world)
    world.forge(drop_entries(marks, C))


def delete_case_entries(world):
    world.forge(drop_entries(entries, C))


def delete_case_row(world):
    world.forge(drop_case(C))


def recompute_chain(world):
    rows = [entry(world, C, number) for number in range(1, 6)]
    rows[1]["actor"] = "mallory"
    head = rows[0]["hash"]
    for row in rows[1:]:
        row["hash"] = head = seals_forger_hash(row, head)
    changes = [edit_entry(C, row["sequence"], **row) for row in rows[1:]]
    world.forge(*changes, set_head(C, 5, head))


def seals_forger_hash(row, head):
    parts = ("stream", "sequence", "kind", "decided_by", "actor", "at", "payload_digest")
    return entry_hash(previous_hash=head, **{part: row[part] for part in parts})


def recompute_chain_and_marks(world):
    recompute_chain(world)
    for number in range(2, 6):
        said = entry(world, C, number)["hash"]
        world.forge(update(marks).where(at(marks, C, number)).values(hash=said))


def drop_last_seal(world):
    world.forge(delete(seals).where(seals.c.number == 2))


def drop_last_seal_with_marks(world):
    drop_last_seal(world)
    world.forge(delete(marks).where(marks.c.seal_number == 2))


def drop_first_seal(world):
    world.forge(delete(seals).where(seals.c.number == 1))


def drop_file_end(world):
    world.write_lines(world.lines()[:-1])


def drop_file_begin(world):
    world.write_lines(world.lines()[1:])


def edit_file(world):
    first, *rest = world.lines()
    world.write_lines([first.replace('"count":11', '"count":12'), *rest])


def edit_head(world):
    world.forge(set_head(C, 5, b"h" * 32))


TABLE = [
    (edit_payload, [("PAYLOAD_CHANGED", f"{C} #2")]),
    (edit_payload_blank, [("PAYLOAD_CHANGED", f"{C} #2")]),
    (edit_actor, [("ENTRY_CHANGED", f"{C} #2")]),
    (edit_time, [("ENTRY_CHANGED", f"{C} #2")]),
    (edit_kind, [("ENTRY_CHANGED", f"{C} #2")]),
    (delete_entry, [("ENTRY_MISSING", f"{C} #2")]),
    (
        insert_entry,
        [
            *[("ENTRY_CHANGED", f"{C} #{number}") for number in range(2, 7)],
            ("HEAD_CHANGED", C),
        ],
    ),
    (swap_entries, [("ENTRY_CHANGED", f"{C} #2"), ("ENTRY_CHANGED", f"{C} #4")]),
    (cut_tail, [("TAIL_CUT", f"{C} #4")]),
    (cut_tail_with_head, [("TAIL_CUT", f"{C} #4")]),
    (cut_tail_with_marks, [("TAIL_CUT", f"{C} #4"), ("SEAL_ROOT_WRONG", "seal 2")]),
    (delete_case, [("STREAM_MISSING", f"{C} #1")]),
    (
        delete_case_with_marks,
        [
            ("STREAM_MISSING", f"{C} #1"),
            ("SEAL_ROOT_WRONG", "seal 1"),
            ("SEAL_ROOT_WRONG", "seal 2"),
        ],
    ),
    (delete_case_entries, [("STREAM_MISSING", f"{C} #1")]),
    (delete_case_row, [("HEAD_MISSING", C)]),
    (recompute_chain, [("ENTRY_REPLACED", f"{C} #{number}") for number in range(2, 6)]),
    (
        recompute_chain_and_marks,
        [
            *[("ENTRY_REPLACED", f"{C} #{number}") for number in range(2, 6)],
            ("SEAL_ROOT_WRONG", "seal 1"),
            ("SEAL_ROOT_WRONG", "seal 2"),
        ],
    ),
    (drop_last_seal, [("SEAL_MISSING", "seal 2")]),
    (drop_last_seal_with_marks, [("SEAL_MISSING", "seal 2")]),
    (drop_first_seal, [("SEAL_MISSING", "seal 1")]),
    (drop_file_end, [("SEAL_NOT_IN_FILE", "seal 2")]),
    (drop_file_begin, [("SEAL_NOT_IN_FILE", "seal 1")]),
    (edit_file, [("FILE_CHANGED", "seal 1")]),
    (edit_head, [("HEAD_CHANGED", C)]),
]


@pytest.mark.parametrize(
    ("tamper", "expected"), TABLE, ids=[row[0].__name__.replace("_", " ") for row in TABLE]
)
def test_tampering_in_the_database_is_located(sealed, tamper, expected):
    tamper(sealed)
    assert sealed.found() == expected


@pytest.mark.parametrize("later", [1, 3])
def test_dropped_seal_stays_located_after_more_seals(sealed, later):
    drop_last_seal_with_marks(sealed)
    for _ in range(later):
        sealed.append("global")
        sealed.seal()
    assert sealed.found() == [("SEAL_MISSING", "seal 2")]
    assert sealed.verify().unsealed == 0


def test_unsealed_entry_is_chained_but_not_verified(sealed):
    sealed.forge(edit_entry("desk:incidents", 1, actor="mallory"))
    report = sealed.verify()
    assert [finding.where for finding in report.findings] == ["desk:incidents #1"]
    assert (report.verified, report.unsealed) == (17, 1)


def test_erased_payload_is_counted_not_broken(sealed):
    sealed.forge(edit_entry(C, 2, payload=None, salt=None))
    report = sealed.verify()
    assert (report.findings, report.erased, report.verified) == ((), 1, 17)


def test_missing_key_is_said_and_nothing_verified(sealed):
    report = sealed.verify(key=None)
    assert [finding.kind for finding in report.findings] == [FindingKind.KEY_MISSING]
    assert report.verified == 0


def test_junk_in_sqlite_columns_is_found_not_a_crash(tmp_path):
    world = new_world(f"sqlite:///{tmp_path / 'junk.db'}", tmp_path)
    stream = world.open_case(events=6)
    world.seal()
    world.forge(
        edit_entry(stream, 1, at=text("'yesterday'")),
        edit_entry(stream, 2, hash=text("'no hash'")),
        edit_entry(stream, 3, payload=text("x'ff00'")),
        edit_entry(stream, 4, kind=text("x'ff00'")),
        edit_entry(stream, 6, sequence=text("'six'")),
        update(seals).values(sealed_at=text("'never'"), count=text("'many'")),
        text("INSERT INTO ledger_stream VALUES ('desk:x', 'three', 'h')"),
        text("UPDATE seal_entry SET seal_number = 'one' WHERE sequence = 5"),
    )
    found = dict.fromkeys(where for _, where in world.found())
    assert {f"{stream} #{number}" for number in (0, 1, 2, 3, 4, 5, 6)} <= found.keys()
    assert "seal 1" in found
    world.database.close()


def test_case_stream_in_another_spelling_is_another_stream(tmp_path):
    world = new_world(f"sqlite:///{tmp_path / 'spelling.db'}", tmp_path)
    stream = world.open_case(events=3)
    world.seal()
    world.forge(edit_entry(stream, 3, stream=text(f"'{stream}'")))
    assert ("HEAD_MISSING", repr(stream)) in world.found()
    assert ("TAIL_CUT", f"{stream} #3") in world.found()
    world.database.close()


def test_hash_as_text_is_found_not_a_failure(tmp_path):
    world = new_world(f"sqlite:///{tmp_path / 'cast.db'}", tmp_path)
    stream = world.open_case(events=3)
    world.seal()
    world.forge(
        edit_entry(stream, 2, hash=text("cast(hash AS text)")),
        update(ledger_world.cases).values(ledger_head=text("cast(ledger_head AS text)")),
    )
    assert ("ENTRY_CHANGED", f"{stream} #2") in world.found()
    assert ("HEAD_CHANGED", stream) in world.found()
    world.database.close()


def test_time_beyond_reading_is_an_error_not_silence(postgres_url, tmp_path):
    world = new_world(postgres_url, tmp_path)
    world.append("global")
    world.forge(text("UPDATE ledger_entry SET at = 'infinity'"))
    with pytest.raises(LedgerError, match="cannot be read"):
        world.verify()
    world.database.close()


def test_verification_leaves_no_transaction_open(sealed):
    for _ in range(12):
        sealed.verify()
    sealed.append("global")
    assert sealed.verify().unsealed == 2


def test_case_ids_are_read_in_their_own_spelling(sealed):
    loud = f"case:{str(UUID(C[5:])).upper()}".replace("0", "A", 1)
    sealed.forge(ledger_world.insert_entry(**{**entry(sealed, C, 1), "stream": loud}))
    assert ("HEAD_MISSING", loud) in sealed.found()
