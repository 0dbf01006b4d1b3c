"""What people call the desks, tools and facts that a ledger entry names by code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.desk import Desk
from engine.service.phrases import scope_words
from engine.service.words import name
from engine.store.read_words import Payload


@dataclass(frozen=True, kw_only=True, slots=True)
class Spoken:
    """Names in words, over all desks that run here."""

    desks: Mapping[str, str] = field(default_factory=dict)
    """Titles of desks, by name."""
    titles: Mapping[str, str] = field(default_factory=dict)
    """Tools, facts and sources in words, by code."""

    def in_words(self, payload: Payload) -> Payload:
        """The payload with its codes in words; what is no text is left to the sentence."""
        changed = {
            part: said
            for part, said in (
                ("tool", self._tool(payload.get("tool"))),
                ("attribute", self._fact(payload.get("attribute"))),
                ("source", self._fact(payload.get("source"))),
                ("scope", self._scope(payload.get("scope"))),
            )
            if said
        }
        return {**payload, **changed} if changed else payload

    def _tool(self, code: object) -> str:
        return self.titles.get(code, name(code)) if isinstance(code, str) and code else ""

    def _fact(self, attribute: object) -> str:
        # A person may have named it: then it stays as it was written.
        return self.titles.get(attribute, "") if isinstance(attribute, str) else ""

    def _scope(self, scope: object) -> str:
        return scope_words(scope, self.desks, self.titles) if isinstance(scope, str) else ""


UNSPOKEN = Spoken()
"""Where no desk is known: codes as plain words."""


def spoken_of(desks: Mapping[str, Desk]) -> Spoken:
    """The names that these desks give their things."""
    titles: dict[str, str] = {}
    for desk in desks.values():
        titles |= desk.titles
    return Spoken(desks={desk.name: desk.title for desk in desks.values()}, titles=titles)
