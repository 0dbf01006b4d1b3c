"""Leaning: what a script takes for the case, and the rules by which it comes to that.

A rule is a row of a table: when it holds, what it takes for the cause, what it would do, how sure
it is, and on which facts that rests. The first rule that holds is taken; none: it is unclear. How
sure a rule is, is written down by hand and measured by nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from engine.simulators.scripted_model.sight import Sight

ASK = "ask_customer"
"""What is done where nothing is clear, if it can be had."""
UNSURE = 0.35
"""How sure a script is of what it does then."""
_MOST_CITED = 6


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """One row."""

    when: Callable[[Sight], bool]
    cause: str
    """As it is listed among what may be the case."""
    does: str
    """What it would do about it: the name of an option; empty: nothing is to be done."""
    sure: float
    because: str
    """Why, in a sentence without amounts."""
    cites: tuple[str, ...]
    """Patterns of the facts that it rests on, the strongest first."""
    against: tuple[str, ...] = ()
    """Patterns of the facts that speak against it."""
    rival: str = ""
    """What else it may be."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Leaning:
    """What a script takes for the case."""

    does: str
    sure: float
    because: str
    cites: tuple[str, ...]
    """Ids of facts that are there and not too old."""
    against: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    cause: str = ""
    """Empty: it is unclear."""
    rival: str = ""

    def grounds(self, confidence: float | None = None) -> dict[str, Any]:
        """What speaks for it and against it, in the form in which the engine asks for it.

        Args:
            confidence: Where it is not as sure as the rule is.
        """
        return {
            "because": self.because,
            "cites": [_cited(one, place) for place, one in enumerate(self.cites)],
            "against": [_cited(one, 2, _AGAINST) for one in self.against],
            "missing": list(self.missing),
            "confidence": self.sure if confidence is None else confidence,
        }


_FOR = "It is what the systems and texts of this case show."
_AGAINST = "It points the other way."
_STRENGTHS = ("strong", "some")


def leaning(
    sight: Sight, rules: Sequence[Rule], *, looks_at: Sequence[str], misses: Sequence[str]
) -> Leaning:
    """What the first rule that holds comes to.

    Args:
        sight: The facts.
        rules: In order.
        looks_at: Patterns of facts to cite where no rule holds.
        misses: Ids of facts that would help and may not be there.
    """
    rule = next((one for one in rules if one.when(sight)), None)
    missing = tuple(one for one in misses if one not in sight.facts)
    patterns = rule.cites if rule else tuple(looks_at)
    cites = _usable(sight, patterns) or _usable(sight, ("*",))[:1]
    against = _against(sight, cites, rule.against if rule else ())
    if rule is None:
        return Leaning(
            does=ASK,
            sure=UNSURE,
            because="Nothing that is known tells the causes apart, so nothing beyond asking is "
            "put forward.",
            cites=cites,
            against=against,
            missing=missing,
        )
    return Leaning(
        does=rule.does,
        sure=rule.sure,
        because=rule.because,
        cites=cites,
        against=against,
        missing=missing,
        cause=rule.cause,
        rival=rule.rival,
    )


def _usable(sight: Sight, patterns: Sequence[str]) -> tuple[str, ...]:
    found = (one for one in sight.named(*patterns) if sight.is_usable(one))
    return tuple(found)[:_MOST_CITED]


def _against(sight: Sight, cites: Sequence[str], patterns: Sequence[str]) -> tuple[str, ...]:
    """What contradicts the cited facts, and what the rule itself names."""
    rivals = (rival for one in cites for rival in sight.facts[one].against)
    named = (*rivals, *_usable(sight, patterns))
    return tuple(dict.fromkeys(one for one in named if one not in cites))[:_MOST_CITED]


def _cited(fact: str, place: int, why: str = _FOR) -> dict[str, str]:
    return {"fact": fact, "why": why, "strength": _STRENGTHS[min(place, len(_STRENGTHS) - 1)]}
