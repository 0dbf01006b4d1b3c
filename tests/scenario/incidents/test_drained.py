"""What `work --drain` says at the end."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from engine.cli.drained import say_drained
from engine.domain.actor import Role
from engine.domain.decision import DecisionKind
from engine.service.queries import Queries
from engine.service.rows import CellScore, Health, Share
from engine.testing.stub_desk import DESK, stub_desk, ticket_rows
from engine.testing.world import START, World, make_world


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Two tickets, one of them approved and done."""
    made = make_world(tmp_path, lambda folder, clock: {DESK: stub_desk(folder / "tickets.db")})
    made.submit(ticket_rows(2, opened_at=START))
    made.work()
    ann = made.person("ann", Role.OPERATOR)
    made.decide(made.case("T000000"), ann, DecisionKind.APPROVE)
    made.work()
    yield made
    made.close()


RIGHT = Share(k=30, n=36, low=0.6719, high=0.9363)


class WithError:
    """The queries of a world whose software has been wrong 3 times in 40."""

    def __init__(self, queries: Queries) -> None:
        self._queries = queries

    def __getattr__(self, name: str) -> object:
        return getattr(self._queries, name)

    def scores(self, desk: str = "") -> tuple[CellScore, ...]:
        error = Share(k=3, n=40, low=0.0157, high=0.2039)
        return tuple(
            replace(score, executed_alone=1240, realised_error=error, recommendation_correct=RIGHT)
            for score in self._queries.scores(desk)
        )


class WithoutMost(WithError):
    """The queries of a world where most cases were withdrawn before they had a recommendation."""

    def health(self) -> Health:
        return replace(self._queries.health(), cases_by_status={"PENDING": 1, "WITHDRAWN": 262})


def test_drained_worker_says_what_was_done(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    say_drained(world.engine.queries, as_json=False)
    assert capsys.readouterr().out.splitlines() == [
        "cases     1 done",
        "          1 waits for a person",
        "effects   1 succeeded",
        "cell      stub/ticket/assign_owner, real data, stub",
        "          0 executed alone, 1 by a person's decision, 0 undone; 1 of 1 verified",
        "          recommendations that later truth confirmed: no truth is known yet",
        "ledger    0 entries not sealed yet",
    ]


def test_realised_error_comes_with_its_interval(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    say_drained(WithError(world.engine.queries), as_json=False)  # type: ignore[arg-type]  # by name
    said = capsys.readouterr().out
    assert "1,240 executed alone" in said
    assert "alone: 3 of 40 whose truth is known, 7.5% (95 % interval 1.6% to 20.4%)" in said


def test_confirmed_recommendations_are_counted(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    say_drained(WithError(world.engine.queries), as_json=False)  # type: ignore[arg-type]  # by name
    said = capsys.readouterr().out
    assert "confirmed: 30 of 36 whose truth is known, 83.3% (95 % interval 67.2% to 93.6%)" in said


def test_withdrawn_and_unrecommended_cases_are_told(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    say_drained(WithoutMost(world.engine.queries), as_json=False)  # type: ignore[arg-type]
    said = capsys.readouterr().out
    assert "          261 of them had no recommendation" in said
    assert (
        "          262 withdrawn, resolved elsewhere before anybody decided: "
        "their later truth became known" in said
    )


def test_drained_worker_answers_as_json(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    say_drained(world.engine.queries, as_json=True)
    told = json.loads(capsys.readouterr().out)
    (cell,) = told["cells"]
    assert (told["cases_by_status"], told["unsealed_entries"]) == ({"DONE": 1, "PENDING": 1}, 0)
    assert (cell["executed_by_decision"], cell["verified"]["k"]) == (1, 1)
