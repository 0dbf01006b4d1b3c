"""The memory reasoner: what was done in the cases most like one, done again where it may be.

What it takes from other cases is one word: the label that proved right there. Every call for it is
made anew by the desk, from the facts of this case; where the desk cannot, memory says nothing. So
no text, amount, name or target of another case ever gets into a call.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from engine.domain.case import Case
from engine.domain.fact import FactSet
from engine.domain.memory import MemoryProcedure
from engine.domain.recommendation import (
    Alternative,
    Draft,
    PrecedentCase,
    Proposal,
    Reason,
)
from engine.reason.likeness import Answer, Asked, Near

NAME = "precedent"
_SHOWN = 5
"""Precedents, and cases that speak against them, that are told apart."""
_FACTS = 3
"""Facts that it names."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Option:
    """What the desk would call for one label, from the facts of a case alone."""

    proposals: tuple[Proposal, ...]
    summary: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Feature:
    """A typed fact of a case, in one of a few values."""

    value: str
    fact: str
    """Id of the fact behind it, or the name of the missing one."""
    text: str
    """What it says, as a sentence."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Recall:
    """How the cases of a desk are remembered, and how what proved right is done again."""

    features: Callable[[Case, FactSet], Mapping[str, Feature]]
    """Typed facts of a case by name; a missing one is left out."""
    text: Callable[[FactSet], str]
    """What people wrote about a case."""
    options: Callable[[Case, FactSet], Mapping[str, Option]]
    """By label, what could be done now; a label that the facts do not bear out is left out."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """What people call its labels; the rest is called as it is."""
    procedure: MemoryProcedure = field(default=MemoryProcedure())

    def seen(self, case: Case, facts: FactSet) -> Mapping[str, str]:
        """The features of a case, with what could be done in it: that tells cases apart too."""
        can = {f"can {label}": "yes" for label in self.options(case, facts)}
        return can | {name: one.value for name, one in self.features(case, facts).items()}

    def asked(self, case: Case, facts: FactSet, before: datetime) -> Asked:
        """A case as it is looked up."""
        return Asked(
            kind=kind_of(case),
            features=self.seen(case, facts),
            text=self.text(facts),
            before=before,
        )

    def draft(self, case: Case, facts: FactSet, answer: Answer | None) -> Draft | None:
        """What the nearest precedents agree on, where this case's facts bear it out.

        Args:
            case: The case.
            facts: Its facts.
            answer: What the remembered cases most like it speak for.

        Returns:
            None where memory has nothing to say, or the desk cannot make the calls.
        """
        options = self.options(case, facts)
        if answer is None or answer.label not in options:
            return None
        return _draft(self, answer, options, self.features(case, facts))


def kind_of(case: Case) -> str:
    """The cases that one may be like: of its type, and as real as it is."""
    return f"{case.origin.value} {case.case_type}"


def _draft(
    recall: Recall,
    answer: Answer,
    options: Mapping[str, Option],
    features: Mapping[str, Feature],
) -> Draft:
    option, against = options[answer.label], _against(answer)
    return Draft(
        reasoner=NAME,
        reasoner_version=recall.procedure.identity,
        proposals=option.proposals,
        label=answer.label,
        summary=option.summary,
        rationale=_rationale(recall, answer),
        raw_confidence=round(answer.confidence, 6),
        reasons=(*_followed(answer), *_shared(answer, features)),
        counter_evidence=_counter(recall, against),
        alternatives=_alternatives(answer, options),
        precedents=tuple(map(_shown, answer.near)),
    )


def _against(answer: Answer) -> tuple[Near, ...]:
    """Like cases in which something else proved right, the most alike first."""
    return tuple(one for one in answer.near if one.label != answer.label)


def _rationale(recall: Recall, answer: Answer) -> str:
    told, near = len(answer.precedents), len(answer.near)
    named = ", ".join(one.source_id for one in answer.precedents[:_SHOWN])
    what = _word(recall.labels, answer.label)
    return (
        f"Of the {near} known cases most like this one, {told} were settled by “{what}”, verified "
        f"and right. The most alike are {named}."
    )


def _followed(answer: Answer) -> tuple[Reason, ...]:
    """The precedents most alike, each with its part in the answer."""
    return tuple(
        Reason(
            fact=f"precedent {one.source_id}",
            text=f"{one.source_id}, {one.likeness:.0%} alike: {one.done}; it was right.",
            weight=round(one.share, 4),
        )
        for one in answer.precedents[:_SHOWN]
    )


def _shared(answer: Answer, features: Mapping[str, Feature]) -> tuple[Reason, ...]:
    """The facts that weigh most in the likeness, and how many precedents share them."""
    weighty = sorted(features, key=lambda name: (-answer.weights.get(name, 0.0), name))
    followed = answer.precedents
    found = []
    for name in weighty[:_FACTS]:
        same = sum(one.features.get(name) == features[name].value for one in followed)
        told = f"{features[name].text} So it was in {same} of {len(followed)} precedents."
        weight = round(answer.weights.get(name, 0.0), 4)
        found.append(Reason(fact=features[name].fact, text=told, weight=weight))
    return tuple(found)


def _counter(recall: Recall, against: tuple[Near, ...]) -> tuple[Reason, ...]:
    return tuple(
        Reason(
            fact=f"precedent {one.source_id}",
            text=f"{one.source_id}, {one.likeness:.0%} alike, needed something else: "
            f"{_word(recall.labels, one.label)}.",
            weight=-round(one.share, 4),
        )
        for one in against[:_SHOWN]
    )


def _alternatives(answer: Answer, options: Mapping[str, Option]) -> tuple[Alternative, ...]:
    ranked = sorted(answer.shares.items(), key=lambda pair: (-pair[1], pair[0]))
    return tuple(
        Alternative(proposal=options[label].proposals[0], label=label, probability=round(share, 4))
        for label, share in ranked
        if label in options
    )


def _shown(near: Near) -> PrecedentCase:
    return PrecedentCase(
        source_id=near.source_id,
        label=near.label,
        similarity=round(near.likeness, 3),
        resolved_at=near.known_at,
        done=near.done,
    )


def _word(words: Mapping[str, str], code: str) -> str:
    return words.get(code, code)
