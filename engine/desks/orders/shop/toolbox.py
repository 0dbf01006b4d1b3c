"""Toolbox: every call of the shop by name, with its arguments, its scope and what does it.

The one place to see who may do what: an engine's credential rests on a read permit or a grant, a
simulator's on neither, and no scope is good for two of these.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeAlias

from sqlalchemy import Connection

from engine.desks.orders.shop import (
    arguments,
    line_calls,
    order_calls,
    payment_calls,
    reads,
    reads_waiting,
    shipment_calls,
    world_arguments,
    world_calls,
    world_play,
    world_stock,
)
from engine.desks.orders.shop.booking import Booking, Value
from engine.desks.orders.shop.books import books
from engine.domain.canonical import Json
from engine.domain.credential import PermitKind
from engine.domain.tool import Strict

Act: TypeAlias = Callable[[Booking, Any], Mapping[str, Value]]
Look: TypeAlias = Callable[[Connection, Any], Json]

PREVIEW_SCOPE = "order.preview"
"""Of every preview: what may look at a difference may not make it."""
OPERATION_SCOPE = "operation.read"
WORLD_SCOPE = "world"


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadTool:
    """A call that changes nothing."""

    name: str
    scope: str
    arguments: type[Strict]
    look: Look


@dataclass(frozen=True, kw_only=True, slots=True)
class WriteTool:
    """A call that changes something, once a key."""

    name: str
    scope: str
    arguments: type[Strict]
    act: Act
    kind: PermitKind = PermitKind.GRANT
    makes_order: bool = False
    """Its order is not there before."""


def _read(name: str, scope: str, arguments: type[Strict], look: Look) -> ReadTool:
    return ReadTool(name=name, scope=scope, arguments=arguments, look=look)


def _write(name: str, scope: str, arguments: type[Strict], act: Act) -> WriteTool:
    return WriteTool(name=name, scope=scope, arguments=arguments, act=act)


def _world(name: str, arguments: type[Strict], act: Act, *, makes_order: bool = False) -> WriteTool:
    return WriteTool(
        name=f"world.{name}",
        scope=WORLD_SCOPE,
        arguments=arguments,
        act=act,
        kind=PermitKind.WORLD,
        makes_order=makes_order,
    )


READS: Mapping[str, ReadTool] = MappingProxyType(
    {
        tool.name: tool
        for tool in (
            _read("get_order", "order.read", arguments.OfOrder, reads.get_order),
            _read(
                "customer_history", "customer.read", arguments.OfCustomer, reads.customer_history
            ),
            _read("stock_levels", "stock.read", arguments.OfVariant, reads.stock_levels),
            _read("waiting_lines", "stock.read", arguments.OfWaiting, reads_waiting.waiting_lines),
            _read("carrier_scans", "shipment.read", arguments.OfOrder, reads.carrier_scans),
            _read("payments_of_order", "payment.read", arguments.OfOrder, reads.payments_of_order),
        )
    }
)

ORDER_DIGEST = _read("order_digest", "order.read", arguments.OfOrder, reads.order_digest)
BOOKS = _read("books", "books.read", arguments.Nothing, books)

WRITES: Mapping[str, WriteTool] = MappingProxyType(
    {
        tool.name: tool
        for tool in (
            _write(
                "correct_address",
                "order.address",
                arguments.CorrectAddress,
                order_calls.correct_address,
            ),
            _write(
                "restore_address",
                "order.address",
                arguments.RestoreAddress,
                order_calls.restore_address,
            ),
            _write(
                "substitute_variant",
                "order.lines",
                arguments.SubstituteVariant,
                line_calls.substitute_variant,
            ),
            _write("backorder", "order.lines", arguments.Backorder, line_calls.backorder),
            _write(
                "cancel_backorder",
                "order.lines",
                arguments.CancelBackorder,
                line_calls.cancel_backorder,
            ),
            _write("cancel_order", "order.cancel", arguments.CancelOrder, order_calls.cancel_order),
            _write(
                "reinstate_order", "order.cancel", arguments.OfOrder, order_calls.reinstate_order
            ),
            _write("refund", "payment.refund", arguments.Refund, payment_calls.refund),
            _write(
                "cancel_refund",
                "payment.refund",
                arguments.CancelRefund,
                payment_calls.cancel_refund,
            ),
            _write("reship", "shipment.make", arguments.Reship, shipment_calls.reship),
            _write(
                "cancel_shipment",
                "shipment.make",
                arguments.CancelShipment,
                shipment_calls.cancel_shipment,
            ),
            _write("hold_order", "order.hold", arguments.HoldOrder, order_calls.hold_order),
            _write("release_order", "order.hold", arguments.OfOrder, order_calls.release_order),
            _write(
                "message_customer",
                "message.send",
                arguments.MessageCustomer,
                order_calls.message_customer,
            ),
        )
    }
)

_STEPS = (
    _world("add_catalogue", world_arguments.AddCatalogue, world_calls.add_catalogue),
    _world("place_order", world_arguments.PlaceOrder, world_calls.place_order, makes_order=True),
    _world("receive_stock", world_arguments.ReceiveStock, world_stock.receive_stock),
    _world("announce_stock", world_arguments.AnnounceStock, world_stock.announce_stock),
    _world("count_stock", world_arguments.CountStock, world_stock.count_stock),
    _world("fail_pick", world_arguments.FailPick, world_calls.fail_pick),
    _world("fill_line", world_arguments.FillLine, world_calls.fill_line),
    _world("capture", world_arguments.Capture, world_calls.capture),
    _world("ship_order", world_arguments.ShipOrder, world_calls.ship_order),
    _world("carrier_scan", world_arguments.CarrierScan, world_calls.carrier_scan),
    # What people and detectors of the shop did before an engine came, or beside it.
    _world("hold_order", arguments.HoldOrder, order_calls.hold_order),
    _world("refund", arguments.Refund, payment_calls.refund),
    _world("settle", world_arguments.Settle, world_calls.settle),
)
_PLAYED = MappingProxyType(
    {
        tool.name.removeprefix("world."): (tool.arguments, tool.act, tool.makes_order)
        for tool in _STEPS
    }
)

WORLD: Mapping[str, WriteTool] = MappingProxyType(
    {
        tool.name: tool
        for tool in (
            *_STEPS,
            _world("play", world_play.Play, world_play.playing(_PLAYED)),
        )
    }
)
