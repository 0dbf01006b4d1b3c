"""Bodies: what the API takes, checked before the engine sees it. No business rule is here."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from engine.domain.actor import Role
from engine.domain.case import Origin
from engine.domain.decision import DecisionKind, ReasonCode
from engine.domain.policy import PolicyKind
from engine.domain.run import RunKind
from engine.service.storable import is_storable

MOST_ROWS = 10_000
LONGEST_TEXT = 10_000


def _storable(text: str) -> str:
    """Refuse what a database does not take as text."""
    if not is_storable(text):
        raise ValueError("must not contain the null character or broken characters")
    return text


def _as_json_text(value: Any) -> Any:
    """Refuse what JSON has no word for: NaN, infinity, half of a surrogate pair."""
    try:
        json.dumps(value, allow_nan=False, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise ValueError("must be plain JSON without NaN or broken characters") from None
    return value


PlainText = Annotated[str, Field(max_length=LONGEST_TEXT), AfterValidator(_storable)]
Name = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_storable)]
Version = Annotated[int, Field(ge=0, description="The version of the case that was looked at.")]
Arguments = Annotated[dict[str, Any], AfterValidator(_as_json_text)]
Scalar = str | int | float | bool | None


class Body(BaseModel):
    """A request body; unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class CasesBody(Body):
    """Rows for a desk, in its intake format."""

    desk: Name
    rows: Annotated[list[dict[str, Scalar]], AfterValidator(_as_json_text)] = Field(
        min_length=1, max_length=MOST_ROWS
    )
    origin: Origin = Origin.REAL
    replay: bool = Field(
        default=False, description="History: the desk's clock follows the rows instead of the wall."
    )

    def numbered(self) -> list[tuple[int, dict[str, str]]]:
        """The rows as text fields; 1 is the first."""
        return [
            (number, {name: _as_text(value) for name, value in row.items()})
            for number, row in enumerate(self.rows, start=1)
        ]


class ClaimBody(Body):
    """Take a case to work on it, or renew the claim."""

    draft: PlainText = ""


class DecisionBody(Body):
    """An answer to a recommendation. Send `Idempotency-Key`; the case has to be claimed."""

    version: Version
    kind: DecisionKind
    reason_code: ReasonCode = ReasonCode.AGREED
    note: PlainText = ""
    tool: PlainText = ""
    arguments: Arguments = {}
    role: Role | None = None
    question: PlainText = ""
    has_seen_recommendation: bool = True
    time_to_decide_ms: int | None = Field(default=None, ge=0, le=2**31 - 1)


class VersionBody(Body):
    """A version alone."""

    version: Version


class UndoBody(Body):
    """Put back what the last effect changed."""

    version: Version
    reason: Name


class FactBody(Body):
    """The answer to what was asked for."""

    version: Version
    attribute: Name
    value: Annotated[Scalar, AfterValidator(_as_json_text)]


class RepairBody(Body):
    """What was found when a case needed repair."""

    version: Version
    is_done: bool
    note: PlainText = ""


class RunBody(Body):
    """Which reasoner is to look at a case. Send `Idempotency-Key`."""

    kind: RunKind


class ScopeBody(Body):
    """A brake. Scope: `all`, `desk:<name>` or `cell:<desk>/<case type>/<action>`."""

    scope: Name
    reason: Name


class ProposalBody(Body):
    """A new version of a desk's envelope, guardrails or goals, as YAML."""

    kind: PolicyKind = PolicyKind.ENVELOPE
    desk: Name
    document: Annotated[str, Field(max_length=200_000), AfterValidator(_storable)]
    note: PlainText = ""
    over: int = Field(
        ge=0,
        description="Number of the active version it was made from; 0: what the desk shipped with.",
    )


class RepliedDone(BaseModel):
    """What came of a request."""

    message: str
    case_id: str | None = None
    version: int | None = None
    take_back_until: str | None = None
    is_repeat: bool = Field(
        default=False, description="It had been done before with this Idempotency-Key."
    )


class Healthy(BaseModel):
    """Signs of life, without anything secret."""

    status: Literal["ok", "unavailable"]
    database: Literal["ok", "unavailable"]
    worker: Literal["ok", "late", "absent", "unknown"]
    worker_seen_s: float | None = Field(description="Seconds since the worker was last seen.")
    is_demonstration: bool = Field(
        default=False, description="Whether everything here is simulated, its people too."
    )


def _as_text(value: Scalar) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
    return str(value)
