"""Naming: what a text names that nobody told its case. Pure.

A text is looked at by its form alone, so nothing depends on what a model says or obeys. What is
spelled out in words, or is of no form known here, is not seen.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from engine.domain.fact import Fact
from engine.domain.plain_text import PlainText, plain_text
from engine.domain.tool import Strict, ToolContract

_LINK = r"(?<![a-z0-9+.-])[a-z][a-z0-9+.-]{1,30}://[^\s\"'<>]+"
_MAIL = r"(?<![^\s\"'<>@])[^\s\"'<>@]{1,100}@[\w-]+(?:\.[\w-]+)+"
_DOMAIN = r"(?<![\w@.-])(?:[\w-]{1,63}\.){1,8}[a-z]{2,24}(?![\w-])(?:[/?#:][^\s\"'<>]*)?"
_ACCOUNT = r"(?<!\w)[a-z]{2}\d{2} ?[a-z0-9]{4}(?: ?\d{2,4}){2,7}(?!\w)"
_LONG_NUMBER = r"(?:\+\d(?:[ ().\-/]{0,2}\d){6,}|\d(?:[ ().\-/]{0,2}\d){10,})"
ANYWHERE = (_LINK, _MAIL, _DOMAIN, _ACCOUNT, _LONG_NUMBER)
"""Links, addresses of mail and sites, accounts, and numbers of cards and telephones: eleven digits
and more, however they are parted, or a plus and seven."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Identifiers:
    """How a desk's identifiers look in a text, and who tells a case which of them are its own."""

    forms: tuple[str, ...] = ()
    """Regular expressions over small letters without marks, each for as long a word as it can;
    texts are strangers', so each repetition needs a bound."""
    anywhere: tuple[str, ...] = ANYWHERE
    """The same of what is nobody's in particular."""
    told_by: tuple[str, ...] = ()
    """Sources of facts that are a system's word. A fact that was taken from a text tells nothing,
    and neither does one that is a text."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Named:
    """Words of a text that name something."""

    start: int
    """Of the first character, from 0, in the text as it came."""
    end: int
    """After the last."""
    words: str
    """Without what cannot be seen."""
    word: str
    """What it is looked up by: in small letters, without marks."""


NOTHING = Identifiers()

_SPACED = re.compile(r"(?<!\S)\S(?: \S(?!\S)){3,}")
"""Four characters and more that stand one by one."""
_PARTS = re.compile(r"[ ().\-/]")
_AT_END = ".,;:!?)]}'\""


def named_in_call(
    contract: ToolContract,
    arguments: Mapping[str, Any],
    identifiers: Identifiers,
    facts: Iterable[Fact],
) -> tuple[tuple[str, Named], ...]:
    """What the texts of a call name and its case does not speak of, each with its argument.

    A case speaks of what the call acts on, and of what systems told.

    Args:
        contract: Of the tool.
        arguments: As they stand; of a call that may be malformed.
        identifiers: Of the desk.
        facts: Of the case and its run.
    """
    given = {name: arguments.get(name) for name in _texts(contract.arguments)}
    found = [
        (name, one)
        for name, text in given.items()
        if name != contract.target_argument and isinstance(text, str)
        for one in names_in(text, identifiers)
    ]
    if not found:
        return ()
    told = _told(facts, identifiers, str(arguments.get(contract.target_argument, "")))
    return tuple((name, one) for name, one in found if told.isdisjoint((one.word, _bare(one.word))))


def names_in(text: str, identifiers: Identifiers) -> tuple[Named, ...]:
    """What a text names by its form, in its order, whoever it may be."""
    plain, form = plain_text(text), _form((*identifiers.anywhere, *identifiers.forms))
    found: dict[int, Named] = {}
    for one in _SPACED.finditer(plain.text):
        word = one[0].replace(" ", "")
        if (inner := form.search(word)) is not None:
            found[one.start()] = _named(plain, one.start(), one.end(), inner[0])
    for one in form.finditer(plain.text):
        word = one[0].rstrip(_AT_END)
        found.setdefault(one.start(), _named(plain, one.start(), one.start() + len(word), word))
    return tuple(found[start] for start in sorted(found))


def _named(plain: PlainText, start: int, end: int, word: str) -> Named:
    first, after = plain.span(start, end)
    return Named(start=first, end=after, words=plain.words(start, end), word=word)


def _told(facts: Iterable[Fact], identifiers: Identifiers, target: str) -> frozenset[str]:
    """All that a case speaks of, in its plain form."""
    found = {_plain(target)}
    for fact in facts:
        if fact.source in identifiers.told_by and fact.quote is None:
            found.add(_plain(fact.entity.partition(":")[2]))
            found.add(_plain(str(fact.value)))
    return frozenset(found | {_bare(one) for one in found})


@cache
def _texts(arguments: type[Strict]) -> tuple[str, ...]:
    """The arguments that take any words: all texts but those of a closed form."""
    fields = arguments.model_json_schema().get("properties", {})
    return tuple(name for name, schema in fields.items() if _takes_words(schema))


def _takes_words(schema: Mapping[str, Any]) -> bool:
    if "anyOf" in schema:
        return any(_takes_words(one) for one in schema["anyOf"])
    if schema.get("type") != "string" or {"enum", "const", "format"} & set(schema):
        return False
    return re.search(schema.get("pattern", ""), "Any words, as 1 or 2.") is not None


@cache
def _form(forms: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{one})" for one in forms) or "(?!)")


def _plain(text: str) -> str:
    return plain_text(text).text.strip()


def _bare(word: str) -> str:
    """A long number without what parts it; other words as they are."""
    return _PARTS.sub("", word) if _PARTS.sub("", word).lstrip("+").isdigit() else word
