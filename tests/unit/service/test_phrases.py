"""Codes and notes of the engine in words; what a person wrote stays as it was written."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from console.format import kept_deadline
from engine.domain.case import Attention
from engine.domain.percent import percent, with_one_sign
from engine.service import attention_words, phrases
from engine.testing.fake_rows import row_of
from engine.testing.fake_rows_advice import Seed

AT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
TITLES = {"assign_group": "Assign to group", "state": "State"}
ROW = replace(
    row_of(Seed(number=1, desk_now=AT, wall_now=AT, attention=Attention.COPILOT), None),
    confidence=0.584,
    threshold=0.7349,
)


def test_percentages_have_one_form() -> None:
    assert (percent(0.8234), percent(0.1, 1)) == ("82\u202f%", "10.0\u202f%")
    said = with_one_sign("13% of 40, 95 % interval, 7.5\u00a0%, 9\u202f%, % and %d")
    assert said == "13\u202f% of 40, 95\u202f% interval, 7.5\u202f%, 9\u202f%, % and %d"


@pytest.mark.parametrize(
    ("attention", "note", "said"),
    [
        (
            Attention.OUTSIDE_ENVELOPE,
            "confidence_below_threshold: 0.584 against at least 0.735, for at most 10% error",
            "Confidence 58\u202f%, 73\u202f% needed",
        ),
        (
            Attention.OUTSIDE_ENVELOPE,
            "confidence_below_threshold: 0.584 against no threshold holds 10% error yet",
            "Confidence 58\u202f%, no threshold holds 10\u202f% error yet",
        ),
        (
            Attention.OUTSIDE_ENVELOPE,
            "priority_too_urgent: priority 1 against priority 3 or less urgent",
            "Priority 1 is too urgent for software",
        ),
        (
            Attention.OUTSIDE_ENVELOPE,
            "fact_stale: incident.state@itsm against no stale fact",
            "Stale: State",
        ),
        (
            Attention.OUTSIDE_ENVELOPE,
            "case_in_hand: a fact told by ann, state against nobody has a hand in it",
            "In people's hands: a fact told by ann, state",
        ),
        (
            Attention.DENIED,
            "request_malformed: group: too long",
            "The call is malformed: group: too long",
        ),
        (
            Attention.AUTHORITY_LOST,
            "role_may_not_decide: operator against senior_operator",
            "This role may not decide it: operator against senior operator",
        ),
        (
            Attention.DENIED,
            "guardrail:no_board: group is A against group none of A, because agreed",
            "Guardrail “no board” forbids it: group is A against group none of A, because agreed",
        ),
        (Attention.PAUSED, "paused: desk:stub against no pause", "the desk Stub"),
        (Attention.PAUSED, "all", "everything"),
        (
            Attention.COPILOT,
            "software would have done this alone",
            "Software would have done it alone",
        ),
        (
            None,
            "not undone: TARGET_CHANGED group was 'a'",
            "not undone: the target changed before it ran group was 'a'",
        ),
        (Attention.ESCALATED, "paused: see senior_operator", "paused: see senior_operator"),
    ],
    ids=[
        *(
            "confidence",
            "no-threshold",
            "priority",
            "stale",
            "in-hand",
            "schema",
            "role",
            "guardrail",
            "paused-meanwhile",
            "paused",
            "copilot",
        ),
        *("not-undone", "written-by-a-person"),
    ],
)
def test_note_says_what_is_particular(attention: Attention | None, note: str, said: str) -> None:
    row = replace(ROW, attention=attention, attention_note=note)
    assert attention_words.note_words(row, TITLES) == said


@pytest.mark.parametrize(
    ("attention", "note", "role", "short", "full"),
    [
        (
            Attention.OUTSIDE_ENVELOPE,
            "confidence_below_threshold: 0.584 against at least 0.735",
            "",
            "Confidence 58\u202f%, 73\u202f% needed: outside the envelope",
            "Outside the envelope; Confidence 58\u202f%, 73\u202f% needed",
        ),
        (
            Attention.TIMED_OUT,
            "",
            "senior_operator",
            "Senior operator: nobody decided in time",
            "Nobody decided in time; waits for a senior operator",
        ),
        (
            Attention.ESCALATED,
            "VLAN 4 is down",
            "operator",
            "Operator: VLAN 4 is down",
            "Escalated; VLAN 4 is down; waits for an operator",
        ),
    ],
    ids=["outside", "timed-out", "escalated"],
)
def test_queue_line_begins_with_what_matters(
    attention: Attention, note: str, role: str, short: str, full: str
) -> None:
    row = replace(ROW, attention=attention, attention_note=note, role=role)
    assert attention_words.why_short(row, TITLES) == short
    assert attention_words.why_in_full(row, TITLES) == full


@pytest.mark.parametrize(
    ("kind", "grounds", "said"),
    [
        (
            "AUTHORIZE",
            "phase_is_copilot; fact_stale",
            "The phase leaves each action to people; A fact is stale",
        ),
        ("AUTHORIZE", "all rules kept", "all rules kept"),
        ("DECIDE", "AGREED", "Agreed"),
        ("DECIDE", "WRONG_TARGET it moved", "Wrong target: it moved"),
        ("DECIDE", "looked at fact_stale", "looked at fact_stale"),
        ("EXECUTE", "grant from decision", "permit from a person's decision"),
        ("UNDO", "wrong_team, sorry", "wrong_team, sorry"),
    ],
    ids=["rules", "kept", "agreed", "with-note", "note-alone", "permit", "undo"],
)
def test_grounds_are_said_in_words(kind: str, grounds: str, said: str) -> None:
    assert phrases.grounds_words(kind, grounds) == said


@pytest.mark.parametrize(
    ("kind", "rule", "said"),
    [
        (
            "VERDICT_GIVEN",
            "phase_is_copilot, paused",
            "The phase leaves each action to people; A pause holds",
        ),
        ("DECISION_TAKEN", "AGREED", "Agreed"),
        ("GRANT_MINTED", "grant from verdict", "permit from policy's verdict"),
        ("GRANT_REFUSED", "TARGET_CHANGED", "The target changed before it ran"),
        ("OUTCOME_RECORDED", "label from record", "label from the record"),
        ("ATTEMPT_REFUSED", "NOT_ALLOWED", "Not allowed"),
        ("REVIEW_TIMED_OUT", "review deadline", "review deadline"),
    ],
    ids=["verdict", "decision", "permit", "refused", "label", "attempt", "deadline"],
)
def test_rule_of_an_event_is_said_in_words(kind: str, rule: str, said: str) -> None:
    assert phrases.event_rule(kind, rule) == said


def test_cell_and_brake_are_called_by_title() -> None:
    desks = {"incidents": "Incident routing"}
    cell = "incidents/routing/assign_group"
    assert phrases.cell_words(cell, desks, TITLES) == "Assign to group · Incident routing / routing"
    assert phrases.scope_words("all", desks, TITLES) == "everything"
    assert phrases.scope_words("desk:incidents", desks, TITLES) == "the desk Incident routing"
    assert phrases.scope_words(f"cell:{cell}", desks, TITLES).startswith("the cell Assign to group")


def test_words_on_screen_can_be_searched_for() -> None:
    assert "phase_is_copilot" in phrases.codes_said_with("each action to PEOPLE")
    assert phrases.codes_said_with("permit from a person's dec") == ("grant from decision",)
    assert phrases.codes_said_with("a") == ()


@pytest.mark.parametrize(
    ("hours", "said"),
    [(None, "was due 2026-11-20 09:30"), (-1, "deadline met"), (3, "deadline missed by 3 h")],
    ids=["not-told", "met", "missed"],
)
def test_deadline_of_a_decided_case_is_neutral(hours: int | None, said: str) -> None:
    settled = None if hours is None else AT + timedelta(hours=hours)
    assert kept_deadline(AT, settled) == said


def test_one_sentence_for_what_is_refused_and_locked() -> None:
    both = ("operator", "senior_operator")
    assert phrases.who_decides("", both, {"operator"}) == ""
    assert phrases.who_decides("", (), {"viewer"}) == ""
    waits = "This case waits for a senior operator."
    assert phrases.who_decides("senior_operator", both, {"operator"}) == waits
    cell = "This cell is decided by operator or senior operator."
    assert phrases.who_decides("", both, {"risk_officer"}) == cell


def test_refusals_are_told_in_words() -> None:
    refused = "confidence_below_threshold: 0.938 against at least 0.950, for at most 20% error"
    assert phrases.refusal_words(refused) == (
        "The confidence is below the threshold: 93.8\u202f% against at least 95.0\u202f%, for at "
        "most 20\u202f% error"
    )
    assert phrases.refusal_words("somebody: said so against me") == "somebody: said so against me"
    assert phrases.refusal_words("") == ""


@pytest.mark.parametrize(
    ("rule", "seen", "said"),
    [
        ("role_may_not_decide", "software", "asked by software, no person yet"),
        ("role_may_not_decide", "senior_operator", "senior operator"),
        ("case_type_unknown", "delivered_not_received", "delivered not received"),
        ("facts_contradictory", "parcel:SIM-7-46/S1.is_received@carrier", "Received"),
    ],
)
def test_seen_values_of_rules_are_for_people(rule: str, seen: str, said: str) -> None:
    assert phrases.rule_value(rule, seen, {"is_received": "Received"}) == said
