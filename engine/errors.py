"""Every error the engine raises, in one place.

An expected business answer (a verdict, a decision, a refusal to retry) is a value and does not
live here. The docstring of a class is its default message; facts ride along as attributes.
"""

from __future__ import annotations

from typing import Any, ClassVar


class EngineError(Exception):
    """The engine could not do what was asked."""

    code: ClassVar[str] = "ENGINE"
    retryable: ClassVar[bool] = False

    def __init__(self, message: str | None = None, **facts: Any) -> None:
        """Keep the message and the facts that explain it.

        Args:
            message: What went wrong, where, and what to do; the class docstring by default.
            **facts: Values for programs and logs; never secrets.
        """
        text = message or (type(self).__doc__ or type(self).code).strip().splitlines()[0]
        super().__init__(text)
        self.message = text
        self.facts = facts


class ConfigError(EngineError):
    """A setting, file or key is missing or wrong."""

    code = "CONFIG"


class NotFound(EngineError):
    """What was asked for does not exist."""

    code = "NOT_FOUND"


class Conflict(EngineError):
    """Somebody or something changed this first; look again before deciding."""

    code = "CONFLICT"


class NotAllowed(EngineError):
    """This person may not do this."""

    code = "NOT_ALLOWED"


class NotSignedIn(EngineError):
    """Nobody is signed in, or the session has ended; sign in again."""

    code = "NOT_SIGNED_IN"


class InvalidRequest(EngineError):
    """The request is malformed or breaks a rule that holds for everyone."""

    code = "INVALID_REQUEST"


class IntakeError(EngineError):
    """The input cannot be read as cases."""

    code = "INTAKE"


class StoreUnavailable(EngineError):
    """The database is locked, read-only or out of reach; nothing was changed."""

    code = "STORE_UNAVAILABLE"
    retryable = True


class ToolError(EngineError):
    """A tool refused the call, and nothing changed outside."""

    code = "TOOL"


class ToolUnavailable(ToolError):
    """A tool could not be reached, and nothing changed outside."""

    code = "TOOL_UNAVAILABLE"
    retryable = True


class ToolOutcomeUnknown(ToolError):
    """A tool did not answer in time; it may or may not have acted."""

    code = "TOOL_OUTCOME_UNKNOWN"


class GrantRefused(EngineError):
    """The executor refused an action: its grant is missing, used, expired or does not match."""

    code = "GRANT_REFUSED"


class ModelError(EngineError):
    """A fitted or language model is missing, damaged or answered outside its schema."""

    code = "MODEL"


class ModelUnavailable(ModelError):
    """A language model did not answer, or not whole; trying again may help.

    Facts: `retry_after_s`, how long its server asked to be left alone; `usage`, tokens it took all
    the same; `was_asked`, False where the call never left.
    """

    code = "MODEL_UNAVAILABLE"


class ModelRefused(ModelError):
    """A language model's server does not take the request: key, name, limits or form."""

    code = "MODEL_REFUSED"


class ModelCancelled(ModelError):
    """A call of a language model was given up because somebody paused or stopped it."""

    code = "MODEL_CANCELLED"


class LedgerError(EngineError):
    """The ledger could not be written or read."""

    code = "LEDGER"


class ControlChanged(Conflict):
    """A pause, an envelope or a person's rights changed in between; the answer is computed anew."""

    code = "CONTROL_CHANGED"
    retryable = True


class BudgetSpent(Conflict):
    """A budget has no room for this action."""

    code = "BUDGET_SPENT"


class AlreadyDone(Conflict):
    """The same submission was already recorded; nothing was done twice."""

    code = "ALREADY_DONE"
