"""What one envelope changes against another, as sentences, and the evidence behind what widens.

Evidence comes from the engine's cells; nothing is estimated here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.domain.phase import Phase

if TYPE_CHECKING:
    from engine.domain.phase import Cell
    from engine.govern.envelope import CellEnvelope, CellLimits, EnvelopeDocument
    from engine.service.rows import CellRow

UNEVIDENCED = "unevidenced: no label that counts supports this yet"

_PHASES = (Phase.COPILOT, Phase.BOUNDED, Phase.ON_THE_LOOP)

_FIELDS: Mapping[str, str] = {
    "most_urgent_priority": "most urgent priority that software may act on",
    "executions_per_hour": "actions an hour",
    "reversible_only": "only what can be put back",
    "audit_rate": "share drawn for audit",
    "roles": "roles that may decide",
    "review_minutes": "minutes a case waits for a person",
    "on_deadline": "what happens then",
    "escalate_to": "role it then goes to",
    "grant_minutes": "minutes a permit holds",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class CellChange:
    """What changes in one cell."""

    cell: str
    sentences: tuple[str, ...]
    widens: bool
    """Whether software may do more alone than before."""
    evidence: str
    """What the labels that count say; empty where nothing widens."""


def changes(
    before: EnvelopeDocument,
    after: EnvelopeDocument,
    *,
    active: EnvelopeDocument,
    cells: Mapping[str, CellRow],
) -> tuple[CellChange, ...]:
    """The cells that differ, in the order of the newer document.

    Args:
        before: The limits to compare with.
        after: The limits to look at.
        active: The limits in force, which the evidence was counted under.
        cells: What the labels say about the cells in force, by name.
    """
    from engine.govern.envelope import resolve

    old, new, now = resolve(before), resolve(after), resolve(active)
    found = (
        _change(cell, old.get(cell), new.get(cell), now.get(cell), cells.get(str(cell)))
        for cell in {**new, **old}
    )
    return tuple(change for change in found if change.sentences)


def _change(
    cell: Cell,
    old: CellEnvelope | None,
    new: CellEnvelope | None,
    active: CellEnvelope | None,
    row: CellRow | None,
) -> CellChange:
    was = old.limits if old else None
    now = new.limits if new else None
    widens = _widens(was, now)
    return CellChange(
        cell=str(cell),
        sentences=tuple(_sentences(was, now)),
        widens=widens,
        evidence=_evidence(row, active, now) if widens and now else "",
    )


def _sentences(was: CellLimits | None, now: CellLimits | None) -> Iterator[str]:
    from engine.service.words import PHASE, PHASE_MEANS

    if now is None:
        yield "The cell is taken out; people decide every case of it."
        return
    if was is None:
        yield f"The cell is new, in phase {PHASE[now.phase]}: {PHASE_MEANS[now.phase]}."
        yield f"Its threshold is {_threshold(now)}."
        return
    if was.phase is not now.phase:
        yield f"The phase goes from {PHASE[was.phase]} to {PHASE[now.phase]}: {_means(now)}."
    if was.threshold != now.threshold:
        yield f"The threshold goes from {_threshold(was)} to {_threshold(now)}."
    for field, said in _FIELDS.items():
        old, new = _shown(getattr(was, field)), _shown(getattr(now, field))
        if old != new:
            yield f"{said[0].upper()}{said[1:]}: {old} becomes {new}."


def _means(limits: CellLimits) -> str:
    from engine.service.words import PHASE_MEANS

    return PHASE_MEANS[limits.phase]


def _threshold(limits: CellLimits) -> str:
    from engine.store.read_cells import threshold_words

    return threshold_words(limits.threshold)


def _shown(value: object) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case tuple():
            return ", ".join(_shown(one) for one in value)
        case float():
            return f"{value:.1%}"
    return str(value).lower().replace("_", " ")


def _widens(was: CellLimits | None, now: CellLimits | None) -> bool:
    """Whether software may do more alone; in COPILOT it does nothing alone."""
    if now is None or now.phase is Phase.COPILOT:
        return False
    if was is None:
        return True
    return (
        _PHASES.index(now.phase) > _PHASES.index(was.phase)
        or _is_looser(was, now)
        or now.most_urgent_priority < was.most_urgent_priority
        or now.executions_per_hour > was.executions_per_hour
        or (was.reversible_only and not now.reversible_only)
        or now.audit_rate < was.audit_rate
    )


def _is_looser(was: CellLimits, now: CellLimits) -> bool:
    """Whether the threshold lets more through; another kind of threshold counts as looser."""
    from engine.govern.envelope import HandSetThreshold, RollingThreshold

    match was.threshold, now.threshold:
        case HandSetThreshold() as old, HandSetThreshold() as new:
            return new.min_confidence < old.min_confidence
        case RollingThreshold() as old, RollingThreshold() as new:
            return new.risk_limit > old.risk_limit
    return True


def _evidence(row: CellRow | None, active: CellEnvelope | None, now: CellLimits) -> str:
    """The line a signer has to see; evidence at a looser limit says nothing of a tighter one."""
    from engine.store.read_evidence import risk_limit

    if row is None or active is None or not row.labels:
        return UNEVIDENCED
    counted = f"{row.errors:,} of {row.labels:,} labels that count were wrong"
    if row.error_low is not None and row.error_high is not None:
        counted += f" (95 % interval {row.error_low:.1%} to {row.error_high:.1%})"
    if row.is_evidenced and risk_limit(now) >= risk_limit(active.limits):
        return f"evidenced: {counted}"
    return f"unevidenced: too few labels support this yet, {counted}"
