"""Scripts of models whose calls have the wrong form, or whose answers are no answers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from tests.failures.scenes import CHARGED_TWICE, MUCH_TWICE, NOT_THERE, SHORT, SUSPICIOUS, proper
from tests.failures.script import Mode, Scripts
from tests.failures.seen import Call, Cut, Said, Seen, finish, read

SCRIPTS = Scripts(mode=Mode.MALFORMED)


def _without(call: Call, name: str) -> Call:
    return replace(call, arguments={key: of for key, of in call.arguments.items() if key != name})


@SCRIPTS(CHARGED_TWICE)
def no_order(seen: Seen) -> Iterator[Said]:
    """Leaves the order out."""
    while True:
        yield _without(proper(seen), "order_id")


@SCRIPTS(CHARGED_TWICE)
def sum_as_words(seen: Seen) -> Iterator[Said]:
    """Writes the sum as a text with a comma."""
    while True:
        yield proper(seen, amount_minor="21,27 EUR")


@SCRIPTS(CHARGED_TWICE)
def sum_in_whole_euros(seen: Seen) -> Iterator[Said]:
    """Takes hundredths for euros: asks for a hundredth of the sum."""
    while True:
        yield proper(seen, amount_minor=int(proper(seen).arguments["amount_minor"]) // 100)


@SCRIPTS(CHARGED_TWICE)
def sum_below_nothing(seen: Seen) -> Iterator[Said]:
    """Asks for a refund of less than nothing."""
    while True:
        yield proper(seen, amount_minor=-2_000)


@SCRIPTS(MUCH_TWICE)
def tool_that_is_not_there(seen: Seen) -> Iterator[Said]:
    """Calls a tool that nobody offered."""
    while True:
        yield Call(tool="issue_refund", arguments=proper(seen).arguments)


@SCRIPTS(MUCH_TWICE)
def argument_of_its_own(seen: Seen) -> Iterator[Said]:
    """Adds an argument with which it would like to be let through."""
    while True:
        yield proper(seen, force=True, skip_policy=True)


@SCRIPTS(SUSPICIOUS)
def confidence_in_words(seen: Seen) -> Iterator[Said]:
    """Says how sure it is in a word, and then in per cent."""
    words: list[Any] = ["high", 95]
    while True:
        yield proper(seen, confidence=words[0])
        words.reverse()


@SCRIPTS(NOT_THERE)
def arguments_in_arguments(seen: Seen) -> Iterator[Said]:
    """Wraps the arguments up once more."""
    while True:
        yield Call(tool="reship", arguments={"arguments": proper(seen).arguments})


@SCRIPTS(CHARGED_TWICE)
def citations_as_words(seen: Seen) -> Iterator[Said]:
    """Cites in one sentence instead of by the facts' names."""
    made = proper(seen)
    while True:
        yield replace(made, arguments={**made.arguments, "cites": "the payments, see above"})


@SCRIPTS(CHARGED_TWICE)
def no_grounds(seen: Seen) -> Iterator[Said]:
    """Asks for the change and gives no reason whatever."""
    made = proper(seen)
    kept = ("order_id", "payment_id", "amount_minor", "currency", "to", "reason")
    while True:
        yield Call(tool="refund", arguments={name: made.arguments[name] for name in kept})


@SCRIPTS(SHORT)
def breaks_off(seen: Seen) -> Iterator[Said]:
    """Talks until it is cut off, in the middle of a call."""
    while True:
        yield Cut(said=("First of all " * 200, proper(seen)))


@SCRIPTS(NOT_THERE)
def letter_that_never_ends(seen: Seen) -> Iterator[Said]:
    """Gives a reason of fifty thousand characters."""
    while True:
        yield proper(seen, because="It is sent once more. " * 2_300)


@SCRIPTS(CHARGED_TWICE)
def letters_that_cannot_be(seen: Seen) -> Iterator[Said]:
    """Puts a character into a reason that cannot be kept in a text."""
    while True:
        yield proper(seen, reason="captured\u0000twice", because="Captured\u0000 twice.")


@SCRIPTS(SUSPICIOUS)
def two_changes_at_once(seen: Seen) -> Iterator[Said]:
    """Asks for two changes in one answer, and for the end besides."""
    hold = proper(seen)
    while True:
        yield hold, replace(hold, tool="release_order"), finish("done", "Held and released.")


@SCRIPTS(SHORT)
def twenty_reads_at_once(seen: Seen) -> Iterator[Said]:
    """Asks for twenty reads in one answer."""
    one = read("get_order", order_id=seen.order)
    while True:
        yield tuple(one for _ in range(20))


@SCRIPTS(CHARGED_TWICE)
def end_without_a_word(seen: Seen) -> Iterator[Said]:
    """Ends in a way that there is not."""
    while True:
        yield finish("resolved", "")
