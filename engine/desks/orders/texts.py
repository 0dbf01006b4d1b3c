"""Texts: what customers, carriers and detectors say, recognised by declared patterns.

A text is data: it may say something about a case, never what is to be done. What is recognised
stands in `sayings`; what it means for a case is the playbook's business.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from engine.desks.orders.sayings import CARRIER, CUSTOMER, DETECTOR, SAYINGS
from engine.desks.orders.text_values import COUNTRIES, day_of, minor_of
from engine.domain.fact import FactValue, Quote
from engine.domain.plain_text import PlainText, plain_text

LONGEST_READ = 10_000
"""Characters of a text that are looked at; intake takes no more."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """One thing a text says, and where."""

    attribute: str
    value: FactValue
    quote: Quote


_TO_SOFTWARE = re.compile(
    r"ignore (?:all |any |the |your |these )*(?:previous |prior |above )*"
    r"(?:instructions?|polic|rules?)"
    r"|\bsystem ?:|<\/?(?:case|system|instruction|prompt)|\b(?:assistant|model|agent) ?:"
    r"|override (?:your|the|all) (?:limits?|rules?|polic)|approve (?:at once|immediately|this now)"
    r"|javascript:|<(?:img|script|iframe)|\{\{|drop table|=hyperlink\("
)
_NEAR = 40
"""Characters before a saying in which a `not` takes it back."""
_NO_BEFORE = re.compile(r"(?:\bnot|\bnever|n't|\bno|\bcannot)(?: \w+){0,2} $")
_ADDRESS = re.compile(
    r"(?:address(?: is(?: now)?)?|(?:deliver|send|ship)(?:\s(?:it|them|this))? to|moved to"
    r"|live (?:at|in)|address to)\s?:?\s?"
    r"(?!(?:is|was|now|not|no longer|never|wrong)\b)"
    r"(?P<street>\w(?:(?!\b(?:address|deliver|moved|live)\b)[^,;:!?]){1,79}), ?"
    r"(?P<postal_code>[a-z]{0,2}-?\d{3,6}(?:-\d{3,4})?(?: [a-z]{2}(?= [a-z]))?"
    r"|[a-z]{1,2}\d[a-z\d]? \d[a-z]{2}) "
    r"(?P<city>[^\s,;:!?\d][^,;:!?\d]{1,59}), ?"
    rf"(?P<country>{'|'.join(sorted(COUNTRIES, key=len, reverse=True))})\b"
)
_PAST = re.compile(
    r"\b(?:old|former|previous|earlier|wrong|used to|no longer|not|never|cannot|wrote|said|told"
    r"|asked|somebody|someone)\b|n't\b"
)
"""Before an address in its sentence: it is not the one that is meant, unless it is called new."""
_AFTERWARDS = re.compile(
    r"[^.!?]{0,30}\b(?:any ?more|no longer|is wrong|is old)\b|\W{0,3}(?:that|this|it) (?:was|is)"
    r"(?: not|n't) (?:me|mine|my)\b"
)
_NEW = re.compile(r"\bnew $")
_NEEDED = re.compile(
    r"(?:need(?:ed|s)?(?: \w+){0,2} (?:by|before|until|on)|must (?:be here|arrive) (?:by|before)"
    r"|by)(?: the)? (?P<day>\d{4}-\d\d-\d\d|\d{1,2}\.\d{1,2}\.(?:\d{4})?"
    r"|\d{1,2}(?:st|nd|rd|th)?(?: of)? [a-z]{3,9}\b(?: \d{4})?|[a-z]{3,9} \d{1,2}\b(?:, \d{4})?)"
)
_AMOUNT = re.compile(
    r"(?P<before>eur|usd|gbp|chf|€|\$|£)? ?"
    r"(?<![\d.,])(?P<amount>\d{1,3}(?:[ .,]\d{3}){0,4}[.,]\d\d|\d{1,7}[.,]\d\d)"
    r" ?(?P<after>eur|usd|gbp|chf|€|\$|£)?(?![\d.,]*\d)"
)


def said_in(payload: Mapping[str, object], as_of: date) -> tuple[Said, ...]:
    """Everything the texts of a signal say, in the order of the table.

    Args:
        payload: The signal's fields; texts by name.
        as_of: When the case was raised: a day without a year is the next such day.
    """
    return tuple(
        said
        for field in (CUSTOMER, CARRIER, DETECTOR)
        for said in _of_field(field, str(payload.get(field, ""))[:LONGEST_READ], as_of)
    )


def saying_of(field: str, text: str) -> FactValue:
    """The first thing a text says in the manner of a field; None where it says nothing known."""
    return next((said.value for said in _sayings(field, plain_text(text))), None)


def _of_field(field: str, original: str, as_of: date) -> Iterator[Said]:
    if not original:
        return
    text = plain_text(original)
    yield from _first_of_each(_sayings(field, text))
    if field == CUSTOMER:
        yield from _address(text)
        yield from _needed_by(text, as_of)
    if field in (CUSTOMER, DETECTOR):
        yield from _amount(field, text)
    found = _TO_SOFTWARE.search(text.text)
    if found is not None:
        yield _said(field, "addresses_software", True, text, found.span())


def _sayings(field: str, text: PlainText) -> Iterator[Said]:
    for saying in SAYINGS:
        if saying.field != field:
            continue
        for found in saying.pattern.finditer(text.text):
            if saying.takes_no and _is_denied(text.text, found.start()):
                continue
            yield _said(field, saying.attribute, saying.value, text, found.span())
            break


def _is_denied(text: str, start: int) -> bool:
    return _NO_BEFORE.search(text, max(0, start - _NEAR), start) is not None


def _first_of_each(said: Iterator[Said]) -> Iterator[Said]:
    """One value an attribute: what stands first in the table is the more telling."""
    seen: dict[str, FactValue] = {}
    for one in said:
        if one.attribute not in seen:
            seen[one.attribute] = one.value
            yield one


def _address(text: PlainText) -> Iterator[Said]:
    """The address to which a customer wants it sent; none from a text that speaks to software."""
    if _TO_SOFTWARE.search(text.text):
        return
    meant = (one for one in _ADDRESS.finditer(text.text) if not _is_taken_back(text.text, one))
    found = next(meant, None)
    if found is None:
        return
    for part in ("street", "postal_code", "city"):
        words = text.words(*found.span(part)).strip(" .")
        yield _said(CUSTOMER, f"new_{part}", words[:200], text, found.span(part))
    country = COUNTRIES[found["country"]]
    yield _said(CUSTOMER, "new_country", country, text, found.span("country"))


def _is_taken_back(text: str, found: re.Match[str]) -> bool:
    """Whether the words around an address say that it is not, or no longer, the right one."""
    start = found.start()
    if _is_denied(text, start) or _AFTERWARDS.match(text, found.end()):
        return True
    if _NEW.search(text, max(0, start - _NEAR), start) or found[0].startswith("moved to"):
        return False
    sentence = max(text.rfind(end, 0, start) for end in ".!?")
    return _PAST.search(text, sentence + 1, start) is not None


def _needed_by(text: PlainText, as_of: date) -> Iterator[Said]:
    for found in _NEEDED.finditer(text.text):
        day = day_of(found["day"], as_of)
        if day is not None:
            yield _said(CUSTOMER, "needed_by", day.isoformat(), text, found.span())
            return


def _amount(field: str, text: PlainText) -> Iterator[Said]:
    for found in _AMOUNT.finditer(text.text):
        if found["before"] or found["after"]:
            yield _said(field, "claimed_minor", minor_of(found["amount"]), text, found.span())
            return


def _said(
    field: str, attribute: str, value: FactValue, text: PlainText, span: tuple[int, int]
) -> Said:
    start, end = text.span(*span)
    quote = Quote(field=field, start=start, end=end)
    return Said(attribute=attribute, value=value, quote=quote)


WORDS: Mapping[str, str] = MappingProxyType(
    {CUSTOMER: "customer's message", CARRIER: "carrier's notice", DETECTOR: "detector's note"}
)
"""What people call the texts."""
