"""One tampering a row, each on the same small ledger: what is found, and where."""

from datetime import timedelta
from typing import Any

import pytest

from engine.domain.ledger_report import MAX_FINDINGS, FindingKind
from tests.memory_ledger import START, MemoryLedger
from tests.unit.domain import ledger_tampering as ways

K = FindingKind

# What is done, and all that is found: kind, stream or seal or nothing, entry.
TABLE: list[Any] = [
    (ways.edit_payload, [(K.PAYLOAD_CHANGED, "case:a", 2)]),
    (ways.edit_salt, [(K.PAYLOAD_CHANGED, "case:a", 2)]),
    (ways.drop_salt, [(K.PAYLOAD_CHANGED, "case:a", 2)]),
    (ways.drop_payload_keeping_salt, [(K.PAYLOAD_CHANGED, "case:a", 2)]),
    (ways.edit_actor, [(K.ENTRY_CHANGED, "case:a", 2)]),
    (ways.edit_time, [(K.ENTRY_CHANGED, "case:a", 2)]),
    (ways.edit_kind, [(K.ENTRY_CHANGED, "case:a", 2)]),
    (ways.edit_decider, [(K.ENTRY_CHANGED, "case:a", 2)]),
    (ways.edit_and_rehash_one, [(K.ENTRY_REPLACED, "case:a", 2)]),
    (ways.recompute_chain, [(K.ENTRY_REPLACED, "case:a", number) for number in (2, 3, 4)]),
    (
        ways.recompute_chain_and_marks,
        [(K.ENTRY_REPLACED, "case:a", number) for number in (2, 3, 4)]
        + [(K.SEAL_ROOT_WRONG, 1), (K.SEAL_ROOT_WRONG, 2)],
    ),
    (
        ways.forge_seals_without_key,
        [(K.ENTRY_REPLACED, "case:a", number) for number in (2, 3, 4)]
        + [(K.SEAL_CHANGED, 1), (K.SEAL_CHANGED, 2)],
    ),
    (ways.delete_middle, [(K.ENTRY_MISSING, "case:a", 2)]),
    (ways.delete_middle_and_mark, [(K.ENTRY_MISSING, "case:a", 2), (K.SEAL_ROOT_WRONG, 1)]),
    (ways.delete_two, [(K.ENTRY_MISSING, "case:a", 2)]),
    (
        ways.delete_and_close_the_gap,
        [(K.ENTRY_REPLACED, "case:a", number) for number in (2, 3, 4)],
    ),
    (
        ways.insert_and_recompute,
        [(K.ENTRY_REPLACED, "case:a", number) for number in (2, 3, 4)],
    ),
    (ways.insert_impossible_number, [(K.ENTRY_CHANGED, "case:a", -1)]),
    (ways.swap, [(K.ENTRY_CHANGED, "case:a", 2), (K.ENTRY_CHANGED, "case:a", 4)]),
    (ways.swap_streams, [(K.ENTRY_CHANGED, "case:a", 2), (K.ENTRY_CHANGED, "case:b", 2)]),
    (ways.cut_tail, [(K.TAIL_CUT, "case:b", 4)]),
    (ways.cut_tail_and_adjust_head, [(K.TAIL_CUT, "case:b", 3)]),
    (ways.cut_tail_and_all_traces, [(K.TAIL_CUT, "case:b", 3), (K.SEAL_ROOT_WRONG, 2)]),
    (ways.cut_unsealed_tail, [(K.TAIL_CUT, "case:a", 5)]),
    (ways.delete_stream, [(K.STREAM_MISSING, "case:b", 1)]),
    (
        ways.delete_stream_and_all_traces,
        [(K.STREAM_MISSING, "case:b", 1), (K.SEAL_ROOT_WRONG, 1), (K.SEAL_ROOT_WRONG, 2)],
    ),
    (ways.delete_entries_keeping_head, [(K.STREAM_MISSING, "case:b", 1)]),
    (ways.delete_head, [(K.HEAD_MISSING, "case:b", None)]),
    (ways.edit_head_hash, [(K.HEAD_CHANGED, "case:b", None)]),
    (ways.lower_head, [(K.HEAD_CHANGED, "case:b", None)]),
    (ways.drop_mark, [(K.SEAL_MARK_MISSING, "case:b", 3), (K.SEAL_ROOT_WRONG, 2)]),
    (
        ways.drop_mark_without_file,
        [(K.SEAL_MARK_MISSING, "case:b", 3), (K.SEAL_ROOT_WRONG, 2), (K.FILE_MISSING, None)],
    ),
    (ways.edit_mark, [(K.SEAL_MARK_CHANGED, "case:b", 3), (K.SEAL_ROOT_WRONG, 2)]),
    (
        ways.move_mark,
        [(K.SEAL_MARK_MISSING, "case:b", 2), (K.SEAL_ROOT_WRONG, 1), (K.SEAL_ROOT_WRONG, 2)],
    ),
    (ways.mark_for_no_seal, [(K.SEAL_MISSING, 9)]),
    (ways.drop_last_seal, [(K.SEAL_MISSING, 2)]),
    (ways.drop_last_seal_and_marks, [(K.SEAL_MISSING, 2)]),
    (
        ways.drop_first_seal_and_marks,
        [(K.SEAL_MARK_MISSING, stream, 1) for stream in ways.STREAMS] + [(K.SEAL_MISSING, 1)],
    ),
    (
        ways.drop_first_seal_everywhere,
        [(K.SEAL_MARK_MISSING, stream, 1) for stream in ways.STREAMS] + [(K.SEAL_MISSING, 1)],
    ),
    (ways.edit_seal_time, [(K.SEAL_CHANGED, 2)]),
    (ways.edit_seal_count, [(K.SEAL_CHANGED, 2), (K.SEAL_ROOT_WRONG, 2)]),
    (ways.edit_seal_root, [(K.SEAL_CHANGED, 1), (K.SEAL_ROOT_WRONG, 1)]),
    (ways.fork_with_key, [(K.SEAL_CHANGED, 2)]),
    (ways.remake_with_key, [(K.SEAL_CHANGED, 2)]),
    (ways.break_link_with_key, [(K.SEAL_CHANGED, 2)]),
    (ways.delete_file, [(K.FILE_MISSING, None)]),
    (ways.drop_last_line, [(K.SEAL_NOT_IN_FILE, 2)]),
    (ways.drop_first_line, [(K.SEAL_NOT_IN_FILE, 1)]),
    (ways.repeat_line, [(K.FILE_CHANGED, 1)]),
    (ways.swap_lines, [(K.FILE_CHANGED, 1), (K.SEAL_NOT_IN_FILE, 1)]),
    (ways.edit_line_number, [(K.SEAL_NOT_IN_FILE, 1), (K.FILE_CHANGED, 7)]),
    (ways.edit_line_list, [(K.FILE_CHANGED, 1)]),
    (ways.garble_line, [(K.SEAL_NOT_IN_FILE, 1), (K.FILE_CHANGED, None)]),
    (ways.add_junk_line, [(K.FILE_CHANGED, None)]),
    (ways.add_torn_junk, [(K.FILE_CHANGED, None)]),
]


