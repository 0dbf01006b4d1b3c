"""Wishes: why customers who wait for scarce goods leave, stay, keep a substitute or send it back.

Hidden causes with the chances of what each shows. The weights are judgement; no playbook, no
allocation and no reasoner sees them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """A hidden cause: what a customer really wants, and how likely it shows."""

    name: str
    share: float
    keeps: float
    """Chance that a substitute is kept."""
    two_weeks: float
    """Chance to leave within two weeks of waiting, where no day is kept."""
    tells_day: float
    """Chance that a day was given with the order."""
    takes: Mapping[str, float]
    """Chances of what was ticked when ordering: yes, no, or nothing."""
    says: Mapping[str, float]
    """Chances of what the customer writes."""


def _chances(text: str) -> Mapping[str, float]:
    pairs = (one.split(":") for one in text.split())
    return MappingProxyType({name: float(weight) for name, weight in pairs})


WISHES = (
    Wish(
        name="patient",
        share=0.28,
        keeps=0.55,
        two_weeks=0.03,
        tells_day=0.05,
        takes=_chances("asked_not:70 yes:18 no:12"),
        says=_chances("silent:60 can_wait:40"),
    ),
    Wish(
        name="has_a_day",
        share=0.24,
        keeps=0.80,
        two_weeks=0.0,
        tells_day=0.80,
        takes=_chances("asked_not:55 yes:38 no:7"),
        says=_chances("silent:65 needed_by:35"),
    ),
    Wish(
        name="only_this",
        share=0.16,
        keeps=0.05,
        two_weeks=0.10,
        tells_day=0.10,
        takes=_chances("asked_not:35 no:62 yes:3"),
        says=_chances("silent:60 no_substitutes:40"),
    ),
    Wish(
        name="anything_will_do",
        share=0.24,
        keeps=0.97,
        two_weeks=0.25,
        tells_day=0.08,
        takes=_chances("asked_not:45 yes:53 no:2"),
        says=_chances("silent:95 can_wait:5"),
    ),
    Wish(
        name="gone",
        share=0.08,
        keeps=0.0,
        two_weeks=1.0,
        tells_day=0.12,
        takes=_chances("asked_not:70 yes:20 no:10"),
        says=_chances("silent:60 cancel:40"),
    ),
)
