"""One tampering a row, each on the same small ledger: what is found, and where.

The ledger: three streams of four entries in seals 1 and 2, then one unsealed entry each in
`case:a` and `global`.
"""

from dataclasses import replace
from datetime import timedelta

import pytest

from engine.domain.ledger import EventKind
from engine.domain.ledger_report import MAX_FINDINGS, FindingKind
from engine.domain.seal import make_seal
from engine.domain.seal_line import make_line, parse_line
from engine.domain.stored_ledger import Head
from tests.memory_ledger import KEY, START, MemoryLedger

K = FindingKind
STREAMS = ("case:a", "case:b", "global")


def a_ledger():
    ledger = MemoryLedger()
    for _ in range(2):
        for stream in STREAMS * 2:
            ledger.append(stream, {"n": ledger.ticks, "text": "größer"})
        ledger.seal()
    ledger.append("case:a", {"n": 100})
    ledger.append("global", None)
    return ledger


def with_number(line, number):
    return replace(line, seal=replace(line.seal, number=number))


def edit_payload(ledger):
    ledger.edit(("case:a", 2), payload='{"n":666}')


def edit_salt(ledger):
    ledger.edit(("case:a", 2), salt=b"another salt....")


def drop_salt(ledger):
    ledger.edit(("case:a", 2), salt=None)


def drop_payload_keeping_salt(ledger):
    ledger.edit(("case:a", 2), payload=None)


def edit_actor(ledger):
    ledger.edit(("case:a", 2), actor="mallory")


def edit_time(ledger):
    ledger.edit(("case:a", 2), at=START)


def edit_kind(ledger):
    ledger.edit(("case:a", 2), kind=EventKind.CASE_CLOSED.value)


def edit_decider(ledger):
    ledger.edit(("case:a", 2), decided_by="policy")


def edit_and_rehash_one(ledger):
    ledger.edit(("case:a", 2), actor="mallory")
    ledger.rehash(("case:a", 2))


def recompute_chain(ledger):
    ledger.edit(("case:a", 2), payload='{"n":666}')
    ledger.recompute("case:a")


def recompute_chain_and_marks(ledger):
    recompute_chain(ledger)
    ledger.remark("case:a")


def forge_seals_without_key(ledger):
    recompute_chain_and_marks(ledger)
    for number, seal in ledger.seal_rows.items():
        entries = [entry for of, entry in ledger.marks() if of == number]
        forged = make_seal(
            entries, number=number, previous_mac=b"", sealed_at=seal.sealed_at, key=b"guess"
        )
        ledger.seal_rows[number] = replace(seal, root=forged.root)


def delete_middle(ledger):
    del ledger.rows["case:a", 2]


def delete_middle_and_mark(ledger):
    del ledger.rows["case:a", 2]
    ledger.drop_marks([("case:a", 2)])


def delete_two(ledger):
    del ledger.rows["case:a", 2]
    del ledger.rows["case:a", 3]


def delete_and_close_the_gap(ledger):
    entries = ledger.stream_of("case:a")
    ledger.replace_stream("case:a", entries[:1] + entries[2:])
    ledger.recompute("case:a")


def insert_and_recompute(ledger):
    entries = ledger.stream_of("case:a")
    ledger.replace_stream("case:a", [*entries[:1], entries[0], *entries[1:]])
    ledger.recompute("case:a")


def insert_impossible_number(ledger):
    ledger.rows["case:a", -1] = ledger.rows["case:a", 1]._replace(sequence=-1)


def swap(ledger):
    one, two = ledger.rows["case:a", 2], ledger.rows["case:a", 4]
    ledger.rows["case:a", 2] = two._replace(sequence=2)
    ledger.rows["case:a", 4] = one._replace(sequence=4)


def swap_streams(ledger):
    one, two = ledger.rows["case:a", 2], ledger.rows["case:b", 2]
    ledger.rows["case:a", 2] = two._replace(stream="case:a")
    ledger.rows["case:b", 2] = one._replace(stream="case:b")


