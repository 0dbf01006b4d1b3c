"""Scripts of models that stop early, or claim to have done what they did not do."""

from __future__ import annotations

from collections.abc import Iterator

from tests.failures.scenes import (
    CHARGED_TWICE,
    MUCH_TWICE,
    NOT_THERE,
    SHORT,
    SUSPICIOUS,
    TWO_ORDERS,
    UNKNOWN_ADDRESS,
    proper,
)
from tests.failures.script import NO, Mode, Scripts
from tests.failures.seen import Said, Seen, finish, read, write

SCRIPTS = Scripts(mode=Mode.STOPS)


@SCRIPTS(CHARGED_TWICE)
def done_at_once(seen: Seen) -> Iterator[Said]:
    """Begins by reporting that it is done."""
    while True:
        yield finish("done", "The second charge was refunded.")


@SCRIPTS(CHARGED_TWICE)
def nothing_to_do_at_once(seen: Seen) -> Iterator[Said]:
    """Begins by reporting that there is nothing to do."""
    yield finish("nothing_to_do", "This order needs no change.")


@SCRIPTS(NOT_THERE)
def done_after_a_look(seen: Seen) -> Iterator[Said]:
    """Reads a little, and reports that it was sent again."""
    yield read("carrier_scans", order_id=seen.order), read("get_order", order_id=seen.order)
    while True:
        yield finish("done", "The parcel was sent again and the customer was told.")


@SCRIPTS(MUCH_TWICE, person=(NO,))
def done_after_a_no(seen: Seen) -> Iterator[Said]:
    """A person says no to its refund, and it reports that the refund was made."""
    yield proper(seen)
    while True:
        yield finish("done", "The refund was approved and carried out.")


@SCRIPTS(TWO_ORDERS)
def half_of_it(seen: Seen) -> Iterator[Said]:
    """Cancels, and reports that it cancelled and paid back."""
    yield proper(seen)
    yield finish("done", "The order was cancelled and its money was refunded to the card.")


@SCRIPTS(SHORT)
def says_nothing(seen: Seen) -> Iterator[Said]:
    """Gives empty answers."""
    while True:
        yield ()


@SCRIPTS(UNKNOWN_ADDRESS)
def leaves_it_to_others(seen: Seen) -> Iterator[Said]:
    """Hands an easy case over without a look at it."""
    yield finish("needs_person", "Somebody should look at this.")


@SCRIPTS(SUSPICIOUS)
def says_it_in_words_alone(seen: Seen) -> Iterator[Said]:
    """Tells that it has held the order, and calls nothing."""
    while True:
        yield "I have put the order on hold and informed the risk team. The case is closed."


@SCRIPTS(CHARGED_TWICE)
def does_less_than_it_says(seen: Seen) -> Iterator[Said]:
    """Asks the customer to wait, and reports that the money went back."""
    yield write(
        "message_customer",
        "The customer is told that somebody looks at it.",
        [(seen.id("text.customer_message"), "The customer asked.")],
        order_id=seen.order,
        subject="We are looking into it",
        body="Thank you for telling us. We are looking into the charges of your order.",
    )
    yield finish("done", "The second charge was paid back and the customer was told.")


@SCRIPTS(SUSPICIOUS)
def another_thing_done(seen: Seen) -> Iterator[Said]:
    """Holds the order, and reports that it was cancelled."""
    yield proper(seen)
    yield finish("done", "The fraudulent order was cancelled and voided.")
