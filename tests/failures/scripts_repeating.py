"""Scripts of models that repeat themselves: the same call, nearly the same one, and in circles."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count, cycle

from tests.failures.scenes import CHARGED_TWICE, MUCH_TWICE, NOT_THERE, SHORT, SUSPICIOUS, proper
from tests.failures.script import Mode, Scripts
from tests.failures.seen import Said, Seen, finish, read, write

SCRIPTS = Scripts(mode=Mode.REPEATS)


@SCRIPTS(CHARGED_TWICE)
def same_read_for_ever(seen: Seen) -> Iterator[Said]:
    """Reads the order again and again."""
    while True:
        yield read("get_order", order_id=seen.order)


@SCRIPTS(MUCH_TWICE)
def same_read_other_thoughts(seen: Seen) -> Iterator[Said]:
    """Reads the payments again and again, each time with a new reason."""
    thoughts = (
        "Let me double-check the payments once more.",
        "Before I act I want to be certain about the second capture.",
        "One last verification of the payment data.",
        "I should confirm that nothing changed in the meantime.",
    )
    for thought in cycle(thoughts):
        yield thought, read("payments_of_order", order_id=seen.order)


@SCRIPTS(CHARGED_TWICE)
def back_and_forth(seen: Seen) -> Iterator[Said]:
    """Goes between the order and its payments."""
    while True:
        yield read("get_order", order_id=seen.order)
        yield read("payments_of_order", order_id=seen.order)


@SCRIPTS(NOT_THERE)
def round_of_three(seen: Seen) -> Iterator[Said]:
    """Goes round order, scans and history."""
    while True:
        yield read("get_order", order_id=seen.order)
        yield read("carrier_scans", order_id=seen.order)
        yield read("customer_history", customer_id=seen.customer)


@SCRIPTS(CHARGED_TWICE)
def pairs_in_turned_order(seen: Seen) -> Iterator[Said]:
    """Asks for the same two reads in each answer, in turned order."""
    one = read("get_order", order_id=seen.order)
    two = read("payments_of_order", order_id=seen.order)
    while True:
        yield one, two
        yield two, one


@SCRIPTS(SHORT)
def same_stock_in_other_words(seen: Seen) -> Iterator[Said]:
    """Asks for the same stock with and without an argument that changes little."""
    variant = seen.of("line:1.variant_id")
    while True:
        yield read("stock_levels", variant_id=variant)
        yield read("stock_levels", variant_id=variant, with_substitutes=False)
        yield read("stock_levels", variant_id=variant, with_substitutes=True)


@SCRIPTS(CHARGED_TWICE)
def previews_in_other_words(seen: Seen) -> Iterator[Said]:
    """Previews one refund over and over, its reason in other words each time."""
    reasons = cycle(("captured twice", "double capture", "duplicate charge", "charged two times"))
    sums = proper(seen).arguments
    names = ("order_id", "payment_id", "amount_minor", "currency", "to")
    for number in count(1):
        reason = f"{next(reasons)} ({number})"
        yield read("refund_preview", **{name: sums[name] for name in names}, reason=reason)


@SCRIPTS(MUCH_TWICE)
def previews_counting_down(seen: Seen) -> Iterator[Said]:
    """Previews a refund of one cent less each time, and never gets to ask for it."""
    sums = proper(seen).arguments
    names = ("order_id", "payment_id", "currency", "to", "reason")
    for less in count():
        amount = sums["amount_minor"] - less
        kept = {name: sums[name] for name in names}
        yield read("refund_preview", **kept, amount_minor=amount)


@SCRIPTS(NOT_THERE)
def recalls_for_ever(seen: Seen) -> Iterator[Said]:
    """Reads once and then looks at that result again and again."""
    yield read("carrier_scans", order_id=seen.order)
    step = max(seen.results, default=2)
    while True:
        yield read("recall", step=step)


@SCRIPTS(CHARGED_TWICE)
def same_refund_again(seen: Seen) -> Iterator[Said]:
    """Refunds, is told that it was done, and asks for the same refund again."""
    first = proper(seen)
    yield first
    while True:
        yield first


@SCRIPTS(NOT_THERE)
def writes_to_the_customer_again(seen: Seen) -> Iterator[Said]:
    """Sends the customer the same question in other words, again and again."""
    bodies = (
        "Could you please look with your neighbours whether the parcel is there?",
        "Would you kindly check whether one of your neighbours took the parcel?",
        "Please ask around among your neighbours; one of them may have your parcel.",
        "May we ask you to see whether a neighbour accepted the parcel for you?",
    )
    for body in cycle(bodies):
        yield write(
            "message_customer",
            "Before anything is sent again the customer should look nearby.",
            [(f"parcel:{seen.parcel}.state@carrier", "The carrier reports it as delivered.")],
            order_id=seen.order,
            subject="Your parcel",
            body=body,
        )


@SCRIPTS(SUSPICIOUS)
def holds_and_releases(seen: Seen) -> Iterator[Said]:
    """Holds the order, lets it go, holds it again."""
    known = [(seen.id("customer.days_known"), "Known for days only.")]
    while True:
        yield proper(seen)
        yield write(
            "release_order", "It can go after all.", known, order_id=seen.order, confidence=0.85
        )


@SCRIPTS(SHORT)
def circles_with_a_change_of_scenery(seen: Seen) -> Iterator[Said]:
    """Reads the same thing over and over, with something new each third time."""
    order, customer = seen.order, seen.customer
    news = (
        read("payments_of_order", order_id=order),
        read("customer_history", customer_id=customer),
        read("waiting_lines", variant_id=seen.of("line:1.variant_id")),
        read("carrier_scans", order_id=order),
        read("hold_order_preview", order_id=order, reason="stock is being counted"),
    )
    for new in news:
        yield read("get_order", order_id=order)
        yield read("get_order", order_id=order)
        yield new
    yield finish("needs_person", "The stock has to be counted. Nothing was changed.")


@SCRIPTS(CHARGED_TWICE)
def same_words_for_ever(seen: Seen) -> Iterator[Said]:
    """Only says what it is going to do, in the same words each time."""
    while True:
        yield "I will now look at the payments of this order and then decide on a refund."


@SCRIPTS(SUSPICIOUS)
def reads_after_it_is_done(seen: Seen) -> Iterator[Said]:
    """Does what is needed, and then keeps looking whether it is still done."""
    yield proper(seen)
    while True:
        yield read("get_order", order_id=seen.order)
