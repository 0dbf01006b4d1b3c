"""What one document changes against another, in sentences, and what nobody goes back to alone."""

import pytest

from engine.govern.documents import PolicyDocument, read_document
from engine.govern.envelope import EnvelopeDocument
from engine.govern.hard_rules import GoalsDocument, GuardrailDocument
from engine.service.change_words import grouped, parted
from engine.service.changes import changes, widens
from engine.service.document_changes import UNSAID

CELL = """\
desk: d
cells:
- case_type: t
  action: a
  phase: BOUNDED
  threshold: {kind: hand_set, min_confidence: 0.9}
"""
COPILOT = CELL.replace("BOUNDED", "COPILOT")
RULES = "desk: d\nguardrails:\n- {name: big, why: w, amount_cap: 900000}\n"
HOURS = "desk: d\nguardrails:\n- {name: night, why: w, hours: {opens: '05:00'}}\n"
GOALS = "desk: d\ngoal: g\n"
CLOCK = "The clock of hours and days: Asia/Tokyo, was UTC."
OTHER_CELL = CELL[CELL.index("- case_type") :].replace("action: a", "action: b")


def read(text: str) -> PolicyDocument:
    kinds: dict[str, type[PolicyDocument]]
    kinds = {"cells:": EnvelopeDocument, "guardrails:": GuardrailDocument, "goal:": GoalsDocument}
    kind = next(kind for word, kind in kinds.items() if word in text)
    return read_document(kind, text, "the document")


def said(before: str, after: str) -> list[str]:
    return [one for row in changes(read(before), read(after)) for one in row.sentences]


@pytest.mark.parametrize(
    ("before", "after", "sentence", "wider"),
    [
        (CELL, f"{CELL}zone: Asia/Tokyo\n", CLOCK, True),
        (COPILOT, f"{COPILOT}zone: Asia/Tokyo\n", CLOCK, False),
        (CELL, f"{CELL}currency: USD\n", "The currency of amounts: USD, was EUR.", True),
        (CELL, f"{CELL}note: calm\n", "The note is “calm”, was empty.", False),
        (RULES, f"{RULES}currency: USD\n", "All amounts are in USD, were in EUR.", True),
        (GOALS, f"{GOALS}currency: USD\n", "All amounts are in USD, were in EUR.", False),
        (
            HOURS,
            f"{HOURS}zone: Asia/Tokyo\n",
            "Hours and days go by the clock of Asia/Tokyo, ",
            True,
        ),
        (
            GOALS,
            f"{GOALS}minutes_per_decision: 5\n",
            "A person needs 5 minutes for one case, ",
            False,
        ),
        (GOALS, f"{GOALS}cost_per_hour: 100\n", "An hour of a person costs 1.00 EUR, was ", False),
        (RULES, RULES.replace("why: w", "why: x"), "because: x; was because: w.", True),
    ],
)
def test_every_difference_has_its_sentence(
    before: str, after: str, sentence: str, wider: bool
) -> None:
    assert any(sentence in one for one in said(before, after))
    assert widens(read(before), read(after)) is wider


@pytest.mark.parametrize(
    ("line", "now", "words"),
    [
        ("audit_rate: 0.1", "audit_rate: 0.1004", "10.04\u202f%, was 10\u202f%"),
        ("threshold: {kind: hand_set, min_confidence: 0.9}", None, "0.9004, set by hand, was 0.90"),
        ("arguments: {n: {one_of: [1]}}", "arguments: {n: {one_of: ['1']}}", '["1"]'),
    ],
)
def test_values_that_read_alike_are_told_apart(line: str, now: str | None, words: str) -> None:
    before = CELL if line in CELL else f"{CELL}  {line}\n"
    after = before.replace(line, now or line.replace("0.9", "0.9004"))
    assert any(words in one for one in said(before, after))


def test_another_kind_of_value_counts_as_widening() -> None:
    before, after = (f"{CELL}  arguments: {{n: {{one_of: [{one}]}}}}\n" for one in ("1", "true"))
    assert widens(read(before), read(after))


@pytest.mark.parametrize(
    ("limit", "wider"),
    [
        ("second_person_above: 1000", True),
        ("roles: [senior_operator]", True),
        ("amount_cap: 1000", False),
    ],
)
def test_cell_that_binds_people_is_missed(limit: str, wider: bool) -> None:
    both, one = f"{COPILOT}  {limit}\n{OTHER_CELL}", f"desk: d\ncells:\n{OTHER_CELL}"
    assert widens(read(both), read(one)) is wider
    assert any("any operator alone" in sentence for sentence in said(both, one)) is wider


def test_second_person_in_another_currency_is_wider() -> None:
    before = f"{COPILOT}  second_person_above: 1000\n"
    assert widens(read(before), read(f"{before}currency: USD\n"))


def test_what_no_sentence_says_counts_as_widening() -> None:
    there, back = CELL + OTHER_CELL, f"desk: d\ncells:\n{OTHER_CELL}{CELL[CELL.index('- ') :]}"
    (row,) = changes(read(there), read(back))
    assert (row.subject, row.sentences, row.widens) == ("document", (UNSAID,), True)
    assert widens(read(there), read(f"{back}note: calm\n"))


def test_cells_that_people_decide_stand_apart() -> None:
    before, rate = f"{COPILOT}{OTHER_CELL}", "  audit_rate: 0.5\n"
    found = changes(read(before), read(f"{COPILOT}{rate}{OTHER_CELL}{rate}"))
    first, rest = parted(found)
    assert ([row.subject for row in first], [row.subject for row in rest]) == (["d/t/b"], ["d/t/a"])
    (group,) = grouped((*first, *rest))
    assert group.subjects == ("d/t/b", "d/t/a")
    assert group.sentences == ("The share drawn for audit: 50\u202f%, was 10\u202f%.",)
    assert parted(changes(read(COPILOT), read(CELL)))[1] == ()
