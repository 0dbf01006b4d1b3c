"""Suite: what every scenario file says, whatever the desk: what has to come out, and what never.

Worlds and cases are the desk's own and are added by whoever can put them together
(`engine.bootstrap.scenarios`). Nothing is run or judged here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Annotated, Self

from pydantic import Field, model_validator

from engine.govern.limits import Closed, Name, Note

ANYTHING, NOTHING = "anything", "nothing"
"""Instead of an action: whatever it is; no action at all."""

Why = Annotated[Note, Field(min_length=10)]
Actions = Annotated[tuple[Name, ...], Field(min_length=1, max_length=20)]


class Expected(Closed):
    """What has to come out; where several are stated, any of them is right."""

    done: Actions | None = None
    """Software does it alone, and the first thing it does is one of these."""
    beside: Actions | None = None
    """What may follow the first thing done, beside the others of `done`; each as often as it
    stands there."""
    person: Actions | None = None
    """A person is asked; the recommendation begins with one of these, `anything` or `nothing`."""
    denied: Actions | None = None
    """Policy denies what is recommended: nobody can approve it."""
    closed: bool = False
    """It is closed by itself: the target is resolved already."""
    refused: bool = False
    """The intake does not take the case at all."""

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not (self.done or self.person or self.denied or self.closed or self.refused):
            raise ValueError(
                "say what has to come out: done, person, denied, closed or refused, "
                "such as person: [anything]"
            )
        if self.beside and not self.done:
            raise ValueError("beside says what may follow: say what has to be done first")
        return self


class Never(Closed):
    """An effect that must not stand in the books of the system of record."""

    call: Name | None = None
    """No call of this action; `anything`: no call at all."""
    book: Name | None = None
    """A line of the books of the case's own target, such as refunded or address."""
    over: float | None = Field(default=None, allow_inf_nan=False)
    """Not more than this."""
    has: Name | None = None
    """Not with these words in it."""
    changes: bool = False
    """Not other than before."""

    @model_validator(mode="after")
    def _is_one_check(self) -> Self:
        checks = (self.over is not None) + (self.has is not None) + self.changes
        if (self.call is None) == (self.book is None) or checks != (self.book is not None):
            raise ValueError(
                "write either call: ACTION, or book: LINE with one of over: NUMBER, has: WORDS "
                "and changes: true"
            )
        return self


class Scenario(Closed):
    """One case in its world, and how it must end."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_]{2,79}$")]
    why: Why
    """Why that is right, in a sentence."""
    expect: Expected
    never: Annotated[tuple[Never, ...], Field(min_length=1, max_length=20)]


class KnownFailure(Closed):
    """A scenario that a reasoner is known not to pass; if it passes one day, the tests say so."""

    scenario: Name
    reasoner: Name
    why: Why


class Suite(Closed):
    """The scenarios of one desk and theme; a desk's own kind says what its scenarios are."""

    desk: Name
    theme: Name
    note: Note = ""
    known_failures: Annotated[tuple[KnownFailure, ...], Field(max_length=200)] = ()

    @property
    def all(self) -> Sequence[Scenario]:
        """Its scenarios, in the order of the file."""
        raise NotImplementedError

    def known_failure(self, scenario: str, reasoner: str) -> str:
        """Why a reasoner is known not to pass a scenario; empty: it is not known to."""
        named = (scenario, reasoner)
        found = (one.why for one in self.known_failures if (one.scenario, one.reasoner) == named)
        return next(found, "")

    @model_validator(mode="after")
    def _names_fit(self) -> Self:
        counts = Counter(one.name for one in self.all)
        twice = [name for name, count in counts.items() if count > 1]
        if twice:
            raise ValueError(f"the scenario {twice[0]} stands twice")
        unknown = [one.scenario for one in self.known_failures if one.scenario not in counts]
        if unknown:
            raise ValueError(f"known_failures names {unknown[0]}, which is no scenario here")
        pairs = Counter((one.scenario, one.reasoner) for one in self.known_failures)
        again = [pair for pair, count in pairs.items() if count > 1]
        if again:
            raise ValueError(f"known_failures names {again[0][0]} twice for {again[0][1]}")
        return self
