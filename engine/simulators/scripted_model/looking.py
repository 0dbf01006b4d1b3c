"""Looking: what a script reads before it judges, by case type."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType

from engine.simulators.scripted_model.orders.calls import Wanted
from engine.simulators.scripted_model.orders.sums import short_line
from engine.simulators.scripted_model.sight import Sight
from engine.simulators.scripted_model.window import Read, Window

Look = Callable[[str, Sight], Iterator[Wanted]]
"""Of the target and the facts: the reads there are to make."""


def reads_left(window: Window) -> Sequence[Wanted]:
    """The reads of the case type that were not made yet, in their order; a failed one counts.

    After a change that was decided, only what it may have changed is read again.
    """
    looks = _AFTERWARDS if window.decisions else _LOOKS.get(window.case_type, ())
    since = window.decisions[-1].step if window.decisions else 0
    made = [one for one in window.reads if one.step > since]
    wanted = (one for look in looks for one in look(window.target, window.sight))
    return [
        one
        for one in wanted
        if one.tool in window.tools and not any(_is_same(one, read) for read in made)
    ]


def _is_same(wanted: Wanted, read: Read) -> bool:
    """Whether a read is the wanted one; arguments that were cut in the window say nothing."""
    if wanted.tool != read.tool or not isinstance(read.arguments, dict):
        return wanted.tool == read.tool
    return dict(wanted.arguments).items() <= read.arguments.items()


def _order(target: str, sight: Sight) -> Iterator[Wanted]:
    yield Wanted(tool="get_order", arguments={"order_id": target})


def _payments(target: str, sight: Sight) -> Iterator[Wanted]:
    yield Wanted(tool="payments_of_order", arguments={"order_id": target})


def _scans(target: str, sight: Sight) -> Iterator[Wanted]:
    yield Wanted(tool="carrier_scans", arguments={"order_id": target})


def _customer(target: str, sight: Sight) -> Iterator[Wanted]:
    customer = sight.text("order.customer_id@shop")
    if customer:
        yield Wanted(tool="customer_history", arguments={"customer_id": customer})


def _own_stock(target: str, sight: Sight) -> Iterator[Wanted]:
    for variant in sorted({str(one) for one in sight.values("line:*.variant_id@shop")}):
        yield Wanted(
            tool="stock_levels", arguments={"variant_id": variant, "with_substitutes": False}
        )


def _short_stock(target: str, sight: Sight) -> Iterator[Wanted]:
    variant = sight.text(f"{short_line(sight)}.variant_id@shop")
    if variant:
        yield Wanted(
            tool="stock_levels", arguments={"variant_id": variant, "with_substitutes": True}
        )
        yield Wanted(tool="waiting_lines", arguments={"variant_id": variant})


def _incident(target: str, sight: Sight) -> Iterator[Wanted]:
    yield Wanted(tool="get_incident", arguments={"number": target})
    yield Wanted(tool="group_workload", arguments={"group": ""})


_AFTERWARDS: tuple[Look, ...] = (_order, _payments)
_LOOKS: Mapping[str, tuple[Look, ...]] = MappingProxyType(
    {
        "address_undeliverable": (_order, _scans, _payments, _customer, _own_stock),
        "stock_short": (_order, _payments, _customer, _short_stock),
        "payment_mismatch": (_order, _payments, _customer),
        "delivered_not_received": (_order, _scans, _payments, _customer, _own_stock),
        "duplicate_order": (_order, _payments, _customer),
        "fraud_suspected": (_order, _customer, _payments),
        "routing": (_incident,),
    }
)
