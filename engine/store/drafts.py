"""Drafts as JSON: the stored form of what a reasoner gave."""

from __future__ import annotations

from datetime import datetime

from engine.domain.canonical import Json
from engine.domain.recommendation import (
    Alternative,
    Draft,
    PrecedentCase,
    Proposal,
    Reason,
    is_scripted,
)


def draft_to_json(draft: Draft) -> Json:
    """The stored form; short keys would save little and cost readability."""
    return {
        "reasoner": draft.reasoner,
        "version": draft.reasoner_version,
        "proposals": [[p.tool, p.arguments] for p in draft.proposals],
        "label": draft.label,
        "summary": draft.summary,
        "rationale": draft.rationale,
        "raw": draft.raw_confidence,
        "reasons": [[r.fact, r.text, r.weight] for r in draft.reasons],
        "counter": [[r.fact, r.text, r.weight] for r in draft.counter_evidence],
        "missing": list(draft.missing),
        "unseen": list(draft.unseen),
        "alternatives": [
            [a.proposal.tool, a.proposal.arguments, a.label, a.probability]
            for a in draft.alternatives
        ],
        "precedents": [
            [
                p.source_id,
                p.label,
                p.similarity,
                p.resolved_at.isoformat(),
                *([p.done] * bool(p.done)),
            ]
            for p in draft.precedents
        ],
        "cost": draft.cost_micro_usd,
        **({"tried": list(draft.tried)} if draft.tried else {}),
    }


def is_scripted_draft(row: Json) -> bool:
    """Whether a stored draft is a scripted model's; None, where there is no draft, is not."""
    return row is not None and is_scripted(row["version"])


def draft_from_json(row: Json) -> Draft:
    """Read the form `draft_to_json` writes."""
    return Draft(
        reasoner=row["reasoner"],
        reasoner_version=row["version"],
        proposals=tuple(Proposal(tool=tool, arguments=args) for tool, args in row["proposals"]),
        label=row["label"],
        summary=row["summary"],
        rationale=row["rationale"],
        raw_confidence=row["raw"],
        reasons=tuple(_reason(reason) for reason in row["reasons"]),
        counter_evidence=tuple(_reason(reason) for reason in row["counter"]),
        missing=tuple(row["missing"]),
        unseen=tuple(row["unseen"]),
        alternatives=tuple(
            Alternative(
                proposal=Proposal(tool=tool, arguments=args), label=label, probability=probability
            )
            for tool, args, label, probability in row["alternatives"]
        ),
        precedents=tuple(
            PrecedentCase(
                source_id=source_id,
                label=label,
                similarity=similarity,
                resolved_at=datetime.fromisoformat(resolved_at),
                done="".join(done),
            )
            for source_id, label, similarity, resolved_at, *done in row["precedents"]
        ),
        cost_micro_usd=row["cost"],
        tried=tuple(row.get("tried", ())),
    )


def _reason(row: Json) -> Reason:
    fact, text, weight = row
    return Reason(fact=fact, text=text, weight=weight)
