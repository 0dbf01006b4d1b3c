"""What the failure codes of runs mean; `failure_table` has them with all others."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from engine.domain.actor import Role
from engine.domain.failure import Failure, FailureCode, FailureStage

_OWNERS = (Role.OPERATOR, Role.SENIOR_OPERATOR, Role.PRODUCT_OWNER)
_NEXT = (
    "the next reasoner takes over: after an agent the workflow, then the desk's own reasoner, then "
    "a person; the card says what was tried."
)


def _failure(
    title: str, meaning: str, recovery: str, told: tuple[Role, ...] = _OWNERS, again: bool = False
) -> Failure:
    return Failure(
        stage=FailureStage.REASON,
        title=title,
        meaning=meaning,
        is_retryable=again,
        told=told,
        page="case_queue",
        recovery=f"{recovery} {_NEXT}",
    )


RUN_FAILURES: Mapping[FailureCode, Failure] = MappingProxyType(
    {
        FailureCode.MODEL_UNAVAILABLE: _failure(
            "The model gave no answer",
            "The language model could not be reached, or would not take the question.",
            "It is asked again after growing pauses, five times; then",
            told=(*_OWNERS, Role.ADMINISTRATOR),
            again=True,
        ),
        FailureCode.MODEL_OUTPUT_INVALID: _failure(
            "The model's answer cannot be used",
            "What the model said breaks its form, rests on what nobody told, names a wrong "
            "amount, contradicts itself or is about something else.",
            "It is told what is wrong and asked once more; then",
        ),
        FailureCode.RUN_STUCK: _failure(
            "A run got stuck",
            "A run repeated itself, learned nothing new, or only met errors.",
            "The run ends, and",
        ),
        FailureCode.RUN_LIMIT: _failure(
            "A run reached its limit",
            "A run had used its steps, its tokens, its time, or a budget for models.",
            "The run ends, and",
        ),
    }
)
