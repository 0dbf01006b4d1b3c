"""Comparing reasoners: from one record a run to figures side by side.

Pure. A case counts once for each kind, with its *first* run of that kind: whoever tries again until
it is right gets no better figure by it, and every n is a number of cases. The caller marks runs
whose first stands outside the slice, and keeps runs of a scripted model and runs of a real one
apart; what one kind did is `comparing_kind`'s.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations

from engine.domain.ids import CaseId
from engine.domain.run import RunKind
from engine.govern.agreement import agreement_of_answers
from engine.govern.comparing_kind import figures_of
from engine.govern.comparison import Answer, Comparison, Difference, Pair
from engine.govern.counted import LEAST, counted
from engine.govern.run_record import RunRecord

MOST_DIFFERENCES = 25
Runs = Mapping[CaseId, RunRecord]


def compare(records: Iterable[RunRecord]) -> Comparison:
    """Put the kinds that were run side by side.

    Args:
        records: Runs in any order, each once; all of a scripted model or none of one.
    """
    firsts: dict[RunKind, dict[CaseId, RunRecord]] = defaultdict(dict)
    repeats: dict[RunKind, int] = defaultdict(int)
    for one in sorted(records, key=lambda record: (record.started_at, record.run_id)):
        if one.is_repeat or one.case_id in firsts[one.kind]:
            repeats[one.kind] += 1
        else:
            firsts[one.kind][one.case_id] = one
    kinds = [kind for kind in RunKind if firsts[kind] or repeats[kind]]
    counted_runs = [firsts[kind] for kind in kinds if firsts[kind]]
    cases = [frozenset(runs) for runs in counted_runs]
    differences = _differences(counted_runs)
    return Comparison(
        kinds=tuple(figures_of(kind, list(firsts[kind].values()), repeats[kind]) for kind in kinds),
        cases=len(frozenset[CaseId]().union(*cases)),
        common=len(cases[0].intersection(*cases)) if cases else 0,
        pairs=tuple(_pair(one, other) for one, other in combinations(counted_runs, 2)),
        differences=tuple(differences[:MOST_DIFFERENCES]),
        differing=len(differences),
    )


def _both(first: Runs, second: Runs) -> list[tuple[RunRecord, RunRecord]]:
    """The cases on which both came to an end."""
    shared = [(one, second[case_id]) for case_id, one in first.items() if case_id in second]
    return [(one, other) for one, other in shared if one.has_ended and other.has_ended]


def _pair(first: Runs, second: Runs) -> Pair:
    ended = _both(first, second)
    both = [(one, other) for one, other in ended if one.wanted and other.wanted]
    same = [(one, other) for one, other in both if one.answer == other.answer]
    said = [[pair[place].answer for pair in both] for place in (0, 1)]
    right = [
        (one.is_right, other.is_right)
        for one, other in both
        if not (one.is_hindsight or other.is_hindsight) and one.is_right is not None
    ]
    return Pair(
        first=next(iter(first.values())).kind,
        second=next(iter(second.values())).kind,
        same=counted(len(same), len(both)),
        unnamed=len(ended) - len(both),
        same_call=sum(_call(one) == _call(other) for one, other in same),
        ac1=agreement_of_answers(*said).ac1 if len(both) >= LEAST else None,
        both_right=right.count((True, True)),
        first_alone=right.count((True, False)),
        second_alone=right.count((False, True)),
        both_wrong=right.count((False, False)),
    )


def _call(record: RunRecord) -> str:
    return record.wanted.call if record.wanted else ""


def _differences(firsts: Sequence[Runs]) -> list[Difference]:
    """The cases for which kinds named different things, the newest first."""
    by_case: dict[CaseId, list[RunRecord]] = defaultdict(list)
    for runs in firsts:
        for case_id, record in runs.items():
            if record.has_ended:
                by_case[case_id].append(record)
    found = [runs for runs in by_case.values() if len(_named(runs)) > 1]
    found.sort(key=lambda runs: max(record.started_at for record in runs), reverse=True)
    return [_difference(runs) for runs in found]


def _named(runs: Sequence[RunRecord]) -> set[str]:
    return {record.answer for record in runs if record.wanted}


def _difference(runs: Sequence[RunRecord]) -> Difference:
    return Difference(
        case_id=runs[0].case_id,
        source_id=runs[0].source_id,
        title=runs[0].title,
        answers=tuple(
            Answer(
                kind=one.kind,
                label=one.answer,
                run_id=one.run_id,
                is_right=None if one.is_hindsight else one.is_right,
            )
            for one in runs
        ),
    )
