"""The eight questions of a buyer, each answered out of a slice's own figures.

Every number in a sentence is counted; where nothing was counted, the sentence says so. What the
product does by construction is said only beside what was seen of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from engine.domain.run import RunKind
from engine.govern.comparison import FaultCount, KindFigures, Memory, StepTrouble
from engine.service.comparison_rows import ComparisonRow, DeclaredPath, Reply
from engine.service.comparison_words import HANDLED, length_words, listed, many, of, says
from engine.service.run_words import FAULT

_ASKING = (RunKind.WORKFLOW, RunKind.AGENT)
_MOST_PATHS = 3


def replies_to(row: ComparisonRow, titles: Mapping[str, str]) -> tuple[Reply, ...]:
    """All eight; none where nothing was run, or all of it again.

    Args:
        row: The comparison.
        titles: What people call tools, by code.
    """
    figures = tuple(one for one in row.comparison.kinds if one.runs)
    if not figures:
        return ()
    row = replace(row, comparison=replace(row.comparison, kinds=figures))
    made = (
        ("Does the model decide, or the code?", _who_decides(figures)),
        ("What is hard-coded in the sequence?", _hard_coded(row)),
        (
            "Which systems will it touch, and is that known before or only after?",
            _touched(row, titles),
        ),
        ("What happens when step three fails?", _third_step(figures)),
        ("What happens after twenty steps?", _beyond_twenty(row)),
        ("What does it remember across a long task?", _remembered(figures)),
        ("Which credential is presented at each call?", _credentials(figures)),
        (
            "How is what it decided captured and reviewed, and not only what it did?",
            _reviewed(figures),
        ),
    )
    return tuple(Reply(question=question, said=tuple(said)) for question, said in made)


def _finished(one: KindFigures) -> str:
    return many(one.quality.completed.n, "run")


def _who_decides(figures: Iterable[KindFigures]) -> Iterable[str]:
    for one in figures:
        match one.kind:
            case RunKind.AGENT:
                yield (
                    f"The agent: a model picked {one.chosen_by_model:,} of "
                    f"{many(one.moves, 'move')} in {_finished(one)}; the rest are "
                    "the questions to it, and ends that code forced."
                )
            case RunKind.WORKFLOW:
                yield (
                    f"The workflow: code picked all of {many(one.moves, 'move')} in "
                    f"{_finished(one)}; a model answered inside a step in "
                    f"{one.memory.runs:,} of them."
                )
            case _:
                yield (f"{says(one)}: no language model is asked; code settled {_finished(one)}.")
    calls = sum(one.control.calls for one in figures)
    yield f"Policy, and no model, said what may run: it judged {many(calls, 'call')} here."


def _hard_coded(row: ComparisonRow) -> Iterable[str]:
    if RunKind.WORKFLOW in row.comparison.by_kind:
        yield _paths_words(row.paths)
    for one in row.comparison.kinds:
        if one.kind not in _ASKING or not one.quality.completed.n:
            continue
        ways = many(one.ways, "different way")
        fixed = ""
        if one.kind is RunKind.AGENT:
            bounds = row.bounds
            fixed = (
                f" Only its bounds are fixed: {bounds.tool_calls} tool calls, {bounds.questions} "
                f"questions, {bounds.seconds:.0f} s of work."
            )
        yield (
            f"{says(one)} took {ways} in {_finished(one)}, the most frequent in "
            f"{of(one.usual_way)}.{fixed}"
        )
    if not any(kind in row.comparison.by_kind for kind in _ASKING):
        yield "Neither a workflow nor an agent was run in this slice."


def _paths_words(paths: Iterable[DeclaredPath]) -> str:
    declared = list(paths)
    if not declared:
        return "No path is declared for what was run."
    if len(declared) > _MOST_PATHS:
        lengths = [len(path.steps) for path in declared]
        return (
            f"{len(declared)} case types have a declared path of {_span(lengths)} steps; order and "
            "branches are code, and stand with the tools and scopes."
        )
    return " ".join(_path_words(path) for path in declared)


def _span(lengths: Sequence[int]) -> str:
    least, most = min(lengths), max(lengths)
    return str(least) if least == most else f"{least} to {most}"


def _path_words(path: DeclaredPath) -> str:
    asked = [step.name for step in path.steps if step.is_model_asked]
    return (
        f"{path.case_type.replace('_', ' ').capitalize()} has a path of "
        f"{many(len(path.steps), 'step')}: {listed(step.name for step in path.steps)}; a model "
        f"answers inside {listed(asked) if asked else 'none of them'}."
    )


def _touched(row: ComparisonRow, titles: Mapping[str, str]) -> Iterable[str]:
    offered = {name for offer in row.offers for name in (*offer.reads, *offer.writes)}
    for one in row.comparison.kinds:
        what = f"{_named(one, False, titles)}, and put calls of {_named(one, True, titles)} before"
        if one.kind is RunKind.AGENT:
            yield (
                f"The agent: known only after. It read {what} policy; at most {len(offered)} it "
                "may ask for."
            )
            continue
        outside = sum(tool.undeclared for tool in one.tools)
        yield (
            f"{says(one)}: known before, for {one.declared:,} of {many(one.runs, 'run')}. It read "
            f"{what} policy; {many(outside, 'run') if outside else 'no run'} touched one that was "
            "not declared."
        )


def _named(one: KindFigures, is_write: bool, titles: Mapping[str, str]) -> str:
    """How many tools of a kind, and which."""
    names = [titles.get(tool.tool, tool.tool) for tool in one.tools if tool.is_write is is_write]
    return f"{many(len(names), 'tool')} ({listed(names)})" if names else "no tool"


def _third_step(figures: Iterable[KindFigures]) -> Iterable[str]:
    for one in figures:
        if one.kind not in _ASKING:
            continue
        if one.third_step.runs:
            yield f"{says(one)}: {_trouble(one.third_step, 'at step three')}"
        elif one.any_step.runs:
            yield (
                f"{says(one)}: no third step failed; "
                f"{_trouble(one.any_step, 'at one step or another')}"
            )
        else:
            yield f"{says(one)}: in {_finished(one)} no read and no question failed."
    for one in figures:
        for fault in one.faults:
            yield _gave_up(one, fault)


def _gave_up(one: KindFigures, fault: FaultCount) -> str:
    who = listed(f"{HANDLED.get(name, name)} ({n:,})" for name, n in fault.handled)
    why = FAULT[fault.fault]
    return (
        f"{says(one)} gave up {many(fault.runs, 'run')} ({why[:1].lower()}{why[1:]}); taken over "
        f"by {who}."
    )


def _trouble(trouble: StepTrouble, where: str) -> str:
    stopped = trouble.runs - trouble.went_on
    return (
        f"a read or a question brought nothing {where} in {many(trouble.runs, 'run')}; "
        f"{trouble.went_on:,} went on to an end, {stopped:,} gave up."
    )


def _beyond_twenty(row: ComparisonRow) -> Iterable[str]:
    for one in row.comparison.kinds:
        if one.kind not in _ASKING or one.effort.longest is None:
            continue
        far, correct = one.quality.beyond_twenty, one.effort.longest_correct
        longest = f"its longest run has {many(one.effort.longest.steps, 'step')}"
        best = (
            f"the longest that completed correctly {correct.steps:,}"
            if correct
            else "of none is it known yet that it completed correctly"
        )
        if far.completed.n:
            yield (
                f"{says(one)}: {many(far.completed.n, 'run')} went beyond twenty steps; "
                f"{far.completed.k:,} completed, and {of(far.correct)} whose truth is known "
                f"completed correctly. Here {longest}, {best}."
            )
        else:
            yield f"{says(one)}: no run went beyond twenty steps; {longest}, {best}."
        yield length_words(one)
    yield (
        f"A run ends by force after {row.bounds.tool_calls} tool calls or {row.bounds.questions} "
        "questions, and its case goes to the next reasoner or a person."
    )


def _remembered(figures: Iterable[KindFigures]) -> Iterable[str]:
    for one in figures:
        memory, window = one.memory, one.memory.window
        if not memory.runs or window.most is None or window.median is None:
            continue
        yield (
            f"{says(one)}: the largest window of {many(memory.runs, 'run')} held "
            f"{window.most:,.0f} tokens (median of all {window.median:,.0f}). {_blocks(memory)}"
        )
    if not any(one.memory.runs for one in figures):
        yield "No model was asked in this slice, so there was nothing to remember."
        return
    yield (
        "What lasts is the journal and the facts, not the model: each window is built from them "
        "anew, and what was left out is listed in the run."
    )


def _blocks(memory: Memory) -> str:
    """What became of what could have stood in the windows."""
    left_out = memory.shortened + memory.dropped
    if not left_out:
        return f"All {many(memory.kept, 'block')} stood there word for word."
    again = many(memory.recalled, "earlier result")
    return (
        f"Of {many(memory.kept + left_out, 'block')} {memory.kept:,} stood there word for word, "
        f"{memory.shortened:,} in short and {memory.dropped:,} not at all; {again} "
        f"{'was' if memory.recalled == 1 else 'were'} read again."
    )


def _credentials(figures: Iterable[KindFigures]) -> Iterable[str]:
    for one in figures:
        reads = [tool for tool in one.tools if not tool.is_write]
        made, bare = sum(tool.calls for tool in reads), sum(tool.not_narrowed for tool in reads)
        if not made:
            yield f"{says(one)}: no tool was read in its runs."
            continue
        scopes = listed(sorted({scope for tool in reads for scope in tool.scopes}))
        shown = f"scopes: {scopes}" if scopes else "none of them showed a scope"
        yield (
            f"{says(one)}: {many(made, 'read')}, each under a permit of its own; {shown}. "
            f"{bare:,} reached a system that takes no credential (not narrowed)."
        )
    yield (
        "A call with an effect shows a credential made of its own grant; it stands in the trace of "
        "the case."
    )


def _reviewed(figures: Iterable[KindFigures]) -> Iterable[str]:
    for one in figures:
        live = one.runs - one.shadows
        kept = f"{says(one)}: {many(one.moves, 'move')} stand in journals, one row each"
        if not live:
            yield (
                f"{kept}. In shadow, so nobody had to answer: policy judged "
                f"{many(one.control.calls, 'call')}."
            )
            continue
        control = one.control
        who = listed(f"{seen.by} ({seen.total:,})" for seen in control.reviews)
        yield (
            f"{kept}. Of {many(live, 'live run')} people answered to {control.reviewed_runs:,}"
            f"{f': {who}' if who else ''}. {many(control.ran_alone, 'call')} ran without a person, "
            f"{control.audited:,} had a blind answer afterwards, and reading back showed "
            f"{of(control.verified)} to be what was asked for."
        )
