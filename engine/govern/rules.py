"""Rules of the envelope: each looks at one limit and says what it saw. Pure.

A rule is made once for a cell's limits and then asked for every action, so that words which never
change are written once. Rules that limit *autonomy* bind software only; those marked
`binds_people` hold for approvals, overrides and undos too. In ON_THE_LOOP some limits have a wider
value: what breaks the limit but keeps the wider one waits out a veto window instead of going to a
person, if it can be put back.
"""

from __future__ import annotations

from collections.abc import Callable

from engine.domain.verdict import RuleResult, VerdictKind
from engine.govern import bounds
from engine.govern.envelope import CellLimits
from engine.govern.look import Check, Look
from engine.govern.request import AuthorizationRequest
from engine.govern.rule import Rule
from engine.govern.rules_action import (
    action_not_listed,
    case_type_unknown,
    effect_not_reversible,
    phase_is_copilot,
    role_may_not_decide,
    second_person_missing,
    text_names_others,
)
from engine.govern.rules_amount import (
    amount_over_cap,
    argument_out_of_bounds,
    budget_spent,
    outside_hours,
    priority_too_urgent,
)
from engine.govern.rules_confidence import (
    confidence_below_threshold,
    confidence_uncalibrated,
    earned_by_another_reasoner,
)

MALFORMED = "request_malformed"
"""Name of the rule that a call breaks which nobody could make."""


def well_formed() -> Check:
    """The request keeps the tool's schema, and says nothing that cannot be."""
    rule = Rule(name=MALFORMED, otherwise=VerdictKind.DENY, binds_people=True)
    limit = "a well-formed call"
    kept = rule.kept("the tool's schema", "kept")

    def check(look: Look) -> RuleResult:
        malformed = look.request.malformed
        return rule.broken(limit, malformed) if malformed else kept

    return check


def not_paused() -> Check:
    """No brake holds."""
    rule, limit = Rule(name="paused", binds_people=True), "no pause"
    kept = rule.kept(limit, "none")
    return lambda look: rule.broken(limit, look.request.paused) if look.request.paused else kept


def _counted(
    name: str, of: Callable[[AuthorizationRequest], tuple[str, ...]], most: int | None, what: str
) -> Check:
    rule, limit = Rule(name=name), bounds.count_words(most, what)
    none = rule.kept(limit, "none")

    def check(look: Look) -> RuleResult:
        names = of(look.request)
        if not names:
            return none
        wrong = bounds.too_many(names, most)
        return rule.broken(limit, wrong) if wrong else rule.kept(limit, ", ".join(names))

    return check


def _case_in_hand() -> Check:
    rule, limit = Rule(name="case_in_hand"), "nobody has a hand in it"
    kept = rule.kept(limit, "nobody")
    return lambda look: rule.broken(limit, look.request.in_hand) if look.request.in_hand else kept


def _audit_key_missing(limits: CellLimits) -> Check:
    rule, limit = Rule(name="audit_key_missing"), "the key of the audit draw"
    kept, broken = rule.kept(limit, "at hand"), rule.broken(limit, "missing")
    return lambda look: kept if look.request.can_audit else broken


def checks_of(limits: CellLimits) -> tuple[Check, ...]:
    """All rules of a cell's limits, in the order in which they are shown."""
    return (
        well_formed(),
        not_paused(),
        role_may_not_decide(limits),
        second_person_missing(limits),
        case_type_unknown(limits),
        action_not_listed(limits),
        phase_is_copilot(limits),
        effect_not_reversible(limits),
        confidence_uncalibrated(limits),
        confidence_below_threshold(limits),
        earned_by_another_reasoner(limits),
        priority_too_urgent(limits),
        amount_over_cap(limits),
        argument_out_of_bounds(limits),
        outside_hours(limits),
        budget_spent(limits),
        _counted("fact_stale", lambda r: r.stale, limits.max_stale_facts, "stale fact"),
        _counted(
            "facts_contradictory",
            lambda r: r.contradictory,
            limits.max_contradictions,
            "contradiction",
        ),
        _counted("values_unseen", lambda r: r.unseen, limits.max_unseen_values, "unseen value"),
        text_names_others(),
        _case_in_hand(),
        _audit_key_missing(limits),
    )
