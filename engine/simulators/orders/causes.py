"""Causes and signals: the form in which a case type says why things go wrong and how it shows.

Given its cause, the signals of a case are drawn independently; a veil then hides what could not be
seen beside another value (a new customer has no usual address). No world is made here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeAlias

from engine.desks.orders.words import CaseType, Resolution
from engine.errors import ConfigError

Shown: TypeAlias = Mapping[str, str]
"""The value of every signal of one case."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Signal:
    """Something that can be seen, in one of a few values."""

    name: str
    values: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Veil:
    """Where one signal has a value, another one cannot be told apart from `seen`."""

    where: str
    has: str
    hides: str
    seen: str
    """The value that is shown in place of every other."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Cause:
    """Why it went wrong, what would have been right, and how it usually shows."""

    name: str
    resolution: Resolution
    share: float
    """Among the causes of its case type; each world draws shares around it."""
    shows: Mapping[str, Mapping[str, float]]
    """By signal: weights of its values; a value without one never shows."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseModel:
    """All of one case type."""

    case_type: CaseType
    signals: tuple[Signal, ...]
    causes: tuple[Cause, ...]
    veils: tuple[Veil, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a cause that forgets a signal, or shows one nobody declared.

        Raises:
            ConfigError: With the first thing that does not fit.
        """
        values = {signal.name: signal.values for signal in self.signals}
        for cause in self.causes:
            if cause.shows.keys() != values.keys():
                raise ConfigError(f"Cause {cause.name} does not show exactly the signals.")
            for name, weights in cause.shows.items():
                if not set(weights) <= set(values[name]) or not sum(weights.values()) > 0:
                    raise ConfigError(f"Cause {cause.name} shows {name} in unknown values.")
        for veil in self.veils:
            if veil.has not in values[veil.where] or veil.seen not in values[veil.hides]:
                raise ConfigError(f"A veil names an unknown value of {veil.hides}.")

    @property
    def resolutions(self) -> tuple[Resolution, ...]:
        """What may be right, each once, in the order of the causes."""
        return tuple(dict.fromkeys(cause.resolution for cause in self.causes))

    def seen(self, drawn: Shown) -> Shown:
        """What can be told of drawn values."""
        shown = dict(drawn)
        for veil in self.veils:
            if shown[veil.where] == veil.has:
                shown[veil.hides] = veil.seen
        return shown


def signal(name: str, values: str) -> Signal:
    """A signal from a list of values, parted by blanks."""
    return Signal(name=name, values=tuple(values.split()))


def cause(name: str, resolution: Resolution, share: float, **shows: str) -> Cause:
    """A cause from texts such as `silent:3 gift:1`; one value without a weight always shows."""
    return Cause(
        name=name,
        resolution=resolution,
        share=share,
        shows=MappingProxyType({key: _weights(told) for key, told in shows.items()}),
    )


def _weights(told: str) -> Mapping[str, float]:
    parts = (part.partition(":") for part in told.split())
    return MappingProxyType({value: float(weight or 1) for value, _, weight in parts})
