"""Asking: the window of each step of a workflow. Built anew each time; nothing is remembered.

What is the same for all runs of a case type stands first, so that it can be cached; the goal stands
last, where it is read best (`evidence.md`, section 7).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from engine.domain.context import Treatment
from engine.domain.model_call import Message, ModelRequest, Speaker, TextBlock
from engine.domain.run_moves import AskModel
from engine.domain.tool import Strict
from engine.reason.brief import Brief
from engine.reason.checks import Problem, told
from engine.reason.schemas import told_schema
from engine.reason.window import (
    DATA_RULE,
    Treated,
    block,
    data,
    entries,
    estimated_tokens,
    facts_text,
    shown,
)
from engine.reason.workflow.known import Candidate, Known, Offer, Sayable
from engine.reason.workflow.outputs import Assessment

LONGEST_VALUE = 2_000
"""Characters of one fact's value in a window; a text beyond that is cut there, and called cut."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """One question of a step: what it is about, and the form of the answer."""

    purpose: str
    prompt: str
    """The step's own instructions."""
    parts: tuple[TextBlock, ...]
    """What there is to judge."""
    schema: type[Strict]
    treated: Mapping[str, Treated]


@dataclass(frozen=True, kw_only=True, slots=True)
class Repair:
    """An answer that could not be taken, and why."""

    answer: str
    problems: tuple[Problem, ...]


def question(
    purpose: str,
    prompt: str,
    schema: type[Strict],
    known: Known,
    parts: Iterable[TextBlock],
    *,
    with_facts: bool = True,
) -> Question:
    """Put a question together; the facts of the run stand before its own parts."""
    facts, treated = _facts(known) if with_facts else ((), {})
    return Question(
        purpose=purpose,
        prompt=prompt,
        parts=(_case(known.brief), *facts, *parts),
        schema=schema,
        treated=treated,
    )


def ask(asked: Question, brief: Brief, repairs: Sequence[Repair] = ()) -> AskModel:
    """The move that asks it, or asks for a better answer."""
    first = (*asked.parts, _goal(brief))
    messages = [Message(speaker=Speaker.USER, blocks=first)]
    for number, one in enumerate(repairs, start=1):
        answer = block(f"answer {number}", one.answer or "(no words)")
        wrong = f"This answer cannot be taken:\n{told(one.problems)}\nGive the whole answer again."
        messages += [
            Message(speaker=Speaker.ASSISTANT, blocks=(answer,)),
            Message(speaker=Speaker.USER, blocks=(block(f"problems {number}", wrong),)),
        ]
    request = ModelRequest(
        system=(
            block("rules", _rules(brief)),
            block("instructions", asked.prompt, is_cached=True),
        ),
        messages=tuple(messages),
        max_tokens=brief.limits.answer_tokens,
        output=told_schema(asked.schema),
    )
    name = asked.purpose if not repairs else f"{asked.purpose}, repair {len(repairs)}"
    return AskModel(purpose=name, request=request, context=entries(request, asked.treated))


def texts_part(known: Known, sayable: Sequence[Sayable]) -> tuple[TextBlock, ...]:
    """The texts that may say something, each as data, and what is asked of them."""
    fields = dict.fromkeys(one.text for one in sayable if known.text(one.text).strip())
    lines = [
        f"- {one.name} (of {one.text}): {one.means}. "
        + (f"Values: {', '.join(one.values)}." if one.values else "The words are the value.")
        for one in sayable
        if one.text in fields
    ]
    return (
        block("names", "Names of what may be said:\n" + "\n".join(lines)),
        *(block(name, data(name, (shown(known.text(name)),))) for name in fields),
    )


def candidates_part(candidates: Sequence[Candidate]) -> TextBlock:
    """What may be the case."""
    rows = [
        f"{shown(one.name)}: {shown(one.title)}" if one.title else shown(one.name)
        for one in candidates
    ]
    return block("candidates", "What may be the case:\n" + data("candidates", rows))


def notes_part(notes: Sequence[str]) -> tuple[TextBlock, ...]:
    """What code found, in the desk's words; none where it found nothing."""
    if not notes:
        return ()
    return (block("notes", "What code found:\n" + "\n".join(f"- {one}" for one in notes)),)


def assessment_part(assessment: Assessment | None) -> tuple[TextBlock, ...]:
    """What the model itself assessed a step before."""
    if assessment is None:
        return ()
    rows = [
        f"{shown(one.name)} = {one.probability:.2f}: {shown(one.because)}"
        for one in assessment.weighed
    ]
    return (block("assessment", "What you assessed before:\n" + data("assessment", rows)),)


def options_part(offer: Offer) -> TextBlock:
    """What can be recommended; the calls and their amounts are code's."""
    rows = []
    for one in offer.options:
        right = "" if one.probability is None else f"; right with {one.probability:.2f}"
        note = f"; {shown(one.note)}" if one.note else ""
        tools = ", ".join(call.tool for call in one.proposals)
        rows.append(f"{shown(one.name)}: {shown(one.summary)} (calls {tools}){right}{note}")
    return block("options", "What can be done now:\n" + data("options", rows))


def window_tokens(asked: AskModel) -> int:
    """About how large the window is."""
    return sum(one.tokens for one in asked.context)


def _rules(brief: Brief) -> str:
    return (
        f"You do one step of a declared workflow of the desk {brief.desk!r}. Code chose the step "
        "and checks your answer; a policy and people decide what is done. Answer with one JSON "
        "value of the given schema and nothing else.\n"
        f"{DATA_RULE}\n"
        "Say only what the facts show. Cite facts by their ids, exactly as they stand there. What "
        "ends in `_minor` is money in hundredths; name no amount that does not stand there. A fact "
        "that is too old is no ground; a fact that contradicts one you cite has to be named too."
    )


def _case(brief: Brief) -> TextBlock:
    rows = (f"case type: {shown(brief.case_type)}", f"title: {shown(brief.title)}")
    return block("case", data("case", rows))


def _facts(known: Known) -> tuple[tuple[TextBlock], Mapping[str, Treated]]:
    text = facts_text(known.facts, known.at, longest=LONGEST_VALUE)
    whole = facts_text(known.facts, known.at)
    if text == whole:
        return (block("facts", text),), {}
    treated = Treated(
        treatment=Treatment.CUT,
        why=f"Values longer than {LONGEST_VALUE} characters are cut there.",
        full_tokens=estimated_tokens(whole),
    )
    return (block("facts", text),), {"facts": treated}


def _goal(brief: Brief) -> TextBlock:
    limits = "".join(f"\n- {one}" for one in brief.constraints)
    known = f"\nWhat policy says:{limits}" if limits else ""
    return block("goal", f"Goal: {brief.goal}{known}\nDo the step as instructed, and only that.")
