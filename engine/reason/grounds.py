"""Grounds: what speaks for and against a proposal, as a model says it, and what can be wrong there.

Pure: facts of the run in, problems out, each a sentence from which the model can repair it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from engine.domain.fact import Fact, contradictions
from engine.domain.recommendation import Proposal
from engine.domain.run_fault import RunFault
from engine.domain.tool import Strict
from engine.reason.named_sums import sums_in
from engine.reason.window import shown

Strength = Literal["strong", "some", "slight"]
WEIGHTS: Mapping[str, float] = MappingProxyType({"strong": 2.2, "some": 0.85, "slight": 0.3})
"""Log-odds of a reason: a model says how strong in a word, never in a number."""

_HIDDEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def _visible(text: str) -> str:
    if _HIDDEN.search(text):
        raise ValueError("it holds a control character")
    return text


Words = Annotated[str, Field(min_length=1, max_length=2_000), AfterValidator(_visible)]
FactId = Annotated[str, Field(min_length=1, max_length=300), AfterValidator(_visible)]
_LONGEST_NAME = 120
_LONGEST_ERROR = 400


class Cited(Strict):
    """A fact that something rests on."""

    fact: FactId = Field(description="Id of a fact that was given, exactly as it stands there.")
    why: Words = Field(description="What it shows, in one sentence.")
    strength: Strength = Field(description="How much it speaks for that.")


class Grounds(Strict):
    """What speaks for and against a proposal."""

    because: Words = Field(description="Why this and nothing else, in two or three sentences.")
    cites: Annotated[list[Cited], Field(min_length=1, max_length=12)] = Field(
        description="The facts it rests on, the strongest first."
    )
    against: Annotated[list[Cited], Field(max_length=12)] = Field(
        description="The facts that speak against it; empty only where none does."
    )
    missing: Annotated[list[FactId], Field(max_length=6)] = Field(
        description="What nobody has told, and would matter most."
    )
    confidence: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] = Field(
        description="Probability, 0 to 1, that this is what the case needs."
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """One thing that is wrong with what a model said."""

    fault: RunFault
    """What the run ends with where it is not repaired."""
    text: str
    """What is wrong and what to do, in a sentence to the model."""


def grounds_problems(
    grounds: Grounds,
    proposals: Sequence[Proposal],
    known: Mapping[str, Fact],
    at: datetime,
    *,
    code_said: Sequence[str] = (),
) -> tuple[Problem, ...]:
    """What is wrong with the grounds of what is put forward.

    Args:
        grounds: What the model says.
        proposals: The calls they are of: a sum in words may stand there.
        known: The facts of the run by id.
        at: Now.
        code_said: What the desk's code told the model: it may name sums too.
    """
    cited = [one.fact for one in (*grounds.cites, *grounds.against)]
    return (
        *_invented(cited, known),
        *_stale(cited, known, at),
        *_self_contradicting(grounds, known),
        *_silenced(grounds, known, at),
        *_sums_from_nowhere(grounds, proposals, known, code_said),
    )


def named(name: str, longest: int = _LONGEST_NAME) -> str:
    """What a model, or a stranger through it, wrote: short, and unable to look like our words."""
    return shown(name if len(name) <= longest else f"{name[:longest]}…")


def tame(text: str) -> str:
    """An error's words, in which a name that a model wrote may stand: the same without quotes."""
    return named(text, _LONGEST_ERROR)[1:-1]


def invalid(text: str) -> Problem:
    """A problem of form: the answer is not what was asked for."""
    return Problem(fault=RunFault.OUTPUT_INVALID, text=text)


def _invented(cited: Iterable[str], known: Mapping[str, Fact]) -> Iterable[Problem]:
    for name in dict.fromkeys(cited):
        if name not in known:
            text = f"No fact {named(name)} was given in this run; cite only ids that stand there."
            yield Problem(fault=RunFault.FACT_INVENTED, text=text)


def _stale(cited: Iterable[str], known: Mapping[str, Fact], at: datetime) -> Iterable[Problem]:
    for name in dict.fromkeys(cited):
        fact = known.get(name)
        if fact is not None and fact.is_stale(at):
            seen = fact.observed_at.isoformat(timespec="seconds")
            yield invalid(
                f"{named(name)} was seen at {seen} and is too old; read it again or leave it."
            )


def _self_contradicting(grounds: Grounds, known: Mapping[str, Fact]) -> Iterable[Problem]:
    both = {one.fact for one in grounds.cites} & {one.fact for one in grounds.against}
    for name in sorted(both):
        text = f"{named(name)} is cited both for and against; decide which."
        yield Problem(fault=RunFault.CONTRADICTION, text=text)
    for name in grounds.missing:
        if name in known:
            text = f"{named(name)} is called missing, but it was given."
            yield Problem(fault=RunFault.CONTRADICTION, text=text)


def _silenced(grounds: Grounds, known: Mapping[str, Fact], at: datetime) -> Iterable[Problem]:
    """Facts that contradict a cited one and are not named."""
    relied = {one.fact for one in grounds.cites}
    mentioned = relied | {one.fact for one in grounds.against}
    for pair in contradictions(tuple(known.values()), at):
        for one, other in (pair, pair[::-1]):
            if one.id in relied and other.id not in mentioned:
                text = f"{named(one.id)} is contradicted by {named(other.id)}: name that too."
                yield Problem(fault=RunFault.CONTRADICTION, text=text)


def _sums_from_nowhere(
    grounds: Grounds,
    proposals: Sequence[Proposal],
    known: Mapping[str, Fact],
    code_said: Sequence[str],
) -> Iterable[Problem]:
    """Amounts of money in the words that stand neither in a fact nor in a call."""
    said = [grounds.because, *(one.why for one in (*grounds.cites, *grounds.against))]
    sums = {amount: shown for text in said for amount, shown in sums_in(text).items()}
    if not sums:
        return
    values = [fact.value for fact in known.values()]
    numbers = {one for one in values if isinstance(one, int)}
    for proposal in proposals:
        numbers |= {one for one in proposal.arguments.values() if isinstance(one, int)}
    texts = (*(one for one in values if isinstance(one, str)), *code_said)
    numbers |= {amount for text in texts for amount in sums_in(text)}
    for amount in sorted(sums.keys() - numbers):
        text = f"{sums[amount]} stands in no fact and no call; name only amounts that do."
        yield Problem(fault=RunFault.AMOUNT_WRONG, text=text)
