"""Whatever differs between two documents is said, and what nobody can read counts as widening."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from inspect import get_annotations
from random import Random
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from engine.domain.actor import Role
from engine.domain.budget import Spent
from engine.domain.money import Money
from engine.domain.phase import Cell
from engine.domain.tool import EffectClass
from engine.govern.authorize import authorize, policy_for
from engine.govern.documents import PolicyDocument, read_document
from engine.govern.envelope import EnvelopeDocument, read_envelope, resolve
from engine.govern.hard_rules import GoalsDocument, GuardrailDocument, hard_rules
from engine.govern.request import AuthorizationRequest, Usage
from engine.service.changes import changes, widens

LIMITS = """\
  amount_cap: 5000
  arguments:
    size: {at_least: 1, at_most: 6}
    owner: {one_of: [1, north], longest: 9, told_by: [a@s, b@s]}
    note: {none_of: [spam, noise]}
  budgets: [{per: day, for_each: customer, executions: 4, amount: 9000}]
  hours: {days: [mon, tue], opens: "08:00", closes: "18:00"}
  reversible_only: true
  most_urgent_priority: 4
  max_stale_facts: 1
  max_contradictions: 2
  max_unseen_values: 3
"""
CELL = """\
  phase: ON_THE_LOOP
  threshold: {kind: hand_set, min_confidence: 0.9}
  earned_by: [own, agent]
  second_person_above: 7000
  on_the_loop:
    threshold: {kind: hand_set, min_confidence: 0.7}
    most_urgent_priority: 3
    amount_cap: 6000
    veto_minutes: 12.5
  audit_rate: 0.2
  roles: [operator, senior_operator]
  review_minutes: 60
  on_deadline: close
  escalate_to: operator
  grant_minutes: 20
"""
HEAD = "desk: d\nnote: a note\ncurrency: EUR\nzone: Europe/Vienna\n"
NAMED = "- name: big\n  why: w\n  case_type: t\n  action: a\n  never: true\n  otherwise: DENY\n"
ENVELOPE = f"""\
{HEAD}limits:
  budgets: [{{per: hour, executions: 50}}]
case_types:
  u: {{review_minutes: 90}}
cells:
- case_type: t
  action: a
{LIMITS}{CELL}- case_type: u
  action: b
  phase: BOUNDED
  threshold: {{kind: rolling, risk_limit: 0.1}}
"""
GUARDRAILS = f"{HEAD}guardrails:\n{NAMED}{LIMITS}"
GOALS = f"""\
{HEAD}goal: Be right.
measures: [{{kind: correctness, target: 0.9, note: of all}}]
minutes_per_decision: 5
cost_per_hour: 4200
constraints:
{NAMED}{LIMITS}"""
DOCUMENTS: Mapping[type[PolicyDocument], str] = {
    EnvelopeDocument: ENVELOPE,
    GuardrailDocument: GUARDRAILS,
    GoalsDocument: GOALS,
}
WORDS = (
    *("USD", "Asia/Tokyo", "other", "BOUNDED", "COPILOT", "operator", "senior_operator", "close"),
    *("escalate", "ESCALATE", "DENY", "hour", "day", "wed", "07:30:00", "19:00:00", "rolling"),
    *("latency_to_decision", "customer"),
)
"""Among these every choice of every field finds another value."""

Path = tuple[str | int, ...]


def leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every value of a document, with those that hold others."""
    if path:
        yield path, value
    children: Any = value.items() if isinstance(value, dict) else ()
    for key, one in enumerate(value) if isinstance(value, list) else children:
        yield from leaves(one, (*path, key))


def others(value: Any) -> Iterator[Any]:
    """What could stand in the place of a value."""
    match value:
        case bool():
            yield not value
        case int() | float():
            yield from (value + 1, value - 1, value + 0.004, value * 0.99, value == 1)
        case str():
            yield from WORDS
        case list():
            yield from (value[:-1], value[::-1], [])
        case dict():
            yield from ({f"{name}_": one for name, one in value.items()}, {})
    yield None