def cut_tail(ledger):
    del ledger.rows["case:b", 4]


def cut_tail_and_adjust_head(ledger):
    ledger.replace_stream("case:b", ledger.stream_of("case:b")[:2])


def cut_tail_and_all_traces(ledger):
    cut_tail_and_adjust_head(ledger)
    ledger.drop_marks([("case:b", 3), ("case:b", 4)])


def cut_unsealed_tail(ledger):
    del ledger.rows["case:a", 5]


def delete_stream(ledger):
    ledger.replace_stream("case:b", [])


def delete_stream_and_all_traces(ledger):
    delete_stream(ledger)
    ledger.drop_marks([("case:b", number) for number in range(1, 5)])


def delete_entries_keeping_head(ledger):
    head = ledger.head_rows["case:b"]
    delete_stream_and_all_traces(ledger)
    ledger.head_rows["case:b"] = head
    ledger.seal_rows.clear()
    ledger.mark_rows.clear()
    ledger.file = None


def delete_head(ledger):
    del ledger.head_rows["case:b"]


def edit_head_hash(ledger):
    ledger.head_rows["case:b"] = Head(4, b"h" * 32)


def lower_head(ledger):
    ledger.head_rows["case:b"] = Head(3, ledger.rows["case:b", 3].hash)


def drop_mark(ledger):
    ledger.drop_marks([("case:b", 3)])


def drop_mark_without_file(ledger):
    drop_mark(ledger)
    ledger.file = None


def edit_mark(ledger):
    ledger.mark_rows["case:b", 3] = (2, b"m" * 32)


def move_mark(ledger):
    ledger.mark_rows["case:b", 2] = (2, ledger.rows["case:b", 2].hash)


def mark_for_no_seal(ledger):
    ledger.mark_rows["case:a", 5] = (9, ledger.rows["case:a", 5].hash)


def drop_last_seal(ledger):
    del ledger.seal_rows[2]


def drop_last_seal_and_marks(ledger):
    del ledger.seal_rows[2]
    ledger.drop_marks(ledger.marks_of(2))


def drop_first_seal_and_marks(ledger):
    del ledger.seal_rows[1]
    ledger.drop_marks(ledger.marks_of(1))


def drop_first_seal_everywhere(ledger):
    drop_first_seal_and_marks(ledger)
    del ledger.file[0]


def edit_seal_time(ledger):
    ledger.seal_rows[2] = replace(ledger.seal_rows[2], sealed_at=START + timedelta(days=1))


def edit_seal_count(ledger):
    ledger.seal_rows[2] = replace(ledger.seal_rows[2], count=5)


def edit_seal_root(ledger):
    ledger.seal_rows[1] = replace(ledger.seal_rows[1], root=b"r" * 32)


def fork_with_key(ledger):
    seal = ledger.seal_rows[2]
    entries = [entry for of, entry in ledger.marks() if of == 2]
    ledger.seal_rows[2] = make_seal(
        entries,
        number=2,
        previous_mac=b"x" * 32,
        sealed_at=seal.sealed_at,
        key=KEY,
    )


def break_link_with_key(ledger):
    fork_with_key(ledger)
    entries = [entry for of, entry in ledger.marks() if of == 2]
    ledger.file[1] = make_line(ledger.seal_rows[2], entries, KEY).text()


def delete_file(ledger):
    ledger.file = None


def drop_last_line(ledger):
    del ledger.file[-1]


def drop_first_line(ledger):
    del ledger.file[0]


def repeat_line(ledger):
    ledger.file.append(ledger.file[0])


def swap_lines(ledger):
    ledger.file.reverse()


def edit_line_number(ledger):
    ledger.file[0] = with_number(parse_line(ledger.file[0]), 7).text()


def edit_line_list(ledger):
    line = parse_line(ledger.file[0])
    ledger.file[0] = replace(line, runs=line.runs[1:]).text()


