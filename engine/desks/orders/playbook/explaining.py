"""Explaining: a choice in plain words with numbers, and as reasons that name facts. Pure."""

from __future__ import annotations

from engine.desks.orders.playbook import money
from engine.desks.orders.playbook.beliefs import Beliefs
from engine.desks.orders.playbook.choosing import Choice
from engine.desks.orders.playbook.model import SILENT, Sign
from engine.desks.orders.playbook.view import View
from engine.desks.orders.sources import ALLOCATION, CARRIER, CUSTOMER, DETECTOR
from engine.domain.percent import percent
from engine.domain.recommendation import Reason

SMALLEST_WEIGHT = 0.1
"""Log-odds; what weighs less is not worth reading."""
_MOST_CAUSES = 3
_MOST_COSTS = 2
_MOST_MISSING = 3
_MATTERS = 0.7
"""Log-odds a silent sign could move, to be named as missing."""


def rationale(beliefs: Beliefs, choice: Choice, view: View) -> str:
    """Why this plan: causes with their probabilities, costs, and what cannot be had."""
    causes = beliefs.by_probability()[:_MOST_CAUSES]
    likely = "; ".join(f"{cause.title} ({percent(share)})" for cause, share in causes)
    costs = "; ".join(
        f"{_lower(one.plan.summary)}: {_cost(one.expected_cost, view)}"
        for one in choice.options[:_MOST_COSTS]
    )
    sentences = [
        f"Most likely {likely}.",
        f"Expected cost, {costs}.",
        *_not_the_likeliest(choice),
        *(
            f"Not possible now: {one.resolution.value.replace('_', ' ')} ({one.why})."
            for one in choice.impossible
        ),
        *_allocation(view),
    ]
    return " ".join(sentences)


def reasons(beliefs: Beliefs, choice: Choice) -> tuple[tuple[Reason, ...], tuple[Reason, ...]]:
    """What speaks for the first choice and what against it, the weightiest first."""
    weighed = [
        Reason(
            fact=beliefs.seen[sign.name].fact,
            text=sign.values[beliefs.seen[sign.name].value],
            weight=round(beliefs.weight(sign, choice.cause, choice.rival), 4),
        )
        for sign in beliefs.model.signs
    ]
    pro = sorted((one for one in weighed if one.weight >= SMALLEST_WEIGHT), key=_weight)
    con = sorted((one for one in weighed if one.weight <= -SMALLEST_WEIGHT), key=_weight)
    return tuple(pro), tuple(con)


def doubts(view: View) -> tuple[Reason, ...]:
    """What no table weighs and everybody should see: a text that talks to software."""
    found = (
        view.fact(source, "addresses_software", source) for source in (CUSTOMER, CARRIER, DETECTOR)
    )
    return tuple(
        Reason(
            fact=one.id,
            text="The text gives instructions to software; it was read as data.",
            weight=0.0,
        )
        for one in found
        if one is not None
    )


def missing(beliefs: Beliefs, choice: Choice) -> tuple[str, ...]:
    """Facts behind silent signs that could have moved the choice, the weightiest first."""
    silent = [sign for sign in beliefs.model.signs if beliefs.seen[sign.name].value == SILENT]
    weighty = [(_could(beliefs, choice, sign), beliefs.seen[sign.name].fact) for sign in silent]
    ranked = sorted((one for one in weighty if one[0] >= _MATTERS), reverse=True)
    return tuple(fact for _, fact in ranked[:_MOST_MISSING])


def _could(beliefs: Beliefs, choice: Choice, sign: Sign) -> float:
    return beliefs.could_weigh(sign, choice.cause, choice.rival)


def _not_the_likeliest(choice: Choice) -> tuple[str, ...]:
    """Why something is recommended that is likely not the right one: being wrong costs little."""
    likeliest = max(choice.options, key=lambda one: one.probability)
    if choice.first.probability >= likeliest.probability:
        return ()
    return (
        f"It is recommended because it costs least in expectation, although another choice "
        f"({_lower(likeliest.plan.summary)}) is likelier to be the right one.",
    )


def _allocation(view: View) -> tuple[str, ...]:
    """What the allocation of scarce stock says, where others wait for the same."""
    line = f"line:{view.number('case', 'short_line')}"
    told = view.text(line, "allocation", ALLOCATION)
    return (told,) if told else ()


def _cost(minor: float, view: View) -> str:
    return money.shown(view, round(minor))


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def _weight(reason: Reason) -> float:
    return -abs(reason.weight)
