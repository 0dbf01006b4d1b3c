"""Past decisions: fills the columns of a history, one recommendation after the other.

Lives here: turning requests and what came of them into codes. Must not live here: where they are
read from (the store), or any judgement.
"""

from __future__ import annotations

from array import array
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from engine.domain.budget import customer_code
from engine.domain.canonical import canonical_text
from engine.domain.case import Origin
from engine.errors import InvalidRequest
from engine.govern.history import (
    EFFECTS,
    HAPPENED,
    NOT_THERE,
    TRUTHS,
    Argument,
    DecisionHistory,
    Happened,
    ResolvedColumns,
    Truth,
)
from engine.govern.limits import OWN
from engine.govern.local_time import as_us
from engine.govern.request import AuthorizationRequest

MOST_MINOR = 10**15
"""Larger amounts are kept as this one, so that sums of them stay exact."""

T = TypeVar("T")
_NAN = float("nan")


@dataclass(frozen=True, kw_only=True, slots=True)
class PastDecision:
    """One recommendation with what came of it."""

    request: AuthorizationRequest
    """As software asked it; cuts, pauses and budgets are a replay's to say."""
    case_id: str
    text: str
    """The case in one line."""
    happened: Happened = Happened.NOTHING
    acted: bool = False
    """Whether it was carried out, by whomever; what it moved is then in later requests."""
    truth: Truth = Truth.UNKNOWN
    label_probability: float = 1.0
    """With which it was to be labelled; only looked at where the truth is known."""
    known_at: datetime | None = None
    """When the truth became known."""
    decide_ms: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Resolved:
    """A recommendation whose truth the record told."""

    known_at: datetime
    score: float
    is_correct: bool
    reasoner: str = OWN
    unearned: str = ""
    """See `AuthorizationRequest.unearned`."""


class Codes(Generic[T]):
    """Different values in the order in which they came, each known by its place."""

    def __init__(self) -> None:
        """Know none."""
        self.values: list[T] = []
        self._known: dict[Hashable, int] = {}

    def of(self, value: T) -> int:
        """The value's place; a value is another one where its type is."""
        key: Hashable = value if type(value) is str else (type(value), canonical_text(value))
        code = self._known.get(key)
        if code is None:
            code = self._known[key] = len(self.values)
            self.values.append(value)
        return code


_Columns = dict[str, tuple["array[int]", Codes[Any]]]
"""By argument, the code of each row, and what the codes stand for."""
_TYPECODES: dict[str, tuple[str, Any]] = {
    "cell": ("i", np.int32),
    "at_us": ("q", np.int64),
    "effect": ("b", np.int8),
    "confidence": ("d", np.float64),
    "is_calibrated": ("b", np.bool_),
    "score": ("d", np.float64),
    "priority": ("h", np.int16),
    "stale": ("i", np.int32),
    "contradictory": ("i", np.int32),
    "unseen": ("i", np.int32),
    "names_others": ("b", np.bool_),
    "is_in_hand": ("b", np.bool_),
    "amount": ("q", np.int64),
    "moved_in_cell": ("q", np.int64),
    "moved": ("q", np.int64),
    "acted": ("b", np.bool_),
    "currency": ("h", np.int16),
    "customer": ("i", np.int32),
    "problem": ("i", np.int32),
    "reasoner": ("h", np.int16),
    "is_known_case_type": ("b", np.bool_),
    "happened": ("b", np.int8),
    "truth": ("b", np.int8),
    "label_probability": ("d", np.float64),
    "known_us": ("q", np.int64),
    "decide_ms": ("q", np.int64),
}


