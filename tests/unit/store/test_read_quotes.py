"""Quotes: the words a fact was taken from, in their sentence and no more."""

import pytest

from engine.domain.canonical import Json
from engine.domain.fact import Quote
from engine.service.rows import QuoteRow
from engine.store.read_quotes import LONGEST, quote_row

TEXT = "Hello. I moved; my new address is 12 Mill Lane, Linz. Thank you!\nAda"
WORDS = "12 Mill Lane, Linz"


def quote_of(text: str, words: str, field: str = "message") -> Quote:
    start = text.index(words)
    return Quote(field=field, start=start, end=start + len(words))


def test_words_stand_in_their_sentence() -> None:
    assert quote_row(quote_of(TEXT, WORDS), {"message": TEXT}) == QuoteRow(
        field="message", before="I moved; my new address is ", words=WORDS, after="."
    )


def test_whole_text_is_a_sentence_too() -> None:
    row = quote_row(quote_of("nothing came", "nothing came"), {"message": "nothing came"})
    assert row == QuoteRow(field="message", before="", words="nothing came", after="")


def test_long_sentences_are_cut_around_the_words() -> None:
    text = "a" * 500 + WORDS + "b" * 500
    row = quote_row(quote_of(text, WORDS), {"message": text})
    assert row == QuoteRow(
        field="message", before=f"…{'a' * LONGEST}", words=WORDS, after=f"{'b' * LONGEST}…"
    )


@pytest.mark.parametrize(
    ("quote", "payload"),
    [
        (None, {"message": TEXT}),
        (Quote(field="other", start=0, end=2), {"message": TEXT}),
        (Quote(field="message", start=0, end=999), {"message": TEXT}),
        (Quote(field="message", start=5, end=5), {"message": TEXT}),
        (Quote(field="message", start=-3, end=2), {"message": TEXT}),
        (Quote(field="message", start=0, end=2), {"message": 7}),
        (Quote(field="message", start=0, end=2), None),
    ],
    ids=["no quote", "another field", "past the end", "empty", "before it", "no text", "nothing"],
)
def test_what_is_not_there_is_not_quoted(quote: Quote | None, payload: Json) -> None:
    assert quote_row(quote, payload) is None
