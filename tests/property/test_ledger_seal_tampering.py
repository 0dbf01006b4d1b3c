"""Random ledgers, and every way to tamper with seals and the seal file: each is located."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.ledger_report import FindingKind
from tests.property.ledgers import SOME, ledgers, seals_named

K = FindingKind


@pytest.mark.parametrize("has_marks", [True, False], ids=["marks left", "marks removed"])
@SOME
@given(data=st.data())
def test_seal_dropped_from_the_table_is_located(has_marks, data):
    ledger = data.draw(ledgers())
    number = data.draw(st.sampled_from(sorted(ledger.seal_rows)))
    covered = ledger.marks_of(number)
    del ledger.seal_rows[number]
    if not has_marks:
        ledger.drop_marks(covered)
    report = ledger.check()
    assert seals_named(report, K.SEAL_MISSING) == {number}
    assert report.verified == len(ledger.mark_rows) - (len(covered) if has_marks else 0)


@SOME
@given(data=st.data())
def test_middle_seal_dropped_everywhere_is_located(data):
    ledger = data.draw(ledgers())
    ledger.append("global")
    ledger.seal()
    number = data.draw(st.sampled_from(sorted(ledger.seal_rows)[:-1]))
    del ledger.seal_rows[number]
    del ledger.file[number - 1]
    assert seals_named(ledger.check(), K.SEAL_MISSING) == {number}


@SOME
@given(data=st.data())
def test_line_dropped_from_the_file_is_located(data):
    ledger = data.draw(ledgers())
    number = data.draw(st.sampled_from(sorted(ledger.seal_rows)))
    del ledger.file[number - 1]
    (finding,) = ledger.check().findings
    assert (finding.kind, finding.seal_number) == (K.SEAL_NOT_IN_FILE, number)


@SOME
@given(data=st.data())
def test_any_changed_letter_of_the_file_is_located(data):
    ledger = data.draw(ledgers())
    number = data.draw(st.sampled_from(sorted(ledger.seal_rows)))
    line = ledger.file[number - 1]
    at = data.draw(st.integers(0, len(line) - 1))
    letter = data.draw(st.sampled_from('0123456789abcdefx{}[],:" ').filter(lambda c: c != line[at]))
    ledger.file[number - 1] = line[:at] + letter + line[at + 1 :]
    report = ledger.check()
    changed = [finding for finding in report.findings if finding.kind == K.FILE_CHANGED]
    assert f"Line {number} " in changed[0].words
    assert report.verified == len(ledger.mark_rows)


@SOME
@given(
    data=st.data(),
    change=st.sampled_from(["number", "count", "root", "previous_mac", "mac", "sealed_at"]),
)
def test_edited_seal_is_located(data, change):
    ledger = data.draw(ledgers())
    number = data.draw(st.sampled_from(sorted(ledger.seal_rows)))
    seal = ledger.seal_rows.pop(number)
    changes = {
        "number": seal.number + 100,
        "count": seal.count + 1,
        "root": seal.root[::-1],
        "previous_mac": b"p" * 32,
        "mac": seal.mac[::-1],
        "sealed_at": seal.sealed_at + timedelta(microseconds=1),
    }
    edited = replace(seal, **{change: changes[change]})
    ledger.seal_rows[edited.number] = edited
    report = ledger.check()
    assert edited.number in seals_named(report, K.SEAL_CHANGED)
    if change == "number":
        assert number in seals_named(report, K.SEAL_MISSING)
    assert report.verified == len(ledger.mark_rows) - len(ledger.marks_of(number))


@SOME
@given(ledger=ledgers(), length=st.integers(1, 400))
def test_torn_last_line_is_no_tampering(ledger, length):
    whole = ledger.file.pop()
    ledger.torn = whole[:length]
    report = ledger.check()
    assert report.findings == ()
    assert report.has_torn_line is (length < len(whole))
