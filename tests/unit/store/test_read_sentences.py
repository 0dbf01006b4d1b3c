"""Ledger entries as sentences: every kind, and payloads that lack parts or were tampered with."""

from typing import Any

import pytest

from engine.domain.ledger import EventKind
from engine.domain.span import Stage
from engine.store.read_sentences import EVENTS, rule_of, sentence_of, stage_of


def test_every_kind_has_its_sentence() -> None:
    assert set(EVENTS) == set(EventKind)
    assert {stage_of(kind) for kind in EventKind} <= {stage.value for stage in Stage}


@pytest.mark.parametrize("kind", EventKind, ids=lambda kind: kind.value)
def test_sentence_survives_any_payload(kind: EventKind) -> None:
    strange: list[Any] = [{}, [], "text", 7, {"outcome": [], "roles": 3, "kind": {}, "broken": "x"}]
    strange.append({"recommendation_correct": [1], "confidence": "high", "recommendation": 1})
    for payload in strange:
        assert sentence_of(kind, payload)[-1:] not in ("", " ", ":")
        assert isinstance(rule_of(kind, payload), str)


def test_erased_and_unknown_entries_say_so() -> None:
    assert sentence_of("CASE_REASONED", None) == "Case reasoned; what it said was erased."
    assert sentence_of("CASE_REASONED", 5) == "Case reasoned; what it says cannot be read."
    assert sentence_of("SOLD", {}) == "Sold: this version does not know such an entry."
    assert (stage_of("SOLD"), rule_of("SOLD", {})) == ("", "")


_TOLD: list[tuple[str, dict[str, Any], str, str]] = [
    (
        "CASE_RECEIVED",
        {"source": "itsm", "source_id": "INC1", "origin": "simulated"},
        "Came in from itsm as INC1 (simulated data).",
        "",
    ),
    (
        "CASE_REASONED",
        {"recommendation": "1", "proposal": "Assign to north", "confidence": 0.824},
        "Recommends: Assign to north; confidence 82\u202f%.",
        "",
    ),
    (
        "CASE_REASONED",
        {"recommendation": None, "why": "none fits"},
        "No recommendation: none fits",
        "",
    ),
    (
        "VERDICT_GIVEN",
        {"verdict": "ESCALATE", "would_have": "EXECUTE", "broken": ["phase_is_copilot"]},
        "Policy says: a person has to decide. In a bounded cell it would have said: software may "
        "run it without a person.",
        "phase_is_copilot",
    ),
    (
        "VERDICT_GIVEN",
        {"verdict": "EXECUTE", "would_have": "EXECUTE", "broken": []},
        "Policy says: software may run it without a person.",
        "all rules kept",
    ),
    (
        "DECISION_TAKEN",
        {
            "kind": "OVERRIDE",
            "words": "Assign T1 to south",
            "reason": "WRONG_TARGET",
            "note": "moved",
        },
        "Decided otherwise: Assign T1 to south. Note: moved",
        "WRONG_TARGET",
    ),
    ("FACT_ASKED", {"words": "ask: Which site?"}, "Asked for information: Which site?", ""),
    (
        "REVIEW_TIMED_OUT",
        {"deadline": "2026", "role": "senior_operator"},
        "Nobody decided in time. Now it waits for a senior operator.",
        "review deadline",
    ),
    (
        "GRANT_MINTED",
        {"basis": "decision"},
        "A single-use permit was made from a person's decision.",
        "grant from decision",
    ),
    (
        "GRANT_REFUSED",
        {"code": "TARGET_CHANGED", "why": "owner was 'a', is 'b'"},
        "The permit could not be used: the target changed before it ran (owner was 'a', is 'b').",
        "TARGET_CHANGED",
    ),
    ("EFFECT_INTENDED", {"tool": "assign_owner"}, "About to run “Assign owner”.", ""),
    ("EFFECT_INTENDED", {"attempt": 2}, "Calling again with the same key, attempt 2.", ""),
    ("EFFECT_RECORDED", {"status": "FAILED", "why": "closed"}, "The call did not act: closed.", ""),
    (
        "EFFECT_UNKNOWN",
        {"status": "UNKNOWN", "why": "no answer"},
        "It is not known yet whether the call acted: no answer.",
        "",
    ),
    (
        "OUTCOME_RECORDED",
        {"outcome": "CORRECT", "recommendation_correct": False, "source": "record"},
        "The truth became known: the recommendation was wrong. What was done was right.",
        "label from record",
    ),
    (
        "OUTCOME_RECORDED",
        {"outcome": "UNKNOWN", "recommendation_correct": None, "source": "record"},
        "The truth became known; there is no recommendation to judge.",
        "label from record",
    ),
    (
        "ATTEMPT_REFUSED",
        {"request": "PauseScope", "code": "NOT_ALLOWED", "why": "Only risk officer may do this."},
        "A pause was refused: Only risk officer may do this.",
        "NOT_ALLOWED",
    ),
    (
        "ATTEMPT_REFUSED",
        {"what": "sign_in", "name": "anna", "attempts": 6},
        "Sign-in as anna was refused after failed attempts: 6.",
        "",
    ),
    (
        "PERSON_CHANGED",
        {"name": "anna", "roles": ["risk_officer", "viewer"], "is_active": False},
        "Changed the account of anna: risk officer, viewer; the account is closed.",
        "",
    ),
]


@pytest.mark.parametrize(
    ("kind", "payload", "sentence", "rule"),
    _TOLD,
    ids=[f"{number} {told[0]}" for number, told in enumerate(_TOLD)],
)
def test_entry_is_told_plainly(
    kind: str, payload: dict[str, Any], sentence: str, rule: str
) -> None:
    assert (sentence_of(kind, payload), rule_of(kind, payload)) == (sentence, rule)


def test_text_from_outside_stays_as_it_is() -> None:
    hostile = "<script>alert(1)</script> **bold** [x](javascript:1)"
    told = sentence_of("PAUSED", {"scope": "all", "reason": hostile})
    assert told == f"Paused everything: {hostile}"
