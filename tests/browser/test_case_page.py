"""The case page: the card in each state, and what refuses a decision."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from console.components.case_facts import id_of
from console.format import error_words, fact_value
from engine.domain.case import Attention
from engine.domain.case_status import CaseStatus
from engine.domain.recommendation import Reason
from engine.domain.verdict import RuleResult, VerdictKind
from engine.errors import Conflict, EngineError, InvalidRequest, NotAllowed, StoreUnavailable
from engine.service.requests import (
    ClaimCase,
    DecideCase,
)
from engine.service.rows import ChosenRow, QueueFilter, QueueRow
from engine.testing.fake_engine import CLAIM, FakeEngine
from tests.browser.conftest import ManualClock, SignedIn, data_of, open_page
from tests.browser.watching import texts
from tests.browser.working import field, first_of, labels, open_case, press, sent


@pytest.fixture
def row(fake: FakeEngine) -> QueueRow:
    """A case that can be approved."""
    return first_of(fake, Attention.COPILOT)


# ---------------------------------------------------------------------------- three states


def test_card_shows_facts_before_recommendation(fake: FakeEngine, row: QueueRow) -> None:
    app = open_case(row)
    assert [one.value for one in app.subheader][:4] == [
        "Facts",
        "Similar cases",
        "Recommendation",
        "What is to be done",
    ]
    facts = data_of(app, "facts")["rows"]
    assert len(facts) == len(fake.cards[row.case_id].facts)
    assert not app.exception


def test_no_case_is_open_at_first(fake: FakeEngine) -> None:
    app = open_page("case_card")
    assert app.info[0].value == "No case is open. Pick one from the queue, or press J there."


def test_failing_store_is_told_in_words(fake: FakeEngine) -> None:
    fake.queries.failure = StoreUnavailable()
    app = open_page("case_card")
    app.query_params["case"] = "INC0001020"
    assert "nothing was changed" in app.run().error[0].value


def test_empty_product_knows_no_case(make_fake: Callable[..., FakeEngine]) -> None:
    make_fake(0)
    app = open_page("case_card")
    app.query_params["case"] = "INC0001020"
    assert app.run().error[0].value.startswith("There is no case")


def test_search_opens_a_case_by_number(fake: FakeEngine, row: QueueRow) -> None:
    app = open_page("case_card")
    app.text_input(key="case:text").set_value(row.source_id).run()
    assert data_of(app, "case_head")["lines"][1][0]["text"] == row.source_id
    app.text_input(key="case:text").set_value("nowhere").run()
    assert app.error[0].value.startswith("There is no case nowhere")


# ---------------------------------------------------------------------------- the card


def test_doubted_facts_come_first_and_say_why(fake: FakeEngine) -> None:
    rows = fake.queries.queue(QueueFilter()).rows
    doubted = next(
        one for one in rows if any(fact.is_contradicted for fact in fake.cards[one.case_id].facts)
    )
    cells = data_of(open_case(doubted), "facts")["rows"]
    assert cells[0][1]["note"] == "⚠ contradicted"
    assert cells[-1][1]["note"] == ""


def test_counter_evidence_stands_before_support(fake: FakeEngine, row: QueueRow) -> None:
    sides = [line[0] for line in texts(data_of(open_case(row), "reasons"))]
    assert sides == ["against", "against", "missing", "for", "for", "for"]


def test_models_grounds_name_fact_and_value(fake: FakeEngine, row: QueueRow) -> None:
    card = fake.cards[row.case_id]
    assert card.recommendation is not None
    fact = card.facts[0]
    because = Reason(fact=id_of(fact), text="It is what this case shows.", weight=1.0)
    draft = replace(card.recommendation.draft, reasoner="agent", reasons=(because,))
    advice = replace(card.recommendation, draft=draft, is_calibrated=False)
    fake.cards[row.case_id] = replace(card, recommendation=advice)
    app = open_case(row)
    shown = data_of(app, "reasons")["rows"][-1][1]
    assert shown["note"].endswith(f": {fact_value(fact.value)}")
    meaning = data_of(app, "meaning")["lines"][0][0]["text"]
    assert meaning.endswith("not been measured yet, so software does not act alone.")


def test_copilot_card_says_what_it_would_have(fake: FakeEngine, row: QueueRow) -> None:
    lines = data_of(open_case(row), "verdict")["lines"]
    assert (lines[0][1]["text"], lines[0][1]["hint"]) == ("Ask a person", "ESCALATE")
    assert lines[1][0]["text"] == "In a bounded cell its answer would be:"


def test_threshold_is_held_against_the_confidence_alone(fake: FakeEngine, row: QueueRow) -> None:
    app = open_case(row)
    advice = fake.cards[row.case_id].recommendation
    assert advice is not None
    ((_, shown),) = data_of(app, "confidence")["rows"]
    assert (shown["share"], shown["mark"]) == (advice.confidence, advice.threshold)
    others = data_of(app, "alternatives")
    assert others["columns"][1]["label"] == "Share of its own score"
    assert {line[1]["mark"] for line in others["rows"]} == {None}
    assert {line[1]["is_quiet"] for line in others["rows"]} == {True}


def test_facts_are_called_by_the_desks_names(fake: FakeEngine, row: QueueRow) -> None:
    cells = data_of(open_case(row), "facts")["rows"]
    assert {line[2]["text"] for line in cells} == {"ITSM", "cmdb", "mail", "badge system"}
    assert {line[0]["hint"] for line in cells} >= {f"{row.source_id}.symptom"}


def test_broken_rules_come_first_with_limit_and_value(fake: FakeEngine, row: QueueRow) -> None:
    rules = texts(data_of(open_case(row), "rules"))
    assert rules[0] == [
        "✗ broken",
        "The phase lets software act",
        "Bounded or wider",
        "Copilot",
    ]
    assert rules[-1][0] == "✓ kept"


def test_chosen_action_shows_its_own_verdict(fake: FakeEngine, row: QueueRow) -> None:
    """What ran is what a person chose: policy's answer to that stands first, and is that alone."""
    card = fake.cards[row.case_id]
    assert card.recommendation
    advised = card.recommendation.actions[0].verdict
    binding = RuleResult("role_required", True, VerdictKind.ESCALATE, "operator", "operator", True)
    verdict = replace(advised, kind=VerdictKind.EXECUTE, rules=(*advised.rules, binding))
    chosen = ChosenRow(words="Assign to Group 70", person="ben", verdict=verdict)
    fake.cards[row.case_id] = replace(card, chosen=chosen)
    app = open_case(row)
    (line,) = data_of(app, "verdict_chosen")["lines"]
    assert "".join(f" {piece['text']}" for piece in line) == (
        " To what ben chose: Assign to Group 70 May run"
    )
    bind = [rule.binds_people for rule in verdict.rules]
    assert len(data_of(app, "rules_for_what_was_chosen")["rows"]) == bind.count(True)
    assert data_of(app, "verdict")["lines"][0][0]["text"] == "To the recommendation:"
    assert len(data_of(app, "rules")["rows"]) == len(advised.rules)


