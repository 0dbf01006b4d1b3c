"""What the screen reads from an envelope document, whatever stands in it."""

from dataclasses import replace

import pytest

from console.components.envelope_document import difference, read, risk_limit, warnings
from engine.domain.phase import Phase
from engine.testing import fake_rows_limits as limits

ROUTING, NOTES = limits.cells()


def test_cells_beyond_copilot_are_listed() -> None:
    assert read(limits.PROPOSED_DOCUMENT).beyond_copilot == {
        limits.ROUTING: "BOUNDED",
        limits.NOTES: "BOUNDED",
    }


@pytest.mark.parametrize(
    "document",
    ["", "7", "[]", "cells: 3", "cells: [1]", "cells: [{phase: COPILOT}]"],
    ids=["empty", "number", "list", "cells-number", "cell-number", "copilot"],
)
def test_other_shapes_list_no_cell(document: str) -> None:
    assert (read(document).problem, read(document).beyond_copilot) == ("", {})
    assert risk_limit(document, ROUTING) is None


def test_broken_yaml_is_a_problem_with_a_line() -> None:
    assert "line 1" in read("cells: [").problem
    assert risk_limit("cells: [", ROUTING) is None


def test_risk_limit_is_that_of_the_cell() -> None:
    assert risk_limit(limits.ACTIVE_DOCUMENT, ROUTING) == 0.1
    assert risk_limit(limits.ACTIVE_DOCUMENT, NOTES) is None


def test_difference_holds_changed_lines_alone() -> None:
    assert difference("a\nb\nc", "a\nB\nc") == "@@ -1,3 +1,3 @@\n a\n-b\n+B\n c"
    assert difference("a", "a") == ""


def test_evidenced_cell_is_warned_of_two_names_alone() -> None:
    now = (replace(ROUTING, phase=Phase.COPILOT),)
    assert warnings(read(limits.ACTIVE_DOCUMENT), now) == (
        f"{limits.ROUTING} would be Bounded: this takes two names.",
    )


def test_unknown_cell_counts_as_unevidenced() -> None:
    assert "unevidenced" in warnings(read(limits.ACTIVE_DOCUMENT), ())[0]


def test_phase_that_stays_is_no_warning() -> None:
    assert warnings(read(limits.ACTIVE_DOCUMENT), (ROUTING, NOTES)) == ()
