"""Evidence of a case: the facts first, then what is recommended, and what speaks against it.

Everything a person reads before deciding; nothing here can be pressed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import streamlit as st

from console import format as words
from console.components import case_facts, desk_words, scripted_mark, text_line, text_table
from console.components.text_line import Piece
from console.components.text_table import Cell, Column
from engine.domain.recommendation import Draft, PrecedentCase, Reason, Recommendation
from engine.domain.run import RunKind
from engine.domain.verdict import VerdictKind
from engine.service import attention_words
from engine.service import words as codes
from engine.service.rows import CaseCard


def draw_recommendation(card: CaseCard) -> None:
    """The proposal, how likely it is right, and what else was weighed."""
    advice = card.recommendation
    is_declared = advice is not None and advice.draft.reasoner == attention_words.DECLARED_PATH
    st.subheader("Until somebody has looked" if is_declared else "Recommendation", anchor=False)
    if advice is None:
        text_line.draw([[Piece(text=_why_nothing(card))]], key="advice")
        return
    draft = advice.draft
    text_line.draw(
        [
            [
                *([scripted_mark.piece()] if draft.is_scripted else []),
                Piece(text=draft.summary, tone="strong"),
                *([] if is_declared else _doubts(advice)),
            ],
        ],
        key="advice",
    )
    _draw_confidence(advice)
    text_line.draw([[Piece(text=words.tidy(draft.rationale))]], key="rationale")
    _draw_tried(draft)
    if is_declared:
        text_line.draw([[Piece(text=_DECLARED, look="dim")]], key="declared")
        return
    _draw_alternatives(advice, card.row.desk)
    _draw_source(advice, draft)


def _draw_source(advice: Recommendation, draft: Draft) -> None:
    """Who made it, and by which calibration."""
    text_line.draw(
        [
            [
                Piece(
                    text=words.shortened(
                        f"{codes.name(draft.reasoner)}, version {draft.by.version}; "
                        f"calibration {advice.calibration or 'none'}"
                    ),
                    look="dim",
                    hint=f"{draft.reasoner_version} {advice.calibration}",
                )
            ]
        ],
        key="advice_source",
    )


def _draw_tried(draft: Draft) -> None:
    """Who was asked before, and why that did not serve."""
    for place, tried in enumerate(draft.tried):
        said = words.tidy(f"{'Then' if place else 'First'} {tried}.")
        text_line.draw([[Piece(text=said, look="dim")]], key=f"tried_{place}")


_DECLARED = (
    "This is the path that the desk declares, the same every time. It is no recommendation of what "
    "is right: it keeps things as they are, and can be put back."
)


def _why_nothing(card: CaseCard) -> str:
    row = card.row
    said = attention_words.note_words(row, desk_words.titles(row.desk))
    return said or "Nothing is recommended for this case."


def _doubts(advice: Recommendation) -> list[Piece]:
    if advice.confidence is None:
        return [Piece(text="no confidence", look="chip", tone="warn")]
    if advice.is_calibrated:
        return []
    return [Piece(text="uncalibrated", look="chip", tone="warn")]


def _draw_confidence(advice: Recommendation) -> None:
    """The one number that is held against the threshold, with the line that it has to reach."""
    confidence, needed = advice.confidence, advice.threshold
    if confidence is None:
        return
    line = "" if needed is None else f"line: {words.percent(needed)}, needed to act alone"
    text_table.draw(
        (Column(label="", width="24%"), Column(label="", width="76%")),
        [
            (
                Cell(text="Likely right" if advice.is_calibrated else "Own score", tone="dim"),
                Cell(
                    text=words.percent(confidence),
                    tone="strong",
                    share=confidence,
                    mark=needed,
                    note=line,
                ),
            )
        ],
        key="confidence",
        label="Confidence",
    )
    text_line.draw([[Piece(text=confidence_meaning(advice), look="dim")]], key="meaning")


def confidence_meaning(advice: Recommendation) -> str:
    """The confidence and what software would need, said plainly."""
    confidence, needed = advice.confidence, advice.threshold
    if confidence is None:
        return ""
    if not advice.is_calibrated:
        return (
            "How often such a score proves right has not been measured yet, so software does not "
            "act alone."
        )
    said = f"Of recommendations with a score like this, about {100 * confidence:.0f} in 100 "
    return f"{said}proved right. {_enough(advice, confidence, needed)}"


def _enough(advice: Recommendation, confidence: float, needed: float | None) -> str:
    """Whether software could act on it, as policy saw it; thresholds set by hand stand there."""
    rules = advice.actions[0].verdict.rules if advice.actions else ()
    rule = next((one for one in rules if one.rule == "confidence_below_threshold"), None)
    if rule is not None and not rule.is_kept and rule.otherwise is VerdictKind.VETO_WINDOW:
        return "That is enough for software to act after people could object."
    if needed is None and rule is not None and rule.is_kept:
        return "That would be enough for software to act alone."
    if needed is None and rule is not None and "set by hand" in rule.limit:
        return "That is not enough for software to act alone."
    if needed is None:
        return "No threshold is certified, so software would not act alone."
    would = "would be" if confidence >= needed else "is not"
    return f"That {would} enough for software to act alone."


def _draw_alternatives(advice: Recommendation, desk: str) -> None:
    """Scores of another kind than the confidence: no threshold is drawn on them."""
    draft = advice.draft
    is_likeliest = _is_likeliest(draft)
    text_table.draw(
        (
            Column(label="Choices compared", width="52%"),
            Column(label="Share of its own score", width="48%"),
        ),
        [
            (
                Cell(
                    text=desk_words.label(desk, other.label),
                    tone="strong" if other.label == draft.label else "",
                    note="recommended" if other.label == draft.label and not is_likeliest else "",
                ),
                Cell(text=words.percent(other.probability), share=other.probability, is_quiet=True),
            )
            for other in draft.alternatives[:3]
        ],
        key="alternatives",
        label="Alternatives",
        empty="The reasoner names no alternatives.",
    )
    if draft.alternatives:
        said = _RANKS if is_likeliest else _NOT_BY_SHARE
        text_line.draw([[Piece(text=said, look="dim")]], key="ranks")


_RANKS = "These shares only rank the choices. How often one proves right is said above."
_NOT_BY_SHARE = (
    "A share says how likely a choice is the right one by the model's own count. The recommended "
    "one has not the largest: it was chosen for the reason given above."
)


def _is_likeliest(draft: Draft) -> bool:
    """Whether what is recommended has the largest share; other grounds may weigh more."""
    shares = [one.probability for one in draft.alternatives]
    own = [one.probability for one in draft.alternatives if one.label == draft.label]
    return not own or max(own) >= max(shares)


def draw_reasons(card: CaseCard) -> None:
    """What speaks against it before what speaks for it, and what is missing."""
    st.subheader("Against and for", anchor=False)
    draft = card.recommendation.draft if card.recommendation else None
    against = draft.counter_evidence if draft else ()
    reasons = draft.reasons if draft else ()
    is_model = draft is not None and draft.reasoner in (RunKind.AGENT, RunKind.WORKFLOW)
    named = case_facts.named_of(card) if is_model else {}  # a model's words may name no fact
    rows = [_reason_cells("against", reason, named) for reason in against]
    if draft is not None and draft.missing:
        rows += _missing_cells(draft.missing, card)
    rows += [_reason_cells("for", reason, named) for reason in reasons[:4]]
    text_table.draw(
        (
            Column(label="Speaks", width="16%"),
            Column(label="Because", width="66%"),
            Column(label="Weight", width="18%", is_right=True),
        ),
        rows,
        key="reasons",
        label="Against and for",
        empty="Without a recommendation there is nothing to weigh.",
    )


def _reason_cells(side: str, reason: Reason, named: Mapping[str, str]) -> tuple[Cell, ...]:
    return (
        Cell(text=side, tone="warn" if side == "against" else "good"),
        Cell(text=words.tidy(reason.text), hint=reason.fact, note=named.get(reason.fact, "")),
        Cell(text=f"{reason.weight:+.2f}", tone="dim", hint="contribution to the log-odds"),
    )


def _missing_cells(missing: tuple[str, ...], card: CaseCard) -> list[tuple[Cell, ...]]:
    """What is not there, and what is there and leaves open what would matter, a line each."""
    told = {f"{fact.entity}.{fact.attribute}" for fact in card.facts}
    silent = [one for one in missing if one.partition("@")[0] in told]
    absent = [one for one in missing if one not in silent]
    rows = []
    if absent:
        rows.append(_missing_row(absent, card, "would matter most"))
    if silent:
        verb = "does" if len(silent) == 1 else "do"
        rows.append(_missing_row(silent, card, f"{verb} not say what would matter most"))
    return rows


def _missing_row(missing: Sequence[str], card: CaseCard, says: str) -> tuple[Cell, ...]:
    first, *others = [desk_words.cited(card.row.desk, one) for one in missing]
    named = words.listed([first, *(one[:1].lower() + one[1:] for one in others)])
    return (
        Cell(text="missing", tone="info"),
        Cell(text=f"{named} {says}", hint=", ".join(missing)),
        Cell(text=""),
    )


def _standing(card: CaseCard, past: PrecedentCase) -> str:
    """What was done in a resolved case, or why it does not speak for what is recommended."""
    if past.source_id in card.retired:
        return f"retired: {card.retired[past.source_id]}"
    draft = card.recommendation.draft if card.recommendation else None
    return past.done if draft and past.label == draft.label else "differs"


def draw_precedents(card: CaseCard, now: datetime) -> None:
    """Resolved cases like this one, with what was done and what proved right there."""
    st.subheader("Similar cases", anchor=False)
    draft = card.recommendation.draft if card.recommendation else None
    text_table.draw(
        (
            Column(label="Case", width="26%"),
            Column(label="Proved right", width="38%"),
            Column(label="Likeness", width="18%", is_right=True),
            Column(label="Resolved", width="18%", is_right=True),
        ),
        [
            (
                Cell(text=past.source_id, is_code=True),
                Cell(
                    text=desk_words.label(card.row.desk, past.label),
                    note=_standing(card, past),
                ),
                Cell(text=words.percent(past.similarity)),
                Cell(
                    text=words.ago(past.resolved_at, now),
                    tone="dim",
                    hint=words.exact(past.resolved_at),
                ),
            )
            for past in (draft.precedents if draft else ())
        ],
        key="precedents",
        label="Similar cases",
        empty="No resolved case is like this one.",
    )
