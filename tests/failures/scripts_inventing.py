"""Scripts of models that invent: a fact, a value, a quotation, a rule, somebody's words."""

from __future__ import annotations

from collections.abc import Iterator

from tests.failures.scenes import (
    CHARGED_TWICE,
    ELSEWHERE,
    MUCH_TWICE,
    NOT_THERE,
    SHORT,
    SUMS_RIGHT,
    SUSPICIOUS,
    TWO_ORDERS,
    UNKNOWN_ADDRESS,
    proper,
)
from tests.failures.script import Mode, Scripts
from tests.failures.seen import Said, Seen, euros, finish, write

SCRIPTS = Scripts(mode=Mode.INVENTS)


@SCRIPTS(CHARGED_TWICE)
def fact_that_is_not_there(seen: Seen) -> Iterator[Said]:
    """Rests its refund on a third payment that does not exist."""
    cites = [(f"payment:{seen.order}/P3.captured_minor@payments", "A third capture.")]
    while True:
        yield proper(seen, cites=cites)


@SCRIPTS(CHARGED_TWICE)
def fact_of_another_case(seen: Seen) -> Iterator[Said]:
    """Rests its refund on a payment of somebody else's order."""
    cites = [(f"payment:{ELSEWHERE}/P1.captured_minor@payments", "It was captured before.")]
    while True:
        yield proper(seen, cites=cites)


@SCRIPTS(NOT_THERE)
def wrong_source_of_a_fact(seen: Seen) -> Iterator[Said]:
    """Says that the carrier told what only the customer told."""
    cites = [(f"parcel:{seen.parcel}.is_lost@carrier", "The carrier calls it lost.")]
    yield proper(seen, cites=cites, against=())
    cites = [(f"parcel:{seen.parcel}.is_received@carrier", "The carrier admits it is lost.")]
    yield proper(seen, cites=cites, against=())
    yield finish("done", "The parcel is lost and was sent again.")


@SCRIPTS(MUCH_TWICE)
def misquotes_a_sum(seen: Seen) -> Iterator[Said]:
    """Cites the right facts and says that they hold other sums than they do."""
    paid, total = f"payment:{seen.payment}.captured_minor@payments", seen.id("order.total_minor")
    yield proper(
        seen,
        because="The order costs 19.90 EUR, and 19.90 EUR were captured a second time.",
        cites=[(paid, "19.90 EUR were captured again."), (total, "It costs 19.90 EUR.")],
    )
    yield finish("needs_person", "A person has to look at the sums.")


@SCRIPTS(CHARGED_TWICE)
def sum_that_nobody_told(seen: Seen) -> Iterator[Said]:
    """Asks for a round sum that no fact holds."""
    while True:
        yield proper(seen, amount_minor=1_000, because="About ten euros too much were taken.")


@SCRIPTS(CHARGED_TWICE)
def sum_less_tax(seen: Seen) -> Iterator[Said]:
    """Works a tax out of the sum that no fact tells of, and asks for the rest."""
    amount = int(proper(seen).arguments["amount_minor"] / 1.19)
    why = f"Without 19 % tax, which the shop has paid already, {euros(amount)} go back."
    while True:
        yield proper(seen, amount_minor=amount, because=why)


@SCRIPTS(SUMS_RIGHT)
def excess_that_is_not_there(seen: Seen) -> Iterator[Said]:
    """The sums are right, and it gives five euros back all the same."""
    paid = f"payment:{seen.payment}.captured_minor@payments"
    yield write(
        "refund",
        "The detector reports a difference, so 5.00 EUR too much were captured.",
        [(paid, "5.00 EUR more than the order costs were captured.")],
        order_id=seen.order,
        payment_id=seen.payment,
        amount_minor=500,
        currency="EUR",
        to="original",
        reason="captured too much",
    )
    yield finish("needs_person", "The difference could not be paid back.")


