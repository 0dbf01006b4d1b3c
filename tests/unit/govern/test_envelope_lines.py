"""A refused envelope names the line on which the wrong field stands."""

import pytest

from engine.errors import ConfigError
from engine.govern.documents import line_of
from engine.govern.envelope import read_envelope

DOCUMENT = """\
# limits of the desk
desk: incidents
cells:
  - case_type: routing
    action: assign_group
    threshold: {kind: hand_set, min_confidence: 0.9}
  - case_type: routing
    action: add_work_note
    threshold:
      kind: rolling
      risk_limit: 0.1
    roles:
      - operator
      - senior_operator
"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ((), 1),
        (("desk",), 2),
        (("cells",), 3),
        (("cells", 0), 4),
        (("cells", 0, "threshold", "hand_set", "min_confidence"), 6),
        (("cells", 1, "threshold", "rolling", "risk_limit"), 11),
        (("cells", 1, "threshold", "rolling", "missing"), 9),
        (("cells", 1, "roles", 1), 14),
        (("cells", 1, "audit_rate"), 7),
        (("cells", 7, "action"), 3),
        (("nowhere",), 1),
    ],
    ids=lambda one: ".".join(map(str, one)) or "document" if isinstance(one, tuple) else None,
)
def test_path_of_a_field_leads_to_its_line(path: tuple[str | int, ...], line: int) -> None:
    comment_is_first = line_of(DOCUMENT, path)
    # The comment belongs to no field, so the document itself begins below it.
    assert comment_is_first == max(line, 2)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("0.1\n", "1.5\n", "line 11: cells.1.threshold.rolling.risk_limit: "),
        ("- senior_operator", "- emperor", "line 14: cells.1.roles.1: "),
        ("- senior_operator", "- viewer", "line 14: cells.1.roles.1: Input should be 'operator'"),
        ("    action: assign_group\n", "", "line 4: cells.0.action: this key is missing"),
        ("desk:", "dask:", "line 2: desk: this key is missing"),
    ],
    ids=["out-of-range", "unknown-role", "powerless-role", "missing", "misspelt"],
)
def test_refused_document_names_line_and_field(before: str, after: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read_envelope(DOCUMENT.replace(before, after), "limits.yaml")
    assert caught.value.message.startswith(f"limits.yaml, {said}")


@pytest.mark.parametrize("text", ["", "7", "- a"], ids=["empty", "number", "list"])
def test_document_of_another_shape_is_refused_at_line_one(text: str) -> None:
    with pytest.raises(ConfigError, match="line 1: the document: "):
        read_envelope(text)


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        ('{hours: {opens: "08:00Z"}}', "line 2: limits.hours: hours are by the clock"),
        ('{hours: {opens: "18:00", closes: "08:00"}}', "hours open before they close"),
        ("{budgets: [{per: hour}]}", "a budget limits executions, amount, or both"),
        ("{arguments: {owner: {}}}", "names at least one limit"),
        ("{audit_rate: 0.01}", "greater than or equal to 0.05"),
        ("{roles: [administrator]}", "line 2: limits.roles.0: Input should be 'operator' or"),
        ("{roles: []}", "line 2: limits.roles: at least 1 item has to stand here"),
        ("{wings: 2}", "line 2: limits.wings: there is no such key here"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(limits: str, words: str) -> None:
    text = f"desk: d\nlimits: {limits}\ncells: []\n"
    with pytest.raises(ConfigError, match=words):
        read_envelope(text)
