"""Random ledgers for the property tests, and how to read a report about them."""

from dataclasses import replace

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from engine.domain.actor import Actor, DecidedBy
from engine.domain.ledger import EventKind
from engine.domain.seal import make_seal
from tests.memory_ledger import MemoryLedger

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
