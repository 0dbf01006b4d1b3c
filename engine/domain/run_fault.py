"""Run faults: why a run could not end well. What becomes of its case then is `runtime`'s."""

from __future__ import annotations

from enum import StrEnum


class RunFault(StrEnum):
    """Why a run could not end well: the closed list."""

    MODEL_AWAY = "MODEL_AWAY"
    """The model did not answer, as often as it was asked."""
    MODEL_REFUSED = "MODEL_REFUSED"
    """The model, or its server, will not take the question."""
    OUTPUT_INVALID = "OUTPUT_INVALID"
    """What it said does not keep the schema, once repaired."""
    FACT_INVENTED = "FACT_INVENTED"
    """It rests on a fact that nobody gave in this run."""
    AMOUNT_WRONG = "AMOUNT_WRONG"
    """It names an amount that code calculates otherwise."""
    CONTRADICTION = "CONTRADICTION"
    """It contradicts itself, or rests on facts that contradict each other."""
    GOAL_LOST = "GOAL_LOST"
    """What it asks for has nothing to do with its goal."""
    LOOP = "LOOP"
    """It does the same again and again."""
    NO_PROGRESS = "NO_PROGRESS"
    """Its steps bring nothing new."""
    ERRORS_IN_A_ROW = "ERRORS_IN_A_ROW"
    STEPS_SPENT = "STEPS_SPENT"
    TOKENS_SPENT = "TOKENS_SPENT"
    MONEY_SPENT = "MONEY_SPENT"
    TIME_SPENT = "TIME_SPENT"
    READS_FAILED = "READS_FAILED"
    """What it has to know could not be read."""
    PAUSED = "PAUSED"
    """Somebody paused while it ran."""
    CODE_FAILED = "CODE_FAILED"
    """A bug in a desk's path or in the engine."""
