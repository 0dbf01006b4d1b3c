"""Likeness: who is near, what they speak for, and that nothing from the future is counted."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from engine.domain.memory import Library, MemoryProcedure, Remembered, words_of
from engine.errors import ModelError
from engine.learn.fit_library import fit_library
from engine.reason.likeness import Asked, answer_of, by_words

START = datetime(2026, 3, 2, tzinfo=UTC)
NOW = START + timedelta(days=30)
KIND = "real ticket"
FACTS_ALONE = MemoryProcedure(text_share=0.0, nearest=6, least=6)


def row(number: int, label: str = "north", **changes: object) -> Remembered:
    """Case `number` was opened that many hours after the start, and known right a day later."""
    at = START + timedelta(hours=number)
    made = Remembered(
        case_id=f"case-{number}",
        source_id=f"T{number}",
        kind=KIND,
        observed_at=at,
        known_at=at + timedelta(days=1),
        label=label,
        features={"site": label, "colour": "red" if number % 2 else "blue"},
        text=f"printer of {label} is broken",
        options=frozenset({"north", "south"}),
        done=f"Assign T{number} to {label}",
        settled_at=at + timedelta(days=1),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def mixed(count: int = 40) -> list[Remembered]:
    return [row(number, "north" if number % 4 < 2 else "south") for number in range(count)]


def library(rows: Iterable[Remembered], procedure: MemoryProcedure = FACTS_ALONE) -> Library:
    made = fit_library(rows, procedure, NOW)
    assert made
    return made


def asked(before: datetime = NOW, kind: str = KIND, **features: str) -> Asked:
    told = {"site": "south", "colour": "red", **features}
    return Asked(kind=kind, features=told, text="the printer is broken", before=before)


def test_nearest_cases_speak_for_their_label() -> None:
    answer = answer_of(library(mixed()), asked())
    assert answer
    assert answer.label == "south"
    # Of equals the newest come first; the site tells all, the colour nothing.
    assert [one.source_id for one in answer.near] == ["T39", "T35", "T31", "T27", "T23", "T19"]
    assert answer.precedents == answer.near
    assert answer.weights["site"] > 0.99
    assert answer.confidence == pytest.approx(6 / 6.5, abs=1e-6)
    assert sum(one.share for one in answer.near) == pytest.approx(1.0)


def test_nothing_known_later_is_counted() -> None:
    before = START + timedelta(days=2)
    known = [one for one in mixed() if one.known_at < before]
    later = [replace(one, label="west", done="") for one in mixed() if one.known_at >= before]
    assert known
    assert later
    # The same bits, whatever later truths there are, and however many.
    assert answer_of(library([*known, *later]), asked(before)) == answer_of(
        library(known), asked(before)
    )
    assert answer_of(library(mixed()), asked(START + timedelta(hours=25))) is None


def test_retired_precedent_is_followed_no_more() -> None:
    turns = START + timedelta(days=10)
    rows = [replace(one, retired_at=turns) if one.label == "south" else one for one in mixed()]
    kept = library(rows)
    then = answer_of(kept, asked(turns))
    assert then
    assert then.label == "south"
    assert answer_of(kept, asked(turns + timedelta(seconds=1))) is None
    # One that turned since the library was made is left out altogether.
    newest = answer_of(library(mixed()), asked(), frozenset({"case-39"}))
    assert newest
    assert newest.near[0].source_id == "T35"


@pytest.mark.parametrize(
    ("rows", "question"),
    [
        pytest.param(mixed(5), asked(), id="too few are known"),
        pytest.param(mixed(), asked(kind="simulated ticket"), id="none is of its kind"),
        pytest.param(
            [*mixed(), *(row(number, done="", settled_at=None) for number in range(100, 120))],
            asked(site="north", colour=""),
            id="none of the nearest was done and verified",
        ),
        pytest.param(
            [row(number, label, features={}) for number, label in enumerate("abcdef" * 4)],
            asked(),
            id="they do not agree",
        ),
    ],
)
def test_memory_is_silent_where_it_knows_too_little(
    rows: list[Remembered], question: Asked
) -> None:
    assert answer_of(library(rows), question) is None


def test_words_weigh_as_tfidf_weighs_them() -> None:
    texts = ["the printer is broken", "the printer of north", "a broken screen", ""]
    kept = library([row(number, text=text) for number, text in enumerate(texts)], MemoryProcedure())
    matrix = TfidfVectorizer(analyzer=words_of).fit(texts)
    question = "Broken printer, BROKEN screen!"
    wanted = (matrix.transform(texts) @ matrix.transform([question]).T).toarray().ravel()
    assert by_words(kept, question) == pytest.approx(wanted, abs=1e-6)
    assert not by_words(kept, "nowhere seen anything").any()
    assert by_words(kept, "").tolist() == [0.0, 0.0, 0.0, 1.0]


def test_library_has_one_byte_form() -> None:
    procedure = MemoryProcedure(least=6)
    kept = library(mixed(), procedure)
    again = Library.from_bytes(library(reversed(mixed()), procedure).to_bytes())
    assert again.digest == kept.digest
    assert answer_of(again, asked()) == answer_of(kept, asked())
    assert np.array_equal(again.codes, kept.codes)
    with pytest.raises(ModelError, match="library cannot be read"):
        Library.from_bytes(kept.to_bytes()[:-9])
    with pytest.raises(ModelError, match="does not begin as one"):
        Library.from_bytes(b"something else")
    assert fit_library([row(1, done="", settled_at=None)], procedure, NOW) is None
