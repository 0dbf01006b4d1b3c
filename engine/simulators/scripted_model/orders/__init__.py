"""Orders: what a script takes for the cause of an order's case, and the calls it would make.

A table of rules a case type. The names of causes are those that the desk lists; what they mean a
script knows from their words. Nothing here knows how the simulated world draws its cases.
"""

from collections.abc import Mapping
from types import MappingProxyType

from engine.simulators.scripted_model.leaning import Rule
from engine.simulators.scripted_model.orders.address import ADDRESS_UNDELIVERABLE
from engine.simulators.scripted_model.orders.delivery import DELIVERED_NOT_RECEIVED
from engine.simulators.scripted_model.orders.payment import PAYMENT_MISMATCH
from engine.simulators.scripted_model.orders.second_order import DUPLICATE_ORDER
from engine.simulators.scripted_model.orders.stock import STOCK_SHORT
from engine.simulators.scripted_model.orders.sums import kept_minor
from engine.simulators.scripted_model.orders.suspicion import FRAUD_SUSPECTED

OVER = Rule(
    when=lambda see: see.text("order.status@shop") == "CANCELLED" and kept_minor(see) == 0,
    cause="",
    does="",
    sure=0.9,
    because="The order is cancelled, and nothing that was taken for it is left to go back.",
    cites=("order.status@shop", "payment:*.refunded_minor@payments"),
)
"""Whatever the case type."""
RULES: Mapping[str, tuple[Rule, ...]] = MappingProxyType(
    {
        "address_undeliverable": ADDRESS_UNDELIVERABLE,
        "stock_short": STOCK_SHORT,
        "payment_mismatch": PAYMENT_MISMATCH,
        "delivered_not_received": DELIVERED_NOT_RECEIVED,
        "duplicate_order": DUPLICATE_ORDER,
        "fraud_suspected": FRAUD_SUSPECTED,
    }
)
"""By case type."""
