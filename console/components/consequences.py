"""Consequences of a draft on history: what would have run alone, who would have had how much work.

It explores, it never certifies, and says so wherever a figure stands.
"""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from console import format as words
from console import session
from console.components import case_link, desk_words, pick_table, text_table
from console.components.text_table import Cell, Column
from engine.domain.case import Origin
from engine.domain.money import Money
from engine.domain.policy import PolicyKind
from engine.errors import EngineError
from engine.service import words as codes
from engine.service.simulation_rows import (
    AskSimulation,
    BudgetHitRow,
    FlipRow,
    RangeRow,
    SideRow,
    SimulationRow,
    TeamGiven,
    TeamRow,
    WorkloadRow,
)
from engine.service.simulation_words import WEIGHED, team_words

_COLUMNS = (
    Column(label="", width="40%"),
    Column(label="As it is", width="30%"),
    Column(label="With the draft", width="30%"),
)
PICKED = "flips"
_CEILING = "Ceiling of money in a day"


def draw(page: str, kind: PolicyKind, desk: str, draft: str) -> None:
    """Ask history about a draft and draw what it says; nothing where it has no history.

    Args:
        page: Whose keys to use.
        kind: What the draft is.
        desk: Name of the desk.
        draft: YAML that can be read.
    """
    asked = AskSimulation(desk=desk, kind=kind, document=draft, team=_draw_team(page, desk))
    try:
        found = session.engine().simulate(asked)
    except EngineError as error:
        st.info(words.plain(words.error_words(error)), icon=":material/history_toggle_off:")
        return
    draw_row(found)


def _draw_team(page: str, desk: str) -> TeamGiven:
    """The people who decide what is left; what is left empty is measured, or assumed and said."""
    people, minutes = st.columns(2)
    return TeamGiven(
        people=people.number_input(
            "People on duty",
            1,
            1_000,
            None,
            key=session.key(page, "team", "people", desk),
            placeholder="not given",
            help="Who decide side by side what software leaves.",
        ),
        minutes_per_case=minutes.number_input(
            "Minutes for one case",
            0.1,
            10_000.0,
            None,
            step=1.0,
            key=session.key(page, "team", "minutes", desk),
            placeholder="not given",
            help="What a person needs for one of the cases that are left; they are the harder "
            "ones.",
        ),
    )


def draw_row(found: SimulationRow) -> None:
    """Draw a simulation."""
    if found.origin is Origin.SIMULATED:
        st.warning("This history is simulated: it shows the mechanism, not your desk.")
    text_table.draw(_COLUMNS, _figures(found), key="consequences", label="Consequences on history")
    st.caption(_basis(found))
    _draw_flips(found.flips, found.total.to_alone, found.total.to_people)
    if found.budgets:
        text_table.draw(
            (
                Column(label="Budget", width="50%"),
                Column(label="Turned away", width="50%"),
            ),
            [_budget(one) for one in found.budgets],
            key="budget_hits",
            label="Budgets in the order of events",
        )
    with st.expander("What history cannot tell", icon=":material/help:"):
        for limit in found.limits:
            st.text(words.tidy(limit))


def _basis(found: SimulationRow) -> str:
    days = "all days" if found.days is None else f"the last {found.days} days"
    return words.plain(
        f"{found.total.decisions:,} of {found.history:,} past decisions, {days}, each with the "
        "threshold of its moment and all limits, so the curve of a cell shows other shares. It "
        "explores and never certifies: a limit chosen here still needs fresh labels."
        if found.kind is PolicyKind.ENVELOPE
        else f"{found.total.decisions:,} of {found.history:,} past decisions, {days}. It explores "
        "and never certifies."
    )


def _figures(found: SimulationRow) -> list[list[Cell | str]]:
    now, draft = found.total.now, found.total.draft
    lines: list[tuple[str, Cell, Cell]] = [
        ("Run alone", _alone(now), _alone(draft)),
        ("… after a veto window", _count(now.after_window), _count(draft.after_window)),
        ("To people", _count(now.people), _count(draft.people)),
        ("Wrong among those run alone", _error(now), _error(draft)),
        (
            f"Run alone, next {found.forecast.future_days} days",
            _range(found.forecast_now.share),
            _range(found.forecast.share),
        ),
        (
            f"Wrong among those, next {found.forecast.future_days} days",
            _range(found.forecast_now.error),
            _range(found.forecast.error),
        ),
        ("People's hours a working day", _hours(found.people_now), _hours(found.people)),
        ("Late cases a day", _late(found.people_now), _late(found.people)),
        ("Time to a decision, median", _latency(found.people_now), _latency(found.people)),
    ]
    if draft.denied or now.denied:
        lines.insert(3, ("Refused", _count(now.denied), _count(draft.denied)))
    if found.total.moves_money:
        lines.append(("Money that would have moved", _moved(now, found), _moved(draft, found)))
        worst = (found.total.worst_day_now, found.total.worst_day)
        old, new = (_money(one, found.currency) for one in worst)
        lines.append((_CEILING, old, new))
    return [[_title(title, found.team), old, new] for title, old, new in lines]


