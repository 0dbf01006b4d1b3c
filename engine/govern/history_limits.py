"""What a history cannot tell, in sentences: they stand beside every figure of a simulation.

Source: evidence.md section 5, "Not identified".
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.domain.case import Origin
from engine.govern.consequences import Consequences
from engine.govern.hard_rules import HardRule, Otherwise
from engine.govern.history import DecisionHistory
from engine.govern.policy_set import PolicySet

EXPLORES = (
    "This replays what was recommended. It explores and certifies nothing: what it makes wider "
    "still needs evidence of its own."
)
SIMULATED = (
    "All of it is simulated data: it says nothing about real cases, and never counts as evidence "
    "for them."
)
_ALWAYS = (
    "Who tries many drafts and takes the one that looks best has picked luck as well: the best of "
    "many looks better than it is.",
    "The recommendations are those of then; a reasoner that has changed since would make others, "
    "and what a version before it recommended is taken to go to people.",
    "People may answer otherwise when another mix of cases reaches them.",
    "Customers, and whoever gains by a mistake, may adapt to what runs alone.",
    "What another action would have led to is not known, only whether this one was right.",
    "Pauses and failures of the past are left out: software is taken to have asked every time.",
)


def limits_of_history(
    history: DecisionHistory, found: Consequences, draft: PolicySet
) -> tuple[str, ...]:
    """What the figures do not say.

    Args:
        history: What was replayed.
        found: The figures.
        draft: The draft with the documents beside it.
    """
    origin = (SIMULATED,) if history.origin is Origin.SIMULATED else ()
    return (
        EXPLORES,
        *origin,
        *_of_truths(history, found),
        *_of_people(found),
        *_of_forecast(found),
        *_of_limits(found, draft),
        *_of_rows(history),
        *_ALWAYS,
    )


def _of_truths(history: DecisionHistory, found: Consequences) -> Iterator[str]:
    total = found.total.draft
    alone = total.tally.alone
    if alone and total.error.error is None:
        yield f"Of the {alone:,} that would run alone no truth is known, so no error can be told."
    elif total.unknown:
        yield (
            f"Of the {alone:,} that would run alone {total.unknown:,} have no truth, or none yet; "
            "the error rests on the others, each weighed by how likely it was known by now."
        )
    if history.anchored:
        yield (
            f"Of {history.anchored:,} decisions all there is on their truth is the answer of a "
            "person who had seen the recommendation. That is agreement and no truth; it counts "
            "nowhere."
        )
    drawn = history.label_probability < 1.0
    if drawn.any():
        yield (
            f"{int(drawn.sum()):,} truths were drawn for audit and are weighed by the chance of "
            "their draw. Where nothing could be drawn, as in cells where people decide, the error "
            "is not known from them."
        )


def _of_people(found: Consequences) -> Iterator[str]:
    staffing = found.team.staffing
    yield (
        f"Hours and waiting are those of {_people(staffing.people)} ({found.team.people_from}) "
        f"with {staffing.minutes_per_case:.3g} minutes a case ({found.team.minutes_from}; hours: "
        f"{found.team.hours_from}). What software leaves is harder than the mean of all cases: "
        "give the minutes that the cases left take."
    )
    if found.people.queue is None:
        yield "So many cases would reach people that this team would never get through them."


def _people(count: int) -> str:
    return "one person" if count == 1 else f"{count} people"


def _of_forecast(found: Consequences) -> Iterator[str]:
    off = found.forecast.share_was_off
    if off is None:
        yield (
            "The history is too short to see how far such a forecast misses; its ranges take the "
            "days to come to be like the last ones."
        )
    else:
        yield (
            f"The same forecast made {found.forecast.basis_days} days earlier missed the share by "
            f"{off * 100:.1f} points; the ranges are at least as wide. A desk that still learns "
            "moves further than its past shows."
        )


def _of_limits(found: Consequences, draft: PolicySet) -> Iterator[str]:
    if found.total.draft.tally.after_window:
        yield (
            "Nobody is taken to hold an action in its veto window, every notice to arrive in time, "
            "and the facts to be at its end as they were at its beginning."
        )
    names = ", ".join(rule.title for rule in draft.rules if _binds_people_by_budget(rule))
    if names:
        yield (
            f"What people do takes from the budgets of {names} as well; when they would have done "
            "it is not known, so those are spent earlier than shown."
        )


def _binds_people_by_budget(rule: HardRule) -> bool:
    return bool(rule.budgets) and rule.rule.otherwise is Otherwise.DENY


def _of_rows(history: DecisionHistory) -> Iterator[str]:
    if history.repeated:
        yield (
            f"{history.repeated:,} recommendations are for cases that had one before; each counts, "
            "with what those before it moved or would have moved, though after one that ran alone "
            "there may have been no next."
        )
    if history.left_out:
        yield (
            f"{history.left_out:,} recommendations are left out: the desk has their tool no longer."
        )
