"""Tool contracts: what a tool takes, gives, changes and promises.

Only the description lives here; what a tool does when called is a port (`engine.ports.Tool`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from engine.domain.canonical import Json, digest
from engine.domain.fact import Fact, told_of
from engine.domain.money import Money
from engine.errors import InvalidRequest

CASE_TARGET = "target"
"""What a read may be about without a fact: what the case is about."""


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
    jitter: float = 0.5
    """Share of a delay that is left to chance, so that callers who failed together part."""
    longest_asked_s: float = 300.0
    """A target that asks for more patience than this (`Retry-After`) is asked again by then."""

    def delay_s(
        self, attempt: int, *, draw: float = 0.0, asked_s: float | None = None
    ) -> float | None:
        """Seconds to wait after a failed attempt, None to give up.

        Args:
            attempt: The attempt that failed; 1 is the first.
            draw: Chance, 0 to 1: the larger, the shorter the wait within the jitter.
            asked_s: What the target asked for; it is never asked again sooner.
        """
        if attempt >= self.attempts:
            return None
        delay_s = min(self.first_delay_s * self.factor ** (attempt - 1), self.longest_delay_s)
        delay_s *= 1.0 - self.jitter * draw
        return max(delay_s, min(asked_s or 0.0, self.longest_asked_s))


@dataclass(frozen=True, kw_only=True)
class BreakerPolicy:
    """When a system that keeps failing is left alone for a while; counted in each process."""

    failures: int = 5
    """So many calls in a row that found it out of reach."""
    open_s: float = 10.0
    """After that one call tries whether it is back."""


@dataclass(frozen=True, kw_only=True)
class CallLimit:
    """How often a tool is called, and how many calls are on their way at once, in each process."""

    calls: int = 1_000
    per_s: float = 1.0
    at_once: int = 8


@dataclass(frozen=True, kw_only=True, slots=True)
class ToolHints:
    """What the Model Context Protocol (2026-07-28) calls a tool's annotations.

    They are derived, and hints alone: policy decides by the contract.
    """

    read_only: bool
    destructive: bool
    idempotent: bool
    open_world: bool

    def to_json(self) -> Json:
        """The annotations under the protocol's names."""
        return {
            "readOnlyHint": self.read_only,
            "destructiveHint": self.destructive,
            "idempotentHint": self.idempotent,
            "openWorldHint": self.open_world,
        }


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
    identifies: Mapping[str, tuple[str, ...]] | None = None
    """Of a read: the arguments that name somebody's record, each with what has to tell a run its
    value: `CASE_TARGET`, or a fact as `attribute@source`. None: the target argument, and the case's
    own target alone. Empty: it tells nothing of anybody, and every run may ask."""
    amount_argument: str = ""
    """The argument that says how much money moves, in minor units; empty: the tool moves none."""
    currency_argument: str = ""
    """The argument that says in which currency."""
    system: str = ""
    """The system of record it reaches: what a credential is for, and what a breaker opens on."""
    scopes: tuple[str, ...] = ()
    timeout_s: float = 10.0
    settles_in_s: float = 0.0
    """For `queryable`: how long after the deadline an answer is final."""
    retry: RetryPolicy = RetryPolicy()
    breaker: BreakerPolicy = BreakerPolicy()
    limit: CallLimit = CallLimit()
    preview: str = ""
    """Name of the read tool that says what difference a call would make; empty: nothing does."""
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

    @property
    def is_read(self) -> bool:
        """Whether calling it changes nothing."""
        return self.effect_class is EffectClass.READ

    @property
    def identified(self) -> Mapping[str, tuple[str, ...]]:
        """`identifies`, with what holds where nothing is declared."""
        if self.identifies is None:
            return {self.target_argument: (CASE_TARGET,)}
        return self.identifies

    def stranger(
        self, arguments: Mapping[str, Json], target: str, facts: Sequence[Fact]
    ) -> str | None:
        """The first argument that names a record of which a case does not speak; None: none does.

        Args:
            arguments: In canonical form.
            target: What the case is about.
            facts: Of the case and its run; one that was taken from a text tells nothing here.
        """
        told = told_of(arguments, facts)
        for name, tellers in self.identified.items():
            is_own = CASE_TARGET in tellers and arguments.get(name) == target
            if not is_own and told.get(name, frozenset()).isdisjoint(tellers):
                return name
        return None

    @property
    def hints(self) -> ToolHints:
        """What a protocol that knows only hints may say of it."""
        return ToolHints(
            read_only=self.is_read,
            destructive=self.effect_class is EffectClass.IRREVERSIBLE,
            idempotent=self.is_read or self.delivery is Delivery.DEDUPES,
            open_world=bool(self.system),
        )

    def exported(self) -> Json:
        """The contract for programs: both JSON Schemas, the hints, and what it promises."""
        return {
            "name": self.name,
            "version": self.version,
            "title": self.title,
            "inputSchema": self.arguments.model_json_schema(),
            "outputSchema": self.result.model_json_schema(),
            "annotations": self.hints.to_json(),
            "effect_class": self.effect_class.value,
            "delivery": self.delivery.value,
            "scopes": list(self.scopes),
            "timeout_s": self.timeout_s,
            "preview": self.preview,
            "compensation": self.compensation,
        }

    def view(self, arguments: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
        """What a call asks for, as rows of title and text for the person; money is written out."""
        amount = self.amount_of(arguments)
        place = {name: number for number, name in enumerate(self.arguments.model_fields)}
        rows: list[tuple[str, str]] = []
        for name, value in sorted(arguments.items(), key=lambda one: place.get(one[0], len(place))):
            if name == self.currency_argument and amount is not None:
                continue
            is_amount = amount is not None and name == self.amount_argument
            rows.append((self._title_of(name), str(amount) if is_amount else _plain(value)))
        return tuple(rows)

    def _title_of(self, argument: str) -> str:
        field = self.arguments.model_fields.get(argument)
        words = argument.removesuffix("_id").removesuffix("_minor").replace("_", " ")
        return (field.title if field else None) or words[:1].upper() + words[1:]

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


def _plain(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(_plain(one) for one in value.values() if one not in ("", None))
    if isinstance(value, list | tuple):
        return "; ".join(_plain(one) for one in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _first_problem(error: ValidationError) -> str:
    problem = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(str(part) for part in problem["loc"]) or "arguments"
    return f"{where}: {problem['msg']}"
