"""The shipped sample, from the signal to the truth: people first, then software inside limits."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from engine.domain.actor import Person, Role
from engine.domain.case import Attention, Case, Origin
from engine.domain.case_status import CaseStatus
from engine.domain.decision import DecisionKind, ReasonCode
from engine.domain.outcome import OutcomeKind
from engine.domain.recommendation import Recommendation
from engine.domain.verdict import VerdictKind
from engine.service.requests import UndoEffect
from engine.store import tables
from tests.scenario.incidents.incident_world import (
    IncidentWorld,
    ItsmIncident,
    bounded_envelope,
    make_incident_world,
)

SAMPLE = Path(__file__).resolve().parents[3] / "data" / "incidents_sample.csv"
HISTORY = 340
"""Rows until the evening of 24 September: enough for three fits."""
LATER = 420
FIRST_FIT = datetime(2026, 9, 22, tzinfo=UTC)

Row = dict[str, str]

RECOMMENDED = ["CASE_RECEIVED", "CASE_PERCEIVED", "CASE_REASONED", "VERDICT_GIVEN"]
ACTED = ["DECISION_TAKEN", "GRANT_MINTED", "EFFECT_INTENDED", "EFFECT_RECORDED"]
UNDONE = ["UNDO_REQUESTED", "GRANT_MINTED", "EFFECT_INTENDED", "EFFECT_UNDONE"]


def time_of(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@dataclass(frozen=True)
class Four:
    """Four incidents that people will decide, by what becomes of them."""

    approved: Case
    overridden: Case
    rejected: Case
    undone: Case


@dataclass
class Story:
    """The world, the rows it is told, and who decides."""

    place: IncidentWorld
    rows: list[Row]

    @property
    def ann(self) -> Person:
        return self.place.world.person("ann", Role.OPERATOR, Role.SENIOR_OPERATOR)

    def tell(self, start: int, end: int) -> None:
        """Let these rows come in and everything due be done."""
        numbered = enumerate(self.rows[start:end], start=start + 2)
        self.place.world.submit(numbered, is_replay=True, origin=Origin.SIMULATED)
        self.place.world.work()

    def row(self, case: Case) -> Row:
        return next(row for row in self.rows if row["case_id"] == case.source_id)

    def case(self, row: Row) -> Case:
        return self.place.world.case(row["case_id"])

    def known(self, end: int) -> list[Row]:
        """Rows whose truth is known before the last of so many rows was opened."""
        now = time_of(self.rows[end - 1]["opened_at"])
        return [row for row in self.rows[:end] if time_of(row["label_known_at"]) < now]

    def made(self, case: Case) -> Recommendation:
        made = self.place.world.parts.store.reader.recommendation(case)
        assert made is not None, case.source_id
        return made

    def incident(self, case: Case) -> ItsmIncident:
        return self.place.itsm.incident(case.source_id)

    def outcomes(self, case: Case) -> list[tuple[str, str]]:
        c = tables.outcomes.c
        query = select(c.kind, c.label_source).where(c.case_id == case.id).order_by(c.recorded_at)
        with self.place.world.parts.database.reader.connect() as connection:
            return [(row.kind, row.label_source) for row in connection.execute(query)]

    def fits(self) -> list[datetime]:
        query = select(tables.model_versions.c.as_of)
        with self.place.world.parts.database.reader.connect() as connection:
            return list(connection.execute(query).scalars())


@pytest.fixture
def story(tmp_path: Path, database_url: str) -> Iterator[Story]:
    with SAMPLE.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))[:LATER]
    place = make_incident_world(tmp_path, database_url=database_url)
    yield Story(place=place, rows=rows)
    place.close()


def test_sample_runs_from_signal_to_outcome(story: Story) -> None:
    story.tell(0, HISTORY)
    known_truth_withdraws_what_is_open(story)
    recommendations_begin_with_the_first_fit(story)
    four = decided_by_people(story)
    effects_stand_in_the_incident_system(story, four)
    story.place.world.set_envelope(bounded_envelope(0.25))
    story.tell(HISTORY, LATER)
    truth_becomes_the_outcome(story, four)
    software_has_acted_inside_its_limits(story, four)
    ledger_tells_all_of_it(story, four)


def known_truth_withdraws_what_is_open(story: Story) -> None:
    known = story.known(HISTORY)
    assert story.place.world.statuses() == {
        CaseStatus.PENDING: HISTORY - len(known),
        CaseStatus.WITHDRAWN: len(known),
    }
    resolved = {row["case_id"]: row["y_final_group"] for row in known}
    incidents = story.place.itsm.incidents()
    assert len(incidents) == HISTORY
    for number, incident in incidents.items():
        expected = ("resolved", resolved[number]) if number in resolved else ("new", "")
        assert (incident.state, incident.group) == expected
    assert story.place.itsm.calls() == []


def recommendations_begin_with_the_first_fit(story: Story) -> None:
    for row in story.rows[:HISTORY]:
        case = story.case(row)
        has_recommendation = case.recommendation_id is not None
        assert has_recommendation == (case.as_of >= FIRST_FIT), case.source_id
        if has_recommendation:
            verdict = story.made(case).actions[0].verdict
            assert verdict.kind is VerdictKind.ESCALATE
            assert verdict.broken[0].rule == "phase_is_copilot"


def four_open_cases(story: Story) -> Four:
    """Open cases whose truth will come; the second one's dispatcher disagrees with us."""
    will_be_known = {row["case_id"] for row in story.known(LATER)}
    open_cases = [
        case
        for row in story.rows[:HISTORY]
        if row["case_id"] in will_be_known
        for case in [story.case(row)]
        if case.status is CaseStatus.PENDING and case.recommendation_id is not None
    ]
    disagreed = next(
        case
        for case in open_cases
        if story.row(case)["initial_assignment_group"] not in ("", story.made(case).draft.label)
    )
    approved, rejected, undone = [case for case in open_cases if case is not disagreed][:3]
    return Four(approved=approved, overridden=disagreed, rejected=rejected, undone=undone)


