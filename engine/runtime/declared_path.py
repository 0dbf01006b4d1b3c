"""Declared path: what becomes of a case without a recommendation that can be used.

It is the same every time and written down with the desk: who gets the case, and at most one call
that keeps things from getting worse and can be put back. Nothing of it ever runs without a person.
"""

from __future__ import annotations

from dataclasses import replace

from engine.desk import Desk, FallbackPath
from engine.domain.actor import Role
from engine.domain.case import Attention, Case
from engine.domain.case_status import FOR_PEOPLE, CaseStatus
from engine.domain.fact import FactSet
from engine.domain.recommendation import Draft
from engine.domain.transition import Transition

REASONER = "declared path"
_VERSION = "1"
_UNUSABLE = frozenset({Attention.NO_RECOMMENDATION, Attention.SOURCE_REFUSED})
_UNSURE = "confidence_"
"""How the names of rules about confidence begin."""


def draft_of(desk: Desk, case: Case, facts: FactSet, why: str) -> Draft | None:
    """The safe call that the desk declares for the case type; None where there is none.

    It carries no confidence, so that no policy lets it run alone, and no label: it is no answer to
    what the case needs.

    Args:
        desk: The desk.
        case: A case for which the reasoner gave nothing.
        facts: Its facts.
        why: What the reasoner did not do, in words.
    """
    path = desk.paths.get(case.case_type)
    proposal = path.safe(facts) if path is not None else None
    tool = desk.effect_tool(proposal.tool) if proposal is not None else None
    if path is None or proposal is None or tool is None:
        return None
    return Draft(
        reasoner=REASONER,
        reasoner_version=_VERSION,
        proposals=(proposal,),
        label="",
        summary=tool.describe(proposal.arguments),
        rationale=f"{why[:1].upper()}{why[1:]}. Until somebody has looked, this keeps things as "
        "they are.",
        raw_confidence=None,
    )


def handed_on(step: Transition, path: FallbackPath | None) -> Transition:
    """A case that waits for want of a usable recommendation goes to whom its path names."""
    after = step.after
    if path is None or path.role is not Role.SENIOR_OPERATOR:
        return step
    if after.status is not CaseStatus.PENDING or not _is_without_advice(after):
        return step
    return replace(step, after=replace(after, role=path.role.value))


def first_look(desk: Desk | None, case: Case) -> str:
    """What a person does first with a case that waits for want of a usable recommendation.

    Args:
        desk: Its desk; None where that does not run here.
        case: A case.

    Returns:
        The sentence that the desk declares; empty where none is needed or declared.
    """
    path = desk.paths.get(case.case_type) if desk is not None else None
    if path is None or case.status not in FOR_PEOPLE or not _is_without_advice(case):
        return ""
    return path.first_look


def _is_without_advice(case: Case) -> bool:
    return case.attention in _UNUSABLE or case.attention_note.startswith(_UNSURE)
