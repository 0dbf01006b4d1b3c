"""Histories of cases with several calls each, lived through under a policy, for the replay."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from random import Random

from engine.domain.case import Origin
from engine.domain.verdict import VerdictKind
from engine.govern.authorize import CellPolicy, authorize
from engine.govern.history import DecisionHistory
from engine.govern.limits import Limits
from engine.govern.past_decisions import PastDecision, PastDecisions
from engine.govern.policy_set import PolicySet
from engine.govern.replay import window_us
from engine.govern.request import AuthorizationRequest, Usage
from engine.runtime.done_before import DoneBefore
from tests.property.replays import CELLS, DESK, START, STRAY, request

_CALLS, _CASES = 40, 5
_APART = timedelta(hours=11)
"""Longer than every veto window: a case asks for its next call once the last one is settled."""


def without_budgets(policy: PolicySet) -> PolicySet:
    """The same limits but for budgets: what people do takes from none in a replay."""
    none: dict[str, object] = {"budgets": ()}
    envelope, guardrails, goals = policy.envelope, policy.guardrails, policy.goals
    levels: dict[str, Limits] = {
        name: one.model_copy(update=none) for name, one in envelope.case_types.items()
    }
    return PolicySet(
        envelope=envelope.model_copy(
            update={
                "limits": envelope.limits.model_copy(update=none),
                "case_types": levels,
                "cells": tuple(one.model_copy(update=none) for one in envelope.cells),
            }
        ),
        guardrails=guardrails.model_copy(
            update={"guardrails": tuple(one for one in guardrails.guardrails if not one.budgets)}
        ),
        goals=goals.model_copy(
            update={"constraints": tuple(one for one in goals.constraints if not one.budgets)}
        ),
    )


def lived(chance: Random, policy: PolicySet) -> tuple[DecisionHistory, list[int], list[bool]]:
    """What a desk goes through under a policy.

    Returns:
        Its history, how strict each verdict was, and what software carried out alone.
    """
    limits = dict(zip((*CELLS, STRAY), policy.of((*CELLS, STRAY)), strict=True))
    done = [DoneBefore()] * _CASES
    past, at, verdicts, alone = PastDecisions(), START, [], []
    for number in range(_CALLS):
        case, at = chance.randrange(_CASES), at + _APART
        asked = done[case].added_to(request(chance, at, 0.02))
        kind = authorize(asked, limits[asked.cell], Usage()).kind
        verdicts.append(kind.strictness)
        alone.append(_acts_alone(asked, limits[asked.cell], kind))
        person = kind is not VerdictKind.DENY and chance.random() < 0.5
        acted = alone[number] or person
        past.add(PastDecision(request=asked, case_id=f"case {case}", text="", acted=acted))
        if acted and asked.amount is not None:
            moved = (*done[case].moved, (asked.cell, asked.amount))
            done[case] = replace(done[case], moved=moved)
        done[case] = replace(done[case], alone=done[case].alone + alone[number])
    history = past.history(desk=DESK, origin=Origin.SIMULATED, as_of=at)
    return history, verdicts, alone


def _acts_alone(asked: AuthorizationRequest, limits: CellPolicy, kind: VerdictKind) -> bool:
    """Whether software carries it out; after a veto window only if that moment still lets it."""
    if kind is not VerdictKind.VETO_WINDOW or asked.at is None:
        return kind is VerdictKind.EXECUTE
    lapsed = asked.at + timedelta(microseconds=window_us(limits))
    then = authorize(replace(asked, at=lapsed), limits, Usage()).kind
    return then in (VerdictKind.EXECUTE, VerdictKind.VETO_WINDOW)