def decided_by_people(story: Story) -> Four:
    world, four = story.place.world, four_open_cases(story)
    dispatched = story.row(four.overridden)["initial_assignment_group"]
    world.decide(four.approved, story.ann, DecisionKind.APPROVE)
    world.decide(four.undone, story.ann, DecisionKind.APPROVE)
    world.decide(
        four.overridden,
        story.ann,
        DecisionKind.OVERRIDE,
        tool="assign_group",
        arguments={"number": four.overridden.source_id, "group": dispatched},
    )
    world.decide(four.rejected, story.ann, DecisionKind.REJECT, reason_code=ReasonCode.DUPLICATE)
    world.work()
    assert story.incident(four.undone).group == story.made(four.undone).draft.label
    done = world.case(four.undone.source_id)
    undo = UndoEffect(case_id=done.id, version=done.version, reason="the caller rang again")
    world.execute(undo, story.ann)
    world.work()
    return four


def effects_stand_in_the_incident_system(story: Story, four: Four) -> None:
    world = story.place.world
    label = story.made(four.approved).draft.label
    dispatched = story.row(four.overridden)["initial_assignment_group"]
    assert story.incident(four.approved) == ItsmIncident(state="assigned", group=label)
    assert story.incident(four.overridden) == ItsmIncident(state="assigned", group=dispatched)
    assert story.incident(four.rejected) == ItsmIncident(state="new", group="")
    assert story.incident(four.undone) == ItsmIncident(state="new", group="")
    again = story.place.itsm.calls_on(four.undone.source_id)
    assert again == [story.made(four.undone).draft.label, ""]
    undone = world.case(four.undone.source_id)
    assert (undone.status, undone.attention) == (CaseStatus.PENDING, Attention.UNDONE)
    for case, status in (
        (four.approved, CaseStatus.DONE),
        (four.overridden, CaseStatus.DONE),
        (four.rejected, CaseStatus.CLOSED_NO_ACTION),
    ):
        assert world.case(case.source_id).status is status


def truth_becomes_the_outcome(story: Story, four: Four) -> None:
    def judged(case: Case, group: str) -> list[tuple[str, str]]:
        is_right = story.row(case)["y_final_group"] == group
        return [(OutcomeKind.CORRECT if is_right else OutcomeKind.WRONG, "record")]

    label = story.made(four.approved).draft.label
    assert story.outcomes(four.approved) == judged(four.approved, label)
    dispatched = story.row(four.overridden)["initial_assignment_group"]
    assert story.outcomes(four.overridden) == judged(four.overridden, dispatched)
    assert [kind for kind, _ in story.outcomes(four.undone)] == [OutcomeKind.REVERTED] * 2
    assert story.place.world.case(four.undone.source_id).status is CaseStatus.WITHDRAWN
    for case in (four.approved, four.overridden, four.rejected, four.undone):
        truth = ItsmIncident(state="resolved", group=story.row(case)["y_final_group"])
        assert story.incident(case) == truth


def software_has_acted_inside_its_limits(story: Story, four: Four) -> None:
    (score,) = story.place.world.engine.queries.scores()
    by_people = {case.source_id for case in (four.approved, four.overridden, four.undone)}
    alone = [call for call in story.place.itsm.calls() if call.number not in by_people]
    assert (score.executed_alone, score.executed_by_decision) == (len(alone), 3)
    assert (score.verified.k, score.verified.n) == (len(alone) + 3, len(alone) + 3)
    assert len(alone) > 10
    refused = story.place.world.engine.queries.ledger(kind="GRANT_REFUSED")
    assert refused.rows == ()  # also where the truth came soon after, the grant came first
    assert len({call.number for call in alone}) == len(alone)
    for call in alone:
        made = story.made(story.place.world.case(call.number))
        assert call.group == made.draft.label
        assert made.cut is not None
        assert made.draft.raw_confidence is not None
        assert made.draft.raw_confidence >= made.cut
        assert int(story.place.world.case(call.number).priority) >= 3
    # What is fitted anew on schedule keeps its record, and the phase two people signed before it.
    assert [one.before for one in score.records] == [0]
    when = {story.place.world.case(call.number).as_of for call in alone}
    assert sum(min(when) < at < max(when) for at in story.fits()) > 1


def ledger_tells_all_of_it(story: Story, four: Four) -> None:
    last = ["OUTCOME_RECORDED"]
    ways = {
        four.approved: [*ACTED, *last],
        four.overridden: [*ACTED, *last],
        four.rejected: ["DECISION_TAKEN", "CASE_CLOSED", *last],
        four.undone: [*ACTED, *UNDONE, *last, "CASE_WITHDRAWN"],
    }
    for case, way in ways.items():
        waited = ["REVIEW_TIMED_OUT"] if case.attention is Attention.TIMED_OUT else []
        assert story.place.world.kinds(case.id) == [*RECOMMENDED, *waited, *way]
    report = story.place.world.engine.verify_ledger()
    assert (report.is_intact, report.unsealed) == (True, 0)