def with_other(document: Any, path: Path, value: Any) -> Any:
    key, *rest = path
    copy: Any = document.copy()
    copy[key] = with_other(document[key], tuple(rest), value) if rest else value
    return copy


def read_or_none(kind: type[PolicyDocument], raw: Any) -> PolicyDocument | None:
    try:
        return kind.model_validate_json(json.dumps(raw), strict=True)
    except ValidationError:
        return None


def neighbours(kind: type[PolicyDocument], text: str) -> Iterator[tuple[Path, PolicyDocument]]:
    """Every good document that differs from the given one in a single field."""
    here = read_document(kind, text, "the document")
    raw = here.model_dump(mode="json")
    for path, value in leaves(raw):
        for other in others(value):
            there = read_or_none(kind, with_other(raw, path, other))
            if there is not None and there.hash != here.hash:
                yield path, there


def models_of(value: Any) -> Iterator[tuple[BaseModel, Path]]:
    """Every model of a document, with the path to it."""
    if isinstance(value, BaseModel):
        yield value, ()
        parts: Any = ((name, getattr(value, name)) for name in type(value).model_fields)
    elif isinstance(value, dict):
        parts = value.items()
    else:
        parts = enumerate(value) if isinstance(value, tuple) else ()
    for key, part in parts:
        for model, path in models_of(part):
            yield model, (key, *path)


def declared_in(model: type[BaseModel], name: str) -> type:
    """The class that declares a field; a level's fields are stated by one of its heirs."""
    return next(one for one in reversed(model.__mro__) if name in get_annotations(one))


@pytest.mark.parametrize("kind", DOCUMENTS, ids=lambda kind: kind.__name__)
def test_every_single_difference_gives_a_row(kind: type[PolicyDocument]) -> None:
    here = read_document(kind, DOCUMENTS[kind], "the document")
    changed = set()
    for path, there in neighbours(kind, DOCUMENTS[kind]):
        for before, after in ((here, there), (there, here)):
            rows = changes(before, after)
            assert rows, path
            assert all(sentence for row in rows for sentence in row.sentences), path
        changed |= {path[:length] for length in range(1, len(path) + 1)}
    fields = [
        (declared_in(type(model), name), name, (*path, name))
        for model, path in models_of(here)
        for name in type(model).model_fields
    ]
    tried = {(model, name) for model, name, path in fields if path in changed}
    # A new field that the document here does not state would never be looked at: state it.
    untried = {(model, name) for model, name, _ in fields} - tried
    assert {name for _, name in untried} <= {"kind"}  # comes and goes with the rest of its model


@pytest.mark.parametrize("kind", [EnvelopeDocument, GuardrailDocument, GoalsDocument])
def test_same_documents_have_no_rows(kind: type[PolicyDocument]) -> None:
    here = read_document(kind, DOCUMENTS[kind], "the document")
    assert changes(here, here) == ()
    assert not widens(here, here)


@pytest.mark.parametrize("kind", [EnvelopeDocument, GuardrailDocument, GoalsDocument])
@pytest.mark.parametrize("line", ["currency: USD", "zone: Asia/Tokyo"])
def test_another_clock_or_currency_widens(kind: type[PolicyDocument], line: str) -> None:
    here = read_document(kind, DOCUMENTS[kind], "the document")
    name, value = line.split(": ")
    there = here.model_copy(update={name: value})
    assert widens(here, there)
    assert widens(there, here)


# --- what counts as widening -------------------------------------------------------------

