"""Facts of a case: what the recommendation rests on first, everything else one click away.

Contradicted facts come before all others; stale ones stay in their place, with a mark. Values are
said in the desk's words; the code stays in the hint. Nothing here can decide anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

import streamlit as st

from console import format as words
from console.components import desk_words, text_table
from console.components.text_table import Cell, Column
from engine.service.rows import CaseCard, FactRow

SHORT = 16
"""So many facts are read at a glance and stand in one table."""
_CURRENCY = "currency"
_COLUMNS = (
    Column(label="Fact", width="26%"),
    Column(label="Value", width="34%"),
    Column(label="Source", width="19%"),
    Column(label="Age", width="21%"),
)
_GROUPED = (
    Column(label="Fact", width="38%"),
    Column(label="Value", width="40%"),
    Column(label="Age", width="22%"),
)


def draw(card: CaseCard, now: datetime) -> None:
    """What is known, with source, age and doubts."""
    st.subheader("Facts", anchor=False)
    draw_table(card.facts, card.row.desk, now, cited=cited_of(card))


def cited_of(card: CaseCard) -> tuple[str, ...]:
    """Ids of the facts that the recommendation names, what speaks against it first."""
    draft = card.recommendation.draft if card.recommendation else None
    named = (*draft.counter_evidence, *draft.reasons) if draft is not None else ()
    return tuple(dict.fromkeys(one.fact for one in named))


def draw_table(
    facts: Sequence[FactRow], desk: str, now: datetime, *, cited: Sequence[str] = ()
) -> None:
    """The facts of a case at a moment of its desk.

    Args:
        facts: All of them.
        desk: Its name.
        now: That moment.
        cited: Ids of those that come first, in this order; none: nothing is known to weigh more.
    """
    first = matter_most(facts, cited)
    if len(facts) <= SHORT:
        _draw(_shortly([*first, *_but(facts, first)], facts, desk, now))
        return
    _draw(_shortly(first, facts, desk, now))
    with st.expander(f"All facts ({len(facts)})", icon=":material/list:"):
        text_table.draw(_GROUPED, _grouped(facts, desk, now), key="facts_all", label="All facts")


def matter_most(facts: Sequence[FactRow], cited: Sequence[str]) -> list[FactRow]:
    """Contradicted facts, cited ones, and what the case came with; the rest was looked up."""
    place = {fact_id: number for number, fact_id in enumerate(cited)}
    doubted = [one for one in facts if one.is_contradicted]
    named = sorted(
        (one for one in _but(facts, doubted) if id_of(one) in place),
        key=lambda one: place[id_of(one)],
    )
    return [*doubted, *named, *_came_with(_but(facts, [*doubted, *named]))]


def _came_with(facts: Sequence[FactRow]) -> list[FactRow]:
    """What was said when the case was raised does not age; what systems tell does."""
    return [one for one in facts if one.stale_from is None]


def _but(facts: Iterable[FactRow], left_out: Sequence[FactRow]) -> list[FactRow]:
    known = {id(one) for one in left_out}
    return [one for one in facts if id(one) not in known]


def id_of(fact: FactRow) -> str:
    """The id under which a recommendation cites a fact."""
    return f"{fact.entity}.{fact.attribute}@{fact.source}"


def currency_of(facts: Sequence[FactRow], entity: str = "") -> str:
    """The currency that facts name: of this thing, else of the case; empty: none, or several."""
    named = [(one.entity, str(one.value)) for one in facts if one.attribute == _CURRENCY]
    own = {code for thing, code in named if thing == entity} or {code for _, code in named}
    return own.pop() if len(own) == 1 else ""


def value_of(fact: FactRow, facts: Sequence[FactRow], desk: str) -> str:
    """The value of one fact of a case in words."""
    currency = currency_of(facts, fact.entity)
    return desk_words.value(desk, fact.attribute, fact.value, currency)


def named_of(card: CaseCard) -> dict[str, str]:
    """Name and value of each fact in words, by its id."""
    facts, desk = card.facts, card.row.desk
    return {
        id_of(one): f"{desk_words.cited(desk, id_of(one))}: {value_of(one, facts, desk)}"
        for one in facts
    }


def _draw(rows: Sequence[Sequence[Cell]]) -> None:
    empty = "No facts are known about this case."
    text_table.draw(_COLUMNS, rows, key="facts", label="Facts", empty=empty)


def _shortly(
    shown: Sequence[FactRow], facts: Sequence[FactRow], desk: str, now: datetime
) -> list[tuple[Cell, ...]]:
    return [
        (
            _name(one, desk, _of(one, facts, desk)),
            _value(one, facts, desk),
            Cell(text=desk_words.source(desk, one.source), tone="dim", hint=one.source),
            _age(one, now),
        )
        for one in shown
    ]


def _grouped(facts: Sequence[FactRow], desk: str, now: datetime) -> list[tuple[Cell, ...]]:
    """Every source with its things, in the order in which they told."""
    groups: dict[tuple[str, str], list[FactRow]] = {}
    for source in dict.fromkeys(one.source for one in facts):
        for one in facts:
            if one.source == source:
                groups.setdefault((source, one.entity), []).append(one)
    rows: list[tuple[Cell, ...]] = []
    for (source, entity), told in groups.items():
        rows.append((Cell(text=_head(source, entity, desk), hint=f"{source}: {entity}"),))
        rows += [(_name(one, desk), _value(one, facts, desk), _age(one, now)) for one in told]
    return rows


def _head(source: str, entity: str, desk: str) -> str:
    said, thing = desk_words.source(desk, source), desk_words.thing(desk, entity)
    return said if said.lower() == thing.lower() else f"{said}: {thing}"


def _of(fact: FactRow, facts: Sequence[FactRow], desk: str) -> str:
    """Which thing it is told of, where several things have such a fact."""
    others = {one.entity for one in facts if one.attribute == fact.attribute}
    return desk_words.thing(desk, fact.entity) if len(others) > 1 else ""


def _name(fact: FactRow, desk: str, of: str = "") -> Cell:
    said = desk_words.fact(desk, fact.attribute)
    return Cell(text=said, tone="dim", note=of, hint=f"{fact.entity}.{fact.attribute}")


def _value(fact: FactRow, facts: Sequence[FactRow], desk: str) -> Cell:
    given = fact.value is not None and fact.value != ""
    return Cell(
        text=value_of(fact, facts, desk),
        tone="warn" if fact.is_contradicted else "" if given else "dim",
        note="⚠ contradicted" if fact.is_contradicted else "",
        hint="another source says otherwise" if fact.is_contradicted else str(fact.value or ""),
    )


def _age(fact: FactRow, now: datetime) -> Cell:
    return Cell(
        text=words.span(now - fact.observed_at),
        tone="warn" if fact.is_stale else "dim",
        note="⚠ stale" if fact.is_stale else "",
        hint=words.exact(fact.observed_at),
    )
