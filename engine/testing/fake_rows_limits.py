"""Rows of limits and measures: envelope matrix, curve, versions, scorecard.

Made up, the same on every call, and consistent with each other. For tests and screenshots only;
no page and no desk imports them.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import yaml

from engine.domain.case import Origin
from engine.domain.phase import Phase
from engine.domain.policy import PolicyKind, VersionStatus
from engine.errors import ConfigError
from engine.service import rows
from engine.testing.fake_rows_observe import NOW

DESK = "incidents"
ROUTING = "incidents/routing/assign_group"
NOTES = "incidents/routing/add_work_note"
AUTHOR = "olga"
"""Proposed the version that waits for a signature."""

ACTIVE_DOCUMENT = """\
desk: incidents
note: Routing inside certified limits.
cells:
  - case_type: routing
    action: assign_group
    phase: BOUNDED
    threshold:
      kind: rolling
      risk_limit: 0.1
    most_urgent_priority: 3
    budgets:
    - per: hour
      executions: 60
    audit_rate: 0.1
  - case_type: routing
    action: add_work_note
    phase: COPILOT
    threshold:
      kind: hand_set
      min_confidence: 0.95
"""
PROPOSED_DOCUMENT = ACTIVE_DOCUMENT.replace("executions: 60", "executions: 120").replace(
    "phase: COPILOT", "phase: BOUNDED"
)


# ---------------------------------------------------------------------------- envelope


def budget(executions: int, used: int, scope: str = f"cell:{ROUTING}") -> rows.BudgetRow:
    """An hour's budget and what is used of it."""
    return rows.BudgetRow(
        words=f"{executions} an hour",
        scope=scope,
        executions=executions,
        executions_used=used,
        amount=None,
        amount_used=0,
        currency="EUR",
        ends_at=NOW + timedelta(minutes=20),
    )


def cells() -> tuple[rows.CellRow, ...]:
    """One bounded cell with evidence and one copilot cell without."""
    bounded = rows.CellRow(
        cell=ROUTING,
        desk=DESK,
        case_type="routing",
        action="assign_group",
        phase=Phase.BOUNDED,
        threshold_words="rolling, 10 % error",
        threshold=0.871,
        cut=0.885,
        most_urgent_priority=3,
        budgets=(budget(60, 22),),
        audit_rate=0.10,
        paused="",
        labels=1204,
        errors=107,
        error_low=0.0734,
        error_high=0.1064,
        is_evidenced=True,
        risk_limit=0.1,
    )
    return (bounded, _copilot_cell(bounded))


def _copilot_cell(like: rows.CellRow) -> rows.CellRow:
    return replace(
        like,
        cell=NOTES,
        action="add_work_note",
        phase=Phase.COPILOT,
        threshold_words="0.950 set by hand",
        threshold=0.95,
        cut=None,
        budgets=(budget(60, 0),),
        paused="desk incidents: month end, says anna",
        labels=0,
        errors=0,
        error_low=None,
        error_high=None,
        is_evidenced=False,
        risk_limit=None,
    )


def curve() -> tuple[rows.CurvePoint, ...]:
    """A curve whose error grows with coverage."""
    total = 2900
    points = []
    for step in range(25):
        share = (step + 1) / 25
        n = round(total * share)
        error = 0.035 + 0.40 * share**2.2
        points.append(
            rows.CurvePoint(
                threshold=round(0.99 - 0.012 * step, 3),
                coverage=share,
                error=error,
                error_high=min(1.0, error + 1.7 * (error * (1 - error) / n) ** 0.5),
                n=n,
            )
        )
    return tuple(points)


def versions() -> tuple[rows.VersionRow, ...]:
    """A proposed version over the active one over a replaced one."""
    day = timedelta(days=1)
    active = rows.VersionRow(
        desk=DESK,
        kind=PolicyKind.ENVELOPE,
        version=4,
        status=VersionStatus.ACTIVE,
        note="Routing inside certified limits.",
        drafted_by="pavel",
        drafted_at=NOW - 9 * day,
        signed_by="rosa",
        activated_at=NOW - 8 * day,
        rolled_back_by="",
        document=ACTIVE_DOCUMENT,
        simulation=None,
    )
    proposed = replace(
        active,
        version=5,
        status=VersionStatus.PROPOSED,
        note="Twice the hourly budget; notes without a person.",
        drafted_by=AUTHOR,
        drafted_at=NOW - day,
        signed_by="",
        activated_at=None,
        document=PROPOSED_DOCUMENT,
    )
    replaced = replace(
        active,
        version=3,
        status=VersionStatus.SUPERSEDED,
        note="",
        drafted_at=NOW - 30 * day,
        activated_at=NOW - 29 * day,
        document=ACTIVE_DOCUMENT.replace("BOUNDED", "COPILOT"),
    )
    return proposed, active, replaced


