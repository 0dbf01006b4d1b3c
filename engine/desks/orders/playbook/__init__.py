"""The playbook of the orders desk: one module of tables a case type, and what they share."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from engine.desks.orders.playbook import (
    address_undeliverable,
    delivered_not_received,
    duplicate_order,
    fraud_suspected,
    payment_mismatch,
    stock_short,
)
from engine.desks.orders.playbook.model import HARM, WORK, CaseModel
from engine.desks.orders.words import CaseType
from engine.domain.canonical import digest

MODELS: Mapping[CaseType, CaseModel] = MappingProxyType(
    {
        module.MODEL.case_type: module.MODEL
        for module in (
            address_undeliverable,
            stock_short,
            payment_mismatch,
            delivered_not_received,
            duplicate_order,
            fraud_suspected,
        )
    }
)
"""The tables of every case type; to add one, write its module and name it here."""

_CODE = 1
"""Goes up with every change of how the tables are read."""


def identity() -> str:
    """Identity of the whole playbook: its tables, and how they are read."""
    costs = {
        name: {to.value: [cost.minor, cost.share] for to, cost in table.items()}
        for name, table in (("work", WORK), ("harm", HARM))
    }
    tables = {of.value: model.tables for of, model in MODELS.items()}
    return digest([_CODE, costs, tables]).hex()
