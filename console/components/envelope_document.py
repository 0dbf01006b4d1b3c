"""Envelope documents as text: what differs, which cells leave COPILOT, what the risk limit is.

Reads only what the screen says about a document. Whether it is valid and what it means is the
engine's to say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import unified_diff
from itertools import islice
from typing import Any

import yaml

from engine.domain.phase import Phase
from engine.service.rows import CellRow


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """What can be told from a document before the engine has judged it."""

    problem: str
    """Why it is not YAML, with line and column; empty where it is."""
    beyond_copilot: Mapping[str, str]
    """Cells whose phase lets software act, as `desk/type/action`, with that phase."""


def read(document: str) -> Reading:
    """Look at a draft; never raises, whatever was typed."""
    try:
        raw: Any = yaml.safe_load(document)
    except yaml.YAMLError as error:
        return Reading(problem=str(error), beyond_copilot={})
    phases = {
        f"{raw.get('desk')}/{cell.get('case_type')}/{cell.get('action')}": str(cell["phase"])
        for cell in _cells(raw)
        if cell.get("phase", Phase.COPILOT) != Phase.COPILOT
    }
    return Reading(problem="", beyond_copilot=phases)


def _cells(raw: Any) -> Iterator[Mapping[str, Any]]:
    listed = raw.get("cells") if isinstance(raw, dict) else None
    for cell in listed if isinstance(listed, list) else ():
        if isinstance(cell, dict):
            yield cell


def risk_limit(document: str, cell: CellRow) -> float | None:
    """The risk limit the document names for a cell; None where it is set by hand."""
    for limits in _cells(_loaded(document)):
        if (limits.get("case_type"), limits.get("action")) == (cell.case_type, cell.action):
            threshold = limits.get("threshold")
            limit = threshold.get("risk_limit") if isinstance(threshold, dict) else None
            return float(limit) if isinstance(limit, int | float) else None
    return None


def _loaded(document: str) -> Any:
    try:
        return yaml.safe_load(document)
    except yaml.YAMLError:
        return None


def difference(before: str, after: str) -> str:
    """What changes from one document to the other, as a unified diff; empty where nothing does."""
    lines = unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=2)
    return "\n".join(islice(lines, 2, None))  # without the two lines that name files


def warnings(
    reading: Reading, cells: Sequence[CellRow], title_of: Callable[[str], str] = str
) -> tuple[str, ...]:
    """What a person has to know before proposing or signing a phase in which software acts.

    Args:
        reading: The document.
        cells: The cells as they stand.
        title_of: What people call a cell.
    """
    standing = {cell.cell: cell for cell in cells}
    return tuple(
        f"{title_of(name)} would be {phase.replace('_', ' ').capitalize()}: this takes two names"
        + (
            "."
            if name in standing and standing[name].is_evidenced
            else ", and it is unevidenced: not enough labels that count back it."
        )
        for name, phase in reading.beyond_copilot.items()
        if name not in standing or standing[name].phase.value != phase
    )
