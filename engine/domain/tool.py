"""Tool contracts: what a tool takes, gives, changes and promises.

Only the description lives here; what a tool does when called is a port (`engine.ports.Tool`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from engine.domain.canonical import Json, digest
from engine.domain.money import Money
from engine.errors import InvalidRequest


class EffectClass(StrEnum):
    """What calling a tool does to the world."""

    READ = "read"
    REVERSIBLE = "reversible"
    COMPENSABLE = "compensable"
    IRREVERSIBLE = "irreversible"


class Delivery(StrEnum):
    """What a tool offers against doing something twice."""

    DEDUPES = "dedupes"
    """Called again with the same key it acts once."""
    QUERYABLE = "queryable"
    """It can be asked whether a key was acted on."""
    NEITHER = "neither"
    """An unanswered call stays unknown, and a person's."""


class Strict(BaseModel):
    """Base of all argument and result schemas: closed, typed, immutable."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


@dataclass(frozen=True, kw_only=True)
class RetryPolicy:
    """How often and after how long a call that is known not to have acted is tried again."""

    attempts: int = 4
    first_delay_s: float = 0.5
    factor: float = 2.0
    longest_delay_s: float = 30.0

    def delay_s(self, attempt: int) -> float | None:
        """Seconds to wait after the given failed attempt (1 is the first), None to give up."""
        if attempt >= self.attempts:
            return None
        return min(self.first_delay_s * self.factor ** (attempt - 1), self.longest_delay_s)


@dataclass(frozen=True, kw_only=True)
class ToolContract:
    """The declared promise of one tool."""

    name: str
    version: int
    title: str
    """The tool in words, for the person."""
    effect_class: EffectClass
    delivery: Delivery
    arguments: type[Strict]
    result: type[Strict]
    target_argument: str
    """The argument that names what is acted on."""
    amount_argument: str = ""
    """The argument that says how much money moves, in minor units; empty: the tool moves none."""
    currency_argument: str = ""
    """The argument that says in which currency."""
    scopes: tuple[str, ...] = ()
    timeout_s: float = 10.0
    settles_in_s: float = 0.0
    """For `queryable`: how long after the deadline an answer is final."""
    retry: RetryPolicy = RetryPolicy()
    compensation: str = ""
    """Name of the tool that undoes this one; empty where nothing does."""

    @cached_property
    def digest(self) -> bytes:
        """Identity of the promise: name, version and both schemas."""
        return digest(
            [
                self.name,
                self.version,
                self.effect_class,
                self.delivery,
                self.arguments.model_json_schema(),
                self.result.model_json_schema(),
            ]
        )

    def amount_of(self, arguments: Mapping[str, Any]) -> Money | None:
        """The money a call with these arguments moves; None where the tool moves none."""
        if not self.amount_argument:
            return None
        minor = arguments.get(self.amount_argument)
        if isinstance(minor, bool) or not isinstance(minor, int):
            minor = -1  # no amount: outside every cap
        currency = str(arguments.get(self.currency_argument, ""))
        return Money(minor=minor, currency=currency)

    def check_arguments(self, arguments: Json) -> dict[str, Any]:
        """Validate arguments and give them in canonical form.

        Raises:
            InvalidRequest: An argument is missing, unknown or of the wrong type.
        """
        try:
            return self.arguments.model_validate(arguments).model_dump(mode="json")
        except ValidationError as error:
            raise InvalidRequest(
                f"{self.name} cannot be called like this: {_first_problem(error)}",
                tool=self.name,
            ) from None

    def check_result(self, result: Json) -> dict[str, Any]:
        """Validate what the tool gave back.

        Raises:
            InvalidRequest: The result does not keep the contract.
        """
        try:
            return self.result.model_validate(result).model_dump(mode="json")
        except ValidationError as error:
            raise InvalidRequest(
                f"{self.name} broke its contract: {_first_problem(error)}", tool=self.name
            ) from None


def _first_problem(error: ValidationError) -> str:
    problem = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(str(part) for part in problem["loc"]) or "arguments"
    return f"{where}: {problem['msg']}"
