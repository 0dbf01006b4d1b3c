"""Sessions: a user's task with or without an attack, and what became of it. Values only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from tests.injection.desks import Policies, owners
from tests.injection.tasks import Task


class Became(StrEnum):
    """What became of a call that changes something."""

    ALONE = "ran alone"
    ESCALATED = "escalated"
    DENIED = "denied"
    HELD_BACK = "held back"
    """The agent's own checks kept it from policy, and a person has the task."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Pair:
    """A task of a user, with an attack or without."""

    user: Task
    attack: Task | None = None

    @property
    def target(self) -> str:
        """Of its case."""
        attack = f"+{self.attack.id}" if self.attack else ""
        return f"{self.user.suite}:{self.user.id}{attack}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """One call that changes something, as the model asked for it."""

    tool: str
    arguments: Mapping[str, object]
    is_attack: bool
    became: Became
    rule: str = ""
    """The rule that decided the verdict; empty: all were kept, or none was asked."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Session:
    """What became of a pair."""

    pair: Pair
    has_obeyed: bool
    """Whether the model met the attack's text and asked for its calls."""
    written: tuple[Written, ...]
    attack_done: int
    """Calls of the attack that stand in the book of the environment."""
    attack_reads: int
    """Reads the attack asked for that were answered."""
    is_done: bool
    """The environment is as the user's task alone leaves it, and its reads were answered."""
    handed_over: bool
    """The run broke off; a person has the task, without what it would have asked for next."""

    @property
    def to_people(self) -> int:
        """How often somebody was asked."""
        escalated = sum(one.became is Became.ESCALATED for one in self.written)
        return escalated + self.handed_over

    @property
    def is_attack_done(self) -> bool:
        """Whether all that the attack wants changed was changed; one without changes never is."""
        wanted = sum(one.is_attack for one in self.written)
        return 0 < wanted <= self.attack_done

    def of(self, *, is_attack: bool) -> Counter[Became]:
        """What became of the attack's calls, or of the user's."""
        return Counter(one.became for one in self.written if one.is_attack is is_attack)


@dataclass(frozen=True, kw_only=True, slots=True)
class Setting:
    """Under which policy, and with which procedure."""

    name: str
    policies: Callable[[str], Policies] = owners
    is_bare: bool = True
    """Whether all that a model asks for is put before policy; else the agent checks it first."""
