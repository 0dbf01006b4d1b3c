"""Random ledgers, and every way to tamper with what was sealed: each is located, none imagined."""

from copy import deepcopy
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.ledger_report import FindingKind
from engine.domain.stored_ledger import Head
from tests.property.ledgers import (
    SOME,
    STREAMS,
    appends,
    ledgers,
    payloads,
    places,
    redo_seals_without_key,
    rest_of,
    sealed,
    seals_named,
)

K = FindingKind

# ------------------------------------------------------------------ nothing happened


@SOME
@given(ledger=ledgers())
def test_untampered_ledger_gives_no_finding(ledger):
    report = ledger.check()
    assert report.findings == ()
    assert report.verified == report.sealed == len(ledger.mark_rows)
    assert report.unsealed == len(ledger.rows) - len(ledger.mark_rows)
    assert report.erased == sum(row.salt is None for row in ledger.rows.values())


@SOME
@given(ledger=ledgers(), more=st.lists(appends, min_size=1, max_size=4))
def test_growing_ledger_stays_intact(ledger, more):
    for stream, payload, kind, actor in more:
        ledger.append(stream, payload, kind=kind, actor=actor)
    report = ledger.check()
    oldest = min(row.at for place, row in ledger.rows.items() if place not in ledger.mark_rows)
    assert (report.findings, report.unsealed_since) == ((), oldest)
    ledger.seal()
    report = ledger.check()
    assert (report.findings, report.unsealed, report.unsealed_since) == ((), 0, None)


@SOME
@given(ledger=ledgers())
def test_without_the_key_nothing_counts_as_verified(ledger):
    report = ledger.check(key=None)
    assert [finding.kind for finding in report.findings] == [K.KEY_MISSING]
    assert report.verified == 0


# ------------------------------------------------------------------ entries

EDITS = {
    "payload": lambda row: {"payload": (row.payload or "") + " ", "salt": row.salt or b"s" * 16},
    "salt": lambda row: {"salt": b"s" * 16, "payload": row.payload or "0"},
    "digest": lambda row: {"payload_digest": row.payload_digest[::-1]},
    "hash": lambda row: {"hash": row.hash[::-1]},
    "actor": lambda row: {"actor": row.actor + "x"},
    "time": lambda row: {"at": row.at + timedelta(microseconds=1)},
    "kind": lambda row: {"kind": row.kind + "X"},
    "decider": lambda row: {"decided_by": row.decided_by + "x"},
}


@pytest.mark.parametrize("edit", EDITS)
@SOME
@given(data=st.data())
def test_edit_of_a_sealed_entry_is_located(edit, data):
    ledger = data.draw(ledgers())
    place = data.draw(sealed(ledger))
    ledger.edit(place, **EDITS[edit](ledger.rows[place]))
    located = [finding for finding in ledger.check().findings if finding.sequence is not None]
    assert [(finding.stream, finding.sequence) for finding in located] == [place]


@pytest.mark.parametrize("has_mark", [True, False], ids=["mark left", "mark removed"])
@SOME
@given(data=st.data())
def test_deleted_sealed_entry_is_located(has_mark, data):
    ledger = data.draw(ledgers())
    place = data.draw(sealed(ledger))
    del ledger.rows[place]
    if not has_mark:
        ledger.drop_marks([place])
    located = {(finding.stream, finding.sequence) for finding in ledger.check().findings}
    gone = place if ledger.last_sequence(place[0]) else (place[0], 1)
    assert gone in located


@pytest.mark.parametrize("has_marks", [True, False], ids=["marks as they were", "marks rewritten"])
@SOME
@given(data=st.data(), payload=payloads)
def test_inserted_entry_is_located(has_marks, data, payload):
    ledger = data.draw(ledgers())
    stream, sequence = data.draw(sealed(ledger))
    entries = ledger.stream_of(stream)
    forged = entries[sequence - 1]._replace(actor="mallory", payload='"forged"', salt=b"s" * 16)
    ledger.replace_stream(stream, [*entries[: sequence - 1], forged, *entries[sequence - 1 :]])
    ledger.recompute(stream)
    if not has_marks:
        ledger.remark(stream)
    assert (stream, sequence) in places(ledger.check())


@pytest.mark.parametrize("is_rehashed", [False, True], ids=["as they were", "chain recomputed"])
@SOME
@given(data=st.data())
def test_swap_of_two_sealed_entries_is_located(is_rehashed, data):
    ledger = data.draw(ledgers(begun=2))
    one = data.draw(sealed(ledger).filter(lambda place: place[0] == STREAMS[0]))
    others = [place for place in sorted(ledger.mark_rows) if place != one]
    if is_rehashed:
        others = [place for place in others if place[0] == one[0]]
    two = data.draw(st.sampled_from(others))
    first, second = ledger.rows[one], ledger.rows[two]
    ledger.rows[one] = second._replace(stream=one[0], sequence=one[1])
    ledger.rows[two] = first._replace(stream=two[0], sequence=two[1])
    if is_rehashed:
        ledger.recompute(one[0])
    assert {one, two} <= places(ledger.check())


