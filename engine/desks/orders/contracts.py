"""What the tools of the orders desk take, give and promise; what they do is in `tools`.

Arguments and scopes are the shop's own: the shop ships with this desk, and two lists would differ
one day.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from engine.desks.orders import answers, results, results_stock
from engine.desks.orders.shop.toolbox import PREVIEW_SCOPE, READS, WRITES
from engine.desks.orders.sources import CUSTOMER_FILE, SHOP
from engine.desks.orders.words import SYSTEM
from engine.domain.tool import CASE_TARGET, Delivery, EffectClass, Strict, ToolContract

TIMEOUT_S = 3.0
"""Of every call; the shop answers in milliseconds, or something is wrong."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Read:
    title: str
    result: type[Strict]
    told_by: tuple[str, ...] | None
    """What has to tell a run the record it looks at; None: it tells nothing of anybody."""
    target: str = "order_id"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Write:
    """A write, as people call it, with what it does to the world."""

    title: str
    effect: EffectClass
    done: type[Strict]
    undone_by: str = ""
    amount: str = ""
    currency: str = ""


_ORDERS = (CASE_TARGET, f"order_id@{CUSTOMER_FILE}")
"""The case's order, and one that was named beside it and is the same customer's."""
_READS: Mapping[str, _Read] = {
    "get_order": _Read(title="Read order", result=results.OrderResult, told_by=_ORDERS),
    "customer_history": _Read(
        title="Read customer's history",
        result=results.CustomerResult,
        told_by=(f"customer_id@{SHOP}",),
        target="customer_id",
    ),
    "stock_levels": _Read(
        title="Read stock", result=results_stock.StockResult, told_by=None, target="variant_id"
    ),
    "waiting_lines": _Read(
        title="Read lines waiting for stock",
        result=results_stock.WaitingLinesResult,
        told_by=(f"variant_id@{SHOP}",),  # for its answer names the orders of others
        target="variant_id",
    ),
    "carrier_scans": _Read(
        title="Read carrier's scans", result=results.ScansResult, told_by=_ORDERS
    ),
    "payments_of_order": _Read(
        title="Read payments", result=results.PaymentsResult, told_by=_ORDERS
    ),
}

_REVERSIBLE, _COMPENSABLE, _IRREVERSIBLE = (
    EffectClass.REVERSIBLE,
    EffectClass.COMPENSABLE,
    EffectClass.IRREVERSIBLE,
)
_WRITES: Mapping[str, _Write] = {
    "correct_address": _Write(
        title="Correct address",
        effect=_REVERSIBLE,
        done=answers.AddressDone,
        undone_by="restore_address",
    ),
    "restore_address": _Write(
        title="Restore address",
        effect=_REVERSIBLE,
        done=answers.AddressDone,
        undone_by="restore_address",
    ),
    "substitute_variant": _Write(
        title="Substitute variant",
        effect=_REVERSIBLE,
        done=answers.SubstituteDone,
        undone_by="substitute_variant",
    ),
    "backorder": _Write(
        title="Backorder",
        effect=_REVERSIBLE,
        done=answers.LineDone,
        undone_by="cancel_backorder",
    ),
    "cancel_backorder": _Write(
        title="Cancel backorder",
        effect=_REVERSIBLE,
        done=answers.LineDone,
        undone_by="backorder",
    ),
    "cancel_order": _Write(
        title="Cancel order",
        effect=_REVERSIBLE,  # for as long as the pieces are there and nothing was refunded since
        done=answers.CancelDone,
        undone_by="reinstate_order",
    ),
    "reinstate_order": _Write(
        title="Reinstate order",
        effect=_REVERSIBLE,
        done=answers.CancelDone,
        undone_by="cancel_order",
    ),
    "refund": _Write(
        title="Refund",
        effect=_COMPENSABLE,  # until it settles
        done=answers.RefundDone,
        undone_by="cancel_refund",
        amount="amount_minor",
        currency="currency",
    ),
    "cancel_refund": _Write(
        title="Call refund back",
        effect=_COMPENSABLE,  # by another refund of the same sum
        done=answers.RefundCancelled,
        undone_by="refund",
    ),
    "reship": _Write(
        title="Reship",
        effect=_COMPENSABLE,  # until the carrier has the parcel
        done=answers.ParcelDone,
        undone_by="cancel_shipment",
    ),
    "cancel_shipment": _Write(title="Cancel parcel", effect=_IRREVERSIBLE, done=answers.ParcelDone),
    "hold_order": _Write(
        title="Hold order",
        effect=_REVERSIBLE,
        done=answers.HoldDone,
        undone_by="release_order",
    ),
    "release_order": _Write(
        title="Release order",
        effect=_REVERSIBLE,
        done=answers.ReleaseDone,
        undone_by="hold_order",
    ),
    "message_customer": _Write(
        title="Message customer", effect=_IRREVERSIBLE, done=answers.MessageDone
    ),
}


def preview_name(write: str) -> str:
    """The read tool that says what a write would change."""
    return f"{write}_preview"


def _read_contract(name: str, read: _Read) -> ToolContract:
    tool = READS[name]
    return ToolContract(
        name=name,
        version=1,
        title=read.title,
        effect_class=EffectClass.READ,
        delivery=Delivery.DEDUPES,
        arguments=tool.arguments,
        result=read.result,
        target_argument=read.target,
        identifies={} if read.told_by is None else {read.target: read.told_by},
        system=SYSTEM,
        scopes=(tool.scope,),
        timeout_s=TIMEOUT_S,
    )


def _preview_contract(name: str, write: _Write) -> ToolContract:
    return ToolContract(
        name=preview_name(name),
        version=1,
        title=f"Preview: {write.title}",
        effect_class=EffectClass.READ,
        delivery=Delivery.DEDUPES,
        arguments=WRITES[name].arguments,
        result=answers.Previewed[write.done],  # type: ignore[name-defined]  # bound at run time
        target_argument="order_id",
        system=SYSTEM,
        scopes=(PREVIEW_SCOPE,),
        timeout_s=TIMEOUT_S,
    )


def _write_contract(name: str, write: _Write) -> ToolContract:
    tool = WRITES[name]
    return ToolContract(
        name=name,
        version=1,
        title=write.title,
        effect_class=write.effect,
        delivery=Delivery.DEDUPES,
        arguments=tool.arguments,
        result=answers.Answered[write.done],  # type: ignore[name-defined]  # bound at run time
        target_argument="order_id",
        amount_argument=write.amount,
        currency_argument=write.currency,
        system=SYSTEM,
        scopes=(tool.scope,),
        timeout_s=TIMEOUT_S,
        preview=preview_name(name),
        compensation=write.undone_by,
    )


READ_CONTRACTS: Mapping[str, ToolContract] = MappingProxyType(
    {name: _read_contract(name, read) for name, read in _READS.items()}
)
PREVIEW_CONTRACTS: Mapping[str, ToolContract] = MappingProxyType(
    {name: _preview_contract(name, write) for name, write in _WRITES.items()}
)
"""By the name of the write."""
WRITE_CONTRACTS: Mapping[str, ToolContract] = MappingProxyType(
    {name: _write_contract(name, write) for name, write in _WRITES.items()}
)
