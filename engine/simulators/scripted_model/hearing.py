"""Hearing: what a script finds in the texts of a case, quoted word for word.

A short table of phrases; it hears less than people do, and nothing that is not in the table.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from engine.simulators.scripted_model.window import Sayable, Window

_NO = r"(?<!not )(?<!n't )(?<!never )"
TO_SOFTWARE = re.compile(
    r"(?:ignore|override|forget) (?:all |your |any |the )*(?:previous |these )*"
    r"(?:instructions?|rules?|policy|limits?)|\b(?:system|assistant|agent) ?:|</?\w+>|"
    r"policy update",
    re.IGNORECASE,
)
"""Words that are meant for software."""
_ADDRESS = re.compile(
    r"(?P<new_street>[A-Z][\w' .-]{1,40} \d+\w?), (?P<new_postal_code>\d{4,6}) "
    r"(?P<new_city>[A-Z][\w -]{1,40}), (?P<new_country>[A-Z][A-Za-z]+(?: [A-Z][a-z]+)?)"
)
_Table = Mapping[str, tuple[tuple[str, str], ...]]
_PHRASES: _Table = MappingProxyType(
    {
        "is_address_right": (
            ("yes", _NO + r"address is (?:right|correct|complete)"),
            ("yes", r"nothing is wrong with the address"),
        ),
        "wants_cancel": (("yes", _NO + r"\bcancel(?: it| this| the order)?\b"),),
        "accepts_substitute": (
            ("no", r"no(?:t want a)? substitutes?"),
            ("yes", r"(?:something similar|a replacement|a substitute) is fine"),
        ),
        "can_wait": (("yes", r"\b(?:i|it) can wait\b"), ("yes", r"no hurry")),
        "needed_by": (("", r"(?<=needed by )\d{4}-\d\d-\d\d"),),
        "claims_double": (("yes", r"(?:charged|paid|taken)(?: \w+){0,2} twice"),),
        "is_received": (
            ("yes", _NO + r"\bfound it\b"),
            ("yes", r"has turned up"),
            ("no", r"nothing (?:has )?arrived|never (?:arrived|got)|did not receive"),
        ),
        "is_with_neighbour": (
            ("no", r"neighbours? (?:has no|does not have)|none of my neighbours"),
        ),
        "is_second_meant": (
            ("no", r"(?:twice )?by (?:mistake|accident)|was a mistake|one is enough"),
            ("yes", r"(?:is|are) (?:a gift|a present|meant)|keep both"),
        ),
        "explains_order": (("yes", r"is a (?:gift|present)|for the whole \w+|having a \w+"),),
        "denies_order": (("yes", r"did not (?:place|order)|not my order"),),
        "presses": (("yes", r"(?:ship|send) it (?:at once|immediately|right now)|ship today"),),
        "carrier_says": (
            ("recipient_unknown", r"recipient unknown"),
            ("street_not_found", r"street not found|house number missing"),
            ("refused", r"\brefused\b"),
            ("access_blocked", r"access blocked|gate was locked"),
            ("safe_place", r"safe place|on the porch"),
            ("neighbour", r"\bneighbour\b"),
            ("signature", r"signature|signed for"),
        ),
        "detector_says": (
            ("pick_failed", r"pick failed"),
            ("feeds_disagree", r"feeds disagree|counts? (?:disagree|differ)"),
            ("captured_twice", r"captured twice"),
            ("difference", r"difference of"),
        ),
    }
)
"""By what is said: a value and the words for it, the first that is found."""


def statements(window: Window) -> list[dict[str, str]]:
    """What the texts of a window say of what is listed there, in the form that is asked for."""
    return [said for one in window.sayable for said in _said(one, window.told_text(one.text))]


def _said(what: Sayable, text: str) -> Iterator[dict[str, str]]:
    name = what.name.rpartition(".")[2]
    if name == "addresses_software":
        if found := TO_SOFTWARE.search(text):
            yield _statement(what, "yes", found[0])
        return
    if name.startswith("new_"):
        found = _ADDRESS.search(text)
        if found and not TO_SOFTWARE.search(text):
            yield _statement(what, "", found[name])
        return
    for value, phrase in _PHRASES.get(name, ()):
        found = re.search(phrase, text, re.IGNORECASE)
        if found and (value in what.values or not what.values):
            yield _statement(what, value, found[0])
            return


def _statement(what: Sayable, value: str, words: str) -> dict[str, str]:
    return {"what": what.name, "value": value, "words": words}