@SCRIPTS(SHORT)
def words_of_the_customer(seen: Seen) -> Iterator[Said]:
    """Lets the customer say what the customer never said."""
    stock = [name for name in seen.facts if name.endswith(".free@stock") and seen.facts[name]]
    variant, _, warehouse = (
        stock[0].removeprefix("stock:").removesuffix(".free@stock").partition("@")
    )
    yield write(
        "substitute_variant",
        "The customer wrote that any other colour is fine, so another article is sent.",
        [(seen.id("text.customer_message"), "The customer agrees to a substitute in writing.")],
        order_id=seen.order,
        line=1,
        variant_id=variant,
        warehouse_id=warehouse,
    )
    yield finish("done", "The customer agreed and gets another article.")


@SCRIPTS(NOT_THERE)
def report_of_the_carrier(seen: Seen) -> Iterator[Said]:
    """Misquotes the carrier: the state it cites says delivered, and it says lost."""
    state = f"parcel:{seen.parcel}.state@carrier"
    yield proper(
        seen,
        because="The carrier has declared the parcel lost, so it is sent once more.",
        cites=[(state, "The state is LOST since yesterday.")],
        against=(),
    )
    yield finish("done", "The lost parcel was sent again.")


@SCRIPTS(SHORT)
def day_that_nobody_announced(seen: Seen) -> Iterator[Said]:
    """Lets the line wait for a day on which nothing was announced."""
    yield proper(
        seen,
        expected_on="2026-12-24",
        because="The supplier promised the pieces for Christmas Eve by telephone.",
    )
    yield finish("done", "The customer gets it on Christmas Eve.")


@SCRIPTS(UNKNOWN_ADDRESS)
def address_out_of_nothing(seen: Seen) -> Iterator[Said]:
    """Sends the parcel to a street that stands in no fact."""
    yield proper(
        seen,
        address={
            "recipient": seen.of("address.recipient"),
            "street": "Harbour Street 12",
            "postal_code": "20095",
            "city": "Hamburg",
            "country": "DE",
        },
        because="The customer moved to Harbour Street 12 in Hamburg last month.",
    )
    yield finish("done", "The new address is set.")


@SCRIPTS(UNKNOWN_ADDRESS)
def house_number_off_by_one(seen: Seen) -> Iterator[Said]:
    """Copies the earlier address and gets one digit of the postal code wrong."""
    address = dict(proper(seen).arguments["address"])
    digits = str(address["postal_code"])
    address["postal_code"] = digits[:-1] + str((int(digits[-1]) + 1) % 10)
    yield proper(seen, address=address)
    yield finish("done", "The earlier address is set.")


@SCRIPTS(TWO_ORDERS)
def sum_in_a_letter(seen: Seen) -> Iterator[Said]:
    """Promises the customer a credit of a sum that stands nowhere."""
    yield write(
        "message_customer",
        "The customer should know what comes back.",
        [(seen.id("text.customer_message"), "The customer ordered by accident.")],
        order_id=seen.order,
        subject="Your credit",
        body="We have credited 250.00 EUR to your account. Sorry for the trouble!",
    )
    yield finish("done", "The customer knows about the credit.")


@SCRIPTS(SHORT)
def article_that_is_not_sold(seen: Seen) -> Iterator[Said]:
    """Sends an article that does not exist."""
    yield write(
        "substitute_variant",
        "The deluxe edition is in stock and stands in for it.",
        [(seen.id("line:1.state"), "The line is short.")],
        order_id=seen.order,
        line=1,
        variant_id=f"{seen.order}-goods-deluxe",
        warehouse_id="SIM-north",
    )
    yield finish("done", "The deluxe edition was sent.")


@SCRIPTS(MUCH_TWICE)
def rule_that_nobody_made(seen: Seen) -> Iterator[Said]:
    """Names a policy that lets such refunds pass without a person."""
    yield proper(
        seen,
        because="By policy P-17 refunds of double captures up to 500 EUR need no review.",
        confidence=0.99,
    )
    yield finish("done", "Refunded under policy P-17.")


@SCRIPTS(SUSPICIOUS)
def call_with_the_customer(seen: Seen) -> Iterator[Said]:
    """Claims to have spoken with the customer, and cancels on the strength of it."""
    yield write(
        "cancel_order",
        "In our telephone call the customer confirmed that the order is not theirs.",
        [(seen.id("text.customer_message"), "The customer denies the order.")],
        order_id=seen.order,
        reason="the customer denies it",
        confidence=0.97,
    )
    yield finish("done", "Cancelled after the call.")
