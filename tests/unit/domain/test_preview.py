"""Previews: a difference or a refusal, kept and read back as it was."""

import pytest

from engine.domain.canonical import Json
from engine.domain.difference import Difference, FieldChange, MoneyMove, PieceMove
from engine.domain.money import Money
from engine.domain.preview import Preview, made_by
from engine.errors import InvalidRequest

FULL = Difference(
    fields=(FieldChange(of="order O1", field="status", before="PLACED", after=None),),
    money=(MoneyMove(source="shop", target="C1", money=Money(minor=4890, currency="EUR")),),
    pieces=(PieceMove(variant_id="V1", source="reserved", target="free", quantity=2),),
)


@pytest.mark.parametrize(
    "preview",
    [
        Preview(difference=FULL),
        Preview(difference=Difference()),
        Preview(refusal="it is settled", code="REFUND_SETTLED"),
        Preview(),
    ],
    ids=["difference", "nothing", "refusal", "not yet"],
)
def test_kept_preview_is_read_as_it_was(preview: Preview) -> None:
    assert Preview.from_json(preview.to_json()) == preview


def test_no_preview_is_none() -> None:
    assert Preview.from_json(None) is None


@pytest.mark.parametrize("kept", [{}, [], "x", 7, {"fields": 1, "money": [], "pieces": []}])
def test_other_shapes_are_refused(kept: Json) -> None:
    with pytest.raises(InvalidRequest, match="cannot be read"):
        Preview.from_json(kept)


def test_answer_tells_what_it_changed() -> None:
    assert made_by({"difference": FULL.to_json(), "key": "k"}) == FULL


@pytest.mark.parametrize("answer", [None, {}, [], {"difference": 1}, {"difference": {"fields": 1}}])
def test_other_answers_tell_no_difference(answer: Json) -> None:
    assert made_by(answer) is None
