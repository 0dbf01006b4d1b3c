"""Naming: what a text names that nobody told its case. Pure.

A text is looked at by its form alone, so nothing depends on what a model says or obeys. What is
spelled out in words, or is of no form known here, is not seen.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from engine.domain.fact import Fact
from engine.domain.plain_text import PlainText, plain_text
from engine.domain.tool import Strict, ToolContract

_PARTED = r"(?!, )[\W_]{0,3}"
_DATE = (
    r"(?<!\w)(?:20\d\d-[01]\d-[0-3]\d|[0-3]?\d\.[01]?\d\.20\d\d)"
    r"(?:[t ]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?:z|[+-]\d\d:\d\d)?)?(?![\w@]|[.-][^\W\d_])"
)
_LINK = r"[a-z0-9+.-]{2,31}://[^\s\"'<>]{1,2000}"
_MAIL = r"[^\s\"'<>@()\[\],;:]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}"
_PATH = r"(?:[/?#:][^\s\"'<>]{0,2000})?"
_FILE = r"(?:csv|docx?|exe|jpe?g|js|pdf|png|txt|xlsx?)(?![\w-])"
_DOMAIN = (
    r"(?<![\w-])(?:[\w-]{1,63}\.){1,20}"
    rf"(?!{_FILE})(?:xn--[\w-]{{1,59}}|[^\W\d_]{{2,24}})(?![\w-]){_PATH}"
)
_HOST = rf"(?<![\w.])\d{{1,3}}(?:\.\d{{1,3}}){{3}}(?=[/?#]|:\d)(?!/\d{{1,2}}(?!\w)){_PATH}"
_ACCOUNT = rf"(?<!\w)[a-z]{{2}}\d{{2}}{_PARTED}[a-z0-9]{{4}}(?:{_PARTED}\d){{6,26}}"
_DIGIT = rf"{_PARTED}(?!{_DATE})\d"
_LONG_NUMBER = rf"(?:\+\d(?:{_DIGIT}){{6,40}}|\d(?:{_DIGIT}){{10,40}})"
ANYWHERE = (_LINK, _MAIL, _DOMAIN, _HOST, _ACCOUNT, _LONG_NUMBER)
"""Links, addresses of mail and sites, accounts, and numbers of cards and telephones: eleven digits
and more, or a plus and seven, with up to three signs between two of them. A comma and a blank part
two numbers, and dates are no part of one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Identifiers:
    """How a desk's identifiers look in a text, and who tells a case which of them are its own."""

    forms: tuple[str, ...] = ()
    """Regular expressions over small letters without marks, each for as long a word as it can;
    texts are strangers', so each repetition needs a bound."""
    anywhere: tuple[str, ...] = ANYWHERE
    """The same of what is nobody's in particular."""
    told_by: tuple[str, ...] = ()
    """Sources of facts that are a system's word; one that was taken from a text tells nothing."""
    typed: tuple[str, ...] = ()
    """Kinds of entities that strangers typed, as an address: nobody's word, whoever tells them."""
    choices: tuple[str, ...] = ()
    """Arguments that choose among what there is: the action itself, no words to a reader."""


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
_SIGNS = re.compile(r"[\W_]")
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
    exempt = {contract.target_argument, *identifiers.choices}
    schema = _schema(contract.arguments)
    found = [
        (name, one)
        for name, inner in schema.get("properties", {}).items()
        if name not in exempt
        for text in _texts(arguments.get(name), inner, schema.get("$defs", {}))
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
    for run in _SPACED.finditer(plain.text):
        for one in form.finditer(run[0].replace(" ", "")):
            if one.lastgroup != "date":
                start, end = (run.start() + 2 * place for place in one.span())
                found[start] = _named(plain, start, end - 1, one[0])
    for one in form.finditer(plain.text):
        word = one[0].rstrip(_AT_END)
        if one.lastgroup != "date":
            found.setdefault(one.start(), _named(plain, one.start(), one.start() + len(word), word))
    return tuple(found[start] for start in sorted(found))


def _named(plain: PlainText, start: int, end: int, word: str) -> Named:
    first, after = plain.span(start, end)
    return Named(start=first, end=after, words=plain.words(start, end), word=word)


def _told(facts: Iterable[Fact], identifiers: Identifiers, target: str) -> frozenset[str]:
    """All that a case speaks of, in its plain form."""
    found = {_plain(target)}
    for fact in facts:
        kind, _, name = fact.entity.partition(":")
        is_typed = fact.quote is not None or kind in identifiers.typed
        if fact.source in identifiers.told_by and not is_typed:
            value = str(fact.value)
            found.update((_plain(name), _plain(value)))
            found.update(one.word for one in names_in(value, identifiers))
    return frozenset(found | {_bare(one) for one in found})


@cache
def _schema(arguments: type[Strict]) -> Mapping[str, Any]:
    return arguments.model_json_schema()


def _texts(value: Any, schema: Mapping[str, Any], defined: Mapping[str, Any]) -> Iterator[str]:
    """All texts in an argument that take any words: all but those of a closed form."""
    schema = defined.get(schema.get("$ref", "").rpartition("/")[2], schema)
    for one in schema.get("anyOf", ()):
        yield from _texts(value, one, defined)
    if isinstance(value, str):
        if _takes_words(schema):
            yield value
    elif isinstance(value, Mapping):
        inner, rest = schema.get("properties", {}), schema.get("additionalProperties")
        for name, one in value.items():
            if isinstance(of_one := inner.get(name, rest), Mapping):
                yield from _texts(one, of_one, defined)
    elif isinstance(value, list | tuple) and "items" in schema:
        for one in value:
            yield from _texts(one, schema["items"], defined)


def _takes_words(schema: Mapping[str, Any]) -> bool:
    if schema.get("type") != "string" or {"enum", "const", "format"} & set(schema):
        return False
    return re.search(schema.get("pattern", ""), "Any words, as 1 or 2.") is not None


@cache
def _form(forms: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join((f"(?P<date>{_DATE})", *(f"(?:{one})" for one in forms))))


def _plain(text: str) -> str:
    return plain_text(text).text.strip()


def _bare(word: str) -> str:
    """Without what parts it; what may be a link or an address as it is, for there signs tell."""
    bare = _SIGNS.sub("", word)
    return word if re.search("[.@/]", word) and not bare.isdigit() else bare
