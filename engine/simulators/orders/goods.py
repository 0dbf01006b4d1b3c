"""Goods: what a simulated shop sells, and where it lies. The same shelves for every case.

Stock of the shelves is far more than all cases use, so that no case changes what another one
shows; a case in which stock matters has goods of its own.
"""

from __future__ import annotations

from datetime import datetime
from random import Random

from engine.domain.canonical import Json
from engine.simulators.orders.events import ID_PREFIX, WorldEvent
from engine.simulators.orders.people import CURRENCY, Item

NORTH = f"{ID_PREFIX}north"
SOUTH = f"{ID_PREFIX}south"
SHELF_PIECES = 1_000_000

_PRODUCTS = {
    "tea": ("Tea", ("Green", "Black", "Mint", "Rooibos")),
    "soap": ("Soap", ("Lavender", "Olive", "Rose", "Pine")),
    "notebook": ("Notebook", ("Lined", "Dotted", "Plain", "Squared")),
    "candle": ("Candle", ("Amber", "Cedar", "Vanilla", "Orange")),
}


def shelves(
    random: Random, start: datetime, seed: int
) -> tuple[tuple[Item, ...], list[WorldEvent]]:
    """The goods that all cases share, and the events that put them there."""
    items, variants = [], []
    for product, (title, kinds) in _PRODUCTS.items():
        product_id = f"{ID_PREFIX}{seed}-{product}"
        for kind in kinds:
            item = Item(f"{product_id}-{kind.lower()}", 10 * random.randint(120, 390))
            items.append(item)
            variants.append(variant_of(item, product_id, f"{title} {kind}", group=product_id))
    products = [
        {"id": f"{ID_PREFIX}{seed}-{product}", "title": title}
        for product, (title, _) in _PRODUCTS.items()
    ]
    warehouses = [{"id": NORTH, "title": "North"}, {"id": SOUTH, "title": "South"}]
    catalogue = {"products": products, "variants": variants, "warehouses": warehouses}
    events = [WorldEvent(at=start, call="add_catalogue", arguments=catalogue)]
    events += [
        received(start, item.variant_id, warehouse, SHELF_PIECES)
        for item in items
        for warehouse in (NORTH, SOUTH)
    ]
    return tuple(items), events


def variant_of(item: Item, product_id: str, title: str, group: str) -> dict[str, Json]:
    """A variant as the shop takes it."""
    return {
        "id": item.variant_id,
        "product_id": product_id,
        "title": title,
        "substitution_group": group,
        "weight_g": 120,
        "price_minor": item.price_minor,
        "currency": CURRENCY,
    }


def received(at: datetime, variant_id: str, warehouse_id: str, quantity: int) -> WorldEvent:
    """Pieces from the supplier."""
    arguments = {"warehouse_id": warehouse_id, "variant_id": variant_id, "quantity": quantity}
    return WorldEvent(at=at, call="receive_stock", arguments=arguments)