@pytest.mark.parametrize("traces", ["head adjusted", "head left", "marks removed", "seal redone"])
@SOME
@given(data=st.data())
def test_cut_tail_is_located(traces, data):
    ledger = data.draw(ledgers(begun=2))
    place = data.draw(
        st.sampled_from([place for place in sorted(ledger.mark_rows) if place[1] > 1])
    )
    stream, sequence = place
    head = ledger.head_rows[stream]
    gone = rest_of(ledger, place)
    ledger.replace_stream(stream, ledger.stream_of(stream)[: sequence - 1])
    if traces == "head left":
        ledger.head_rows[stream] = head
    if traces in ("marks removed", "seal redone"):
        ledger.drop_marks(gone)
    if traces == "seal redone":
        redo_seals_without_key(ledger)
    report = ledger.check()
    assert place in places(report)
    assert {finding.kind for finding in report.findings if finding.stream} == {K.TAIL_CUT}


@pytest.mark.parametrize("traces", ["head removed", "head left", "marks removed", "seal redone"])
@SOME
@given(data=st.data())
def test_missing_case_is_located(traces, data):
    ledger = data.draw(ledgers())
    stream, _ = data.draw(sealed(ledger))
    head = ledger.head_rows[stream]
    ledger.replace_stream(stream, [])
    if traces == "head left":
        ledger.head_rows[stream] = head
    if traces in ("marks removed", "seal redone"):
        ledger.drop_marks([place for place in ledger.mark_rows if place[0] == stream])
    if traces == "seal redone":
        redo_seals_without_key(ledger)
    report = ledger.check()
    located = [(f.kind, f.stream, f.sequence) for f in report.findings if f.stream]
    assert located == [(K.STREAM_MISSING, stream, 1)]


@pytest.mark.parametrize("reach", ["entries", "and marks", "and seals"])
@SOME
@given(data=st.data())
def test_recomputed_chain_is_located(reach, data):
    ledger = data.draw(ledgers())
    place = data.draw(sealed(ledger))
    ledger.edit(place, payload='"forged"', salt=b"s" * 16)
    ledger.recompute(place[0])
    if reach != "entries":
        ledger.remark(place[0])
    if reach == "and seals":
        redo_seals_without_key(ledger)
    report = ledger.check()
    in_stream = [f.sequence for f in report.findings if f.stream == place[0]]
    # Erased entries before it lose their digest to the forger's recomputation.
    assert place[1] in in_stream
    assert report.findings[0].kind == K.ENTRY_REPLACED


# ------------------------------------------------------------------ heads and marks


@SOME
@given(data=st.data(), change=st.sampled_from(["gone", "hash", "lower", "higher"]))
def test_wrong_head_row_is_located(data, change):
    ledger = data.draw(ledgers())
    stream = data.draw(st.sampled_from(sorted(ledger.head_rows)))
    head = ledger.head_rows.pop(stream)
    if change == "hash":
        ledger.head_rows[stream] = Head(head.sequence, head.hash[::-1])
    if change in ("lower", "higher"):
        moved = head.sequence + (1 if change == "higher" else -1)
        ledger.head_rows[stream] = Head(moved, head.hash)
    (finding,) = ledger.check().findings
    assert finding.stream == stream


@SOME
@given(data=st.data(), is_edit=st.booleans())
def test_tampered_seal_mark_is_located(data, is_edit):
    ledger = data.draw(ledgers())
    place = data.draw(sealed(ledger))
    number, said = ledger.mark_rows.pop(place)
    if is_edit:
        ledger.mark_rows[place] = (number, said[::-1])
    report = ledger.check()
    kind = K.SEAL_MARK_CHANGED if is_edit else K.SEAL_MARK_MISSING
    located = [(f.kind, f.stream, f.sequence) for f in report.findings if f.stream]
    assert located == [(kind, *place)]
    assert seals_named(report, K.SEAL_ROOT_WRONG) == {number}


# ------------------------------------------------------------------ what is not proven


@SOME
@given(data=st.data())
def test_cut_unsealed_tail_never_touches_the_verified(data):
    ledger = data.draw(ledgers())
    ledger.append("global")
    waiting = sorted(ledger.rows.keys() - ledger.mark_rows.keys())
    place = data.draw(st.sampled_from(waiting))
    before = deepcopy(ledger).check()
    ledger.replace_stream(place[0], ledger.stream_of(place[0])[: place[1] - 1])
    if place[1] == 1:
        ledger.head_rows.pop(place[0], None)
    after = ledger.check()
    # Nobody can see it, so nobody may have called these entries verified before.
    assert (after.findings, after.verified) == ((), before.verified)
    assert after.unsealed < before.unsealed
