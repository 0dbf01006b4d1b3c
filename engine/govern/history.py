"""Decision history: what was recommended at a desk and what came of it, as frozen columns.

Lives here: the columns, and the request that a row of them stands for. Must not live here: how they
are filled (`past_decisions`, and the store), what another policy would have said (`replay`), or any
label before it was known: the columns are of one moment, `as_of`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.domain.case import Origin
from engine.domain.money import Money
from engine.domain.phase import Cell
from engine.domain.tool import EffectClass
from engine.errors import InvalidRequest
from engine.govern.checked_input import FloatArray
from engine.govern.local_time import Moments, as_moment
from engine.govern.request import AuthorizationRequest

NOT_THERE = -1
"""Code of a value that a row does not have."""
EFFECTS = tuple(EffectClass)
"""Effect classes by their code."""


class Happened(StrEnum):
    """What became of a recommendation."""

    ALONE = "alone"
    """Software acted on it without a person's answer."""
    PERSON = "person"
    """A person answered it."""
    NOTHING = "nothing"
    """Neither: it still waits, or the case was settled elsewhere."""


class Truth(StrEnum):
    """What later proved true of a recommendation."""

    UNKNOWN = "unknown"
    CORRECT = "correct"
    WRONG = "wrong"


HAPPENED = tuple(Happened)
TRUTHS = tuple(Truth)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Argument:
    """One argument of the recommended actions."""

    codes: NDArray[np.int32]
    """Place of each row's value in `values`; NOT_THERE where the action has no such argument."""
    values: tuple[Any, ...]


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class ResolvedColumns:
    """Recommendations with a truth from the record: what calibration and rolling cuts eat."""

    known_us: Moments
    """When it became known, ascending, shape (labels,)."""
    score: FloatArray
    """Raw confidence as it was at the recommendation, shape (labels,)."""
    is_correct: NDArray[np.bool_]
    """Shape (labels,)."""
    reasoner: NDArray[np.int16]
    """Whose it was: place in the history's `reasoners`, shape (labels,)."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class DecisionHistory:
    """All past recommendations of a desk in the order of events; every column has shape (n,)."""

    desk: str
    origin: Origin
    """Real or simulated; a history never holds both."""
    as_of: datetime
    """The desk's present when it was read: nothing in it was known later."""
    cells: tuple[Cell, ...]
    cell: NDArray[np.int32]
    """Place in `cells`."""
    at_us: Moments
    """When policy judged it, on the desk's clock; ascending."""
    effect: NDArray[np.int8]
    """Place in `EFFECTS`."""
    confidence: FloatArray
    """Calibrated as it was recorded; NaN: none."""
    is_calibrated: NDArray[np.bool_]
    score: FloatArray
    """Raw confidence; NaN: none."""
    priority: NDArray[np.int16]
    stale: NDArray[np.int32]
    """Stale facts at that moment; the next two are counts as well."""
    contradictory: NDArray[np.int32]
    unseen: NDArray[np.int32]
    names_others: NDArray[np.bool_]
    """Whether a text of the call names what nobody told its case."""
    is_in_hand: NDArray[np.bool_]
    """Whether the case was in people's hands; where nobody can tell, it was not."""
    amount: NDArray[np.int64]
    """Minor units; 0 where no money moves."""
    moved_in_cell: NDArray[np.int64]
    """What the calls of its case before it had moved in its cell and still stood, in its currency;
    see `AuthorizationRequest`."""
    moved: NDArray[np.int64]
    """The same in all cells."""
    acted: NDArray[np.bool_]
    """Whether it was carried out, by whomever: later rows of its case know what it moved."""
    currency: NDArray[np.int16]
    """Place in `currencies`; NOT_THERE: no money."""
    currencies: tuple[str, ...]
    customer: NDArray[np.int32]
    """Place in `customers`; NOT_THERE: not known."""
    customers: tuple[str, ...]
    """Codes, not names (`engine.domain.budget.customer_code`)."""
    arguments: Mapping[str, Argument]
    told: Mapping[str, Argument] = field(default_factory=dict)
    """By argument, the names of the facts that told its value, each a sorted tuple."""
    problem: NDArray[np.int32]
    """Place in `problems`; 0: well-formed."""
    problems: tuple[str, ...]
    reasoner: NDArray[np.int16]
    """Place in `reasoners`: whose recommendation it is."""
    reasoners: tuple[str, ...]
    """As envelopes name them; `own` first, and each version of one by itself."""
    unearned: tuple[str, ...]
    """Of each of them, who it is in full, where it is not the version that recommends now."""
    is_known_case_type: NDArray[np.bool_]
    happened: NDArray[np.int8]
    """Place in `HAPPENED`."""
    truth: NDArray[np.int8]
    """Place in `TRUTHS`, from labels that count as evidence alone."""
    label_probability: FloatArray
    """With which the row was to be labelled; 1 where the record tells; NaN without a truth."""
    known_us: Moments
    """When the truth became known; 0 without a truth."""
    decide_ms: NDArray[np.int64]
    """How long a person took; NOT_THERE: nobody answered, or it was not measured."""
    case_ids: Sequence[str]
    texts: Sequence[str]
    """One line each, for people; from outside, so plain text."""
    resolved: ResolvedColumns
    unaided_us: Moments
    """When a case came for which there was no recommendation, ascending, shape (cases,)."""
    deciders: int
    """Different people who answered."""
    anchored: int
    """Rows whose only label is of somebody who had seen the recommendation: it counts nowhere."""
    repeated: int
    """Rows of cases that have an earlier row."""
    left_out: int
    """Recommendations whose tool the desk has no longer."""

    ordinal: NDArray[np.int64] = field(init=False, repr=False)
    """0 to n - 1."""

    def __post_init__(self) -> None:
        """Freeze the columns.

        Raises:
            InvalidRequest: They differ in length, or are not in the order of events.
        """
        object.__setattr__(self, "ordinal", np.arange(self.at_us.size))
        columns = [one.codes for one in (*self.arguments.values(), *self.told.values())]
        others = ("unaided_us",)
        for item in fields(self):
            value = getattr(self, item.name)
            if isinstance(value, np.ndarray):
                value.setflags(write=False)
                columns += [value] if item.name not in others else []
        if {column.size for column in columns} != {self.at_us.size}:
            raise InvalidRequest("the columns of a history differ in length")
        if (np.diff(self.at_us) < 0).any():
            raise InvalidRequest("a history is in the order of events")

    def __len__(self) -> int:
        """Recommendations."""
        return int(self.at_us.size)

    def request(self, row: int, *, cut: float = np.nan, wider: float = np.nan) -> (
        AuthorizationRequest
    ):  # fmt: skip
        """The request of a row, as software would ask today's `authorize`.

        Args:
            row: Which.
            cut: Raw confidence its cell's rolling threshold asked for; NaN: none was enough.
            wider: The same for the wider limits.
        """
        return AuthorizationRequest(
            cell=self.cells[self.cell[row]],
            problem=self.problems[self.problem[row]],
            at=as_moment(int(self.at_us[row])),
            is_known_case_type=bool(self.is_known_case_type[row]),
            effect_class=EFFECTS[self.effect[row]],
            arguments=_of_row(self.arguments, row),
            told={name: frozenset(one) for name, one in _of_row(self.told, row).items()},
            amount=self._money(row),
            moved_in_cell=int(self.moved_in_cell[row]),
            moved=int(self.moved[row]),
            customer=self._text(self.customers, self.customer[row]),
            reasoner=self.reasoners[self.reasoner[row]],
            unearned=self.unearned[self.reasoner[row]],
            confidence=_number(self.confidence[row]),
            is_calibrated=bool(self.is_calibrated[row]),
            score=_number(self.score[row]),
            rolling_cut=_number(cut),
            wider_cut=_number(wider),
            priority=int(self.priority[row]),
            stale=("stale",) * int(self.stale[row]),
            contradictory=("contradictory",) * int(self.contradictory[row]),
            unseen=("unseen",) * int(self.unseen[row]),
            named=("another",) * int(self.names_others[row]),
            in_hand="in hand" if self.is_in_hand[row] else "",
        )

    def _money(self, row: int) -> Money | None:
        if self.currency[row] == NOT_THERE:
            return None
        return Money(minor=int(self.amount[row]), currency=self.currencies[self.currency[row]])

    def _text(self, texts: tuple[str, ...], code: int) -> str:
        return "" if code == NOT_THERE else texts[code]


def _of_row(columns: Mapping[str, Argument], row: int) -> dict[str, Any]:
    return {
        name: one.values[one.codes[row]]
        for name, one in columns.items()
        if one.codes[row] != NOT_THERE
    }


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
