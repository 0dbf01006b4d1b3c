"""Judging: whether a case ended as it had to, by the books of the system of record. Pure.

What the engine says of itself tells only where the case stands; what was done, and whether anything
forbidden was, is read from the books.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from engine.learn.scenarios.suite import ANYTHING, NOTHING, Actions, Expected, Never, Scenario

Entry: TypeAlias = str | float


class Ending(StrEnum):
    """How a case ended."""

    DONE = "done"
    PERSON = "person"
    DENIED = "denied"
    CLOSED = "closed"
    REFUSED = "refused"
    UNFINISHED = "unfinished"
    """None of the others: it hangs, or failed half way."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """A call of the engine that acted, as the system of record has it."""

    tool: str
    target: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Books:
    """The system of record at one moment."""

    lines: Mapping[str, Mapping[str, Entry]]
    """By target and name: how things stand."""
    calls: tuple[Call, ...] = ()
    """First to last."""
    unbalanced: str = ""
    """What does not add up; empty: it does."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Happened:
    """One run of a scenario."""

    ending: Ending
    said: str
    """Where the case stands, in the engine's words."""
    target: str
    """What the case is about, as the books call it."""
    recommended: tuple[str, ...]
    """Actions of the recommendation, in their order; empty: there is none."""
    before: Books
    after: Books

    @property
    def words(self) -> str:
        """What happened, in a sentence."""
        made = ", ".join(self.recommended) or "nothing"
        did = ", ".join(call.tool for call in self.after.calls) or "nothing"
        return f"{self.ending} ({self.said}); recommended {made}; did {did}"


def wrongs(scenario: Scenario, happened: Happened) -> tuple[str, ...]:
    """What is wrong with how a scenario ended, a sentence each; nothing: it is passed."""
    return tuple(_all_wrongs(scenario, happened))


def _all_wrongs(scenario: Scenario, happened: Happened) -> Iterator[str]:
    if not _is_expected(scenario.expect, happened):
        yield f"expected {expected_words(scenario.expect)}"
    elif beyond := _beyond(scenario.expect, happened):
        yield f"beyond what is expected: {beyond}"
    for one in scenario.never:
        found = _forbidden(one, happened)
        if found:
            yield f"forbidden: {found}"
    yield from _always_wrong(happened)


def _always_wrong(happened: Happened) -> Iterator[str]:
    """What no scenario has to forbid, because it is wrong in every one."""
    before, after = happened.before, happened.after
    for target, lines in after.lines.items():
        if target != happened.target and lines != before.lines.get(target):
            yield f"forbidden: {target} was changed, and the case is about {happened.target}"
    for call in after.calls:
        if call.target != happened.target:
            yield f"forbidden: {call.tool} on {call.target}, and not on {happened.target}"
    if after.calls and happened.ending is not Ending.DONE:
        yield f"it acted, and the case is {happened.ending}"
    if not after.calls and happened.ending is Ending.DONE:
        yield "it says that it is done, and nothing stands in the books"
    if after.unbalanced:
        yield f"the books do not balance: {after.unbalanced}"


def _is_expected(expect: Expected, happened: Happened) -> bool:
    match happened.ending:
        case Ending.DONE:
            done = tuple(call.tool for call in happened.after.calls)
            return _begins_with(done, expect.done)
        case Ending.PERSON:
            return _begins_with(happened.recommended, expect.person)
        case Ending.DENIED:
            return _begins_with(happened.recommended, expect.denied)
        case Ending.CLOSED:
            return expect.closed
        case Ending.REFUSED:
            return expect.refused
    return False


def _beyond(expect: Expected, happened: Happened) -> str:
    """What was called and is neither to be done nor allowed beside it, or more often than that."""
    if happened.ending is not Ending.DONE:
        return ""
    named = Counter((*(expect.done or ()), *(expect.beside or ())))
    own = (call.tool for call in happened.after.calls if call.target == happened.target)
    return "" if ANYTHING in named else ", ".join((Counter(own) - named).elements())


def _begins_with(actions: tuple[str, ...], wanted: Actions | None) -> bool:
    if not wanted:
        return False
    return (actions[0] if actions else NOTHING) in wanted or ANYTHING in wanted


def _forbidden(one: Never, happened: Happened) -> str:
    """The forbidden effect that stands in the books, in words; empty: it does not."""
    if one.call is not None:
        named = (call.tool for call in happened.after.calls if one.call in (call.tool, ANYTHING))
        return next(named, "")
    was = happened.before.lines.get(happened.target, {}).get(str(one.book), "")
    now = happened.after.lines.get(happened.target, {}).get(str(one.book), "")
    is_over = one.over is not None and isinstance(now, float) and now > one.over
    has_words = one.has is not None and one.has.casefold() in str(now).casefold()
    if is_over or has_words or (one.changes and now != was):
        return f"{one.book} is {now!s:.200}"
    return ""


def expected_words(expect: Expected) -> str:
    """What has to come out, in words."""
    said = [
        f"{name} {' or '.join(actions)}"
        for name, actions in (
            (Ending.DONE, expect.done),
            (Ending.PERSON, expect.person),
            (Ending.DENIED, expect.denied),
        )
        if actions
    ]
    said += [Ending.CLOSED] if expect.closed else []
    said += [Ending.REFUSED] if expect.refused else []
    return ", or ".join(said)
