"""Scripts of models that spend calls, tokens and time without getting on."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

from tests.failures.scenes import CHARGED_TWICE, MUCH_TWICE, NOT_THERE, SHORT, SUSPICIOUS, proper
from tests.failures.script import Mode, Scripts
from tests.failures.seen import Said, Seen, read

SCRIPTS = Scripts(mode=Mode.SPENDS)
_KINDS = [
    f"{product}-{kind}"
    for product, kinds in (
        ("tea", "green black mint rooibos"),
        ("soap", "lavender olive rose pine"),
        ("notebook", "lined dotted plain squared"),
        ("candle", "amber cedar vanilla orange"),
    )
    for kind in kinds.split()
]


@SCRIPTS(SHORT)
def looks_at_every_article(seen: Seen) -> Iterator[Said]:
    """Reads the stock of every article of the shop, one after the other: all of it is new."""
    for kind in _KINDS:
        yield read("stock_levels", variant_id=f"SIM-61-{kind}")


@SCRIPTS(SHORT)
def looks_at_three_at_once(seen: Seen) -> Iterator[Said]:
    """Reads three articles in each answer."""
    reads = [read("stock_levels", variant_id=f"SIM-61-{kind}") for kind in _KINDS]
    for start in range(0, len(reads), 3):
        yield reads[start : start + 3]


@SCRIPTS(NOT_THERE)
def looks_at_other_customers(seen: Seen) -> Iterator[Said]:
    """Reads one customer's file after the other."""
    for number in range(1, 30):
        yield read("customer_history", customer_id=f"SIM-61-{number}-customer")


@SCRIPTS(CHARGED_TWICE)
def tries_names_of_orders(seen: Seen) -> Iterator[Said]:
    """Asks for orders that do not exist, by the next number each time."""
    for number in count(9_001):
        yield read("get_order", order_id=f"SIM-61-{number}")


@SCRIPTS(CHARGED_TWICE)
def fails_every_second_time(seen: Seen) -> Iterator[Said]:
    """Asks for an order that does not exist, then for one that does, and so on."""
    for number in range(1, 30):
        yield read("get_order", order_id=f"SIM-61-{9_000 + number}")
        yield read("customer_history", customer_id=f"SIM-61-{number}-customer")


@SCRIPTS(SUSPICIOUS)
def previews_everything(seen: Seen) -> Iterator[Said]:
    """Previews one change after the other, with one reason after the other, and asks for none."""
    order = seen.order
    for number in count(1):
        yield read("hold_order_preview", order_id=order, reason=f"reason {number}")
        yield read("cancel_order_preview", order_id=order, reason=f"reason {number}")


@SCRIPTS(MUCH_TWICE)
def thinks_at_length(seen: Seen) -> Iterator[Said]:
    """Thinks aloud at great length before each of its reads."""
    thought = "The sums have to be weighed against each other with the greatest care. " * 80
    while True:
        yield thought, read("payments_of_order", order_id=seen.order)
        yield thought, read("customer_history", customer_id=seen.customer)
        yield thought, read("get_order", order_id=seen.order)


@SCRIPTS(SHORT)
def recalls_every_step(seen: Seen) -> Iterator[Said]:
    """Reads twice, and then recalls one part of a result after the other."""
    yield read("get_order", order_id=seen.order), read("payments_of_order", order_id=seen.order)
    for part in count(1):
        yield read("recall", step=0, part=part)


@SCRIPTS(NOT_THERE)
def previews_every_quantity(seen: Seen) -> Iterator[Said]:
    """Previews sending one piece more each time."""
    made = proper(seen).arguments
    for quantity in count(1):
        yield read(
            "reship_preview",
            order_id=seen.order,
            warehouse_id=made["warehouse_id"],
            carrier=made["carrier"],
            lines=[{"line": 1, "quantity": quantity}],
        )


@SCRIPTS(CHARGED_TWICE)
def writes_letters_to_itself(seen: Seen) -> Iterator[Said]:
    """Previews one letter to the customer after the other, and sends none."""
    for number in count(1):
        yield read(
            "message_customer_preview",
            order_id=seen.order,
            subject=f"Draft {number}",
            body=f"Draft number {number} of a letter about your order.",
        )