def test_timeline_names_who_decided_each_line(fake: FakeEngine, row: QueueRow) -> None:
    lines = texts(data_of(open_case(row), "timeline"))
    assert [line[3] for line in lines] == [
        "policy | envelope · envelope 4",
        "code | engine · precedent 3",
        "code | engine",
        "code | engine",
    ]


def test_card_without_recommendation_cannot_be_approved(fake: FakeEngine) -> None:
    app = open_case(first_of(fake, Attention.NO_RECOMMENDATION))
    assert [one.disabled for one in app.button if one.label == "Approve"] == [True]
    assert [one.disabled for one in app.button if one.label == "Override…"] == [False]
    said = data_of(app, "decision_words")["lines"][0][0]["text"]
    assert said == "Nothing is recommended. Choose an action, or reject."


def test_verdict_is_dated_and_says_what_went_stale(fake: FakeEngine) -> None:
    rows = fake.queries.queue(QueueFilter(attention=Attention.COPILOT)).rows
    row = next(one for one in rows if any(f.is_stale for f in fake.cards[one.case_id].facts))
    app = open_case(row)
    lines = data_of(app, "verdict")["lines"]
    assert lines[0][2]["text"] == "as judged 2016-04-12 09:29 UTC"
    said = "1 fact is older than 1 h 11 min; it is not cited."
    assert lines[2][0]["text"] == said
    assert data_of(app, "look")["lines"][0][0]["text"] == said


def test_two_deadlines_are_told_apart(fake: FakeEngine, row: QueueRow) -> None:
    told = [piece["text"] for piece in data_of(open_case(row), "case_head")["lines"][1]]
    due = [text.split()[0] for text in told if " due " in text or " overdue " in text]
    assert due == ["case", "decision"]


def test_fresh_facts_leave_the_verdict_alone(fake: FakeEngine) -> None:
    rows = fake.queries.queue(QueueFilter(attention=Attention.COPILOT)).rows
    row = next(one for one in rows if not any(f.is_stale for f in fake.cards[one.case_id].facts))
    assert (
        data_of(open_case(row), "verdict")["lines"][-1][0]["text"]
        == "In a bounded cell its answer would be:"
    )