def garble_line(ledger):
    ledger.file[0] = ledger.file[0][:-5]


def add_junk_line(ledger):
    ledger.file.append("# no seal")


def add_torn_junk(ledger):
    ledger.torn = "# no seal"


# What is done, and all that is found: kind, stream or seal or nothing, entry.
TABLE = [
    (edit_payload, [(K.PAYLOAD_CHANGED, "case:a", 2)]),
    (edit_salt, [(K.PAYLOAD_CHANGED, "case:a", 2)]),
    (drop_salt, [(K.PAYLOAD_CHANGED, "case:a", 2)]),
    (drop_payload_keeping_salt, [(K.PAYLOAD_CHANGED, "case:a", 2)]),
    (edit_actor, [(K.ENTRY_CHANGED, "case:a", 2)]),
    (edit_time, [(K.ENTRY_CHANGED, "case:a", 2)]),
    (edit_kind, [(K.ENTRY_CHANGED, "case:a", 2)]),
    (edit_decider, [(K.ENTRY_CHANGED, "case:a", 2)]),
    (edit_and_rehash_one, [(K.ENTRY_REPLACED, "case:a", 2)]),
    (recompute_chain, [(K.ENTRY_REPLACED, "case:a", number) for number in (2, 3, 4)]),
    (
        recompute_chain_and_marks,
        [(K.ENTRY_REPLACED, "case:a", number) for number in (2, 3, 4)]
        + [(K.SEAL_ROOT_WRONG, 1), (K.SEAL_ROOT_WRONG, 2)],
    ),
    (
        forge_seals_without_key,
        [(K.ENTRY_REPLACED, "case:a", number) for number in (2, 3, 4)]
        + [(K.SEAL_CHANGED, 1), (K.SEAL_CHANGED, 2)],
    ),
    (delete_middle, [(K.ENTRY_MISSING, "case:a", 2)]),
    (delete_middle_and_mark, [(K.ENTRY_MISSING, "case:a", 2), (K.SEAL_ROOT_WRONG, 1)]),
    (delete_two, [(K.ENTRY_MISSING, "case:a", 2)]),
    (
        delete_and_close_the_gap,
        [(K.ENTRY_REPLACED, "case:a", number) for number in (2, 3, 4)],
    ),
    (
        insert_and_recompute,
        [(K.ENTRY_REPLACED, "case:a", number) for number in (2, 3, 4)],
    ),
    (insert_impossible_number, [(K.ENTRY_CHANGED, "case:a", -1)]),
    (swap, [(K.ENTRY_CHANGED, "case:a", 2), (K.ENTRY_CHANGED, "case:a", 4)]),
    (swap_streams, [(K.ENTRY_CHANGED, "case:a", 2), (K.ENTRY_CHANGED, "case:b", 2)]),
    (cut_tail, [(K.TAIL_CUT, "case:b", 4)]),
    (cut_tail_and_adjust_head, [(K.TAIL_CUT, "case:b", 3)]),
    (cut_tail_and_all_traces, [(K.TAIL_CUT, "case:b", 3), (K.SEAL_ROOT_WRONG, 2)]),
    (cut_unsealed_tail, [(K.TAIL_CUT, "case:a", 5)]),
    (delete_stream, [(K.STREAM_MISSING, "case:b", 1)]),
    (
        delete_stream_and_all_traces,
        [(K.STREAM_MISSING, "case:b", 1), (K.SEAL_ROOT_WRONG, 1), (K.SEAL_ROOT_WRONG, 2)],
    ),
    (delete_entries_keeping_head, [(K.STREAM_MISSING, "case:b", 1)]),
    (delete_head, [(K.HEAD_MISSING, "case:b", None)]),
    (edit_head_hash, [(K.HEAD_CHANGED, "case:b", None)]),
    (lower_head, [(K.HEAD_CHANGED, "case:b", None)]),
    (drop_mark, [(K.SEAL_MARK_MISSING, "case:b", 3), (K.SEAL_ROOT_WRONG, 2)]),
    (
        drop_mark_without_file,
        [(K.SEAL_MARK_MISSING, "case:b", 3), (K.SEAL_ROOT_WRONG, 2), (K.FILE_MISSING, None)],
    ),
    (edit_mark, [(K.SEAL_MARK_CHANGED, "case:b", 3), (K.SEAL_ROOT_WRONG, 2)]),
    (
        move_mark,
        [(K.SEAL_MARK_MISSING, "case:b", 2), (K.SEAL_ROOT_WRONG, 1), (K.SEAL_ROOT_WRONG, 2)],
    ),
    (mark_for_no_seal, [(K.SEAL_MISSING, 9)]),
    (drop_last_seal, [(K.SEAL_MISSING, 2)]),
    (drop_last_seal_and_marks, [(K.SEAL_MISSING, 2)]),
    (
        drop_first_seal_and_marks,
        [(K.SEAL_MARK_MISSING, stream, 1) for stream in STREAMS] + [(K.SEAL_MISSING, 1)],
    ),
    (
        drop_first_seal_everywhere,
        [(K.SEAL_MARK_MISSING, stream, 1) for stream in STREAMS] + [(K.SEAL_MISSING, 1)],
    ),
    (edit_seal_time, [(K.SEAL_CHANGED, 2)]),
    (edit_seal_count, [(K.SEAL_CHANGED, 2), (K.SEAL_ROOT_WRONG, 2)]),
    (edit_seal_root, [(K.SEAL_CHANGED, 1), (K.SEAL_ROOT_WRONG, 1)]),
    (fork_with_key, [(K.SEAL_CHANGED, 2)]),
    (break_link_with_key, [(K.SEAL_CHANGED, 2)]),
    (delete_file, [(K.FILE_MISSING, None)]),
    (drop_last_line, [(K.SEAL_NOT_IN_FILE, 2)]),
    (drop_first_line, [(K.SEAL_NOT_IN_FILE, 1)]),
    (repeat_line, [(K.FILE_CHANGED, 1)]),
    (swap_lines, [(K.FILE_CHANGED, 1), (K.SEAL_NOT_IN_FILE, 1)]),
    (edit_line_number, [(K.SEAL_NOT_IN_FILE, 1), (K.FILE_CHANGED, 7)]),
    (edit_line_list, [(K.FILE_CHANGED, 1)]),
    (garble_line, [(K.SEAL_NOT_IN_FILE, 1), (K.FILE_CHANGED, None)]),
    (add_junk_line, [(K.FILE_CHANGED, None)]),
    (add_torn_junk, [(K.FILE_CHANGED, None)]),
]


