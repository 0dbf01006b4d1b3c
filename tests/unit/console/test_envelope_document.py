"""What the form reads of an envelope, and how it writes one limit without touching the rest."""

from typing import Any

import pytest
import yaml

from console.components import envelope_document as documents
from engine.service.rows import CellRow
from engine.testing import fake_rows_limits as limits

ROUTING, NOTES = limits.cells()
LEVELS = """\
desk: incidents
limits:
  threshold: {kind: rolling, risk_limit: 0.1}
  most_urgent_priority: 2
case_types:
  routing: {most_urgent_priority: 4}
cells:
- case_type: routing
  action: assign_group
  phase: ON_THE_LOOP
  on_the_loop: {veto_minutes: 10}
  budgets:
  - {per: day, executions: 90}
  - {per: hour, for_each: customer, executions: 1}
"""


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("phase", "ON_THE_LOOP"),
        ("most_urgent_priority", 4),
        ("threshold", {"kind": "rolling", "risk_limit": 0.1}),
        ("on_the_loop.veto_minutes", 10),
        ("audit_rate", None),
    ],
)
def test_the_innermost_level_that_speaks_counts(name: str, value: Any) -> None:
    assert documents.limit_of(LEVELS, ROUTING, name) == value


@pytest.mark.parametrize(
    ("name", "value"), [("phase", "COPILOT"), ("on_the_loop.veto_minutes", 30), ("audit_rate", 0.2)]
)
def test_one_limit_is_set_and_nothing_else(name: str, value: Any) -> None:
    changed = documents.with_limit(LEVELS, ROUTING, name, value)
    assert documents.limit_of(changed, ROUTING, name) == value
    before, after = yaml.safe_load(LEVELS), yaml.safe_load(changed)
    outer = name.partition(".")[0]
    for entry in (before["cells"][0], after["cells"][0]):
        entry.pop(outer, None)
    assert before == after


@pytest.mark.parametrize("text", ["desk: [", "just words", "", "cells: 3"])
def test_what_cannot_be_read_stays_as_it_is(text: str) -> None:
    assert documents.with_limit(text, ROUTING, "phase", "BOUNDED") == text
    assert documents.with_hourly_rate(text, ROUTING, 9) == text
    assert documents.limit_of(text, ROUTING, "phase") is None


def test_other_cells_are_not_touched() -> None:
    changed = documents.with_limit(limits.ACTIVE_DOCUMENT, NOTES, "phase", "BOUNDED")
    assert documents.limit_of(changed, NOTES, "phase") == "BOUNDED"
    assert rate(changed, ROUTING) == 60


@pytest.mark.parametrize(
    ("own", "expected"), [("Old words.", "Why now"), ("Mine.", "Mine."), ("", "")]
)
def test_an_old_note_gives_way_to_the_new(own: str, expected: str) -> None:
    active = 'desk: incidents\nnote: "Old words."\n'
    draft = f'desk: incidents\nnote: "{own}"\ncells: []\n'
    noted = yaml.safe_load(documents.with_own_note(draft, active, "Why now"))
    assert noted == {"desk": "incidents", "note": expected, "cells": []}
    assert documents.with_own_note("desk: [", active, "Why now") == "desk: ["


def test_the_hourly_rate_is_the_shared_one() -> None:
    assert rate(LEVELS, ROUTING) is None
    changed = documents.with_hourly_rate(LEVELS, ROUTING, 12)
    assert rate(changed, ROUTING) == 12
    assert rate(documents.with_hourly_rate(changed, ROUTING, 13), ROUTING) == 13
    assert len(yaml.safe_load(changed)["cells"][0]["budgets"]) == 3


def rate(document: str, cell: CellRow) -> int | None:
    return documents.hourly_rate(document, cell)
