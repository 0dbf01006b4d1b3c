"""Sums: the money of an order and its stock, as the facts of a window tell them."""

from __future__ import annotations

from collections.abc import Iterator

from engine.simulators.scripted_model.sight import Sight


def total_minor(sight: Sight) -> int:
    """What the order costs."""
    return sight.number("order.total_minor@shop")


def captured_minor(sight: Sight) -> int:
    """What was taken, over all payments."""
    return sum(taken for _, taken, _ in payments(sight))


def kept_minor(sight: Sight) -> int:
    """What was taken and has not gone back."""
    return sum(taken - back for _, taken, back in payments(sight))


def excess_minor(sight: Sight) -> int:
    """What was taken beyond the price and has not gone back; below 0: too little."""
    return kept_minor(sight) - total_minor(sight)


def payments(sight: Sight) -> Iterator[tuple[str, int, int]]:
    """Each payment with what was taken and what went back, as they are listed."""
    for entity in sight.entities("payment"):
        taken, back = (
            sight.number(f"{entity}.{name}@payments")
            for name in ("captured_minor", "refunded_minor")
        )
        yield entity.removeprefix("payment:"), taken, back


def short_line(sight: Sight) -> str:
    """The line that a case of short stock is about, such as `line:1`."""
    return f"line:{sight.number('case.short_line@shop')}"


def announced_for(sight: Sight, variant: str) -> str:
    """The first day for which pieces of a variant are announced; empty: none are."""
    days = sight.values(f"stock:{variant}@*.announced_for@stock")
    return min((str(one) for one in days), default="")


def is_dearer(sight: Sight) -> bool:
    """Whether what is allocated to a short line costs clearly more than what was ordered."""
    line = short_line(sight)
    variant = sight.text(f"{line}.allocated_variant@allocation")
    prices = sight.values(f"stock:{variant}@*.price_minor@stock")
    paid = sight.number(f"{line}.unit_price_minor@shop")
    return any(isinstance(one, int) and one > _NEAR * paid for one in prices)


def warehouse_with(sight: Sight, lines: list[str]) -> str:
    """A warehouse in which both counts see all pieces of some lines; empty: there is none."""
    wanted: dict[str, int] = {}
    for line in lines:
        variant = sight.text(f"{line}.variant_id@shop")
        wanted[variant] = wanted.get(variant, 0) + sight.number(f"{line}.quantity@shop")
    having = [
        {place for place, free in _free(sight, variant) if free >= pieces}
        for variant, pieces in wanted.items()
    ]
    return min(set.intersection(*having), default="") if having else ""


def _free(sight: Sight, variant: str) -> Iterator[tuple[str, int]]:
    for entity in sight.entities("stock"):
        name, _, place = entity.removeprefix("stock:").rpartition("@")
        counts = [one for one in sight.values(f"{entity}.free@*") if isinstance(one, int)]
        if name == variant and counts:
            yield place, min(counts)


_NEAR = 1.15
"""A price that is higher by more than this factor is clearly higher."""
