"""Random ledgers, and every way to tamper with what was sealed: each is located, none imagined."""

from copy import deepcopy
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.domain.actor import Actor, DecidedBy
from engine.domain.ledger import EventKind
from engine.domain.ledger_report import FindingKind
from engine.domain.seal import make_seal
from engine.domain.stored_ledger import Head
from tests.memory_ledger import MemoryLedger

K = FindingKind
STREAMS = ("case:0198c0de", "case:0198c0df", "desk:incidents", "global")
SOME = settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])

payloads = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), max_size=4), inner)
    ),
    max_leaves=4,
)
actors = st.builds(
    Actor, decided_by=st.sampled_from(DecidedBy), name=st.sampled_from(["olga", "engine", "ümit"])
)
appends = st.tuples(st.sampled_from(STREAMS), payloads, st.sampled_from(EventKind), actors)
steps = st.lists(appends | st.just("seal"), max_size=24)


@st.composite
def ledgers(draw, *, begun=1):
    """A ledger with `begun` sealed entries in one stream and what comes up after them."""
    ledger = MemoryLedger()
    for stream, payload, kind, actor in draw(st.lists(appends, min_size=begun, max_size=begun)):
        ledger.append(STREAMS[0] if begun > 1 else stream, payload, kind=kind, actor=actor)
    if draw(st.booleans()):
        ledger.seal()
    for step in draw(steps):
        if step == "seal":
            ledger.seal()
            continue
        stream, payload, kind, actor = step
        ledger.append(stream, payload, kind=kind, actor=actor)
    if not ledger.seal_rows:
        ledger.seal()
    for place in draw(st.lists(st.sampled_from(sorted(ledger.rows)), max_size=2)):
        ledger.erase(place)
    return ledger


def sealed(ledger):
    return st.sampled_from(sorted(ledger.mark_rows))


def places(report):
    return {(finding.stream, finding.sequence) for finding in report.findings}


def seals_named(report, kind):
    return {finding.seal_number for finding in report.findings if finding.kind == kind}


def rest_of(ledger, place):
    """The entry and all after it in its stream."""
    last = ledger.last_sequence(place[0])
    return [(place[0], number) for number in range(place[1], last + 1)]


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


def redo_seals_without_key(ledger):
    """Counts and roots that fit what is left, as good as it goes without the key."""
    for number, seal in ledger.seal_rows.items():
        entries = [entry for of, entry in ledger.marks() if of == number]
        fresh = make_seal(
            entries,
            number=number,
            previous_mac=seal.previous_mac,
            sealed_at=seal.sealed_at,
            key=b"not the key",
        )
        ledger.seal_rows[number] = replace(fresh, mac=seal.mac)


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


# ------------------------------------------------------------------ seals and file


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