# ---------------------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (
            Conflict("This case changed; nothing was decided. The case is done. Look again."),
            "This case changed; nothing was decided. The case is done. Load the case as it is "
            "now and decide again.",
        ),
        (
            InvalidRequest("Actions are paused (drill); wait or ask for a resume."),
            "Actions are paused (drill); wait or ask for a resume. Nothing was done.",
        ),
    ],
    ids=["conflict", "paused"],
)
def test_refusal_says_each_thing_once(error: EngineError, said: str) -> None:
    assert error_words(error) == said


def test_changed_case_is_shown_not_replaced(
    fake: FakeEngine, row: QueueRow, clock: ManualClock
) -> None:
    app = open_case(row)
    field(app, "Note").set_value("half a thought").run()
    fake.touch(row.case_id)
    before = data_of(app, "timeline")
    assert data_of(app.run(), "timeline") == before
    assert "nothing on the screen was replaced" in app.warning[0].value
    app = press(app, "Load it now")
    assert len(data_of(app, "timeline")["rows"]) == len(before["rows"]) + 1
    assert field(app, "Note").value == "half a thought"


def test_stale_decision_is_a_conflict_and_keeps_the_note(
    fake: FakeEngine, row: QueueRow, clock: ManualClock
) -> None:
    app = open_case(row)
    field(app, "Note").set_value("half a thought").run()
    clock.advance(3)
    fake.touch(row.case_id)
    app = press(app, "Approve")
    assert fake.cards[row.case_id].decision is None
    assert "decide again" in app.warning[0].value
    assert field(app, "Note").value == "half a thought"


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        (NotAllowed(), "escalate the case"),
        (StoreUnavailable(), "try again in a moment"),
        (Conflict(), "decide again"),
    ],
    ids=["not-allowed", "store-unavailable", "conflict"],
)
def test_refusal_says_what_to_do(
    fake: FakeEngine, row: QueueRow, clock: ManualClock, error: Any, advice: str
) -> None:
    app = open_case(row)
    clock.advance(3)
    fake.refusals.append(error)
    app = press(app, "Approve")
    assert advice in [*app.error, *app.warning][0].value
    assert "Approve" in labels(app)


def test_ended_session_keeps_the_note(
    fake: FakeEngine, row: QueueRow, clock: ManualClock, signed_in: SignedIn
) -> None:
    app = open_case(row)
    field(app, "Note").set_value("half a thought").run()
    clock.advance(3)
    signed_in.name = ""
    app = press(app, "Approve")
    assert sent(fake, DecideCase) == []
    assert [one.value for one in app.subheader] == ["Sign in to go on"]
    signed_in.name = "ada"
    assert field(app.run(), "Note").value == "half a thought"


def test_viewer_may_look_and_not_decide(
    fake: FakeEngine, row: QueueRow, signed_in: SignedIn
) -> None:
    signed_in.name = "vera"
    app = open_case(row)
    decisions = [one for one in app.button if one.label.rstrip("…") in ("Approve", "Reject")]
    assert [one.disabled for one in decisions] == [True, True]
    assert sent(fake, ClaimCase) == []


def test_claim_of_somebody_else_locks_the_bar(fake: FakeEngine, row: QueueRow) -> None:
    fake.claim_for(row.case_id, "ben")
    app = open_case(row)
    said = data_of(app, "decision_words")["lines"][0][0]["text"]
    assert said.startswith("ben works on this case.")
    assert [one.disabled for one in app.button if one.label == "Approve"] == [True]


def test_claim_is_renewed_while_active(fake: FakeEngine, row: QueueRow, clock: ManualClock) -> None:
    app = open_case(row)
    field(app, "Note").set_value("still here").run()
    clock.advance(200)
    app.run()
    drafts = [claim.draft for claim in sent(fake, ClaimCase)]
    assert drafts == ["", "still here", "still here"]
    assert fake.cards[row.case_id].row.claimed_until == clock.at + CLAIM


def test_ended_claim_is_taken_again_to_decide(
    fake: FakeEngine, row: QueueRow, clock: ManualClock
) -> None:
    app = open_case(row)
    clock.advance(400)
    press(app, "Approve")
    assert len(sent(fake, ClaimCase)) == 2
    assert fake.cards[row.case_id].row.status is CaseStatus.RELEASING


def test_decision_right_after_opening_is_refused(
    fake: FakeEngine, row: QueueRow, clock: ManualClock
) -> None:
    app = open_case(row)
    clock.advance(0.3)
    app = press(app, "Approve")
    assert sent(fake, DecideCase) == []
    assert "had only just opened" in app.warning[0].value
