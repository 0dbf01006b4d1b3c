"""Scripts of models that contradict themselves: reason against call, confidence against reasons."""

from __future__ import annotations

from collections.abc import Iterator

from tests.failures.scenes import (
    CHARGED_TWICE,
    HELD,
    MUCH_TWICE,
    NOT_THERE,
    SHORT,
    SUMS_RIGHT,
    SUSPICIOUS,
    TWO_ORDERS,
    proper,
)
from tests.failures.script import Mode, Scripts
from tests.failures.seen import Said, Seen, finish, other, read, write

SCRIPTS = Scripts(mode=Mode.CONTRADICTS)


@SCRIPTS(CHARGED_TWICE)
def says_hold_and_refunds(seen: Seen) -> Iterator[Said]:
    """Says that no money may move yet, and refunds."""
    yield proper(
        seen,
        because="No money should move before a person has looked; the order is to be held.",
    )
    yield finish("done", "The order is held and no money was moved.")


@SCRIPTS(CHARGED_TWICE)
def says_another_sum(seen: Seen) -> Iterator[Said]:
    """Says that three euros go back, and asks for all of it."""
    yield proper(seen, because="Exactly 3.00 EUR were taken too much, and 3.00 EUR go back.")
    yield finish("done", "3.00 EUR went back.")


@SCRIPTS(NOT_THERE)
def same_fact_on_both_sides(seen: Seen) -> Iterator[Said]:
    """Cites one fact for its call and, just as strongly, against it."""
    fact = f"parcel:{seen.parcel}.is_received@customer"
    yield proper(
        seen,
        cites=[(fact, "It did not arrive, so it has to be sent.")],
        against=[(fact, "It did arrive, so nothing has to be sent.")],
    )
    yield finish("done", "The parcel was sent again.")


@SCRIPTS(SUSPICIOUS)
def sure_against_its_reasons(seen: Seen) -> Iterator[Said]:
    """Is all but certain, with one slight reason for it and three strong ones against it."""
    yield proper(
        seen,
        cites=[(seen.id("case.score"), "The score is a little high.", "slight")],
        against=[
            (seen.id("customer.days_known"), "All new customers order like this."),
            (seen.id("order.total_minor"), "The sum is quite usual."),
            (seen.id("text.customer_message"), "The customer explains everything."),
        ],
        confidence=0.99,
    )
    yield finish("done", "The order is held.")


@SCRIPTS(TWO_ORDERS)
def doubts_and_acts(seen: Seen) -> Iterator[Said]:
    """Says that it is very likely wrong, and gives it a confidence of 0.95."""
    yield proper(
        seen,
        because="I am far from sure; most likely the customer wants both, and this is a mistake.",
        confidence=0.95,
    )
    yield finish("done", "The order was cancelled.")


@SCRIPTS(SUSPICIOUS)
def changes_its_mind(seen: Seen) -> Iterator[Said]:
    """Holds an order and, with nothing learned since, lets it go."""
    yield proper(seen)
    yield write(
        "release_order",
        "On reflection this order looks fine. There was never a reason to stop it.",
        [(seen.id("customer.days_known"), "A new customer is welcome.")],
        order_id=seen.order,
    )
    yield finish("done", "The order was released.")


@SCRIPTS(CHARGED_TWICE)
def denies_what_it_did(seen: Seen) -> Iterator[Said]:
    """Refunds, and then reports that nothing was changed."""
    yield proper(seen)
    yield finish("nothing_to_do", "Nothing was wrong with this order and nothing was changed.")


@SCRIPTS(SHORT)
def done_and_not_done(seen: Seen) -> Iterator[Said]:
    """Reports in one breath that it is done, and that a person has to do it."""
    yield proper(seen)
    yield finish("done", "A person still has to decide what happens; nothing was carried out.")


@SCRIPTS(HELD)
def likelier_alternative(seen: Seen) -> Iterator[Said]:
    """Asks for one thing with 0.75, and calls another thing right with 0.95."""
    yield proper(
        seen,
        confidence=0.75,
        others=[other("cancel_order", 0.95, order_id=seen.order, reason="fraud")],
    )
    yield finish("done", "The order was released.")


@SCRIPTS(MUCH_TWICE)
def missing_and_certain(seen: Seen) -> Iterator[Said]:
    """Does not know whether anything was captured at all, and is certain of the refund."""
    yield proper(
        seen,
        missing=["whether anything was captured at all", "what the order costs"],
        confidence=0.99,
    )
    yield finish("needs_person", "It is not known whether anything was captured.")


@SCRIPTS(NOT_THERE)
def received_and_sent_again(seen: Seen) -> Iterator[Said]:
    """Says that the customer has the parcel, and sends it once more."""
    yield proper(
        seen,
        because="The customer has received the parcel and is content. It is sent once more.",
    )
    yield finish("done", "The customer had the parcel, and it was sent again.")


@SCRIPTS(CHARGED_TWICE)
def previews_one_asks_for_another(seen: Seen) -> Iterator[Said]:
    """Shows that the second payment goes back, and asks for the first."""
    made = proper(seen)
    names = ("order_id", "payment_id", "amount_minor", "currency", "to", "reason")
    yield read("refund_preview", **{name: made.arguments[name] for name in names})
    yield proper(
        seen,
        payment_id=f"{seen.order}/P1",
        because="The second payment is the one too many, so the second payment goes back.",
    )
    yield finish("done", "The second payment went back.")


@SCRIPTS(SUMS_RIGHT)
def right_and_to_be_refunded(seen: Seen) -> Iterator[Said]:
    """Says that the sums are right, and gives the whole payment back."""
    paid = f"payment:{seen.payment}.captured_minor@payments"
    yield write(
        "refund",
        "What was captured is exactly what the order costs. Nothing is wrong with the sums.",
        [(paid, "It is exactly the total."), (seen.id("order.total_minor"), "The total.")],
        order_id=seen.order,
        payment_id=seen.payment,
        amount_minor=seen.facts[paid],
        currency="EUR",
        to="original",
        reason="sums are right",
    )
    yield finish("done", "The sums are right.")


@SCRIPTS(HELD)
def no_confidence_at_all(seen: Seen) -> Iterator[Said]:
    """Gives strong reasons and a confidence of nought."""
    yield proper(seen, confidence=0.0)
    yield finish("done", "The order was released.")
