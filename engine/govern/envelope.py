"""Envelope: the limits inside which software may act alone, as a document and per cell.

The document is what a product owner edits. It has three levels, desk, case type and cell; each
states only what it tightens. Resolving it gives one `CellEnvelope` per cell; evidence, audit draws
and grants bind the hash of that cell, so an edit of one cell disturbs no other.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Self

from pydantic import Field, ValidationError, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from engine.domain.budget import BudgetLimit, Period
from engine.domain.canonical import digest
from engine.domain.phase import Cell
from engine.govern.cell_limits import CellEnvelope as CellEnvelope
from engine.govern.cell_limits import CellLimits as CellLimits
from engine.govern.cell_limits import WiderLimits as WiderLimits
from engine.govern.documents import PolicyDocument, read_document
from engine.govern.limits import MOST_CELLS, Budget, Closed, Limits, Name, RollingThreshold
from engine.govern.strictness import LOOSER, is_looser

USUAL_EXECUTIONS_PER_HOUR = 60
"""A cell for which no level names a rate budget has this one: no budget would be none at all."""


class CellEntry(Limits):
    """The limits of one cell, as written in the document."""

    case_type: Name
    action: Name


class EnvelopeDocument(PolicyDocument):
    """All limits of one desk; an action that no cell lists never runs alone."""

    limits: Limits = Field(default_factory=Limits)
    """What holds for the whole desk."""
    case_types: dict[Name, Limits] = Field(default_factory=dict, max_length=MOST_CELLS)
    """What holds for every cell of a case type."""
    cells: tuple[CellEntry, ...] = Field(max_length=MOST_CELLS)

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        problems = [*_cells_twice(self.cells), *_unused_case_types(self)]
        for place, cell in enumerate(self.cells):
            problems += _problems_of(self, place, cell)
        if problems:
            raise ValidationError.from_exception_data(type(self).__name__, problems)
        return self


def read_envelope(text: str, source: str = "envelope") -> EnvelopeDocument:
    """Read an envelope from YAML.

    Args:
        text: The document.
        source: Name of the file, for the error message.

    Raises:
        ConfigError: It is no envelope; the message names the line.
    """
    return read_document(EnvelopeDocument, text, source)


def resolve(document: EnvelopeDocument) -> dict[Cell, CellEnvelope]:
    """The limits of every cell that the document names."""
    return {
        envelope.cell: envelope
        for envelope in (_cell_envelope(document, entry) for entry in document.cells)
    }


def _cell_envelope(document: EnvelopeDocument, entry: CellEntry) -> CellEnvelope:
    cell = Cell(desk=document.desk, case_type=entry.case_type, action_type=entry.action)
    limits = _resolved(document, entry)
    return CellEnvelope(
        cell=cell, limits=limits, hash=digest([str(cell), limits.model_dump(mode="json")])
    )


# --- levels ------------------------------------------------------------------------------

_ADDED_UP = ("arguments", "budgets", "hours", "on_the_loop", "case_type", "action")
"""Fields of a level that are not simply taken from the innermost one."""


def _levels(document: EnvelopeDocument, entry: CellEntry) -> tuple[tuple[str, Limits], ...]:
    """The levels that hold for a cell from the outside in, each with its budgets' scope."""
    desk, case_type = document.desk, entry.case_type
    levels: list[tuple[str, Limits]] = [(f"desk:{desk}", document.limits)]
    if case_type in document.case_types:
        levels.append((f"type:{desk}/{case_type}", document.case_types[case_type]))
    return (*levels, (f"cell:{desk}/{case_type}/{entry.action}", entry))


def _stated(level: Limits) -> dict[str, Any]:
    """The ordered limits a level states, with those of `on_the_loop` under dotted names."""
    stated = {
        name: getattr(level, name)
        for name in Limits.model_fields
        if name not in _ADDED_UP and getattr(level, name) is not None
    }
    wider = level.on_the_loop
    if wider is not None:
        for name in type(wider).model_fields:
            if getattr(wider, name) is not None:
                stated[f"on_the_loop.{name}"] = getattr(wider, name)
    return stated


def _resolved(document: EnvelopeDocument, entry: CellEntry) -> CellLimits:
    levels = _levels(document, entry)
    stated: dict[str, Any] = {}
    for _, level in levels:
        stated |= _stated(level)
    wider = {
        name.partition(".")[2]: stated.pop(name)
        for name in list(stated)
        if name.startswith("on_the_loop.")
    }
    base = CellLimits(
        case_type=entry.case_type,
        action=entry.action,
        arguments=tuple(
            (name, one) for _, level in levels for name, one in level.arguments.items()
        ),
        budgets=_budgets(levels),
        hours=tuple(level.hours for _, level in levels if level.hours is not None),
        currency=document.currency,
        zone=document.zone,
        **stated,
    )
    has_wider = any(level.on_the_loop is not None for _, level in levels)
    return base.model_copy(update={"on_the_loop": _wider(base, wider)}) if has_wider else base


