"""Incidents: which group a script takes for the right one.

It knows what such groups usually do, by a word in their names, and on which side of the sea some
cities lie; of the past of this desk it knows nothing. It is sure only where that and the dispatcher
agree.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from engine.simulators.scripted_model.leaning import UNSURE, Leaning, Rule, leaning
from engine.simulators.scripted_model.sight import Sight

CASE_TYPE = "routing"
_STATE = "incident.state@itsm"
_GROUP = "incident.assignment_group@itsm"
_FIRST = "incident.initial_assignment_group@intake"
_PLACE = "incident.location@intake"
_SAYS = (
    "incident.subcategory@intake",
    "incident.u_symptom@intake",
    "incident.category@intake",
)
_MISSES = (_FIRST, _PLACE, *_SAYS)
_TOPICS: Mapping[str, str] = MappingProxyType(
    {
        "password": "service desk",
        "locked out": "service desk",
        "joiners": "identity",
        "permission": "identity",
        "laptop": "field support",
        "printer": "field support",
        "monitor": "field support",
        "mailbox": "email",
        "calendar": "email",
        "remote access": "remote access",
        "wireless": "network",
        "network": "network",
        "office suite": "workplace",
        "operating system": "workplace",
        "database": "database",
        "invoice": "finance",
        "payroll": "finance",
        "warehouse": "warehouse",
    }
)
"""What a group is called that usually helps with something, by a word for that; the first holds."""
_REGIONS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "emea": frozenset({"leeds", "rotterdam", "lyon", "porto", "gdansk", "berlin", "london"}),
        "americas": frozenset({"halifax", "columbus", "austin", "toronto", "lima", "chicago"}),
        "apac": frozenset({"osaka", "perth", "penang", "sydney", "singapore", "tokyo"}),
    }
)
"""Cities on the same side of the sea."""


def routing(sight: Sight, listed: Sequence[str]) -> Leaning:
    """The group, as the cause and as what is done.

    Args:
        sight: The facts.
        listed: The groups it may be; none: those that the facts name.
    """
    rules = _rules(sight, tuple(listed) or (sight.text(_FIRST), *_at_work(sight)))
    return leaning(sight, rules, looks_at=(_STATE, *_SAYS), misses=_MISSES)


def is_clear(taken: Leaning) -> bool:
    """Whether it is more than a guess."""
    return bool(taken.cause) and taken.sure > UNSURE


def _at_work(sight: Sight) -> tuple[str, ...]:
    """All groups that have open incidents."""
    return tuple(one.removeprefix("group:") for one in sight.entities("group"))


def _rules(sight: Sight, known: Sequence[str]) -> tuple[Rule, ...]:
    """Rules for the groups at hand: none is taken that is not listed."""
    first, now = sight.text(_FIRST), sight.text(_GROUP)
    return (
        Rule(
            when=lambda see: bool(now),
            cause="",
            does="",
            sure=0.7,
            because="Somebody has given it to a group already, and nothing shows that to be wrong.",
            cites=(_GROUP, _STATE),
            against=(_FIRST,),
        ),
        Rule(
            when=lambda see: first in known and _fits(see, first),
            cause=first,
            does=first,
            sure=0.84,
            because="The dispatcher names this group, and it is what such groups usually do.",
            cites=(_FIRST, *_SAYS),
        ),
        Rule(
            when=lambda see: bool(first) and first in known and first in _at_work(see),
            cause=first,
            does=first,
            sure=0.4,
            because="The dispatcher names this group; the words of the incident do not say so.",
            cites=(_FIRST,),
            against=_SAYS,
        ),
    )


def _fits(sight: Sight, group: str) -> bool:
    """Whether a group usually does what the incident is about, and where it is."""
    name, said = group.casefold(), " / ".join(sight.text(one) for one in _SAYS).casefold()
    topic = next((does for word, does in _TOPICS.items() if word in said), None)
    region = next((one for one in _REGIONS if one in name), None)
    is_there = region is None or sight.text(_PLACE).casefold() in _REGIONS[region]
    return topic is not None and topic in name and is_there
