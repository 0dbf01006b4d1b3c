"""Drifting: what of a target changed between a look and a call, in the words of its desk. Pure.

Digests say that something changed and nothing of what; they are never shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from engine.desk import Desk
from engine.domain.canonical import Json
from engine.domain.money import Money
from engine.domain.recommendation import Action

Path = tuple[str, ...]
"""Names from the outside in."""

_MINOR = "_minor"
_CURRENCY = "currency"
_HASH = re.compile(r"[0-9a-f]{32,}")
_LONGEST = 80
_NOT_THERE = object()


def drift_words(desk: Desk, action: Action, state: Json) -> str:
    """What of an action's target is otherwise than it was when it was looked at.

    Args:
        desk: Whose words.
        action: With the state as it was then.
        state: As it is now.
    """
    before = action.target_state
    currency = _currency(state) or _currency(before)
    said = [
        f"{_called(desk, path)} was {_shown(desk, path, old, currency)}, "
        f"is {_shown(desk, path, new, currency)}"
        for path, old, new in _leaves((), before, state)
        if not (_is_hash(old) or _is_hash(new)) and path
    ]
    if said:
        return "; ".join(said)
    return f"something else about {action.target} changed" if action.target else "it changed"


def _leaves(path: Path, old: object, new: object) -> Iterator[tuple[Path, object, object]]:
    """Where two states differ, by path; what only one of them has differs as well."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for name in dict.fromkeys([*old, *new]):
            yield from _leaves(
                (*path, str(name)), old.get(name, _NOT_THERE), new.get(name, _NOT_THERE)
            )
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for place, (one, other) in enumerate(zip(old, new, strict=True), 1):
            yield from _leaves((*path, str(place)), one, other)
    elif old != new:
        yield path, old, new


def _is_hash(value: object) -> bool:
    return isinstance(value, str) and _HASH.fullmatch(value) is not None


def _currency(state: Json) -> str:
    found = state.get(_CURRENCY) if isinstance(state, Mapping) else ""
    return found if isinstance(found, str) else ""


def _called(desk: Desk, path: Path) -> str:
    """A field by what people call it; of things in it by the last part of their number."""
    first, *rest = path
    bare = first.removesuffix(_MINOR).removesuffix("_id").replace("_", " ")
    name = desk.titles.get(first) or f"{bare[:1].upper()}{bare[1:]}"
    return " ".join([name, *(one.rpartition("/")[2].replace("_", " ") for one in rest)])


def _shown(desk: Desk, path: Path, value: object, currency: str) -> str:
    if value is _NOT_THERE or value is None:
        return "not there"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int) and path[-1].endswith(_MINOR):
        return str(Money(minor=value, currency=currency)).strip()
    if isinstance(value, str):
        return _text(desk, value)
    return _cut(str(value)) if isinstance(value, int | float) else "something longer"


def _text(desk: Desk, value: str) -> str:
    if not value:
        return "empty"
    codes = (desk.values.get(one, one) if one.isupper() else one for one in value.split(" "))
    known = desk.values.get(value) or " ".join(codes)
    return _cut(known)


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
