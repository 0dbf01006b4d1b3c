"""Palette: colours and settings that all charts share.

The colours follow those of Okabe and Ito, which stay apart for people who see fewer colours; none
carries a meaning that is not also written out. No chart lives here.
"""

from __future__ import annotations

from dataclasses import dataclass

from console.format import percent
from engine.domain.actor import DecidedBy

CONFIG = {"displayModeBar": False, "scrollZoom": False, "doubleClick": False}
"""Plotly settings of every chart: no tool bar, and the wheel scrolls the page."""

_TICKS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
SHARES = {"tickvals": list(_TICKS), "ticktext": [percent(tick) for tick in _TICKS]}
"""Ticks of an axis of shares, written like every other share."""

MARGIN = {"l": 8, "r": 16, "t": 40, "b": 8}


@dataclass(frozen=True, kw_only=True, slots=True)
class Palette:
    """Colours that can be read on one background."""

    code: str
    model: str
    person: str
    policy: str
    bound: str
    """The error bound, and a limit that must not be crossed."""
    faint: str
    """Guides: diagonals, waits."""
    series: tuple[str, ...]
    """Parts of a whole that have no colour of their own, the largest first; the last: the rest."""

    def of(self, decided_by: DecidedBy) -> str:
        """Colour of who decided."""
        return str(getattr(self, decided_by.value))


LIGHT = Palette(
    code="#0072B2",
    model="#B0578A",
    person="#00795A",
    policy="#B87700",
    bound="#C24E00",
    faint="#8A919E",
    series=("#4FA3D1", "#D58A00", "#7B6FC0", "#8CA02F", "#B0578A", "#A06A45", "#9AA1AC"),
)
DARK = Palette(
    code="#56B4E9",
    model="#D98CB9",
    person="#2BC79E",
    policy="#E9B23C",
    bound="#F08A4B",
    faint="#7D8694",
    series=("#7CC4F0", "#E9B23C", "#A79BE8", "#B9C75A", "#D98CB9", "#C99A78", "#717A88"),
)


def palette(is_dark: bool) -> Palette:
    """The colours for a dark or a light page."""
    return DARK if is_dark else LIGHT