OPERATOR, SENIOR = frozenset({Role.OPERATOR}), frozenset({Role.SENIOR_OPERATOR})
NOON = datetime(2026, 11, 16, 12, tzinfo=UTC)  # a Monday
GOOD = AuthorizationRequest(
    cell=Cell(desk="d", case_type="t", action_type="a"),
    at=NOON,
    arguments={"size": 3, "owner": "north", "note": "fine"},
    told={"owner": frozenset(["a@s", "b@s"])},
    amount=Money(minor=4000, currency="EUR"),
    customer="c",
    confidence=0.95,
    is_calibrated=True,
    score=0.95,
    rolling_cut=0.7,
    priority=5,
    approvals=1,
)
ODD: Mapping[str, tuple[Any, ...]] = {
    "at": tuple(NOON + timedelta(minutes=30 * step) for step in range(-30, 60)),
    "arguments": tuple(
        {"size": size, "owner": owner, "note": note}
        for size, owner, note in (
            *((size, "north", "fine") for size in (0, 1, 2, 6, 7, 8, 1.001)),
            *((3, owner, "fine") for owner in (1, True, 2, "other", 1.5)),
            *((3, "north", note) for note in ("spam", "noise", "other")),
        )
    ),
    "amount": (
        None,
        *(Money(minor=amount, currency="USD") for amount in (100, 4000)),
        *(
            Money(minor=amount, currency="EUR")
            for amount in (4950, 4990, 5000, 5001, 5950, 6000, 6001, 6930, 7000, 7001, 8950, 9001)
        ),
    ),
    "customer": ("",),
    "told": ({"owner": frozenset(["a@s"])}, {"owner": frozenset(["b@s", "c@s"])}, {}),
    "reasoner": ("agent", "workflow"),
    "confidence": (0.5, 0.694, 0.699, 0.7, 0.8, 0.892, 0.9, 0.902),
    "rolling_cut": (None, 0.99),
    "priority": (1, 2, 3, 4),
    "stale": (("s",), ("s",) * 2),
    "contradictory": (("c",) * 2, ("c",) * 3),
    "unseen": (("u",) * 3, ("u",) * 4),
    "effect_class": tuple(EffectClass),
    "person_roles": (OPERATOR, SENIOR, OPERATOR | SENIOR, frozenset()),
    "approvals": (2,),
}
USED = (Spent(), Spent(executions=3, amount=4990), Spent(executions=4), Spent(amount=8000))


def some_requests() -> Iterator[tuple[AuthorizationRequest, Usage]]:
    """Good actions in which one or two things are odd, with the budgets more or less used."""
    chance, names = Random(7), sorted(ODD)
    pairs = [(one, other) for one in names for other in names if one < other]
    single = [{name: value} for name in names for value in ODD[name]]
    double = [{name: chance.choice(ODD[name]) for name in pair} for pair in pairs for _ in "12"]
    for number, odd in enumerate([{}, {}, {}, {}, *single, *double]):
        used = USED[number if number < len(USED) else chance.choice((0, 0, 0, 1))]
        request = replace(GOOD, **odd)
        yield request, Usage(spent=dict.fromkeys((BUDGET, RULE_BUDGET, GOAL_BUDGET), used))


BUDGET = "cell:d/t/a day each"
RULE_BUDGET = "guardrail:d/big day each"
GOAL_BUDGET = "constraint:d/big day each"
REQUESTS = tuple(some_requests())


def answers(document: Any) -> list[int]:
    """How strict a document, alone, is to each of the requests."""
    is_envelope = isinstance(document, EnvelopeDocument)
    envelope = resolve(document if is_envelope else GENEROUS).get(GOOD.cell)
    policy = policy_for(GOOD.cell, envelope, () if is_envelope else hard_rules(document))
    return [authorize(one, policy, usage).kind.strictness for one, usage in REQUESTS]


GENEROUS = read_envelope(
    "desk: d\nlimits: {reversible_only: false, most_urgent_priority: 1, max_stale_facts: 9, "
    "max_contradictions: 9}\ncells: [{case_type: t, action: a, phase: BOUNDED, "
    "threshold: {kind: hand_set, min_confidence: 0}}]\n"
)


@pytest.mark.parametrize("kind", DOCUMENTS, ids=lambda kind: kind.__name__)
def test_what_frees_an_action_counts_as_widening(kind: type[PolicyDocument]) -> None:
    text = DOCUMENTS[kind].replace("never: true", "never: false")
    here = read_document(kind, text, "the document")
    before, freeing = answers(here), set()
    for path, there in neighbours(kind, text):
        after = answers(there)
        pairs = list(zip(before, after, strict=True))
        if any(now < was for was, now in pairs):
            assert widens(here, there), path
            freeing.add(path)
        if any(now > was for was, now in pairs):
            assert widens(there, here), path
    assert len(freeing) > 20  # the requests tell documents apart
