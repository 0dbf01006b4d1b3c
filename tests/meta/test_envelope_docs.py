"""The examples in docs/envelope.md are documents that the engine takes."""

import re
from pathlib import Path

import pytest

from engine.govern.documents import PolicyDocument, read_document
from engine.govern.envelope import EnvelopeDocument, resolve
from engine.govern.hard_rules import GoalsDocument, GuardrailDocument, hard_rules
from engine.govern.limits import Limits, Wider

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "envelope.md"
SHIPPED = DOCUMENT.parents[1] / "engine" / "desks" / "orders" / "envelope.yaml"
TEXT = DOCUMENT.read_text("utf-8")
EXAMPLES = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)


@pytest.mark.parametrize(
    ("kind", "example"),
    list(zip((EnvelopeDocument, GuardrailDocument, GoalsDocument), EXAMPLES, strict=True)),
    ids=["envelope", "guardrails", "goals"],
)
def test_examples_are_good_documents(kind: type[PolicyDocument], example: str) -> None:
    document = read_document(kind, example, "the example")
    assert read_document(kind, document.to_yaml(), "again").hash == document.hash


def test_example_resolves_as_it_says() -> None:
    cells = resolve(read_document(EnvelopeDocument, EXAMPLES[0], "the example"))
    routing, note = (cell.limits for cell in cells.values())
    assert [budget.key for budget in routing.budgets] == [
        "desk:incidents day",
        "desk:incidents day each",
        "cell:incidents/routing/assign_group hour",
    ]
    assert (note.phase, note.most_urgent_priority, len(note.hours)) == ("COPILOT", 3, 1)
    assert len(hard_rules(read_document(GuardrailDocument, EXAMPLES[1], "rules"))) == 2


def test_diff_widens_exactly_one_cell() -> None:
    (diff,) = re.findall(r"```diff\n(.*?)```", TEXT, re.DOTALL)
    shipped = draft = SHIPPED.read_text("utf-8")
    for hunk in diff.split("@@\n"):
        lines = hunk.splitlines(keepends=True)
        before = "".join(line[1:] for line in lines if line[0] != "+")
        assert draft.count(before) == 1
        draft = draft.replace(before, "".join(line[1:] for line in lines if line[0] != "-"))
    was, now = (resolve(read_document(EnvelopeDocument, one, "it")) for one in (shipped, draft))
    changed = {str(cell): now[cell].limits.phase for cell in now if now[cell] != was[cell]}
    assert changed == {"orders/address_undeliverable/correct_address": "BOUNDED"}


def test_every_limit_is_explained() -> None:
    unexplained = [name for name in Limits.model_fields if f"`{name}`" not in TEXT]
    assert unexplained == []
    assert [name for name in Wider.model_fields if f"`{name}`" not in TEXT] == []
