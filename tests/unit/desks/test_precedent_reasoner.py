"""The precedent reasoner on the sample: recommendations an operator can read and check."""

from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from uuid import UUID

import pytest

from engine.desk import Incoming
from engine.desks.incidents.contracts import ASSIGN_GROUP
from engine.desks.incidents.desk import WORDS
from engine.desks.incidents.intake import IncidentIntake
from engine.desks.incidents.perceive import features, perceive
from engine.desks.incidents.procedure import PROCEDURE
from engine.domain.case import Case, Origin
from engine.domain.case_status import CaseStatus
from engine.domain.fact import FactSet, fact_set
from engine.domain.ids import CaseId
from engine.domain.precedent import FittedPrecedent, LabelledCase
from engine.domain.recommendation import Draft
from engine.errors import ModelError
from engine.learn.fit_precedent import fit_precedent
from engine.perceive.files import read_rows
from engine.perceive.incoming import IncomingLines
from engine.reason.precedent_grounds import FactWeight, GroupShare, PrecedentAnswer
from engine.reason.precedent_reasoner import PrecedentReasoner
from engine.reason.precedent_sentences import Grounds, counter_evidence, rationale, reasons

SAMPLE = Path(__file__).resolve().parents[3] / "data" / "incidents_sample.csv"
SPLIT = datetime(2026, 10, 10, tzinfo=UTC)
ANY = CaseId(UUID(int=1))
REASONER = PrecedentReasoner(PROCEDURE, features, WORDS)


@cache
def sample() -> tuple[Incoming, ...]:
    intake = IncidentIntake()
    lines = IncomingLines(read_rows(SAMPLE, intake), intake.read)
    return tuple(line for _, line in lines if isinstance(line, Incoming))


def facts_of(incoming: Incoming, **changes: str) -> FactSet:
    payload = {**incoming.signal.payload, **changes}
    told = {name: value for name, value in payload.items() if value}
    signal = replace(incoming.signal, payload=told)
    return fact_set(ANY, 1, perceive(signal, lambda *_: {"state": "new", "assignment_group": ""}))


@cache
def fitted() -> FittedPrecedent:
    cases = [
        LabelledCase(
            case_id=one.signal.source_id,
            observed_at=one.signal.as_of,
            label_known_at=one.label.known_at,
            features=features(facts_of(one)),
            label=one.label.value,
        )
        for one in sample()
        if one.label
    ]
    fit = fit_precedent(cases, PROCEDURE, SPLIT)
    assert fit
    return fit


def case_of(incoming: Incoming) -> Case:
    signal = incoming.signal
    return Case(
        id=ANY,
        desk="incidents",
        case_type=signal.case_type,
        source=signal.source,
        source_id=signal.source_id,
        title=signal.title,
        origin=Origin.SIMULATED,
        status=CaseStatus.RECEIVED,
        version=1,
        as_of=signal.as_of,
        received_at=signal.as_of,
        priority=signal.priority,
        due_at=signal.due_at,
        payload_digest=b"",
        wake_at=None,
    )


def later() -> list[Incoming]:
    return [one for one in sample() if one.signal.as_of >= SPLIT]


def draft_of(incoming: Incoming, **changes: str) -> Draft:
    draft = REASONER.recommend(case_of(incoming), facts_of(incoming, **changes), fitted())
    assert draft
    return draft


def a_mailbox_case() -> Incoming:
    return next(one for one in later() if one.signal.payload.get("subcategory") == "Mailbox")


# ---------------------------------------------------------------- the draft


def test_without_a_fit_there_is_no_recommendation():
    one = later()[0]
    assert REASONER.recommend(case_of(one), facts_of(one), None) is None


def test_fit_of_another_procedure_is_refused():
    one = later()[0]
    other = PrecedentReasoner(replace(PROCEDURE, smoothing=9.0), features, WORDS)
    with pytest.raises(ModelError, match="another procedure"):
        other.recommend(case_of(one), facts_of(one), fitted())


def test_version_is_the_procedures_identity():
    assert REASONER.version == PROCEDURE.identity
    assert draft_of(later()[0]).reasoner_version == PROCEDURE.identity


