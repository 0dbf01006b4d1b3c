"""The orders desk: what goes wrong between an order and its customer, and how it is put right."""

from __future__ import annotations

from engine.desks.orders.desk import orders_desk

__all__ = ["orders_desk"]
