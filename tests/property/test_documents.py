"""What is written is what is read: every document survives being stored (invariant 2)."""

from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine.govern.documents import LONGEST_DOCUMENT, PolicyDocument, read_document
from engine.govern.envelope import EnvelopeDocument
from engine.govern.hard_rules import (
    GoalsDocument,
    GuardrailDocument,
    Measure,
    MeasureKind,
    NamedRule,
)
from engine.govern.limits import MOST_MONEY, ArgumentRule, HandSetThreshold, Limits, Wider
from tests.property import policies

letters = st.characters(exclude_categories=["Cc", "Cs"])
looks_like_else = (
    *("1", "1.0", "1e5", "010", "0x1F", "1:00", "1_0", "true", "off", "null", "~", "=", "<<"),
    *("-.5", "2026-01-01", ".inf", "+1", "- a", "a: b", "a #b", "'", '"', " a ", "&a", "*a", "!a"),
    *("%a", "a\nb", "\na", "a\n", "\ta", "a\u2028b", "\ufeff", "\U0001f600", "{}", "[]", "|"),
)
tricky = st.sampled_from(looks_like_else)
names = st.text(letters, min_size=1, max_size=8) | tricky
notes = st.text(letters | st.just("\n"), max_size=40) | tricky
values = (
    names
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
)
some = st.none() | st.lists(values, min_size=1, max_size=4).map(tuple)
argument_rules = st.builds(
    ArgumentRule,
    one_of=some,
    none_of=some,
    at_least=st.none() | st.floats(-1e15, 1e15),
    longest=st.just(7),
    told_by=st.sampled_from([None, ("payee@bank", "named@task")]),
)
bounds: dict[str, Any] = {
    "amount_cap": st.none() | st.integers(0, MOST_MONEY),
    "arguments": st.dictionaries(names, argument_rules, max_size=3),
    "budgets": policies.budgets,
    "hours": policies.hours,
    "reversible_only": st.none() | st.booleans(),
    "max_unseen_values": st.none() | st.integers(0, 3),
}
levels = st.builds(
    Limits,
    **bounds,
    earned_by=st.none() | st.lists(names, min_size=1, max_size=3, unique=True).map(tuple),
    on_the_loop=st.none() | st.just(Wider()),
)
envelopes = st.builds(
    EnvelopeDocument,
    desk=names,
    note=notes,
    zone=st.sampled_from(["UTC", "Europe/Vienna"]),
    cells=st.just(()),
    limits=levels,
) | st.builds(
    lambda desk, entry, has_type: EnvelopeDocument(
        desk=desk, cells=(entry,), case_types={"t": Limits()} if has_type else {}
    ),
    names,
    policies.entries(),
    st.booleans(),
)
rules = st.lists(
    st.builds(
        NamedRule,
        name=st.integers(0, 99).map(lambda number: f"rule_{number}"),
        why=names,
        case_type=st.none() | names,
        action=st.none() | names,
        never=st.just(True),
        **bounds,
    ),
    max_size=2,
    unique_by=lambda rule: rule.name,
).map(tuple)
guardrails = st.builds(GuardrailDocument, desk=names, note=notes, guardrails=rules)
is_share = st.just(MeasureKind.CORRECTNESS)
measures = st.builds(Measure, kind=is_share, target=st.floats(0, 1), note=notes) | st.builds(
    Measure,
    kind=st.sampled_from([kind for kind in MeasureKind if kind is not MeasureKind.CORRECTNESS]),
    target=st.floats(0, 1e15),
    note=notes,
)
goals = st.builds(
    GoalsDocument,
    desk=names,
    goal=notes.filter(bool),
    measures=st.lists(measures, max_size=2).map(tuple),
    minutes_per_decision=st.none() | st.floats(0.01, 1e5),
    constraints=rules,
)


@given(envelopes | guardrails | goals)
@example(EnvelopeDocument(desk="d", case_types={}, cells=(), limits=Limits(on_the_loop=Wider())))
@settings(max_examples=300)
def test_every_document_survives_being_stored(document: PolicyDocument) -> None:
    written = document.to_yaml()
    assert len(written) <= LONGEST_DOCUMENT
    read = read_document(type(document), written, "what was written")
    assert read.hash == document.hash
    assert read == document
    assert read.to_yaml() == written


def test_an_empty_wider_level_survives() -> None:
    loop = Limits(threshold=HandSetThreshold(min_confidence=0.5), on_the_loop=Wider())
    document = EnvelopeDocument(desk="d", cells=(), limits=loop)
    assert "on_the_loop: {}" in document.to_yaml()
