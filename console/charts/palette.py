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
)
DARK = Palette(
    code="#56B4E9",
    model="#D98CB9",
    person="#2BC79E",
    policy="#E9B23C",
    bound="#F08A4B",
    faint="#7D8694",
)


def palette(is_dark: bool) -> Palette:
    """The colours for a dark or a light page."""
    return DARK if is_dark else LIGHT
