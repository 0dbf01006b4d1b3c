"""The report of the campaign of wrong values: `docs/wrong_values.md`, from its verdicts.

Run `python -m tests.scenario.orders.wrong_report` to write it anew.
"""

from __future__ import annotations

import logging
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from engine.domain.money import Money
from tests.scenario.orders.lies import LIES, READ_FOR
from tests.scenario.orders.lying import SEVERAL
from tests.scenario.orders.wrong_values import (
    MIN_CONFIDENCE,
    ON_THE_LOOP,
    WIDE_CONFIDENCE,
    Became,
    Campaign,
    Verdict,
    caps,
)

FILE = Path(__file__).resolve().parents[3] / "docs" / "wrong_values.md"
BEFORE = (
    "Before reads were held against each other (`engine/desks/orders/agreement.py`), the same 200 "
    "wrong values ended with 88 caught, 34 escalated, 72 unharmed, 5 completed but wrong and 1 "
    "closed but open: refunds followed payments that no other read knew of, and one order was "
    "taken for resolved that was not."
)
"""Measured with the checks switched off."""
_COLUMNS = tuple(Became)


def report(verdicts: Sequence[Verdict]) -> str:
    """The whole page."""
    return "\n".join([*_head(verdicts), *_table(verdicts), *_wrong(verdicts), *_caps(verdicts)])


def counts(verdicts: Sequence[Verdict]) -> dict[str, Counter[Became]]:
    """What became of the lies, by the tool they were told for."""
    found: dict[str, Counter[Became]] = {name: Counter() for name in (*READ_FOR, SEVERAL)}
    for one in verdicts:
        found[one.told.row][one.became] += 1
    return found


def over_cap(verdicts: Sequence[Verdict]) -> list[str]:
    """Cases of which more money went back without a person than the cap allows."""
    most = caps()
    return [one.source_id for one in verdicts if one.lied.refunded_minor > most[one.case_type]]


def _head(verdicts: Sequence[Verdict]) -> Iterator[str]:
    alone = sum(one.truth.ran_alone for one in verdicts)
    loop = ", ".join(f"`{name}`" for name in ON_THE_LOOP)
    yield "# Wrong values"
    yield ""
    yield (
        "What happens when a system answers in the right form and tells the wrong thing. "
        f"{len(LIES)} kinds of wrong values are put into the reads of the orders desk, each in "
        "keeping with its schema: sums times ten, another currency, customer or order, other "
        "lines, delivered in the place of in transit, stock that is not there, money captured "
        "twice, identifiers swapped, times shifted. Some are told on every read and some once; "
        "half of those about orders bring a digest that fits them."
    )
    yield ""
    yield (
        f"{len(verdicts)} simulated cases happen twice, with the truth and with a wrong value "
        "each, in a fixed order. Software acts alone in `BOUNDED` from a confidence of "
        f"{MIN_CONFIDENCE:g}, in `ON_THE_LOOP` ({loop}) also from {WIDE_CONFIDENCE:g} after a veto "
        f"window that nobody uses. With the truth {alone} of them run alone. A test runs all of it "
        "again and holds this page to what it finds."
    )
    yield ""
    yield (
        "*Caught*: refused by schema, by reads that do not agree, by drift, by verification or by "
        "the shop. *Escalated*: with a person, and nothing has noticed. *Unharmed*: as without it, "
        "also in what people see, or right nonetheless. *Completed but wrong*: done alone, not as "
        "without the wrong value and not as the label asks for by what the shop really holds. "
        "*Closed but open*: taken for resolved."
    )
    yield ""


def _table(verdicts: Sequence[Verdict]) -> Iterator[str]:
    yield f"| read | told | {' | '.join(_COLUMNS)} |"
    yield f"|---|--:|{'--:|' * len(_COLUMNS)}"
    all_of = Counter[Became]()
    for name, found in counts(verdicts).items():
        all_of += found
        yield _row(f"`{name}`" if name in READ_FOR else name, found)
    yield _row("all", all_of)
    yield ""
    yield BEFORE
    yield ""


def _row(name: str, found: Counter[Became]) -> str:
    cells = [str(found[one]) for one in _COLUMNS]
    return f"| {name} | {found.total()} | {' | '.join(cells)} |"


def _wrong(verdicts: Sequence[Verdict]) -> Iterator[str]:
    yield "## What was completed wrongly"
    yield ""
    bad = [one for one in verdicts if one.became in (Became.WRONG, Became.DROPPED)]
    for one in bad:
        was, became = _plan(one.truth.recommended), _plan(one.lied.recommended)
        yield f"- `{one.case_type}`: {one.told.words}. Without it: {was}; so: {became}."
    yield "" if bad else "Nothing.\n"
    yield (
        "What is left comes from a single source: how much stock there is, when more is announced, "
        "and what a carrier or a customer's past says where no second read tells of it. A liar who "
        "also forges the digest is caught where another read tells the same thing."
    )
    yield ""


def _plan(calls: Sequence[tuple[str, object]]) -> str:
    return ", ".join(tool for tool, _ in calls) or "nothing"


def _caps(verdicts: Sequence[Verdict]) -> Iterator[str]:
    yield "## Amount caps"
    yield ""
    yield (
        "By the shop's own books, the money that went back in one case without a person. No case "
        "is above its cap, whatever the reads pretended; what the truth would have refunded is "
        "beside it."
    )
    yield ""
    yield "| case type | cap | largest refund alone | largest that the label asks for |"
    yield "|---|--:|--:|--:|"
    for case_type, cap in sorted(caps().items()):
        mine = [one for one in verdicts if one.case_type == case_type]
        largest = max((one.lied.refunded_minor for one in mine), default=0)
        wanted = max((one.wanted_minor for one in mine), default=0)
        yield f"| `{case_type}` | {_eur(cap)} | {_eur(largest)} | {_eur(wanted)} |"
    yield ""


def _eur(minor: int) -> str:
    return str(Money(minor=minor, currency="EUR"))


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)  # what is refused says so, and here that is the point
    with tempfile.TemporaryDirectory() as folder:
        FILE.write_text(report(Campaign().run(Path(folder))), encoding="utf-8")