def shown(finding):
    if finding.stream is not None:
        return (finding.kind, finding.stream, finding.sequence)
    return (finding.kind, finding.seal_number)


def test_untouched_ledger_gives_no_finding():
    report = a_ledger().check()
    assert report.findings == ()
    assert report.is_intact
    assert (report.entries, report.sealed, report.verified, report.unsealed) == (14, 12, 12, 2)
    assert report.unsealed_since == START + timedelta(seconds=13)
    assert (report.seals, report.last_seal, report.erased) == (2, 2, 0)


@pytest.mark.parametrize(
    ("tamper", "expected"), TABLE, ids=[row[0].__name__.replace("_", " ") for row in TABLE]
)
def test_tampering_is_located_and_nothing_else(tamper, expected):
    ledger = a_ledger()
    tamper(ledger)
    report = ledger.check()
    assert [shown(finding) for finding in report.findings] == expected
    assert not report.is_intact


def test_every_kind_of_finding_occurs():
    found = {row[0] for _, expected in TABLE for row in expected}
    assert found | {K.KEY_MISSING} == set(FindingKind)


@pytest.mark.parametrize(
    ("tamper", "verified"),
    [
        (edit_payload, 11),
        (recompute_chain, 9),
        (recompute_chain_and_marks, 0),
        (delete_middle, 11),
        (drop_last_seal, 6),
        (edit_seal_time, 6),
        (drop_last_line, 12),
        (delete_file, 12),
        (mark_for_no_seal, 12),
    ],
    ids=lambda value: value.__name__.replace("_", " ") if callable(value) else str(value),
)
def test_only_what_holds_counts_as_verified(tamper, verified):
    ledger = a_ledger()
    tamper(ledger)
    assert ledger.check().verified == verified


