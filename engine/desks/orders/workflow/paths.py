"""Paths: what is done, in which order, for each case type of the orders desk.

Every path goes gather > read texts > check > assess > recommend. What differs stands here: what is
read, what may be heard in the texts, what the model is told to look at, and which calls may be
recommended in the end. The last three steps are ways out that code takes.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from engine.desks.orders.words import CaseType
from engine.desks.orders.workflow import listening, reads, weighing
from engine.desks.orders.workflow.weighing import Clarity, Standing
from engine.domain.run_fault import RunFault
from engine.reason.workflow.known import Sayable
from engine.reason.workflow.path import (
    Assess,
    Check,
    Conclude,
    Gather,
    Path,
    Read,
    ReadTexts,
    Recommend,
    Stop,
)

_CHECK = Check(
    name="check",
    check=weighing.standing,
    answers=Standing,
    branches={
        Standing.OPEN: "assess",
        Standing.OVER: "close",
        Standing.DOUBTFUL: "hold back",
        Standing.UNKNOWN: "stop",
    },
)
_WAYS_OUT = (
    Recommend(
        name="hold back",
        prompt="hold_back.v1",
        offer=weighing.careful_offer,
        may=("hold_order", "message_customer"),
    ),
    Conclude(name="close", conclude=weighing.nothing_left, may=("cancel_order",)),
    Stop(
        name="stop",
        fault=RunFault.READS_FAILED,
        why="No order is known for this case, so there is nothing to weigh.",
    ),
)


def _path(
    case_type: CaseType,
    *,
    gather: tuple[Read, ...],
    texts: tuple[Sayable, ...],
    may: tuple[str, ...],
) -> Path:
    return Path(
        case_type=case_type.value,
        steps=(
            Gather(name="gather", reads=gather, then="read texts"),
            ReadTexts(
                name="read texts",
                prompt="read_texts.v1",
                sayable=texts,
                listen=listening.listen,
                then="check",
            ),
            _CHECK,
            Assess(
                name="assess",
                prompt=f"assess_{case_type.value}.v1",
                candidates=weighing.causes,
                judge=weighing.clarity,
                answers=Clarity,
                branches={Clarity.CLEAR: "recommend", Clarity.UNCLEAR: "hold back"},
            ),
            Recommend(name="recommend", prompt="recommend.v1", offer=weighing.offer, may=may),
            *_WAYS_OUT,
        ),
    )


PATHS: Mapping[str, Path] = MappingProxyType(
    {
        path.case_type: path
        for path in (
            _path(
                CaseType.ADDRESS_UNDELIVERABLE,
                gather=(reads.ORDER, reads.PAYMENTS, reads.HISTORY, reads.SCANS, reads.STOCK),
                texts=listening.ADDRESS,
                may=("correct_address", "reship", "refund", "message_customer"),
            ),
            _path(
                CaseType.STOCK_SHORT,
                gather=(
                    reads.ORDER,
                    reads.PAYMENTS,
                    reads.HISTORY,
                    reads.SHORT_STOCK,
                    reads.WHO_WAITS,
                ),
                texts=listening.SHORTAGE,
                may=(
                    "substitute_variant",
                    "backorder",
                    "cancel_order",
                    "refund",
                    "message_customer",
                ),
            ),
            _path(
                CaseType.PAYMENT_MISMATCH,
                gather=(reads.ORDER, reads.PAYMENTS, reads.HISTORY),
                texts=listening.PAYMENT,
                may=("refund", "message_customer", "release_order", "hold_order"),
            ),
            _path(
                CaseType.DELIVERED_NOT_RECEIVED,
                gather=(reads.ORDER, reads.PAYMENTS, reads.HISTORY, reads.SCANS, reads.STOCK),
                texts=listening.DELIVERY,
                may=("reship", "refund", "message_customer"),
            ),
            _path(
                CaseType.DUPLICATE_ORDER,
                gather=(reads.ORDER, reads.PAYMENTS, reads.HISTORY),
                texts=listening.SECOND_ORDER,
                may=("cancel_order", "refund", "release_order", "message_customer"),
            ),
            _path(
                CaseType.FRAUD_SUSPECTED,
                gather=(reads.ORDER, reads.PAYMENTS, reads.HISTORY),
                texts=listening.SUSPICION,
                may=("cancel_order", "refund", "hold_order", "release_order", "message_customer"),
            ),
        )
    }
)
"""By case type."""
