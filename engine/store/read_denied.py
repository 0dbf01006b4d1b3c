"""Whether the action of a case that waits is forbidden to everybody as things stand."""

from __future__ import annotations

from datetime import datetime

from engine.domain.case import Case
from engine.domain.recommendation import Action
from engine.runtime.policy import cell_of
from engine.service.deciding import DECIDABLE
from engine.service.denials import denied_now
from engine.store.read_source import ReadSource


def denied_of(source: ReadSource, case: Case, action: Action | None, at: datetime) -> str:
    """Why nobody may let the action of a case run as things stand; empty: somebody may.

    Args:
        source: What to read from.
        case: The case.
        action: What an approval would let run.
        at: The desk's present.
    """
    desk = source.desks.get(case.desk)
    if desk is None or action is None or case.status not in DECIDABLE:
        return ""
    policy = source.policy.current().of(cell_of(case, action.tool))
    return denied_now(case, action, desk, policy, source.reader, at)