class PastDecisions:
    """Columns that grow; a few bytes a row beside its texts and arguments."""

    def __init__(self) -> None:
        """Hold none."""
        self._columns: dict[str, array[Any]] = {
            name: array(code) for name, (code, _) in _TYPECODES.items()
        }
        self._cells: dict[Any, int] = {}
        self._currencies, self._customers = Codes[str](), Codes[str]()
        self._problems = Codes[str]()
        self._problems.of("")
        self._reasoners = Codes[tuple[str, str]]()
        self._reasoners.of((OWN, ""))
        self._arguments: _Columns = {}
        self._told: _Columns = {}
        self._case_ids: list[str] = []
        self._texts: list[str] = []
        self._seen: set[str] = set()
        self._repeated = 0

    def __len__(self) -> int:
        """Rows so far."""
        return len(self._case_ids)

    def add(self, past: PastDecision) -> None:
        """Take the next one, in the order of events.

        Raises:
            InvalidRequest: Its request tells no moment.
        """
        request, at = past.request, past.request.at
        if at is None:
            raise InvalidRequest("a past decision needs the moment at which it was judged")
        for name, value in self._of_request(request).items():
            self._columns[name].append(value)
        is_known = past.truth is not Truth.UNKNOWN
        known_us = as_us(past.known_at) if is_known and past.known_at is not None else 0
        taken = past.decide_ms if past.decide_ms is not None else NOT_THERE
        self._columns["at_us"].append(as_us(at))
        self._columns["acted"].append(past.acted)
        self._columns["happened"].append(HAPPENED.index(past.happened))
        self._columns["truth"].append(TRUTHS.index(past.truth))
        self._columns["label_probability"].append(past.label_probability if is_known else _NAN)
        self._columns["known_us"].append(known_us)
        self._columns["decide_ms"].append(taken)
        told = {name: tuple(sorted(facts)) for name, facts in request.told.items() if facts}
        self._add(self._arguments, request.arguments)
        self._add(self._told, told)
        self._repeated += past.case_id in self._seen
        self._seen.add(past.case_id)
        self._case_ids.append(past.case_id)
        self._texts.append(past.text)

    def _of_request(self, request: AuthorizationRequest) -> dict[str, Any]:
        amount, customer = request.amount, customer_code(request.customer)
        minor = 0 if amount is None else max(-MOST_MINOR, min(amount.minor, MOST_MINOR))
        return {
            "cell": self._cells.setdefault(request.cell, len(self._cells)),
            "effect": EFFECTS.index(request.effect_class),
            "confidence": _NAN if request.confidence is None else request.confidence,
            "is_calibrated": request.is_calibrated,
            "score": _NAN if request.score is None else request.score,
            "priority": max(-(2**15), min(request.priority, 2**15 - 1)),
            "stale": len(request.stale),
            "contradictory": len(request.contradictory),
            "unseen": len(request.unseen),
            "names_others": bool(request.named),
            "is_in_hand": bool(request.in_hand),
            "amount": minor,
            "moved_in_cell": min(request.moved_in_cell, MOST_MINOR),
            "moved": min(request.moved, MOST_MINOR),
            "currency": NOT_THERE if amount is None else self._currencies.of(amount.currency),
            "customer": self._customers.of(customer) if customer else NOT_THERE,
            "problem": self._problems.of(request.malformed),
            "reasoner": self._reasoners.of((request.reasoner, request.unearned)),
            "is_known_case_type": request.is_known_case_type,
        }

    def _add(self, columns: _Columns, row: Mapping[str, Any]) -> None:
        for name, value in row.items():
            if name not in columns:
                columns[name] = (array("i", [NOT_THERE]) * len(self), Codes())
            codes, values = columns[name]
            codes.append(values.of(value))
        for codes, _ in columns.values():
            if len(codes) == len(self):
                codes.append(NOT_THERE)

    def history(
        self,
        *,
        desk: str,
        origin: Origin,
        as_of: datetime,
        resolved: Sequence[Resolved] = (),
        unaided: Sequence[datetime] = (),
        deciders: int = 0,
        anchored: int = 0,
        left_out: int = 0,
    ) -> DecisionHistory:
        """Freeze what was taken; see `DecisionHistory` for the rest.

        Raises:
            InvalidRequest: Something is not in the order of events.
        """
        known = self._resolved(resolved)
        return DecisionHistory(
            desk=desk,
            origin=origin,
            as_of=as_of,
            cells=tuple(self._cells),
            currencies=tuple(self._currencies.values),
            customers=tuple(self._customers.values),
            arguments=_frozen(self._arguments),
            told=_frozen(self._told),
            problems=tuple(self._problems.values),
            reasoners=tuple(name for name, _ in self._reasoners.values),
            unearned=tuple(who for _, who in self._reasoners.values),
            case_ids=tuple(self._case_ids),
            texts=tuple(self._texts),
            resolved=known,
            unaided_us=_ascending([as_us(at) for at in unaided]),
            deciders=deciders,
            anchored=anchored,
            repeated=self._repeated,
            left_out=left_out,
            **dict(self._frozen_columns()),
        )

    def _resolved(self, found: Sequence[Resolved]) -> ResolvedColumns:
        who = [self._reasoners.of((one.reasoner, one.unearned)) for one in found]
        return ResolvedColumns(
            known_us=_ascending([as_us(one.known_at) for one in found]),
            score=np.array([one.score for one in found], dtype=np.float64),
            is_correct=np.array([one.is_correct for one in found], dtype=bool),
            reasoner=np.array(who, dtype=np.int16),
        )

    def _frozen_columns(self) -> Iterator[tuple[str, Any]]:
        for name, (_, kind) in _TYPECODES.items():
            yield name, np.array(self._columns[name], dtype=kind)


def _frozen(columns: _Columns) -> dict[str, Argument]:
    return {
        name: Argument(codes=np.array(codes, dtype=np.int32), values=tuple(values.values))
        for name, (codes, values) in columns.items()
    }


def _ascending(moments: list[int]) -> NDArray[np.int64]:
    found = np.array(moments, dtype=np.int64)
    if (np.diff(found) < 0).any():
        raise InvalidRequest("moments of a history are in the order of events")
    return found