def _title(title: str, team: TeamRow) -> Cell:
    notes = {
        "People's hours a working day": team_words(team),
        "Late cases a day": "decided after the deadline",
        "Money that would have moved": "without a person, in all these decisions",
        _CEILING: "what the limits allow at worst until every budget is spent; not what moved",
    }
    return Cell(text=title, tone="dim", note=notes.get(title, ""))


def _alone(side: SideRow) -> Cell:
    note = "" if side.share is None else words.percent(side.share, 1)
    return Cell(text=f"{side.alone:,}", tone="strong", note=note)


def _count(value: int) -> Cell:
    return Cell(text=f"{value:,}")


def _error(side: SideRow) -> Cell:
    if side.error is None:
        return Cell(text="no truth known", tone="dim")
    counted = f"{side.wrong:,} of {side.labels:,} truths"
    notes = (counted, "weighed" if side.is_weighted else "", _between(side.error))
    return Cell(
        text=words.percent(side.error.value, 1),
        note="; ".join(one for one in notes if one),
        hint=f"Of {counted}{WEIGHED}" if side.is_weighted else "",
    )


def _range(found: RangeRow | None) -> Cell:
    if found is None:
        return Cell(text="too little history", tone="dim")
    return Cell(text=words.percent(found.value, 1), note=_between(found))


def _between(found: RangeRow) -> str:
    low, high = words.percent(found.low, 1), words.percent(found.high, 1)
    return "" if low == high else f"{words.INTERVAL} {low} to {high}"


def _hours(work: WorkloadRow) -> Cell:
    if work.queue is None:
        return Cell(text="never gets through it", tone="bad")
    return _figure(work.queue.hours_per_day)


def _late(work: WorkloadRow) -> Cell:
    """A count, for a share would be of what reaches people, which is less with every draft."""
    if work.late_a_day is None:
        return Cell(text="–", tone="dim")
    return _figure(work.late_a_day)


def _figure(found: RangeRow) -> Cell:
    """A figure with its range, where what is shown has one."""
    low, high = f"{found.low:,.1f}", f"{found.high:,.1f}"
    return Cell(text=f"{found.value:,.1f}", note="" if low == high else f"{low} to {high}")


def _latency(work: WorkloadRow) -> Cell:
    if work.latency_median_s is None:
        return Cell(text="–", tone="dim")
    minutes = work.latency_median_s / 60
    return Cell(text=f"{minutes:,.1f} min" if minutes < 120 else f"{minutes / 60:,.1f} h")


def _moved(side: SideRow, found: SimulationRow) -> Cell:
    moved = [str(Money(minor=one.minor, currency=one.currency)) for one in side.moved]
    return Cell(text=", ".join(moved) or str(Money(minor=0, currency=found.currency)))


def _money(minor: int | None, currency: str) -> Cell:
    if minor is None:
        return Cell(text="not bounded", tone="warn")
    return Cell(text=f"{minor / 100:,.2f} {currency}")


def _budget(hit: BudgetHitRow) -> list[Cell | str]:
    first = "" if hit.first_at is None else f"first {words.exact(hit.first_at)}"
    return [
        Cell(text=hit.words, note=hit.budget),
        Cell(text=f"{hit.turned_away:,}", note=f"{hit.turned_away_now:,} as it is; {first}"),
    ]


def _draw_flips(flips: Sequence[FlipRow], to_alone: int, to_people: int) -> None:
    st.markdown(
        f"**{to_alone:,} would run alone now that went to people, {to_people:,} the other way**"
    )
    if not flips:
        return
    picked = pick_table.draw(
        PICKED,
        flips,
        [_flip(flip) for flip in flips],
        alt=f"{len(flips)} decisions that go another way",
    )
    if picked is not None:
        case_link.draw(picked.case_id, key=session.key(PICKED, "open"))


def _flip(flip: FlipRow) -> dict[str, str | int | float | bool | None]:
    return {
        "Case": words.shortened(flip.text),
        "Was": codes.VERDICT_MARK[flip.was],
        "Becomes": codes.VERDICT_MARK[flip.becomes],
        "Confidence": None if flip.confidence is None else round(flip.confidence, 3),
        "Truth": flip.truth,
        "Cell": desk_words.cell(flip.cell),
    }
