"""Settling: whether precedents alone settle a case, within the risk that its cells may take.

Where they do, no model is asked. What they say goes before policy like any other advice: a case
that is settled here has spared a question, and may do no more than before.
"""

from __future__ import annotations

import logging
from dataclasses import replace

from engine.desk import Desk
from engine.domain.case import Case
from engine.domain.fact import FactSet
from engine.domain.recommendation import Draft
from engine.domain.run import RunKind
from engine.domain.run_fault import RunFault
from engine.domain.run_moves import Finish, GiveUp, Move, Recommend
from engine.errors import StoreUnavailable
from engine.govern.envelope import CellEnvelope
from engine.govern.limits import HandSetThreshold
from engine.runtime.policy import cell_of
from engine.runtime.runs.held import Held
from engine.runtime.scoring import Setting, scored_by

log = logging.getLogger("countersign.runs")


def own_kind(desk: Desk) -> RunKind:
    """What the desk's own reasoner is."""
    is_precedent = desk.reasoner.name == RunKind.PRECEDENT
    return RunKind.PRECEDENT if is_precedent else RunKind.PLAYBOOK


def has_memory(desk: Desk) -> bool:
    """Whether past cases of a desk can speak for new ones."""
    return desk.recall is not None or own_kind(desk) is RunKind.PRECEDENT


def recalled(case: Case, facts: FactSet, setting: Setting) -> Draft | None:
    """What past cases say of one; None: nothing, or the desk remembers none.

    Raises:
        ModelError: What was learned cannot be read.
    """
    desk, learning = setting.desk, setting.learning
    if learning is None:
        return None
    if learning.memory is not None:
        return learning.memory.draft(case, facts, setting.at)
    if own_kind(desk) is RunKind.PRECEDENT:
        return desk.reasoner.recommend(case, facts, learning.fitted_at(setting.at))
    return None


def settled(case: Case, facts: FactSet, setting: Setting) -> Draft | None:
    """The draft with which precedents settle a case, saying so; None: a model has to be asked.

    A case that comes back after a recommendation is a model's: whoever sent it back was not content
    with what past cases say.

    Raises:
        StoreUnavailable: The database cannot be read now.
    """
    if case.recommendation_id is not None:
        return None
    try:
        draft = recalled(case, facts, setting)
    except StoreUnavailable:
        raise
    except Exception:  # a model is asked instead: memory must not lose the case
        log.exception("the memory of %s failed on case %s", case.desk, case.id)
        return None
    if draft is None or not draft.proposals or not _is_within_risk(case, draft, setting):
        return None
    number = _followed(draft, setting.desk)
    if not number:
        return None
    said = f"Settled by {number} precedent{'s' * (number > 1)}; the model was not asked."
    return replace(draft, rationale=f"{said} {draft.rationale}")


def precedent_move(held: Held) -> Move:
    """The one move of a run of precedents: what they say; where they settled a case, as then."""
    if held.run.is_shadow:
        draft = recalled(held.case, held.facts, held.setting)
        return Recommend(draft=draft) if draft else Finish(summary="precedents have no answer")
    draft = settled(held.case, held.facts, held.setting)
    if draft is None:  # one of them has turned in between
        return GiveUp(fault=RunFault.NO_PROGRESS, why="the precedents settle it no longer")
    return Recommend(draft=draft)


def _followed(draft: Draft, desk: Desk) -> int:
    """How many precedents it names that speak for it; of a library, only those that may."""
    return sum(
        one.label == draft.label and (bool(one.done) or desk.recall is None)
        for one in draft.precedents
    )


def _is_within_risk(case: Case, draft: Draft, setting: Setting) -> bool:
    """Whether the confidence keeps the risk limit of the cell of every call."""
    cells = [cell_of(case, proposal.tool) for proposal in draft.proposals]
    envelopes = [setting.policy.envelope(cell) for cell in cells]
    return all(one is not None and _keeps(draft, setting, one) for one in envelopes)


def _keeps(draft: Draft, setting: Setting, envelope: CellEnvelope) -> bool:
    """Whether a risk limit holds on the whole, for all that is as sure, and for this case too.

    By the cut alone the surest cases would pay for the least sure, where a model may do better.
    """
    scored, threshold = scored_by(draft, setting, envelope), envelope.limits.threshold
    if not scored.is_calibrated or scored.confidence is None:
        return False
    if isinstance(threshold, HandSetThreshold):
        return scored.confidence >= threshold.min_confidence
    raw = draft.raw_confidence
    is_enough = raw is not None and scored.cut is not None and raw >= scored.cut
    return is_enough and 1.0 - scored.confidence <= threshold.risk_limit
