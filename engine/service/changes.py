"""Changes: what one document says against another, as sentences, and whether it widens anything.

Sentences are for the person who is about to sign. The evidence behind what widens comes from the
engine's cells; nothing is estimated here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from engine.domain.budget import BudgetLimit
from engine.domain.canonical import canonical_text
from engine.domain.money import Money
from engine.domain.percent import exact_percent, percent
from engine.domain.phase import Cell, Phase
from engine.govern import bounds
from engine.govern.documents import PolicyDocument
from engine.govern.envelope import CellEnvelope, CellLimits, EnvelopeDocument, WiderLimits, resolve
from engine.govern.hard_rules import GoalsDocument
from engine.govern.limits import ArgumentRule, HandSetThreshold, Hours, RollingThreshold
from engine.govern.strictness import is_looser, is_wider_phase
from engine.service.document_changes import UNSAID, changes_of_head, unsaid
from engine.service.rows import CellRow, ChangeRow
from engine.service.rule_changes import changes_of_goals, changes_of_rules, rules_of
from engine.service.words import PHASE, PHASE_MEANS

UNEVIDENCED = "unevidenced: no label that counts supports this yet"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Field:
    """How one limit of a cell is called, and how its values are said."""

    name: str
    said: str
    none: str = "none"


_FIELDS = (
    _Field(name="most_urgent_priority", said="the most urgent priority software may act on"),
    _Field(name="amount_cap", said="the most money one action may move", none="no cap"),
    _Field(name="second_person_above", said="two people have to approve above", none="no amount"),
    _Field(name="reversible_only", said="only what can be put back"),
    _Field(name="max_stale_facts", said="stale facts allowed"),
    _Field(name="max_contradictions", said="contradictions allowed"),
    _Field(name="max_unseen_values", said="unseen values allowed", none="any"),
    _Field(name="arguments", said="what arguments may be", none="anything"),
    _Field(name="budgets", said="budgets"),
    _Field(name="hours", said="the hours", none="any time"),
    _Field(name="audit_rate", said="the share drawn for audit"),
    _Field(name="roles", said="roles that may decide"),
    _Field(name="earned_by", said="reasoners that software may act on alone"),
    _Field(name="review_minutes", said="minutes a case waits for a person"),
    _Field(name="on_deadline", said="what happens then"),
    _Field(name="escalate_to", said="the role it then goes to"),
    _Field(name="grant_minutes", said="minutes a permit holds"),
    _Field(name="currency", said="the currency of amounts"),
    _Field(name="zone", said="the clock of hours and days"),
)


def changes(
    before: PolicyDocument,
    after: PolicyDocument,
    *,
    active: EnvelopeDocument | None = None,
    cells: Mapping[str, CellRow] | None = None,
) -> tuple[ChangeRow, ...]:
    """What differs, cell by cell or rule by rule, in the order of the newer document.

    Args:
        before: The document to compare with.
        after: The document to look at, of the same kind.
        active: The limits in force, which the evidence was counted under; for envelopes.
        cells: What the labels say about the cells in force, by name; for envelopes.
    """
    if isinstance(before, EnvelopeDocument) and isinstance(after, EnvelopeDocument):
        now = resolve(active) if active is not None else {}
        body = _of_cells(resolve(before), resolve(after), now, cells or {})
        frees = False  # its cells say so, each with its evidence
    else:
        said = changes_of_goals(before, after) if isinstance(after, GoalsDocument) else ()
        body = (*said, *changes_of_rules(rules_of(before), rules_of(after)))
        frees = bool(rules_of(before))
    head = changes_of_head(before, after, frees=frees)
    return (*head, *body, *(() if body else unsaid(before, after)))


def widens(before: PolicyDocument, after: PolicyDocument) -> bool:
    """Whether anything may happen that could not before."""
    return any(change.widens for change in changes(before, after))


def _of_cells(
    old: Mapping[Cell, CellEnvelope],
    new: Mapping[Cell, CellEnvelope],
    now: Mapping[Cell, CellEnvelope],
    rows: Mapping[str, CellRow],
) -> tuple[ChangeRow, ...]:
    found = []
    for cell in {**new, **old}:
        if cell in old and cell in new and old[cell].hash == new[cell].hash:
            continue
        was = old[cell].limits if cell in old else None
        is_now = new[cell].limits if cell in new else None
        found_words = tuple(_sentences(cell, was, is_now))
        sentences = found_words or (UNSAID,)
        is_wider = _cell_widens(was, is_now) or not found_words
        evidence = ""
        if is_wider and is_now is not None:
            evidence = _evidence(rows.get(str(cell)), now.get(cell), is_now)
        row = ChangeRow(subject=str(cell), sentences=sentences, widens=is_wider, evidence=evidence)
        both = [one.phase if one is not None else None for one in (was, is_now)]
        found.append(replace(row, stays_with_people=both == [Phase.COPILOT, Phase.COPILOT]))
    return tuple(found)


def _sentences(cell: Cell, was: CellLimits | None, now: CellLimits | None) -> Iterator[str]:
    if now is None:
        freed = ", any operator alone" if was is not None and _binds_people(was) else ""
        yield f"The cell is taken out; people decide every case of it{freed}."
        return
    if was is None:
        yield f"The cell is new, in phase {PHASE[now.phase]}: {PHASE_MEANS[now.phase]}."
        yield f"It may run alone from {threshold_words(now.threshold)}."
        return
    if was.phase is not now.phase:
        means = PHASE_MEANS[now.phase]
        yield f"The phase goes from {PHASE[was.phase]} to {PHASE[now.phase]}: {means}."
    if was.threshold != now.threshold:
        before, after = threshold_words(was.threshold), threshold_words(now.threshold)
        yield f"{cell.action_type} may run alone from {after}, was {before}."
    for field in _FIELDS:
        old, new = (_shown(limits, field) for limits in (was, now))
        if old == new and getattr(was, field.name) != getattr(now, field.name):
            old, new = (_in_full(limits, field.name) for limits in (was, now))
        if old != new:
            yield f"{field.said[0].upper()}{field.said[1:]}: {new}, was {old}."
    yield from _wider_sentences(was.on_the_loop, now.on_the_loop, now.currency)


def _wider_sentences(
    was: WiderLimits | None, now: WiderLimits | None, currency: str
) -> Iterator[str]:
    if was == now:
        return
    if now is None:
        yield "On the loop nothing more is allowed than in bounded."
        return
    before = f", was {_wider(was, currency)}" if was is not None else ""
    yield f"On the loop also {_wider(now, currency)}{before}."


def _wider(limits: WiderLimits, currency: str) -> str:
    cap = bounds.cap_words(limits.amount_cap, currency)
    urgent = f"priority {limits.most_urgent_priority} or less urgent"
    said = f"from {threshold_words(limits.threshold)}, {urgent}, {cap}"
    return f"{said}, after {limits.veto_minutes:g} minutes for a veto"


def threshold_words(threshold: HandSetThreshold | RollingThreshold) -> str:
    """A threshold in words: `0.81, set by hand`, or the error that it is chosen to hold."""
    if isinstance(threshold, HandSetThreshold):
        short = f"{threshold.min_confidence:.2f}"
        is_exact = float(short) == threshold.min_confidence
        return f"{short if is_exact else repr(threshold.min_confidence)}, set by hand"
    return f"the confidence that holds {exact_percent(threshold.risk_limit)} error"


def _in_full(limits: CellLimits, name: str) -> str:
    """A value as it is stored, where two read alike."""
    return canonical_text(limits.model_dump(mode="json", include={name})[name])


def _shown(limits: CellLimits, field: _Field) -> str:
    value = getattr(limits, field.name)
    if value is None or value == ():
        return field.none
    match field.name:
        case "amount_cap" | "second_person_above":
            return str(Money(minor=value, currency=limits.currency))
        case "audit_rate":
            return exact_percent(value)
        case "currency" | "zone":
            return str(value)
        case "arguments" | "budgets" | "hours":
            return "; ".join(_listed(one, limits) for one in value)
    return _plain(value)


def _listed(one: Any, limits: CellLimits) -> str:
    match one:
        case BudgetLimit():
            shared = one.scope.partition(":")[0]
            words = bounds.budget_words(one, limits.currency)
            return words if shared == "cell" else f"{words}, shared by the {shared}"
        case Hours():
            return bounds.hours_words(one, limits.zone)
        case (str() as name, ArgumentRule() as rule):
            return bounds.argument_words(name, rule)
    return str(one)


def _plain(value: Any) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case tuple():
            return ", ".join(_plain(one) for one in value)
    return str(value).lower().replace("_", " ")


def _cell_widens(was: CellLimits | None, now: CellLimits | None) -> bool:
    """Whether software may do more alone, or people more than before."""
    if now is None:
        return was is not None and _binds_people(was)
    if was is None:
        return now.phase is not Phase.COPILOT
    if is_looser("second_person_above", was.second_person_above, now.second_person_above):
        return True
    if was.second_person_above is not None and was.currency != now.currency:
        return True
    if now.phase is Phase.COPILOT:
        return is_looser("roles", was.roles, now.roles)
    ordered = ("threshold", "most_urgent_priority", "amount_cap", "reversible_only", "earned_by")
    counted = ("max_stale_facts", "max_contradictions", "max_unseen_values", "audit_rate", "roles")
    return (
        is_wider_phase(was.phase, now.phase)
        or any(
            is_looser(name, getattr(was, name), getattr(now, name)) for name in (*ordered, *counted)
        )
        or not _holds_all(was, now)
        or _loop_widens(was, now)
    )


def _binds_people(limits: CellLimits) -> bool:
    """Whether people may do less in the cell than where there is none."""
    anybody = CellLimits.model_fields["roles"].default
    return limits.second_person_above is not None or is_looser("roles", limits.roles, anybody)


def _holds_all(was: CellLimits, now: CellLimits) -> bool:
    """Whether every rule, hour and budget that held still holds, or a tighter one."""
    if was.zone != now.zone or was.currency != now.currency:
        return False
    kept = all(_stated(was, name) <= _stated(now, name) for name in ("arguments", "hours"))
    budgets = {one.key: one for one in now.budgets}
    return kept and all(
        one.key in budgets
        and not is_looser("amount_cap", one.executions, budgets[one.key].executions)
        and not is_looser("amount_cap", one.amount, budgets[one.key].amount)
        for one in was.budgets
    )


def _stated(limits: CellLimits, name: str) -> set[str]:
    # As text: to Python 1 is True, to a rule for an argument it is not.
    return {canonical_text(one) for one in limits.model_dump(mode="json", include={name})[name]}


def _loop_widens(was: CellLimits, now: CellLimits) -> bool:
    if now.wider is None:
        return False
    old = was.wider
    if old is None:
        return True
    names = ("threshold", "most_urgent_priority", "amount_cap", "veto_minutes")
    return any(
        is_looser(f"on_the_loop.{name}", getattr(old, name), getattr(now.wider, name))
        for name in names
    )


def _evidence(row: CellRow | None, active: CellEnvelope | None, now: CellLimits) -> str:
    """The line a signer has to see; evidence at a looser limit, or of others, says nothing."""
    if row is None or active is None or not row.labels:
        return UNEVIDENCED
    counted = f"{row.errors:,} of {row.labels:,} labels that count were wrong"
    if row.error_low is not None and row.error_high is not None:
        low, high = percent(row.error_low, 1), percent(row.error_high, 1)
        counted += f" (95 % interval {low} to {high})"
    is_theirs = not is_looser("earned_by", active.limits.earned_by, now.earned_by)
    if is_theirs and row.is_evidenced and risk_limit(now) >= risk_limit(active.limits):
        return f"evidenced: {counted}"
    return f"unevidenced: too few labels support this yet, {counted}"


HAND_SET_RISK = 0.05
"""The error that labels have to rule out where a threshold is set by hand."""


def risk_limit(limits: CellLimits) -> float:
    """The error a cell's labels have to rule out."""
    threshold = limits.threshold
    return threshold.risk_limit if isinstance(threshold, RollingThreshold) else HAND_SET_RISK
