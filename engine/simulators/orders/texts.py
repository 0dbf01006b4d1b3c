"""Texts: a signal's value in somebody's words; some hostile, some in odd Unicode.

The dice that choose the words know the value alone, never the cause.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random

from engine.simulators.orders.wordings import (
    CARRIER,
    CHATTER,
    CUSTOMER,
    DETECTOR,
    ENDINGS,
    GREETINGS,
    HOSTILE,
)

SILENT = "silent"


@dataclass(frozen=True, kw_only=True, slots=True)
class Manners:
    """How people write in one world."""

    hostile: float
    """Share of customers' texts with an instruction in them."""
    odd: float
    """Share of customers' texts in unusual characters."""
    chatty: float
    """Share of texts with a sentence that says nothing."""


def draw_manners(random: Random) -> Manners:
    """How people write in one world."""
    return Manners(
        hostile=random.uniform(0.03, 0.10),
        odd=random.uniform(0.03, 0.10),
        chatty=random.uniform(0.20, 0.50),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Pen:
    """Writes the texts of one case."""

    dice: Random
    manners: Manners
    facts: Mapping[str, str]
    """What wordings may name: a day, an amount, an address."""

    def customer(self, value: str) -> str:
        """What the customer writes; empty where there is nothing to say."""
        sentences = []
        if value != SILENT:
            sentences.append(self._pick(CUSTOMER[value]))
        if self.dice.random() < self.manners.chatty:
            sentences.insert(self.dice.randint(0, len(sentences)), self._pick(CHATTER))
        if self.dice.random() < self.manners.hostile:
            sentences.insert(self.dice.randint(0, len(sentences)), self.dice.choice(HOSTILE))
        if not sentences:
            return ""
        text = "".join((self._pick(GREETINGS), self._joint().join(sentences), self._pick(ENDINGS)))
        return self._odd(text) if self.dice.random() < self.manners.odd else text

    def carrier(self, value: str) -> str:
        """What the carrier reports."""
        return self._pick(CARRIER[value])

    def detector(self, value: str) -> str:
        """What the detector notes."""
        return self._pick(DETECTOR[value])

    def _pick(self, wordings: tuple[str, ...]) -> str:
        wording = self.dice.choice(wordings)
        for name, fact in self.facts.items():
            wording = wording.replace("{" + name + "}", fact)
        return wording

    def _joint(self) -> str:
        return self.dice.choice((" ", " ", "\n", "\n\n"))

    def _odd(self, text: str) -> str:
        return self.dice.choice(_ODD)(text)


def _full_width(text: str) -> str:
    return "".join(chr(ord(one) + 0xFEE0) if "!" <= one <= "~" else one for one in text)


def _apart(text: str) -> str:
    return unicodedata.normalize("NFD", f"{text} Grüße, José Ångström")


def _invisible(text: str) -> str:
    return text.replace(" ", " \u200b", 3).replace(". ", ".\u00a0") + "\u200d"


def _typographic(text: str) -> str:
    return "\ufeff" + text.replace("'", "’").replace('"', "”").replace("...", "…") + " 🙏🏽📦"


def _turned(text: str) -> str:
    return f"{text} שלום مرحبا"


_ODD: tuple[Callable[[str], str], ...] = (_full_width, _apart, _invisible, _typographic, _turned)
