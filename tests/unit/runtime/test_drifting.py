"""What changed of a target is said in the words of its desk, never as digests."""

from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from engine.desk import Desk
from engine.domain.canonical import Json
from engine.domain.ids import ActionId
from engine.domain.recommendation import Action
from engine.domain.verdict import Verdict, VerdictKind
from engine.runtime.drifting import drift_words
from engine.testing.stub_desk import stub_desk

HASH, OTHER = "905f" * 16, "331f" * 16


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    names = {"refunded_minor": "Refunded", "is_held": "Held"}
    values = {"CAPTURED": "captured", "LOST": "lost", "ORIGINAL": "first parcel"}
    return replace(stub_desk(tmp_path / "tickets.db"), names=names, values=values)


def action(state: Json) -> Action:
    verdict = Verdict(
        kind=VerdictKind.ESCALATE, would_have=VerdictKind.ESCALATE, rules=(), envelope_hash=b""
    )
    return Action(
        id=ActionId(UUID(int=1)),
        ordinal=1,
        tool="refund",
        contract_digest=b"",
        arguments={},
        arguments_digest=b"",
        target="O-1",
        target_digest=b"",
        target_state=state,
        verdict=verdict,
    )


@pytest.mark.parametrize(
    ("before", "now", "said"),
    [
        (
            {"currency": "EUR", "refunded_minor": 0, "digest": HASH},
            {"currency": "EUR", "refunded_minor": 2000, "digest": OTHER},
            "Refunded was 0.00 EUR, is 20.00 EUR",
        ),
        ({"is_held": False}, {"is_held": True}, "Held was no, is yes"),
        (
            {"payment_state": ""},
            {"payment_state": "CAPTURED"},
            "Payment state was empty, is captured",
        ),
        (
            {"parcels": {"O-1/S1": "ORIGINAL LOST"}},
            {"parcels": {"O-1/S1": "ORIGINAL LOST", "O-1/S2": "ORIGINAL CAPTURED"}},
            "Parcels S2 was not there, is first parcel captured",
        ),
        ({"lines": [1, 2]}, {"lines": [1, 3]}, "Lines 2 was 2, is 3"),
        ({"digest": HASH}, {"digest": OTHER}, "something else about O-1 changed"),
        (None, {"digest": OTHER}, "something else about O-1 changed"),
    ],
    ids=["money", "yes or no", "code", "within", "list", "digest alone", "nothing known"],
)
def test_change_is_said_in_words(desk: Desk, before: Json, now: Json, said: str) -> None:
    assert drift_words(desk, action(before), now) == said


def test_long_texts_are_cut(desk: Desk) -> None:
    told = drift_words(desk, action({"note": ""}), {"note": "x" * 5000})
    assert len(told) < 200