def test_draft_proposes_a_call_of_the_tool():
    one = a_mailbox_case()
    draft = draft_of(one)
    (proposal,) = draft.proposals
    assert proposal.tool == ASSIGN_GROUP.name
    assert ASSIGN_GROUP.check_arguments(proposal.arguments) == {
        "number": one.signal.source_id,
        "group": draft.label,
    }
    assert draft.summary == f"Assign to {draft.label}"


def test_three_choices_come_best_first():
    for one in later()[:50]:
        draft = draft_of(one)
        shares = [choice.probability for choice in draft.alternatives]
        assert draft.alternatives[0].label == draft.label
        assert len(shares) == 3
        assert shares == sorted(shares, reverse=True)
        assert draft.raw_confidence == pytest.approx(shares[0], abs=1e-4)


def test_same_facts_and_fit_give_the_same_draft():
    one = a_mailbox_case()
    stored = FittedPrecedent.from_bytes(fitted().to_bytes())
    assert REASONER.recommend(case_of(one), facts_of(one), stored) == draft_of(one)


def test_reasons_speak_for_and_counter_evidence_against():
    for one in later()[:50]:
        draft = draft_of(one)
        weights = [reason.weight for reason in draft.reasons]
        against = [reason.weight for reason in draft.counter_evidence if reason.weight]
        assert weights == sorted(weights, reverse=True)
        assert against == sorted(against)
        assert all(weight > 0 for weight in weights)
        assert all(weight < 0 for weight in against)


def test_every_reason_names_a_fact_or_a_missing_one():
    for one in later()[:50]:
        facts = facts_of(one)
        known = {fact.id for fact in facts.facts} | set(PROCEDURE.features)
        draft = draft_of(one)
        assert {reason.fact for reason in draft.reasons + draft.counter_evidence} <= known


def test_precedents_are_older_cases_whose_truth_was_known():
    draft = draft_of(a_mailbox_case())
    labels = {one.signal.source_id: one.label for one in sample()}
    assert len(draft.precedents) == 5
    for past in draft.precedents:
        known = labels[past.source_id]
        assert known
        assert (past.label, past.resolved_at) == (known.value, known.known_at)
        assert past.resolved_at < SPLIT
        assert 0.0 < past.similarity <= 1.0


def test_values_never_seen_are_said_not_to_count():
    draft = draft_of(a_mailbox_case(), location="Atlantis")
    assert "A location never seen before: it could not be weighed" in [
        reason.text for reason in draft.counter_evidence
    ]


def test_missing_facts_are_named_in_words():
    draft = draft_of(a_mailbox_case(), initial_assignment_group="", u_symptom="")
    assert "dispatcher's first routing" in draft.missing
    assert "symptom" in draft.missing


def test_case_of_nothing_known_still_gets_a_draft():
    nothing = dict.fromkeys(PROCEDURE.features, "")
    draft = draft_of(a_mailbox_case(), **nothing)
    assert draft.label in fitted().groups
    assert (draft.raw_confidence or 1.0) < 0.5


def test_sentences_never_state_a_probability():
    for one in later()[:50]:
        draft = draft_of(one)
        assert "%" not in draft.rationale
        assert draft.rationale.endswith("resolved incidents, up to 10 October 2026.")


