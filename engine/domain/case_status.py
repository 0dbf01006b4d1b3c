"""The states a case can be in, and the one table of moves between them.

Nothing here says why a case moves; `runtime` and `service` decide that.
"""

from __future__ import annotations

from enum import StrEnum

from engine.errors import Conflict


class CaseStatus(StrEnum):
    """Where a case stands on its way."""

    RECEIVED = "RECEIVED"
    PERCEIVED = "PERCEIVED"
    REASONING = "REASONING"
    SUSPENDED = "SUSPENDED"
    PENDING = "PENDING"
    BLIND_PENDING = "BLIND_PENDING"
    SECOND_PENDING = "SECOND_PENDING"
    RELEASING = "RELEASING"
    VETO_WINDOW = "VETO_WINDOW"
    HELD = "HELD"
    WAITING_FACT = "WAITING_FACT"
    GRANTED = "GRANTED"
    EXECUTING = "EXECUTING"
    UNKNOWN = "UNKNOWN"
    COMPENSATING = "COMPENSATING"
    DONE = "DONE"
    CLOSED_NO_ACTION = "CLOSED_NO_ACTION"
    WITHDRAWN = "WITHDRAWN"
    NEEDS_REPAIR = "NEEDS_REPAIR"


_S = CaseStatus

TRANSITIONS: dict[CaseStatus, frozenset[CaseStatus]] = {
    _S.RECEIVED: frozenset({_S.PERCEIVED, _S.PENDING, _S.WITHDRAWN}),
    _S.PERCEIVED: frozenset({_S.PERCEIVED, _S.REASONING, _S.PENDING, _S.WITHDRAWN}),
    _S.REASONING: frozenset(
        {_S.PERCEIVED, _S.SUSPENDED, _S.PENDING, _S.BLIND_PENDING, _S.GRANTED}
        | {_S.VETO_WINDOW, _S.WITHDRAWN, _S.DONE, _S.CLOSED_NO_ACTION}
    ),
    _S.SUSPENDED: frozenset({_S.REASONING, _S.PENDING, _S.WITHDRAWN}),
    _S.PENDING: frozenset(
        {_S.PENDING, _S.PERCEIVED, _S.SECOND_PENDING, _S.RELEASING, _S.WAITING_FACT}
        | {_S.CLOSED_NO_ACTION, _S.WITHDRAWN, _S.REASONING}
    ),
    _S.BLIND_PENDING: frozenset({_S.PENDING, _S.RELEASING, _S.WITHDRAWN}),
    _S.SECOND_PENDING: frozenset(
        {_S.SECOND_PENDING, _S.RELEASING, _S.PENDING, _S.PERCEIVED, _S.WAITING_FACT}
        | {_S.CLOSED_NO_ACTION, _S.WITHDRAWN, _S.COMPENSATING, _S.DONE, _S.REASONING}
    ),
    _S.RELEASING: frozenset(
        {_S.PENDING, _S.PERCEIVED, _S.GRANTED, _S.CLOSED_NO_ACTION, _S.WITHDRAWN} | {_S.REASONING}
    ),
    _S.VETO_WINDOW: frozenset(
        {_S.VETO_WINDOW, _S.HELD, _S.GRANTED, _S.PENDING, _S.PERCEIVED, _S.WITHDRAWN}
    ),
    _S.HELD: frozenset(
        {_S.RELEASING, _S.SECOND_PENDING, _S.WAITING_FACT, _S.PENDING, _S.PERCEIVED, _S.WITHDRAWN}
    ),
    _S.WAITING_FACT: frozenset({_S.PERCEIVED, _S.PENDING, _S.WITHDRAWN, _S.REASONING}),
    _S.GRANTED: frozenset({_S.EXECUTING, _S.COMPENSATING, _S.PENDING, _S.PERCEIVED, _S.WITHDRAWN}),
    _S.EXECUTING: frozenset(
        {_S.EXECUTING, _S.GRANTED, _S.DONE, _S.UNKNOWN, _S.PENDING, _S.COMPENSATING}
        | {_S.NEEDS_REPAIR, _S.REASONING}
    ),
    _S.UNKNOWN: frozenset(
        {_S.EXECUTING, _S.GRANTED, _S.DONE, _S.PENDING, _S.COMPENSATING, _S.NEEDS_REPAIR}
        | {_S.REASONING}
    ),
    _S.COMPENSATING: frozenset(
        {_S.COMPENSATING, _S.PENDING, _S.DONE, _S.NEEDS_REPAIR, _S.REASONING}
    ),
    _S.DONE: frozenset({_S.COMPENSATING, _S.SECOND_PENDING}),
    _S.CLOSED_NO_ACTION: frozenset(),
    _S.WITHDRAWN: frozenset(),
    _S.NEEDS_REPAIR: frozenset({_S.PENDING, _S.DONE, _S.REASONING}),
}
"""From each status, the statuses a case may move to.

A case whose run asked for a write goes back to REASONING with what came of it: from where it was
verified or failed (EXECUTING, UNKNOWN, COMPENSATING, NEEDS_REPAIR), rejected (RELEASING), answered
with a fact (WAITING_FACT, PENDING) or left unanswered (these and SECOND_PENDING). A run that ends
may leave nothing to be done: REASONING to DONE and CLOSED_NO_ACTION.
"""

WITHOUT_RUN = frozenset({_S.PERCEIVED, _S.DONE, _S.CLOSED_NO_ACTION, _S.WITHDRAWN})
"""Statuses of cases that no run reasons about and none waits for."""

OPEN = frozenset(CaseStatus) - {_S.DONE, _S.CLOSED_NO_ACTION, _S.WITHDRAWN}
"""Statuses in which somebody or something still has to act."""

FOR_PEOPLE = frozenset({_S.PENDING, _S.BLIND_PENDING, _S.SECOND_PENDING, _S.HELD, _S.NEEDS_REPAIR})
"""Statuses that stand in a person's queue."""


def require_move(before: CaseStatus, after: CaseStatus) -> None:
    """Refuse a move that the table does not hold.

    Raises:
        Conflict: The move does not exist.
    """
    if after not in TRANSITIONS[before]:
        raise Conflict(
            f"A case that is {before} cannot become {after}; look again before deciding.",
            before=before,
            after=after,
        )
