"""Output checks: whether what a model answered to a step can be gone on with. Pure.

What workflow and agent share stands in `engine.reason.checks`; here is what only steps have.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from engine.domain.fact import Fact, Quote
from engine.domain.recommendation import Alternative
from engine.domain.run_fault import RunFault
from engine.reason.checks import PutForward
from engine.reason.grounds import Problem, invalid, named
from engine.reason.workflow.known import Candidate, Heard, Known, Option, Sayable
from engine.reason.workflow.outputs import Assessment, Choice, Reading, Statement

_ROUNDING = 0.02
"""By which probabilities may sum to more than 1."""
MOST_OVER = 0.25
"""By which a confidence may be higher than the model's own assessment of the same."""
_MOST_ALTERNATIVES = 4


def heard_in(
    reading: Reading, sayable: Sequence[Sayable], known: Known
) -> list[Heard] | tuple[Problem, ...]:
    """The statements of texts with the place of their words; or what is wrong with them."""
    by_name = {one.name: one for one in sayable}
    checked = [_heard(one, by_name, known) for one in reading.statements]
    problems = tuple(one for one in checked if isinstance(one, Problem))
    if problems:
        return problems
    first: dict[str, Heard] = {}
    for one in checked:
        if isinstance(one, Heard):
            first.setdefault(one.name, one)
    return list(first.values())


def _heard(said: Statement, by_name: Mapping[str, Sayable], known: Known) -> Heard | Problem:
    what = by_name.get(said.what)
    if what is None:
        return invalid(f"{named(said.what)} is not one of the listed names.")
    if what.values and said.value not in what.values:
        values = ", ".join(what.values)
        return invalid(f"{what.name} is {named(said.value)}; its values are: {values}.")
    text = known.text(what.text)
    place = _place(said.words, text)
    if place is None:
        text = f"The words {named(said.words)} do not stand in {what.text}; copy them exactly."
        return Problem(fault=RunFault.FACT_INVENTED, text=text)
    return Heard(
        name=what.name,
        value=what.values.get(said.value) if what.values else None,
        words=text[place[0] : place[1]],
        quote=Quote(field=what.text, start=place[0], end=place[1]),
    )


def _place(words: str, text: str) -> tuple[int, int] | None:
    """Where words stand in a text, however they are broken into lines; None: nowhere."""
    parts = words.split()
    if not parts:
        return None
    found = re.search(r"\s+".join(re.escape(one) for one in parts), text)
    return found.span() if found else None


def assessment_problems(
    assessment: Assessment, candidates: Sequence[Candidate], facts: Mapping[str, Fact]
) -> tuple[Problem, ...]:
    """What is wrong with an assessment.

    Args:
        assessment: The model's.
        candidates: What was listed.
        facts: The facts of the run by id.
    """
    listed = {one.name for one in candidates}
    names = [one.name for one in assessment.weighed]
    found = [
        invalid(f"{named(name)} is no candidate; use the names that are listed.")
        for name in dict.fromkeys(names)
        if name not in listed
    ]
    found += [
        invalid(f"{named(name)} is weighed twice.")
        for name in dict.fromkeys(names)
        if names.count(name) > 1
    ]
    found += [
        Problem(fault=RunFault.FACT_INVENTED, text=f"No fact {named(one.fact)} was given.")
        for weighed in assessment.weighed
        for one in weighed.cites
        if one.fact not in facts
    ]
    whole = sum(one.probability for one in assessment.weighed)
    if not 0 < whole <= 1 + _ROUNDING:
        text = f"The probabilities sum to {whole:.2f}; let them sum to 1."
        found.append(Problem(fault=RunFault.CONTRADICTION, text=text))
    return tuple(found)


def chosen(choice: Choice, options: Sequence[Option]) -> PutForward | tuple[Problem, ...]:
    """The option that a model chose, with its grounds; or why that cannot be.

    A confidence far above what the model itself assessed a step before contradicts it.
    """
    option = next((one for one in options if one.name == choice.choice), None)
    if option is None:
        names = ", ".join(named(one.name) for one in options)
        return (invalid(f"{named(choice.choice)} is no option; the options are: {names}."),)
    assessed = option.probability
    if assessed is not None and choice.confidence > assessed + MOST_OVER:
        text = (
            f"The confidence {choice.confidence:.2f} does not fit your assessment, by which "
            f"{named(option.name)} is right with {assessed:.2f}; change one of the two."
        )
        return (Problem(fault=RunFault.CONTRADICTION, text=text),)
    return PutForward(
        proposals=option.proposals,
        label=option.name,
        summary=option.summary,
        grounds=choice,
        alternatives=_alternatives(option, options),
    )


def _alternatives(first: Option, options: Sequence[Option]) -> tuple[Alternative, ...]:
    """The chosen option and the most probable others, where anything was assessed."""
    others = sorted(
        (one for one in options if one is not first), key=lambda one: -(one.probability or 0.0)
    )
    return tuple(
        Alternative(
            proposal=one.proposals[0], label=one.name, probability=round(one.probability, 4)
        )
        for one in (first, *others)[:_MOST_ALTERNATIVES]
        if one.probability is not None
    )