def changes(document: str) -> tuple[rows.ChangeRow, ...]:
    """What differs from the active one: routing, and two cells that people decide all the same.

    Raises:
        ConfigError: It is not YAML, or no mapping.
    """
    try:
        raw = yaml.safe_load(document)
    except yaml.YAMLError as error:
        raise ConfigError(f"the document is not YAML: {error}") from None
    if not isinstance(raw, dict):
        raise ConfigError("the document, line 1: it is no mapping")
    if document == ACTIVE_DOCUMENT:
        return ()
    change = rows.ChangeRow(
        subject=ROUTING,
        sentences=("Budgets: 120 an hour, was 60 an hour.",),
        widens=True,
        evidence="evidenced: 107 of 1,204 labels that count were wrong",
    )
    same = ("The share drawn for audit: 20\u202f%, was 10\u202f%.",)
    people = replace(change, sentences=same, widens=False, evidence="", stays_with_people=True)
    return (change, *(replace(people, subject=cell) for cell in (NOTES, "incidents/closing/x")))


# ---------------------------------------------------------------------------- scorecard


def _share(k: int, n: int, low: float, high: float) -> rows.Share:
    return rows.Share(k=k, n=n, low=low, high=high)


_NOTHING = rows.Share(k=0, n=0, low=0.0, high=1.0)


def scores() -> tuple[rows.CellScore, ...]:
    """A full cell, the same cell on simulated data, and a cell without any truth yet."""
    return (_real_score(), _simulated_score(), _score_without_truth())


def _real_score() -> rows.CellScore:
    return rows.CellScore(
        cell=ROUTING,
        origin=Origin.REAL,
        cases=2904,
        pending=41,
        executed_alone=1189,
        executed_by_decision=312,
        verified=_share(1498, 1501, 0.9942, 0.9996),
        realised_error=_share(107, 1189, 0.0743, 0.1077),
        recommendation_correct=_share(2165, 2860, 0.7395, 0.7726),
        agreement=_share(281, 364, 0.7251, 0.8142),
        agreement_ac1=0.71,
        ece=0.021,
        brier=0.148,
        median_decide_ms=38_400,
        withdrawn=12,
        undone=4,
        reliability=reliability(),
        reasoner="precedent",
    )


def _simulated_score() -> rows.CellScore:
    return replace(
        _score_without_truth(),
        cell=ROUTING,
        origin=Origin.SIMULATED,
        cases=500,
        pending=0,
        executed_alone=220,
        executed_by_decision=80,
        verified=_share(300, 300, 0.9878, 1.0),
        realised_error=_share(11, 220, 0.0252, 0.0877),
        recommendation_correct=_share(410, 500, 0.7834, 0.8527),
        ece=0.034,
        brier=0.121,
        reliability=reliability()[4:],
    )


def _score_without_truth() -> rows.CellScore:
    return rows.CellScore(
        cell=NOTES,
        origin=Origin.REAL,
        cases=17,
        pending=17,
        executed_alone=0,
        executed_by_decision=0,
        verified=_NOTHING,
        realised_error=_NOTHING,
        recommendation_correct=_NOTHING,
        agreement=_NOTHING,
        agreement_ac1=None,
        ece=None,
        brier=None,
        median_decide_ms=None,
        withdrawn=0,
        undone=0,
        reliability=(),
        reasoner="precedent",
    )


def reliability() -> tuple[rows.ReliabilityRow, ...]:
    """Ten bins, slightly too sure of themselves at the top."""
    counts = (31, 64, 98, 130, 171, 205, 262, 340, 611, 948)
    made = []
    for index, n in enumerate(counts):
        stated = 0.05 + index / 10
        seen = stated - 0.03 * stated**3 + (0.02 if index % 3 == 0 else -0.01)
        half = 1.96 * (seen * (1 - seen) / n) ** 0.5
        made.append(
            rows.ReliabilityRow(
                mean_confidence=stated,
                observed=seen,
                low=max(0.0, seen - half),
                high=min(1.0, seen + half),
                n=n,
            )
        )
    return tuple(made)
