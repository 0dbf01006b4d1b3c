"""The grounds of a precedent prediction in words that an operator reads all day.

Lives here: what is worth a line, and the sentences. Must not live here: the prediction, the words
of one domain (they come in as `PrecedentWords`). No sentence states a probability: the raw one is
not calibrated, and the card shows the calibrated one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from engine.domain.case import Case
from engine.domain.fact import FactSet
from engine.domain.percent import percent
from engine.domain.precedent import UNSEEN, FittedPrecedent
from engine.domain.recommendation import Proposal, Reason
from engine.reason.precedent_grounds import FactWeight, PrecedentAnswer

_MOST_REASONS = 4
_MOST_COUNTER = 3
_MOST_MISSING = 3
_SMALLEST_WEIGHT = 0.1
"""Log-odds below which a fact is not worth a line."""
_FEW = 5.0
"""Past cases under which shares say little, and the sentence says so."""
_DIFFERS = 0.01
"""Distance of two shares from which on they are set against each other."""
_FAR = 0.5
_CLOSE = 0.15
"""Distances of first and second choice for which there are words."""
_MATTERS = 0.05
"""A missing fact is named from this usual weight on, as a share of the weightiest fact's."""
_IS_HEAVY = 0.2
"""A value nobody has seen is named from this usual weight on."""
_RARELY_TOLD = 0.9
"""Share of past cases that lack a fact from which on its lack is not worth a word."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PrecedentWords:
    """What a desk calls its things, and the action that a label amounts to."""

    cases: str
    """Its cases, in the plural."""
    propose: Callable[[Case, str], Proposal]
    """The tool call that gives a case this label."""
    summary: Callable[[str], str]
    """That call in a few words."""
    outcome: str
    """What happened to past cases with a label, for example `were resolved by`."""
    names: Mapping[str, str]
    """Facts in words, by feature."""

    def name_of(self, feature: str) -> str:
        """The fact in words."""
        return self.names.get(feature, feature.replace("_", " "))


@dataclass(frozen=True, kw_only=True, slots=True)
class Grounds:
    """What the sentences are made of."""

    answer: PrecedentAnswer
    words: PrecedentWords
    ids: Mapping[str, str]
    """Fact ids by attribute."""
    usual: Mapping[str, float]
    """Overall share of each label."""
    weighs: Mapping[str, float]
    """How much a feature usually weighs, as a share of the weightiest one."""

    @property
    def first(self) -> str:
        """The recommended label."""
        return self.answer.groups[0].group

    @property
    def second(self) -> str:
        """The runner-up; empty where there is none."""
        return self.answer.groups[1].group if len(self.answer.groups) > 1 else ""

    @property
    def supporting(self) -> tuple[FactWeight, ...]:
        """Facts worth a line that speak for the first, strongest first."""
        return tuple(fact for fact in self.answer.supporting if _is_worth_a_line(fact))

    @property
    def opposing(self) -> tuple[FactWeight, ...]:
        """Facts worth a line that speak for the runner-up, strongest first."""
        return tuple(fact for fact in self.answer.opposing if _is_worth_a_line(fact))


def _is_worth_a_line(fact: FactWeight) -> bool:
    """Whether it weighs something, and past cases with it can be counted to say why."""
    return fact.is_seen and fact.past_cases >= 1.0 and abs(fact.weight) >= _SMALLEST_WEIGHT


def grounds_of(
    answer: PrecedentAnswer, memory: FittedPrecedent, facts: FactSet, words: PrecedentWords
) -> Grounds:
    """Put together what the sentences need."""
    oldest_first = sorted(facts.facts, key=lambda fact: fact.observed_at)
    return Grounds(
        answer=answer,
        words=words,
        ids={fact.attribute: fact.id for fact in oldest_first},
        usual=dict(zip(memory.groups, memory.prior.tolist(), strict=True)),
        weighs=_usual_weights(memory),
    )


def _usual_weights(memory: FittedPrecedent) -> dict[str, float]:
    weights = memory.importance.tolist()
    heaviest = max(weights, default=0.0) or 1.0
    names = memory.procedure.features
    return {name: weight / heaviest for name, weight in zip(names, weights, strict=True)}


def rationale(grounds: Grounds) -> str:
    """Say in two or three sentences what the past points to, and why."""
    answer, words = grounds.answer, grounds.words
    sentences = [f"Past {words.cases} like this one point to {grounds.first}"]
    if grounds.second:
        gap = answer.groups[0].probability - answer.groups[1].probability
        sentences[0] += f", {_ahead(gap)} {grounds.second}"
        if gap < _CLOSE and grounds.opposing:
            sentences[0] += f", for which {_told(grounds.opposing[0], words)} speaks"
    named = [_told(fact, words) for fact in grounds.supporting if fact.value][:2]
    if named:
        sentences.append(f"What speaks for it most: {' and '.join(named)}")
    until = f"{answer.as_of.day} {answer.as_of:%B %Y}"
    sentences.append(f"Learned from {answer.rows:,} resolved {words.cases}, up to {until}")
    return ". ".join(sentences) + "."


def _ahead(gap: float) -> str:
    if gap >= _FAR:
        return "far ahead of"
    return "barely ahead of" if gap < _CLOSE else "ahead of"


def reasons(grounds: Grounds) -> tuple[Reason, ...]:
    """Say what speaks for the first choice, strongest first."""
    return tuple(_reason(fact, grounds) for fact in grounds.supporting[:_MOST_REASONS])


def counter_evidence(grounds: Grounds) -> tuple[Reason, ...]:
    """Say what speaks for the runner-up, strongest first, then what nothing is known about."""
    against = [_reason(fact, grounds) for fact in grounds.opposing]
    unknown = [
        Reason(
            fact=grounds.ids.get(feature, feature),
            text=f"A {grounds.words.name_of(feature)} never seen before: it could not be weighed",
            weight=0.0,
        )
        for feature in grounds.answer.unseen
        if grounds.weighs.get(feature, 0.0) >= _IS_HEAVY
    ]
    return tuple((against + unknown)[:_MOST_COUNTER])


def _reason(fact: FactWeight, grounds: Grounds) -> Reason:
    return Reason(
        fact=grounds.ids.get(fact.feature, fact.feature),
        text=_sentence(fact, grounds),
        weight=round(fact.weight, 3),
    )


def _sentence(fact: FactWeight, grounds: Grounds) -> str:
    """One line for one fact: what became of past cases that had it, against all past cases."""
    words = grounds.words
    told = _told(fact, words)
    count = "the few" if fact.past_cases < _FEW else f"about {round(fact.past_cases):,}"
    which = "with it" if fact.value else "without one"
    them = f"of {count} recent {words.cases} {which} {words.outcome}"
    sides = [(grounds.first, fact.share_first), (grounds.second, fact.share_second)]
    (favoured, share), (other, other_share) = sides if fact.weight > 0 else sides[::-1]
    usual, other_usual = grounds.usual.get(favoured, 0.0), grounds.usual.get(other, 0.0)
    if share - usual >= _DIFFERS:
        text = f"{percent(share)} {them} {favoured}, against {percent(usual)} of all"
    elif other and other_usual - other_share >= _DIFFERS:
        text = f"only {percent(other_share)} {them} {other}, against {percent(other_usual)} of all"
    else:
        text = f"together with the other facts it speaks for {favoured}"
    return f"{told[:1].upper()}{told[1:]}: {text}"


def _told(fact: FactWeight, words: PrecedentWords) -> str:
    """The fact with its value; a value that begins with the fact's name stands for itself."""
    name, value = words.name_of(fact.feature), " ".join(fact.value.split())
    if not value:
        return f"no {name} given"
    return value if value.lower().startswith(name.lower()) else f"{name} {value}"


def missing(grounds: Grounds, memory: FittedPrecedent) -> tuple[str, ...]:
    """Name missing facts that usually are told and usually weigh something."""
    named = [
        grounds.words.name_of(feature)
        for feature in grounds.answer.missing
        if grounds.weighs[feature] >= _MATTERS and _is_usually_told(memory, feature)
    ]
    return tuple(named[:_MOST_MISSING])


def _is_usually_told(memory: FittedPrecedent, feature: str) -> bool:
    at = memory.procedure.features.index(feature)
    values = memory.vocabularies[at]
    if "" not in values:
        return True
    untold = memory.exemplar_codes[:, at] == values.index("") + UNSEEN + 1
    return bool(untold.mean() < _RARELY_TOLD) if untold.size else True