def shown(finding):
    if finding.stream is not None:
        return (finding.kind, finding.stream, finding.sequence)
    return (finding.kind, finding.seal_number)


def test_untouched_ledger_gives_no_finding():
    report = ways.a_ledger().check()
    assert report.findings == ()
    assert report.is_intact
    assert (report.entries, report.sealed, report.verified, report.unsealed) == (14, 12, 12, 2)
    assert report.unsealed_since == START + timedelta(seconds=13)
    assert (report.seals, report.last_seal, report.erased) == (2, 2, 0)


@pytest.mark.parametrize(
    ("tamper", "expected"), TABLE, ids=[row[0].__name__.replace("_", " ") for row in TABLE]
)
def test_tampering_is_located_and_nothing_else(tamper, expected):
    ledger = ways.a_ledger()
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
        (ways.edit_payload, 11),
        (ways.recompute_chain, 9),
        (ways.recompute_chain_and_marks, 0),
        (ways.delete_middle, 11),
        (ways.delete_middle_and_mark, 5),
        (ways.drop_last_seal, 6),
        (ways.edit_seal_time, 6),
        (ways.drop_last_line, 12),
        (ways.delete_file, 12),
        (ways.mark_for_no_seal, 12),
    ],
    ids=lambda value: value.__name__.replace("_", " ") if callable(value) else str(value),
)
def test_only_what_holds_counts_as_verified(tamper, verified):
    ledger = ways.a_ledger()
    tamper(ledger)
    assert ledger.check().verified == verified