def test_without_the_key_nothing_is_verified():
    report = a_ledger().check(key=None)
    assert [shown(finding) for finding in report.findings] == [(K.KEY_MISSING, None)]
    assert (report.sealed, report.verified) == (12, 0)


def test_another_key_breaks_every_seal():
    report = a_ledger().check(key=b"another key, also 32 bytes long.")
    kinds = {finding.kind for finding in report.findings}
    assert kinds == {K.SEAL_CHANGED, K.FILE_CHANGED}
    assert report.verified == 0


def test_without_the_key_a_replaced_entry_is_still_located():
    ledger = a_ledger()
    recompute_chain_and_marks(ledger)
    first = ledger.check(key=None).findings[0]
    assert shown(first) == (K.ENTRY_REPLACED, "case:a", 2)


def test_erased_payloads_are_counted_not_broken():
    ledger = a_ledger()
    ledger.erase(("case:a", 2))
    ledger.erase(("case:a", 5))
    report = ledger.check()
    assert (report.findings, report.erased, report.verified) == ((), 2, 12)


def test_break_among_unsealed_entries_is_reported():
    ledger = a_ledger()
    ledger.append("case:a", {"n": 101})
    ledger.edit(("case:a", 5), actor="mallory")
    report = ledger.check()
    assert [shown(finding) for finding in report.findings] == [(K.ENTRY_CHANGED, "case:a", 5)]
    assert report.unsealed == 3


def test_rehashed_unsealed_entry_breaks_the_next():
    ledger = a_ledger()
    ledger.append("case:a", {"n": 101})
    ledger.edit(("case:a", 5), actor="mallory")
    ledger.rehash(("case:a", 5))
    finding = ledger.check().findings[0]
    assert shown(finding) == (K.ENTRY_CHANGED, "case:a", 6)
    assert "just before it" in finding.words


@pytest.mark.parametrize("length", [1, 60, -1], ids=["one letter", "sixty", "all but the end"])
def test_torn_last_line_is_told_not_blamed(length):
    ledger = a_ledger()
    ledger.torn = ledger.file.pop()[:length]
    report = ledger.check()
    assert (report.findings, report.has_torn_line) == ((), True)


def test_whole_last_line_without_its_end_is_read():
    ledger = a_ledger()
    ledger.torn = ledger.file.pop()
    report = ledger.check()
    assert (report.findings, report.has_torn_line) == ((), False)


def test_empty_ledger_is_intact():
    report = MemoryLedger().check()
    assert (report.findings, report.entries, report.unsealed_since) == ((), 0, None)
    assert (report.last_seal, report.last_mac) == (0, b"")


def test_many_findings_are_counted_beyond_the_limit():
    ledger = MemoryLedger()
    for _ in range(MAX_FINDINGS + 7):
        ledger.edit(ledger.append("global", {}), payload="[]")
    report = ledger.check()
    assert len(report.findings) == MAX_FINDINGS
    assert report.findings_left_out == 7
    assert report.findings[0].where == "global #1"


def test_places_are_named_in_words():
    ledger = a_ledger()
    edit_payload(ledger)
    delete_head(ledger)
    edit_seal_time(ledger)
    add_junk_line(ledger)
    where = [finding.where for finding in ledger.check().findings]
    assert where == ["case:a #2", "case:b", "seal 2", "seal file"]
