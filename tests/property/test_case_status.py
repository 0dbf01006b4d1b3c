"""The transition table is closed and leads everywhere it should."""

import pytest

from engine.domain.case_status import FOR_PEOPLE, OPEN, TRANSITIONS, CaseStatus, require_move
from engine.errors import Conflict

ENDS = {CaseStatus.CLOSED_NO_ACTION, CaseStatus.WITHDRAWN}


def reachable(start: CaseStatus) -> set[CaseStatus]:
    found, todo = {start}, [start]
    while todo:
        for following in TRANSITIONS[todo.pop()] - found:
            found.add(following)
            todo.append(following)
    return found


def test_every_status_has_its_row() -> None:
    assert set(TRANSITIONS) == set(CaseStatus)


def test_only_true_ends_have_no_way_on() -> None:
    assert {status for status, moves in TRANSITIONS.items() if not moves} == ENDS


def test_every_status_can_be_reached() -> None:
    assert reachable(CaseStatus.RECEIVED) == set(CaseStatus)


@pytest.mark.parametrize("status", sorted(OPEN))
def test_every_open_case_can_end(status: CaseStatus) -> None:
    assert reachable(status) & (ENDS | {CaseStatus.DONE})


@pytest.mark.parametrize("status", sorted(OPEN))
def test_every_open_case_can_reach_a_person(status: CaseStatus) -> None:
    assert reachable(status) & FOR_PEOPLE


@pytest.mark.parametrize("before", list(CaseStatus))
@pytest.mark.parametrize("after", list(CaseStatus))
def test_moves_outside_the_table_are_conflicts(before: CaseStatus, after: CaseStatus) -> None:
    if after in TRANSITIONS[before]:
        require_move(before, after)
    else:
        with pytest.raises(Conflict):
            require_move(before, after)


def test_only_granted_cases_start_an_effect() -> None:
    before = {status for status, moves in TRANSITIONS.items() if CaseStatus.EXECUTING in moves}
    assert before == {CaseStatus.GRANTED, CaseStatus.EXECUTING, CaseStatus.UNKNOWN}