def test_without_the_key_nothing_is_verified():
    report = ways.a_ledger().check(key=None)
    assert [shown(finding) for finding in report.findings] == [(K.KEY_MISSING, None)]
    assert (report.sealed, report.verified) == (12, 0)


def test_another_key_breaks_every_seal():
    report = ways.a_ledger().check(key=b"another key, also 32 bytes long.")
    kinds = {finding.kind for finding in report.findings}
    assert kinds == {K.SEAL_CHANGED, K.FILE_CHANGED}
    assert report.verified == 0


def test_without_the_key_a_replaced_entry_is_still_located():
    ledger = ways.a_ledger()
    ways.recompute_chain_and_marks(ledger)
    first = ledger.check(key=None).findings[0]
    assert shown(first) == (K.ENTRY_REPLACED, "case:a", 2)


def test_without_the_key_table_and_file_are_compared():
    ledger = ways.a_ledger()
    ways.edit_seal_time(ledger)
    findings = [shown(finding) for finding in ledger.check(key=None).findings]
    assert findings == [(K.SEAL_CHANGED, 2), (K.KEY_MISSING, None)]


def test_erased_payloads_are_counted_not_broken():
    ledger = ways.a_ledger()
    ledger.erase(("case:a", 2))
    ledger.erase(("case:a", 5))
    report = ledger.check()
    assert (report.findings, report.erased, report.verified) == ((), 2, 12)


def test_break_among_unsealed_entries_is_reported():
    ledger = ways.a_ledger()
    ledger.append("case:a", {"n": 101})
    ledger.edit(("case:a", 5), actor="mallory")
    report = ledger.check()
    assert [shown(finding) for finding in report.findings] == [(K.ENTRY_CHANGED, "case:a", 5)]
    assert report.unsealed == 3


def test_rehashed_unsealed_entry_breaks_the_next():
    ledger = ways.a_ledger()
    ledger.append("case:a", {"n": 101})
    ledger.edit(("case:a", 5), actor="mallory")
    ledger.rehash(("case:a", 5))
    finding = ledger.check().findings[0]
    assert shown(finding) == (K.ENTRY_CHANGED, "case:a", 6)
    assert "just before it" in finding.words


@pytest.mark.parametrize("length", [1, 60, -1], ids=["one letter", "sixty", "all but the end"])
def test_torn_last_line_is_told_not_blamed(length):
    ledger = ways.a_ledger()
    ledger.torn = ledger.file.pop()[:length]
    report = ledger.check()
    assert (report.findings, report.has_torn_line) == ((), True)


def test_whole_last_line_without_its_end_is_read():
    ledger = ways.a_ledger()
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
    ledger = ways.a_ledger()
    ways.edit_payload(ledger)
    ways.delete_head(ledger)
    ways.edit_seal_time(ledger)
    ways.add_junk_line(ledger)
    where = [finding.where for finding in ledger.check().findings]
    assert where == ["case:a #2", "case:b", "seal 2", "seal file"]
