"""Difference: what a call changes in its target, and what money and pieces it moves.

The same shape tells what a call would do (a preview) and what one did. Pure values; who computes
them is the target's business.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.domain.canonical import Json
from engine.domain.money import Money
from engine.errors import InvalidRequest

Shown = str | int | float | bool | None


@dataclass(frozen=True, kw_only=True, slots=True)
class FieldChange:
    """One field before and after; None: it is not there."""

    of: str
    """The thing it belongs to, as the target names it."""
    field: str
    before: Shown
    after: Shown


@dataclass(frozen=True, kw_only=True, slots=True)
class MoneyMove:
    """Money that goes from one account to another."""

    source: str
    target: str
    money: Money


@dataclass(frozen=True, kw_only=True, slots=True)
class PieceMove:
    """Goods that go from one place to another."""

    variant_id: str
    source: str
    target: str
    quantity: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """Everything one call changes."""

    fields: tuple[FieldChange, ...] = ()
    money: tuple[MoneyMove, ...] = ()
    pieces: tuple[PieceMove, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing would be otherwise."""
        return not (self.fields or self.money or self.pieces)

    def to_json(self) -> Json:
        """The stored form, which `from_json` reads."""
        return {
            "fields": [
                {"of": one.of, "field": one.field, "before": one.before, "after": one.after}
                for one in self.fields
            ],
            "money": [
                {
                    "from": one.source,
                    "to": one.target,
                    "minor": one.money.minor,
                    "currency": one.money.currency,
                }
                for one in self.money
            ],
            "pieces": [
                {
                    "variant_id": one.variant_id,
                    "from": one.source,
                    "to": one.target,
                    "quantity": one.quantity,
                }
                for one in self.pieces
            ],
        }

    @classmethod
    def from_json(cls, said: Json) -> Difference:
        """Read what a target said.

        Raises:
            InvalidRequest: It has another shape.
        """
        try:
            return cls(
                fields=tuple(_field(one) for one in said["fields"]),
                money=tuple(_money(one) for one in said["money"]),
                pieces=tuple(_pieces(one) for one in said["pieces"]),
            )
        except (KeyError, TypeError, AttributeError):
            raise InvalidRequest("The target gave a difference that cannot be read.") from None


def _field(said: Mapping[str, Any]) -> FieldChange:
    return FieldChange(
        of=str(said["of"]), field=str(said["field"]), before=said["before"], after=said["after"]
    )


def _money(said: Mapping[str, Any]) -> MoneyMove:
    return MoneyMove(
        source=str(said["from"]),
        target=str(said["to"]),
        money=Money(minor=_whole(said["minor"]), currency=str(said["currency"])),
    )


def _pieces(said: Mapping[str, Any]) -> PieceMove:
    return PieceMove(
        variant_id=str(said["variant_id"]),
        source=str(said["from"]),
        target=str(said["to"]),
        quantity=_whole(said["quantity"]),
    )


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(value)
    return value
