"""Ticking: time that runs out, counted down in the browser between two refreshes.

The script is shared by the components that count down; the server's clock decides, the browser's
only counts the seconds since it was told.
"""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict


class Ends(TypedDict):
    """When something ends, for the script."""

    now_ms: float
    """The server's clock at the drawing, in milliseconds since 1970."""
    begins_ms: float
    ends_ms: float


def ends(begins_at: datetime, ends_at: datetime, now: datetime) -> Ends:
    """A stretch of time as the script takes it."""
    return Ends(
        now_ms=_ms(now),
        begins_ms=_ms(begins_at),
        ends_ms=_ms(ends_at),
    )


def _ms(at: datetime) -> float:
    return round(at.timestamp() * 1000)


JS = """
const two = (number) => String(number).padStart(2, "0");
const clock = (ms) => {
  const all = Math.max(0, Math.ceil(ms / 1000));
  const [hours, minutes, seconds] = [Math.floor(all / 3600), Math.floor(all / 60) % 60, all % 60];
  if (hours >= 48) return `${Math.floor(hours / 24)} d ${hours % 24} h`;
  return hours ? `${hours}:${two(minutes)}:${two(seconds)}` : `${two(minutes)}:${two(seconds)}`;
};
// Calls show(milliseconds left, share left) now and with every second, until it is called anew.
const tick = (root, ends, show) => {
  clearInterval(root.ticking);
  if (!ends) return;
  const ahead = ends.now_ms - Date.now();
  const once = () => {
    if (!root.isConnected) { clearInterval(root.ticking); return; }
    const left = ends.ends_ms - Date.now() - ahead;
    show(left, Math.min(1, Math.max(0, left / (ends.ends_ms - ends.begins_ms || 1))));
  };
  root.ticking = setInterval(once, 250);
  once();
};
"""
"""Declares `clock(ms)` and `tick(root, ends, show)`."""
