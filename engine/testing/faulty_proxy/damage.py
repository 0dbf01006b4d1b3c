"""Damage: a JSON answer with its form broken, or with its form kept and its values wrong. Pure.

Wrong values stay what a schema can say: an amount is another amount, a state another state of the
same list, an id has the pattern of ids, a time is a time.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from datetime import date, datetime, timedelta
from random import Random
from types import MappingProxyType
from typing import TypeAlias

from engine.domain.canonical import Json

Vocabulary: TypeAlias = frozenset[str]
NO_WORDS: Mapping[str, Vocabulary] = MappingProxyType({})
Place: TypeAlias = tuple[str | int, ...]
"""Names and positions from the top of an answer down to a value."""

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T.*")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_LARGEST = 10**12


def break_schema(answer: Json, variant: str, random: Random) -> tuple[Json, str]:
    """An answer that does not have its form any more, and where.

    Args:
        answer: Left as it is.
        variant: `missing`, `renamed` or `mistyped`.
        random: Chooses the field.

    Returns:
        The answer as it came, and no place, where it has no field.
    """
    broken = deepcopy(answer)
    fields = [place for place, _ in _values(broken, inner=True) if isinstance(place[-1], str)]
    if not fields:
        return broken, ""
    place = random.choice(fields)
    inside, name = _inside(broken, place), place[-1]
    value = inside.pop(name)
    if variant == "renamed":
        inside[f"{name}_v2"] = value
    elif variant == "mistyped":
        inside[name] = _mistyped(value)
    return broken, _words(place)


def garble(
    answer: Json, count: int, random: Random, vocabularies: Mapping[str, Vocabulary] = NO_WORDS
) -> tuple[Json, tuple[str, ...]]:
    """An answer of the same form with so many wrong values, and where they are.

    Args:
        answer: Left as it is.
        count: How many values; fewer where there are not so many that can be wrong.
        random: Chooses values and what they become.
        vocabularies: Closed lists of words by `field` or `container/field`; a word becomes another
            of its list.
    """
    garbled = deepcopy(answer)
    wrong: list[str] = []
    places = list(_values(garbled))
    random.shuffle(places)
    for place, value in places:
        if len(wrong) == count:
            break
        other = other_value(place, value, random, vocabularies)
        if other != value:
            _inside(garbled, place)[place[-1]] = other
            wrong.append(_words(place))
    return garbled, tuple(wrong)


def other_value(
    place: Place, value: Json, random: Random, vocabularies: Mapping[str, Vocabulary] = NO_WORDS
) -> Json:
    """A wrong value of the same form, or the value itself where none can be told."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return _other_number(value, random)
    if isinstance(value, str) and value:
        vocabulary = _vocabulary(place, value, vocabularies)
        if vocabulary:
            return random.choice(sorted(vocabulary - {value}))
        return _other_text(str(place[-1]), value, random)
    return value


def _other_number(value: int, random: Random) -> int:
    others = {value + 1, value * 10, value // 2, value + random.randint(2, 50_000), 0}
    fitting = sorted(one for one in others if one != value and 0 <= one <= _LARGEST)
    return random.choice(fitting) if value >= 0 else value + 1


def _vocabulary(place: Place, value: str, of: Mapping[str, Vocabulary]) -> Vocabulary:
    """The list the word is from; empty where it is of none."""
    names = [part for part in place if isinstance(part, str)]
    for name in ("/".join(names[-2:]), *names[-1:]):
        if value in of.get(name, ()):
            return of[name]
    return frozenset()


def _other_text(name: str, value: str, random: Random) -> str:
    if _TIME.fullmatch(value):
        return _shifted(value, datetime.fromisoformat, random)
    if _DAY.fullmatch(value):
        return _shifted(value, date.fromisoformat, random)
    if _DIGEST.fullmatch(value):
        return value[::-1]
    is_name = name in ("id", "key") or name.endswith("_id")
    return _other_id(value, random) if is_name else value


def _shifted(value: str, read: Callable[[str], date], random: Random, most_days: int = 60) -> str:
    try:
        moment = read(value)
        shifted = moment + timedelta(days=random.choice((-1, 1)) * random.randint(1, most_days))
    except (ValueError, OverflowError):
        return value
    if isinstance(shifted, datetime) and "." in value:
        return shifted.isoformat(timespec="microseconds")
    return shifted.isoformat()


def _other_id(value: str, random: Random) -> str:
    """One character is another of its kind, so that any pattern of ids still holds."""
    spots = [at for at, sign in enumerate(value) if sign.isascii() and sign.isdigit()]
    if not spots:
        spots = [at for at, sign in enumerate(value) if sign.isascii() and sign.isalpha()]
    if not spots:
        return value
    at = random.choice(spots[-3:])
    sign = value[at]
    signs = "123456789" if sign.isdigit() else "abcdefgh" if sign.islower() else "ABCDEFGH"
    return value[:at] + random.choice(signs.replace(sign, "")) + value[at + 1 :]


def _mistyped(value: Json) -> Json:
    if isinstance(value, (dict, list)):
        return "text"
    return {"value": value} if isinstance(value, str) else str(value)


def _values(answer: Json, at: Place = (), *, inner: bool = False) -> Iterator[tuple[Place, Json]]:
    """Every place with its value; places of objects and lists where inner ones are wanted too."""
    if at and (inner or not isinstance(answer, (dict, list))):
        yield at, answer
    if isinstance(answer, (dict, list)):
        inside = answer.items() if isinstance(answer, dict) else enumerate(answer)
        for name, value in inside:
            yield from _values(value, (*at, name), inner=inner)


def _inside(answer: Json, place: Place) -> Json:
    for part in place[:-1]:
        answer = answer[part]
    return answer


def _words(place: Place) -> str:
    return "/".join(str(part) for part in place)