def _wider(base: CellLimits, stated: dict[str, Any]) -> WiderLimits:
    return WiderLimits(
        threshold=stated.get("threshold", base.threshold),
        most_urgent_priority=stated.get("most_urgent_priority", base.most_urgent_priority),
        amount_cap=stated.get("amount_cap", base.amount_cap),
        veto_minutes=stated.get("veto_minutes", USUAL_VETO_MINUTES),
    )


USUAL_VETO_MINUTES = 10.0
"""How long people can hold an action of the wider limits where no level says so."""


def _budgets(levels: Sequence[tuple[str, Limits]]) -> tuple[BudgetLimit, ...]:
    found = tuple(budget_limit(scope, one) for scope, level in levels for one in level.budgets)
    if any(limit.executions is not None and not limit.is_per_customer for limit in found):
        return found
    usual = BudgetLimit(
        scope=levels[-1][0], period=Period.HOUR, executions=USUAL_EXECUTIONS_PER_HOUR
    )
    return (*(limit for limit in found if limit.key != usual.key), _both(usual, found))


def _both(usual: BudgetLimit, found: Sequence[BudgetLimit]) -> BudgetLimit:
    """The usual rate beside a money budget of the same hour, which is counted in the same row."""
    same = next((limit for limit in found if limit.key == usual.key), None)
    if same is None:
        return usual
    return BudgetLimit(
        scope=usual.scope, period=usual.period, executions=usual.executions, amount=same.amount
    )


def budget_limit(scope: str, budget: Budget) -> BudgetLimit:
    """A written budget as the one that is counted for a scope."""
    return BudgetLimit(
        scope=scope,
        period=budget.per,
        is_per_customer=budget.for_each is not None,
        executions=budget.executions,
        amount=budget.amount,
    )


# --- what is wrong with a document -------------------------------------------------------


def _problem(path: tuple[str | int, ...], text: str) -> InitErrorDetails:
    # The text goes in as a value: braces in a name must not be read as a template.
    return InitErrorDetails(
        type=PydanticCustomError("envelope", "{text}", {"text": text}), loc=path, input=None
    )


def _cells_twice(cells: Sequence[CellEntry]) -> Iterator[InitErrorDetails]:
    seen: set[tuple[str, str]] = set()
    for place, cell in enumerate(cells):
        name = (cell.case_type, cell.action)
        if name in seen:
            yield _problem(("cells", place), f"the cell {name[0]}/{name[1]} stands twice")
        seen.add(name)


def _unused_case_types(document: EnvelopeDocument) -> Iterator[InitErrorDetails]:
    used = {cell.case_type for cell in document.cells}
    for case_type in document.case_types:
        if case_type not in used:
            yield _problem(("case_types", case_type), f"no cell is of the case type {case_type}")


def _problems_of(
    document: EnvelopeDocument, place: int, cell: CellEntry
) -> Iterator[InitErrorDetails]:
    outer: dict[str, tuple[str, Any]] = {}
    paths: tuple[tuple[str | int, ...], ...] = (
        ("limits",),
        *((("case_types", cell.case_type),) if cell.case_type in document.case_types else ()),
        ("cells", place),
    )
    for path, (scope, level) in zip(paths, _levels(document, cell), strict=True):
        for name, value in _stated(level).items():
            if name in outer and is_looser(name, outer[name][1], value):
                where = (*path, *name.split("."))
                yield _problem(where, _looser_words(name, value, *outer[name]))
            outer[name] = (scope, value)
    if "threshold" not in outer:
        yield _problem(("cells", place, "threshold"), "no level names a threshold for this cell")
        return
    yield from _narrower(_resolved(document, cell), place)


def _looser_words(name: str, value: Any, scope: str, limit: Any) -> str:
    said = _plain(value)
    return f"{said} is looser than {_plain(limit)} of {scope}; a level only tightens"


def _plain(value: Any) -> str:
    match value:
        case RollingThreshold():
            return f"a risk limit of {value.risk_limit:g}"
        case tuple():
            return ", ".join(value)
        case Closed():
            return f"a hand-set {value.model_dump()['min_confidence']:g}"
    return str(value)


def _narrower(limits: CellLimits, place: int) -> Iterator[InitErrorDetails]:
    """What ON_THE_LOOP allows is beyond the other limits, or nobody can tell what is meant."""
    wider = limits.on_the_loop
    for name in ("threshold", "most_urgent_priority", "amount_cap") if wider else ():
        usual, beyond = getattr(limits, name), getattr(wider, name)
        if usual != beyond and (name not in LOOSER or not is_looser(name, usual, beyond)):
            yield _problem(
                ("cells", place, "on_the_loop", name),
                f"on the loop {_plain(beyond)} is narrower than {_plain(usual)} otherwise",
            )
