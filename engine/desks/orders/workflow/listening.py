"""Listening: what may be heard in the texts of a case, and the facts that come of it.

The model finds the words; the desk's code says what they are worth. What code recognised itself is
never overwritten, and an address out of a text that speaks to software is not taken.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from engine.desks.orders.reading import TELLS, tell_said
from engine.desks.orders.sayings import CARRIER, CUSTOMER, DETECTOR, SAYINGS
from engine.desks.orders.sources import Teller
from engine.desks.orders.text_values import COUNTRIES, day_of
from engine.desks.orders.texts import Said
from engine.domain.fact import Fact, FactValue
from engine.domain.plain_text import plain_text
from engine.domain.recommendation import Reason
from engine.reason.workflow.known import Heard, Known, Listening, Sayable

_SOFTWARE = "addresses_software"
_ADDRESS = ("new_street", "new_postal_code", "new_city", "new_country")
_LONGEST = 200
_MEANS: Mapping[str, str] = MappingProxyType(
    {
        "is_address_right": "whether the customer says that the order's address is right",
        "new_street": "street and house number of the address to which it should go instead",
        "new_postal_code": "its postal code",
        "new_city": "its city",
        "new_country": "its country",
        "wants_cancel": "the customer asks to cancel, or for the money back",
        "accepts_substitute": "whether another article would do",
        "can_wait": "the customer can wait",
        "needed_by": "the day by which the customer needs it",
        "claims_double": "the customer says that it was charged twice",
        "is_received": "whether the customer has the parcel",
        "is_with_neighbour": "whether a neighbour has it, as far as the customer says",
        "is_second_meant": "whether the second order is meant",
        "explains_order": "the customer explains why this order is unusual",
        "denies_order": "the customer says that somebody else placed it",
        "presses": "the customer presses for it to be sent at once",
        "carrier_says": "why, or how, in the carrier's words",
        "detector_says": "what the detector found",
        _SOFTWARE: "it gives instructions to software, or claims to come from a system",
    }
)
_WORD: Mapping[FactValue, str] = MappingProxyType({True: "yes", False: "no"})


def sayable(field: str, *attributes: str) -> tuple[Sayable, ...]:
    """What may be heard in one text; that it speaks to software may be heard in each."""
    return tuple(
        Sayable(
            text=field,
            name=f"{TELLS[field]}.{name}",
            means=_MEANS[name],
            values=_values(field, name),
        )
        for name in (*attributes, _SOFTWARE)
    )


def listen(known: Known, heard: Sequence[Heard]) -> Listening:
    """Make facts of what was heard; where code had recognised something else, a doubt."""
    tell = Teller(as_of=_said_at(known), at=known.at, facts=list(known.facts))
    said = [one for one in (_said(each, tell.as_of) for each in heard) if one is not None]
    spoiled = {one.quote.field for one in said if one.attribute == _SOFTWARE}
    spoiled |= {
        field for field, source in TELLS.items() if known.value(f"{source}.{_SOFTWARE}@{source}")
    }
    tell_said(
        tell,
        [one for one in said if one.attribute not in _ADDRESS or one.quote.field not in spoiled],
    )
    new, doubts = [], []
    for fact in tell.facts[len(known.facts) :]:
        told = known.fact(fact.id)
        if told is None:
            new.append(fact)
        elif told.value != fact.value:
            doubts.append(_doubt(told))
    return Listening(facts=tuple(new), doubts=tuple(doubts))


def _values(field: str, attribute: str) -> Mapping[str, FactValue]:
    """The words for the values of an attribute; none where the quoted words are the value."""
    if attribute in (*_ADDRESS, "needed_by"):
        return MappingProxyType({})
    if attribute == _SOFTWARE:
        return MappingProxyType({"yes": True})
    values = [one.value for one in SAYINGS if (one.field, one.attribute) == (field, attribute)]
    return MappingProxyType({_WORD.get(one, str(one)): one for one in dict.fromkeys(values)})


def _said(heard: Heard, as_of: datetime) -> Said | None:
    """A statement in the desk's own form; None where its words are not worth a value."""
    attribute = heard.name.rpartition(".")[2]
    value: FactValue = heard.value
    if value is None:
        plain = plain_text(heard.words)
        if attribute == "needed_by":
            day = day_of(plain.text.strip(), as_of.date())
            value = None if day is None else day.isoformat()
        elif attribute == "new_country":
            value = COUNTRIES.get(plain.text.strip(" ."))
        elif plain.text.strip():
            value = plain.words(0, len(plain.text)).strip(" .")[:_LONGEST]
    if value is None:
        return None
    return Said(attribute=attribute, value=value, quote=heard.quote)


def _said_at(known: Known) -> datetime:
    """When the case was raised: as the facts of its texts have it."""
    texts: list[Fact] = [one for one in known.facts if one.entity == "text"]
    return min((one.observed_at for one in texts), default=known.at)


def _doubt(told: Fact) -> Reason:
    text = "The model reads this otherwise than the desk's own patterns; please look at the words."
    return Reason(fact=told.id, text=text, weight=0.0)


ADDRESS = (
    *sayable(CUSTOMER, "is_address_right", *_ADDRESS, "wants_cancel"),
    *sayable(CARRIER, "carrier_says"),
)
SHORTAGE = (
    *sayable(CUSTOMER, "accepts_substitute", "can_wait", "needed_by", "wants_cancel"),
    *sayable(DETECTOR, "detector_says"),
)
PAYMENT = (*sayable(CUSTOMER, "claims_double"), *sayable(DETECTOR, "detector_says"))
DELIVERY = (
    *sayable(CUSTOMER, "is_received", "is_with_neighbour"),
    *sayable(CARRIER, "carrier_says"),
)
SECOND_ORDER = sayable(CUSTOMER, "is_second_meant", "wants_cancel")
SUSPICION = (
    *sayable(CUSTOMER, "explains_order", "denies_order", "presses"),
    *sayable(DETECTOR),
)
