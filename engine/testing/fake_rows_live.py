"""Rows of software at work: windows, what ran alone, what is drawn for audit, gauges.

Made up, the same on every call for the same moment. For tests and screenshots only.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from engine.domain.case import Origin
from engine.domain.effect import EffectStatus
from engine.domain.grant import GrantBasis
from engine.domain.money import Money
from engine.domain.outcome import OutcomeKind
from engine.domain.phase import Phase
from engine.domain.verdict import RuleResult, VerdictKind
from engine.service import live_rows as live
from engine.service.rows import CaseCard
from engine.testing import fake_rows_limits as limits
from engine.testing.fake_rows import TITLES, card_of
from engine.testing.fake_rows_advice import GROUPS, Seed

WINDOW = timedelta(minutes=10)


def window_of(seed: Seed, place: int, now: datetime) -> live.WindowRow:
    """A window that closes soon; the first one's notice has reached nobody."""
    opened_at = now - timedelta(minutes=6 - 2 * place, seconds=11 * place)
    card = card_of(seed)
    told = None if place == 0 else opened_at + timedelta(seconds=4)
    return live.WindowRow(
        action=proposed_of(card),
        beyond=(_BELOW, _URGENT)[: 1 + place % 2],
        opened_at=opened_at,
        closes_at=opened_at + WINDOW,
        extended_by="",
        notice_by=opened_at + WINDOW / 2,
        noticed_at=told,
        noticed_by="" if told is None else "web hook",
        last_error="the web hook answered 503" if told is None else "",
    )


_BELOW = RuleResult(
    rule="confidence_below_threshold",
    is_kept=False,
    otherwise=VerdictKind.VETO_WINDOW,
    limit="at least 0.870, for at most 10% error at once, at least 0.720, for at most 15% error "
    "after 10 minutes",
    seen="0.801",
)
_URGENT = RuleResult(
    rule="priority_too_urgent",
    is_kept=False,
    otherwise=VerdictKind.VETO_WINDOW,
    limit="priority 3 or less urgent at once, priority 2 or less urgent after 10 minutes",
    seen="priority 2",
)


def proposed_of(card: CaseCard) -> live.ProposedRow:
    """A card's action before it runs."""
    row = card.row
    return live.ProposedRow(
        case_id=row.case_id,
        version=row.version,
        desk=row.desk,
        source_id=row.source_id,
        title=row.title,
        priority=row.priority,
        proposal=row.proposal,
        cell=limits.ROUTING,
        phase=Phase.ON_THE_LOOP,
        confidence=0.801,
        threshold=0.87,
        wider_threshold=0.72,
        amount=Money(minor=4_250, currency="EUR") if row.source_id.endswith("3") else None,
        undo="Assign to Group 12, as it is now",
        origin=row.origin,
    )


def ran_of(seed: Seed, place: int, now: datetime) -> live.RanRow:
    """An action of the last hour; one was undone, one proved wrong, one is not verified."""
    group = GROUPS[seed.number % len(GROUPS)]
    return live.RanRow(
        case_id=seed.case_id,
        desk=seed.desk,
        source_id=seed.source_id,
        title=TITLES[seed.number % len(TITLES)],
        at=now - timedelta(minutes=4 * place, seconds=7),
        what=f"Assign {seed.source_id} to {group}",
        basis=GrantBasis.VETO_LAPSE if place % 3 == 1 else GrantBasis.VERDICT,
        status=EffectStatus.SUCCEEDED,
        is_correct=None if place == 5 else True,
        is_undone=place == 2,
        can_undo=place not in (2, 5),
        truth={3: OutcomeKind.WRONG, 4: OutcomeKind.CORRECT}.get(place),
        awaits_audit=False,
        origin=Origin.REAL,
    )


def drawn_of(seed: Seed, place: int, now: datetime) -> live.AuditRow:
    """An action that was drawn some hours ago."""
    return live.AuditRow(
        case_id=seed.case_id,
        desk=seed.desk,
        case_type="routing",
        source_id=seed.source_id,
        title=TITLES[seed.number % len(TITLES)],
        priority=2 + seed.number % 3,
        drawn_at=now - timedelta(hours=5 - place),
        ran_at=now - timedelta(hours=5 - place, minutes=-10),
        origin=Origin.REAL,
    )


def cell(phase: Phase) -> live.LiveCell:
    """The routing cell in a phase."""
    minutes = 10.0 if phase is Phase.ON_THE_LOOP else None
    return live.LiveCell(cell=limits.ROUTING, phase=phase, veto_minutes=minutes)


def gauges() -> tuple[live.GaugeRow, ...]:
    """An hour's budget, and two of the day that cells share."""
    hour = live.GaugeRow(scope=f"cell:{limits.ROUTING}", budget=limits.budget(60, 22))
    day = replace(limits.budget(400, 371), words="400 a day", scope=f"desk:{limits.DESK}")
    money = replace(day, words="5,000.00 EUR a day", executions=None, amount=500_000)
    return (
        hour,
        live.GaugeRow(scope=f"desk:{limits.DESK}", budget=day),
        live.GaugeRow(scope=f"desk:{limits.DESK}", budget=replace(money, amount_used=123_400)),
    )
