"""The shipped samples: made-up cases, so that the product starts full."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from engine.cli.output import say

if TYPE_CHECKING:
    from engine.service.local import LocalEngine

_FOLDER = Path(__file__).resolve().parents[2] / "data"


def submit_samples(engine: LocalEngine) -> None:
    """Replay each desk's sample into it where it has no cases yet."""
    from engine.domain.case import Origin
    from engine.perceive.files import read_rows

    for row in engine.queries.desks():
        file = _FOLDER / f"{row.name}_sample.csv"
        if row.cases or not file.is_file():
            continue
        submitted = engine.submit(
            row.name,
            read_rows(file, engine.desk(row.name).intake),
            origin=Origin.SIMULATED,
            is_replay=True,
            submitted_by="shipped sample",
        )
        say(f"{submitted.accepted} simulated cases went into the desk {row.name}.")