def test_sample_is_learnable_but_not_certain():
    judged = [(one.label.value, draft_of(one)) for one in later() if one.label]
    right = sum(truth == draft.label for truth, draft in judged)
    confidences = sorted(draft.raw_confidence or 0.0 for _, draft in judged)
    assert 0.72 < right / len(judged) < 0.88
    assert confidences[len(judged) // 10] < 0.7 < 0.9 < confidences[len(judged) // 2]


# ---------------------------------------------------------------- single sentences


def weight(**changes: object) -> FactWeight:
    plain = FactWeight(
        feature="category",
        value="Email",
        weight=1.0,
        is_seen=True,
        past_cases=40.0,
        share_first=0.75,
        share_second=0.1,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]  # fields by name, in a table


def grounds(*facts: FactWeight, shares: tuple[float, ...] = (0.7, 0.1)) -> Grounds:
    answer = PrecedentAnswer(
        groups=tuple(
            GroupShare(group=group, probability=share)
            for group, share in zip(("Mail", "Desk"), shares, strict=False)
        ),
        confidence=shares[0],
        facts=facts,
        missing=(),
        unseen=(),
        similar=(),
        as_of=SPLIT,
        rows=1234,
    )
    return Grounds(answer=answer, words=WORDS, ids={}, usual={"Mail": 0.2, "Desk": 0.3}, weighs={})


SENTENCES = {
    "more-than-usual": (
        weight(),
        "Category Email: 75\u202f% of about 40 recent incidents with it were resolved by Mail, "
        "against 20\u202f% of all",
    ),
    "less-of-the-other": (
        weight(share_first=0.2, share_second=0.1),
        "Category Email: only 10\u202f% of about 40 recent incidents with it were resolved by "
        "Desk, against 30\u202f% of all",
    ),
    "only-in-combination": (
        weight(share_first=0.2, share_second=0.3),
        "Category Email: together with the other facts it speaks for Mail",
    ),
    "for-the-runner-up": (
        weight(weight=-1.0, share_first=0.1, share_second=0.6),
        "Category Email: 60\u202f% of about 40 recent incidents with it were resolved by Desk, "
        "against 30\u202f% of all",
    ),
    "few-cases": (
        weight(past_cases=3.0),
        "Category Email: 75\u202f% of the few recent incidents with it were resolved by Mail, "
        "against 20\u202f% of all",
    ),
    "missing": (
        weight(feature="u_symptom", value=""),
        "No symptom given: 75\u202f% of about 40 recent incidents without one were resolved by "
        "Mail, against 20\u202f% of all",
    ),
    "value-says-its-name": (
        weight(value="Category  42"),
        "Category 42: 75\u202f% of about 40 recent incidents with it were resolved by Mail, "
        "against 20\u202f% of all",
    ),
}


@pytest.mark.parametrize(("fact", "sentence"), SENTENCES.values(), ids=SENTENCES)
def test_sentence_says_what_past_cases_show(fact: FactWeight, sentence: str):
    told = reasons(grounds(fact)) + counter_evidence(grounds(fact))
    assert [reason.text for reason in told] == [sentence]


@pytest.mark.parametrize(
    "fact",
    [weight(weight=0.05), weight(past_cases=0.4), weight(is_seen=False, value="")],
    ids=["weighs-nothing", "no-past-cases", "unseen"],
)
def test_fact_that_explains_nothing_gets_no_line(fact: FactWeight):
    assert reasons(grounds(fact)) == ()


RATIONALES = {
    "far-ahead": (
        (0.7, 0.1),
        "Past incidents like this one point to Mail, far ahead of Desk. ",
    ),
    "ahead": (
        (0.5, 0.2),
        "Past incidents like this one point to Mail, ahead of Desk. ",
    ),
    "barely-ahead": (
        (0.4, 0.35),
        "Past incidents like this one point to Mail, barely ahead of Desk, "
        "for which location Leeds speaks. ",
    ),
    "without-a-runner-up": (
        (1.0,),
        "Past incidents like this one point to Mail. ",
    ),
}


@pytest.mark.parametrize(("shares", "begins"), RATIONALES.values(), ids=RATIONALES)
def test_rationale_says_how_far_ahead(shares: tuple[float, ...], begins: str):
    against = weight(feature="location", value="Leeds", weight=-0.4)
    assert rationale(grounds(weight(), against, shares=shares)) == (
        begins + "What speaks for it most: category Email. "
        "Learned from 1,234 resolved incidents, up to 10 October 2026."
    )


def test_values_nobody_met_before_are_named() -> None:
    known = draft_of(a_mailbox_case())
    strange = draft_of(a_mailbox_case(), caller_id="Caller 99999999", cmdb_ci="")
    assert set(strange.unseen) - set(known.unseen) <= {"caller_id"}
    assert "caller_id" in strange.unseen
    assert "cmdb_ci" not in strange.unseen
