"""Plain text: a stranger's text made fit for matching, with the way back to its own characters.

Letters that look alike, digits of all scripts, invisible characters and typographic forms become
what they pass for, so that none of them hides a word or makes one up. No list of look-alikes is
complete. Nothing here says what a text means.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

_LOOKS_LIKE: Mapping[int, int] = MappingProxyType(
    str.maketrans(
        "аеорсхуіјѕԁһԛԝкмтвнгαβοενικρτυχζημ"  # Cyrillic and Greek letters
        "ıłøđðþ“”„«»‘’‚`´−⁃…·•ˈ。",
        "aeopcxyijsdhqwkmtbhraboevikptuxzhmiloddb\"\"\"\"\"'''''--...'.",
    )
)
"""What passes for what; one character each. Dashes of all kinds do for a hyphen."""
_UNSEEN = frozenset("\u115f\u1160\u3164\uffa0\u2800")
"""Letters and signs that show nothing."""
_UNTIDY = re.compile("^ |  |`")
"""What even plain letters and signs are not left with."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PlainText:
    """A text for matching; each of its characters knows where it came from."""

    text: str
    """Small letters without marks, single spaces; nothing invisible."""
    starts: tuple[int, ...]
    """By character: where the original one begins."""
    original: str

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where a part of this text, which is not empty, stands in the original."""
        return self.starts[start], self.starts[end - 1] + 1

    def words(self, start: int, end: int) -> str:
        """The original characters of a part, on one line and without what cannot be seen."""
        first, after = self.span(start, end)
        seen = (
            " " if one.isspace() else one
            for one in unicodedata.normalize("NFC", self.original[first:after])
            if one.isspace() or _is_seen(one)
        )
        return " ".join("".join(seen).split())


def plain_text(original: str) -> PlainText:
    """Make a text fit for matching."""
    if original.isascii() and original.isprintable() and not _UNTIDY.search(original):
        starts = tuple(range(len(original)))
        return PlainText(text=original.lower(), starts=starts, original=original)
    return _plainly(original)


def _plainly(original: str) -> PlainText:
    characters: list[str] = []
    starts: list[int] = []
    for place, one in enumerate(original):
        for plain in _plain(one):
            if plain == " " and (not characters or characters[-1] == " "):
                continue
            characters.append(plain)
            starts.append(place)
    return PlainText(text="".join(characters), starts=tuple(starts), original=original)


def _plain(one: str) -> str:
    """What one character passes for; nothing for what is not seen, a space for what parts."""
    if one.isspace():
        return " "
    folded = unicodedata.normalize("NFKD", one).casefold().translate(_LOOKS_LIKE)
    return "".join(
        " " if kept.isspace() else _hyphen_or(str(unicodedata.digit(kept, kept)))
        for kept in folded
        if unicodedata.category(kept) not in ("Mn", "Me") and _is_seen(kept)
    )


def _hyphen_or(one: str) -> str:
    return "-" if unicodedata.category(one) == "Pd" else one


def _is_seen(one: str) -> bool:
    return one not in _UNSEEN and unicodedata.category(one) not in ("Cf", "Cc", "Cs", "Co", "Cn")
