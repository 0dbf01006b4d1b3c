"""Sayings: the table of what is recognised in texts, and how people write it.

One row a saying; to recognise another one, add a row. Patterns are matched over plain text: small
letters, no marks, single spaces. Every repetition has an end, so that no text takes long.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from engine.domain.fact import FactValue

CUSTOMER = "customer_message"
CARRIER = "carrier_notice"
DETECTOR = "detector_note"


@dataclass(frozen=True, kw_only=True, slots=True)
class Saying:
    """A pattern over plain text, and what it says where it is found."""

    field: str
    attribute: str
    value: FactValue
    pattern: re.Pattern[str]
    takes_no: bool = False
    """Whether a `not` right before it takes it back."""


def _saying(
    field: str, attribute: str, value: FactValue, *patterns: str, takes_no: bool = False
) -> Saying:
    pattern = re.compile("|".join(f"(?:{one})" for one in patterns))
    return Saying(field=field, attribute=attribute, value=value, pattern=pattern, takes_no=takes_no)


_THERE = r"(?:address|house number|everything)"
_PARCEL = r"(?:parcel|package|packet|order|delivery|shipment|it|anything)"
_ONE = r"(?:parcel|package|packet|it|any|anything|one)"

SAYINGS: tuple[Saying, ...] = (
    _saying(
        CUSTOMER,
        "is_address_right",
        True,
        rf"{_THERE} (?:is|was|are|looks) (?:all |quite |perfectly )?"
        r"(?:right|correct|fine|complete|ok)\b",
        r"(?:nothing|not anything) (?:is )?wrong with (?:the|my) address",
        r"address has not changed",
        takes_no=True,
    ),
    _saying(
        CUSTOMER,
        "accepts_substitute",
        False,
        r"(?:no|without|(?:not|don't|n't) (?:want|accept|like))(?: any| a)? "
        r"(?:substitutes?|substitutions?|replacements?|alternatives?)",
        r"(?:only|exactly) (?:this|that|the) (?:one|model|colou?r|version)",
        r"exactly what i ordered",
    ),
    _saying(
        CUSTOMER,
        "accepts_substitute",
        True,
        r"(?:substitute|substitution|replacement|alternative|something similar|another colou?r) "
        r"(?:is|would be|are) (?:also )?(?:fine|ok|okay|welcome|alright)",
        takes_no=True,
    ),
    _saying(
        CUSTOMER,
        "can_wait",
        True,
        r"(?:i|we|it) can (?:happily |easily |gladly )?wait",
        r"no (?:hurry|rush)\b",
        r"(?:happy|glad|willing) to wait",
        r"take your time",
        takes_no=True,
    ),
    _saying(
        CUSTOMER,
        "wants_cancel",
        True,
        r"(?:please|just|want to|like to|wish to|have to|must|can you|could you) cancel",
        r"(?<!to )\bcancel (?:it|this|the order|my order|everything)\b",
        r"want my money back",
        takes_no=True,
    ),
    _saying(
        CUSTOMER,
        "claims_double",
        True,
        r"(?:charged|debited|taken|paid|booked|billed)(?: \w+){0,3} (?:twice|two times|double)",
        r"(?:two|double) (?:payments|charges|debits)",
    ),
    _saying(
        CUSTOMER,
        "is_received",
        True,
        r"\bfound (?:it|the parcel|my parcel|the package)\b",
        r"(?:parcel|package|it) (?:has |just )?(?:turned|showed) up",
        r"(?:has|have|it) (?:now |finally |since )?arrived (?:now|after all|today|since)",
        r"i have it now",
        takes_no=True,
    ),
    _saying(
        CUSTOMER,
        "is_received",
        False,
        r"(?:nothing|not anything) (?:has |had |ever |was )?"
        r"(?:arrived|come|been delivered|delivered)",
        rf"(?:not|never|n't)(?: \w+)? (?:received?|gotten|got|get|seen) (?:\w+ ){{0,2}}{_PARCEL}\b",
        rf"{_PARCEL} (?:has |had |was |did )?(?:not|never)(?: \w+)? "
        r"(?:arrived?|come|came|delivered)",
        rf"{_PARCEL} (?:hasn't|didn't|wasn't)(?: \w+)? (?:arrived?|come|came|delivered)",
    ),
    _saying(
        CUSTOMER,
        "is_with_neighbour",
        False,
        rf"neighbou?rs? (?:\w+ )?(?:has|have|had|got) (?:no|not|never) (?:\w+ )?{_ONE}",
        r"neighbou?rs? (?:does|do|did) not (?:\w+ )?(?:have|know|get) ",
        r"neighbou?rs? (?:doesn't|don't|didn't|hasn't|haven't) (?:have|know|get|got) ",
        r"(?:none|not one) of (?:my|the|our) neighbou?rs",
    ),
    _saying(
        CUSTOMER,
        "is_second_meant",
        False,
        r"(?:ordered|bought|order)(?: \w+){0,3} (?:twice|two times|double)(?: \w+){0,2}"
        r" (?:by mistake|by accident|accidentally)",
        r"(?:by mistake|by accident|accidentally)(?: \w+){0,3} (?:ordered|bought)"
        r"(?: \w+){0,3} twice",
        r"(?:second|other|duplicate)(?: \w+)? (?:order|one)? ?(?:was|is) (?:a|by) "
        r"(?:mistake|accident|error)",
        r"clicked(?: \w+)? (?:twice|again)",
        r"one is enough",
        r"only (?:want|need|wanted|needed) one",
    ),
    _saying(
        CUSTOMER,
        "is_second_meant",
        True,
        r"(?:second|other)(?: \w+){0,2} is (?:a |meant as a )?(?:gift|present|for)\b",
        r"one of them is a (?:gift|present)",
        r"(?:keep|want|need|send|meant to order) both",
        r"both (?:are|were) (?:meant|intended|wanted)",
        takes_no=True,
    ),
    _saying(
        CUSTOMER,
        "explains_order",
        True,
        r"(?:is|as|it's) a (?:gift|present|surprise)",
        r"for (?:my|our|the) (?:\w+ )?(?:office|company|team|wedding|party|parents|school)",
        r"(?:we are|we're|i am|i'm) having a",
        r"(?:i|we) (?:really )?(?:placed|made|meant) (?:this|the|that) order",
        takes_no=True,
    ),
    _saying(
        CUSTOMER,
        "denies_order",
        True,
        r"(?:i|we) (?:did not|didn't|have not|haven't|never) "
        r"(?:place|placed|make|made|order|ordered) (?:this|that|the|any)",
        r"not my order\b",
    ),
    _saying(
        CUSTOMER,
        "presses",
        True,
        r"(?:ship|send|dispatch|deliver)(?: \w+)? "
        r"(?:at once|immediately|right (?:now|away)|today|now)\b",
        r"\burgent\b",
        r"need (?:it|this|them) (?:today|tonight|now)\b",
        r"(?:why is|why has) (?:\w+ )?not (?:been )?(?:sent|shipped)",
        takes_no=True,
    ),
    _saying(
        CARRIER,
        "carrier_says",
        "recipient_unknown",
        r"(?:recipient|addressee|name) (?:is )?(?:unknown|not known|not found)",
        r"unknown (?:recipient|addressee)",
    ),
    _saying(
        CARRIER,
        "carrier_says",
        "street_not_found",
        r"street (?:is )?(?:unknown|not found)",
        r"(?:house )?(?:number|no\.?) (?:is )?(?:missing|not found|unknown)",
        r"address (?:is )?incomplete",
    ),
    _saying(
        CARRIER,
        "carrier_says",
        "refused",
        r"\brefused\b",
        r"(?:acceptance|delivery) (?:declined|rejected)",
        takes_no=True,
    ),
    _saying(
        CARRIER,
        "carrier_says",
        "access_blocked",
        r"(?:access|entrance|road|driveway) (?:is |was )?(?:blocked|closed|denied)",
        r"(?:gate|door) (?:is |was )?locked",
        r"no access\b",
    ),
    _saying(
        CARRIER,
        "carrier_says",
        "safe_place",
        r"safe place",
        r"(?:left|put) (?:at|on|in) (?:the )?"
        r"(?:porch|garage|shed|doorstep|terrace)",
    ),
    _saying(CARRIER, "carrier_says", "neighbour", r"\bneighbou?r\b"),
    _saying(CARRIER, "carrier_says", "signature", r"\bsignature\b", r"\bsigned (?:for|by)\b"),
    _saying(
        DETECTOR,
        "detector_says",
        "pick_failed",
        r"pick(?:ing)? (?:has )?failed",
        r"bin (?:\S+ )?(?:was|is) empty",
    ),
    _saying(
        DETECTOR,
        "detector_says",
        "feeds_disagree",
        r"feeds? (?:do not agree|disagree)",
        r"count(?:s)? (?:differ|disagree)",
    ),
    _saying(DETECTOR, "detector_says", "captured_twice", r"captured (?:twice|two times)"),
    _saying(DETECTOR, "detector_says", "difference", r"difference of\b"),
)
