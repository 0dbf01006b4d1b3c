"""Undo amounts: whether putting something back moves so much that it takes two people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from engine.desk import Desk
from engine.domain.case import Case
from engine.domain.money import Money
from engine.domain.recommendation import Action
from engine.runtime.policy import cell_of
from engine.runtime.undoing import Undo
from engine.service.binding import Binding


def takes_two(binding: Binding, case: Case, action: Action, undo: Undo) -> bool:
    """Whether what an action moved is so much that two people put it back."""
    policy = binding.policy.current()
    amount = _moved(binding.desks[case.desk], action)
    if amount is None:
        return False
    for name in (action.tool, undo.tool.contract.name):
        envelope = policy.envelope(cell_of(case, name))
        above = envelope.limits.second_person_above if envelope else None
        is_its_own = envelope is not None and envelope.limits.currency == amount.currency
        if above is not None and (not is_its_own or amount.minor > above):
            return True
    return False


def is_much_together(binding: Binding, case: Case, actions: Sequence[Action]) -> bool:
    """Whether what several actions moved is so much in sum: no limit is kept by splitting it."""
    policy, moved = binding.policy.current(), Counter[str]()
    for action in actions:
        amount = _moved(binding.desks[case.desk], action)
        if amount is not None:
            moved[amount.currency] += amount.minor
    for action in actions:
        envelope = policy.envelope(cell_of(case, action.tool))
        above = envelope.limits.second_person_above if envelope else None
        if envelope is not None and above is not None and moved[envelope.limits.currency] > above:
            return True
    return False


def _moved(desk: Desk, action: Action) -> Money | None:
    tool = desk.effect_tool(action.tool)
    return tool.contract.amount_of(action.arguments) if tool else None
