"""Comparisons whose figures can be checked by hand."""

from dataclasses import replace
from typing import Any

from engine.domain.run import RunKind, RunStatus
from engine.domain.run_fault import RunFault
from engine.domain.verdict import VerdictKind
from engine.govern.comparing import MOST_DIFFERENCES, compare
from engine.govern.comparing_kind import BANDS
from engine.govern.comparison import Comparison, KindFigures
from engine.govern.counted import Counted, counted, spread
from engine.govern.run_record import Failed, Reviewed, RunRecord, ToolUsed, Window
from tests.unit.govern.run_records import record, wanting

PLAYBOOK, WORKFLOW, AGENT = RunKind.PLAYBOOK, RunKind.WORKFLOW, RunKind.AGENT


def kn(one: Counted) -> tuple[int, int]:
    return one.k, one.n


def agents(*records: RunRecord) -> KindFigures:
    return compare(records).by_kind[AGENT]


def failed(number: int, case: int, fault: RunFault, by: str, **changes: object) -> RunRecord:
    one = record(number, AGENT, case, status=RunStatus.FAILED, **changes)
    return replace(one, failed=Failed(fault=fault, why="", handled_by=by))


def test_nothing_compared_is_nothing_counted() -> None:
    nothing = Comparison(kinds=(), cases=0, common=0, pairs=(), differences=(), differing=0)
    assert compare([]) == nothing


def test_case_counts_once_with_its_first_run() -> None:
    wrong = record(1, AGENT, truth="north", wanted=wanting("south"))
    again = record(2, AGENT, truth="north", wanted=wanting("north"))
    other = record(3, AGENT, 1, truth="north", wanted=wanting("north"))
    for order in ([wrong, again, other], [other, again, wrong]):
        figures = agents(*order)
        assert (figures.runs, figures.repeats, kn(figures.quality.right)) == (2, 1, (1, 2))


def test_retry_of_an_earlier_period_stays_a_retry() -> None:
    again = record(2, AGENT, truth="north", wanted=wanting("north"), is_repeat=True)
    later = record(3, AGENT, truth="north", wanted=wanting("north"))
    found = compare([again, record(4, WORKFLOW, 1)])
    assert [(one.kind, one.runs, one.repeats) for one in found.kinds] == [
        (WORKFLOW, 1, 0),
        (AGENT, 0, 1),
    ]
    assert (found.cases, found.common, found.pairs) == (1, 1, ())
    assert kn(found.by_kind[AGENT].quality.completed) == (0, 0)
    assert (agents(again, later).runs, agents(again, later).repeats) == (1, 1)


def test_what_a_person_told_stands_apart() -> None:
    north, south = wanting("north"), wanting("south")
    quality = agents(
        record(1, AGENT, 1, truth="north", wanted=south, told=north),
        record(2, AGENT, 2, truth="north", wanted=north, told=south),
        record(3, AGENT, 3, truth="north", wanted=south),
        record(4, AGENT, 4, wanted=south, told=north),
    ).quality
    assert (kn(quality.right), kn(quality.correct), kn(quality.told)) == ((1, 3), (1, 3), (1, 2))


def test_right_is_label_against_label() -> None:
    def right(label: str | None, truth: str | None, **changes: Any) -> bool | None:
        wanted = None if label is None else wanting(label)
        return replace(record(1, AGENT, truth=truth, wanted=wanted), **changes).is_right

    assert right("north", "north") is True
    assert right("south", "north") is False
    assert right("north", None) is None
    assert right(None, "north") is False
    assert right(None, "") is True
    assert right("north", "north", status=RunStatus.FAILED) is False
    assert right("north", "north", status=RunStatus.SUSPENDED) is None


def test_completed_and_completed_correctly_are_two_figures() -> None:
    figures = agents(
        record(1, AGENT, 1, truth="north", wanted=wanting("north")),
        record(2, AGENT, 2, truth="north", wanted=wanting("south")),
        record(3, AGENT, 3, truth="north"),
        record(4, AGENT, 4, wanted=wanting("north")),
        failed(5, 5, RunFault.LOOP, "person", truth="north"),
        record(6, AGENT, 6, status=RunStatus.SUSPENDED),
        record(7, AGENT, 7, status=RunStatus.SUPERSEDED, truth="north"),
        record(8, AGENT, 8, truth="north", wanted=wanting("north"), is_hindsight=True),
    )
    assert (figures.runs, figures.open, figures.superseded) == (8, 1, 1)
    assert kn(figures.quality.completed) == (5, 6)
    assert kn(figures.quality.correct) == (1, 4)
    assert kn(figures.quality.right) == (1, 2)
    assert kn(figures.quality.hindsight) == (1, 1)
    assert (figures.quality.nothing_asked, figures.quality.truth_unknown) == (1, 1)


def test_small_counts_are_no_shares() -> None:
    assert counted(2, 4).share is None
    assert counted(4, 5).share == 0.8
    limits = counted(5, 5)
    assert (round(limits.low, 4), limits.high) == (0.4782, 1.0)  # 0.025 ** (1 / 5)
    assert (counted(0, 0).low, counted(0, 0).high) == (0.0, 1.0)


def test_tail_needs_ten_runs() -> None:
    nine, ten = spread(range(1, 10)), spread(range(1, 11))
    assert (nine.n, nine.median, nine.p90, nine.most) == (9, 5, None, 9)
    assert (ten.n, ten.median, ten.p90, ten.most) == (10, 5.5, 9, 10)
    assert spread([]).median is None


def named(kind: RunKind, labels: list[str | None]) -> list[RunRecord]:
    """A run on each case, in order, that named what stands there; the calls are the kind's own."""
    start = 10 * list(RunKind).index(kind)
    return [
        record(
            start + case,
            kind,
            case,
            wanted=None if label is None else wanting(label, call=f"{label} {kind}"),
            truth="a",
        )
        for case, label in enumerate(labels)
    ]


def test_kinds_agree_by_what_their_calls_amount_to() -> None:
    first = named(WORKFLOW, ["a", "a", "b", "b", None, "a"])
    second = named(AGENT, ["a", "b", "a", "c", "a", "a"])
    one_call = replace(second[0], wanted=first[0].wanted)
    found = compare([*first, one_call, *second[1:]])
    (pair,) = found.pairs
    assert (pair.first, pair.second) == (WORKFLOW, AGENT)
    assert (kn(pair.same), pair.same_call, pair.unnamed) == ((2, 5), 1, 1)
    assert (pair.both_right, pair.first_alone, pair.second_alone, pair.both_wrong) == (2, 1, 1, 1)
    assert (found.cases, found.common) == (6, 6)
    # Observed 0.4; of ten labels 6 are a, 3 b and 1 c: by chance (0.24 + 0.21 + 0.09) / 2.
    assert round(pair.ac1 or 0, 4) == round((0.4 - 0.27) / (1 - 0.27), 4)
    assert found.differing == 3
    newest = found.differences[0]
    assert (newest.source_id, [one.label for one in newest.answers]) == ("T3", ["b", "c"])


def test_failed_and_hindsight_runs_judge_no_pair() -> None:
    found = compare(
        [
            record(1, WORKFLOW, 1, wanted=wanting("a"), truth="a"),
            failed(2, 1, RunFault.LOOP, "", truth="a"),
            record(3, WORKFLOW, 2, wanted=wanting("a"), truth="a"),
            record(4, AGENT, 2, wanted=wanting("b"), truth="a", is_hindsight=True),
        ]
    )
    (differing,) = found.differences
    assert [one.is_right for one in differing.answers] == [True, None]
    (pair,) = found.pairs
    assert kn(pair.same) == (0, 1)
    assert pair.ac1 is None
    assert (pair.both_right, pair.first_alone, pair.second_alone, pair.both_wrong) == (0, 0, 0, 0)


def test_differences_are_counted_beyond_those_shown() -> None:
    runs = [
        record(2 * case + place, kind, case, wanted=wanting(kind))
        for case in range(MOST_DIFFERENCES + 4)
        for place, kind in enumerate((WORKFLOW, AGENT))
    ]
    found = compare(runs)
    assert (found.differing, len(found.differences)) == (MOST_DIFFERENCES + 4, MOST_DIFFERENCES)


def test_calibration_needs_twenty_answers() -> None:
    def runs(count: int) -> list[RunRecord]:
        return [
            record(
                case,
                AGENT,
                case,
                wanted=wanting("a", confidence=0.9),
                truth="a" if case % 2 else "b",
            )
            for case in range(count)
        ]

    few, enough = agents(*runs(19)).quality.calibration, agents(*runs(20)).quality.calibration
    assert (few.n, few.stated, few.ece) == (19, None, None)
    assert (enough.n, round(enough.stated or 0, 3), enough.right) == (20, 0.9, 0.5)
    assert (round(enough.ece or 0, 3), round(enough.brier or 0, 3)) == (0.4, 0.41)


def test_lengths_show_whether_it_degrades() -> None:
    def run(case: int, steps: int, label: str) -> RunRecord:
        return record(case, AGENT, case, way=("x",) * steps, wanted=wanting(label), truth="a")

    figures = agents(
        run(1, 2, "a"),
        run(2, 5, "a"),
        run(3, 12, "b"),
        run(4, 20, "a"),
        run(5, 21, "b"),
        failed(6, 6, RunFault.STEPS_SPENT, "person", way=("x",) * 30, truth="a"),
    )
    bands = [(band.first, kn(band.completed), kn(band.correct)) for band in figures.quality.lengths]
    assert bands == [
        (1, (1, 1), (1, 1)),
        (3, (1, 1), (1, 1)),
        (6, (0, 0), (0, 0)),
        (11, (2, 2), (1, 2)),
        (21, (1, 2), (0, 2)),
    ]
    assert figures.quality.beyond_twenty == figures.quality.lengths[-1]
    assert figures.effort.longest is not None
    assert figures.effort.longest_correct is not None
    assert (figures.effort.longest.steps, figures.effort.longest_correct.steps) == (30, 20)
    assert (figures.effort.steps.median, figures.effort.steps.most) == (16, 30)


def test_bands_leave_no_length_out() -> None:
    firsts, lasts = [first for first, _ in BANDS], [last for _, last in BANDS]
    assert (firsts[0], lasts[-1]) == (1, None)
    assert firsts[1:] == [last + 1 for last in lasts if last is not None]


def test_failures_say_who_had_the_case() -> None:
    figures = agents(
        failed(1, 1, RunFault.LOOP, "workflow"),
        failed(2, 2, RunFault.LOOP, "person"),
        failed(3, 3, RunFault.LOOP, "workflow"),
        failed(4, 4, RunFault.MODEL_AWAY, ""),
        record(5, AGENT, 5),
    )
    assert [(one.fault, one.runs, one.handled) for one in figures.faults] == [
        (RunFault.LOOP, 3, (("workflow", 2), ("person", 1))),
        (RunFault.MODEL_AWAY, 1, (("", 1),)),
    ]
    assert figures.faults[0].newest.source_id == "T3"


def test_third_step_is_told_from_the_others() -> None:
    figures = agents(
        record(1, AGENT, 1, failed_steps=(3,)),
        record(2, AGENT, 2, failed_steps=(2, 3)),
        failed(3, 3, RunFault.ERRORS_IN_A_ROW, "person", failed_steps=(1, 2, 3)),
        record(4, AGENT, 4, failed_steps=(4,)),
        record(5, AGENT, 5),
    )
    assert (figures.third_step.runs, figures.third_step.went_on) == (3, 2)
    assert (figures.any_step.runs, figures.any_step.went_on) == (4, 3)


def test_tools_and_scopes_add_up() -> None:
    def read(calls: int, *scopes: str, bare: int = 0) -> ToolUsed:
        return ToolUsed(
            tool="get", is_write=False, calls=calls, scopes=scopes, not_narrowed=bare, failed=1
        )

    write = ToolUsed(tool="assign", is_write=True, calls=1)
    declared = frozenset({"get"})
    figures = agents(
        record(1, AGENT, 1, tools=(write, read(2, "a"))),
        record(2, AGENT, 2, tools=(read(3, "b", "a", bare=2),), declared=declared),
        record(3, AGENT, 3, tools=(write,), declared=declared),
    )
    (reads, writes) = figures.tools
    assert (reads.tool, reads.runs, reads.calls, reads.failed) == ("get", 2, 5, 2)
    assert (reads.scopes, reads.not_narrowed, reads.undeclared) == (("a", "b"), 2, 0)
    assert (writes.tool, writes.runs, writes.undeclared, figures.declared) == ("assign", 2, 1, 2)


def test_verdicts_and_reviews_are_counted_by_name() -> None:
    ann, ben = Reviewed(by="ann", answer="APPROVE"), Reviewed(by="ben", answer="REJECT")
    figures = agents(
        record(1, AGENT, 1, verdicts=(VerdictKind.DENY, VerdictKind.ESCALATE), reviews=(ann,)),
        record(2, AGENT, 2, verdicts=(VerdictKind.ESCALATE,), reviews=(ben, ann)),
        record(3, AGENT, 3, verdicts=(VerdictKind.EXECUTE,), ran_alone=1, effects=2, verified=1),
    )
    assert figures.control.verdicts == (
        (VerdictKind.EXECUTE, 1),
        (VerdictKind.ESCALATE, 2),
        (VerdictKind.DENY, 1),
    )
    assert [(one.by, one.answers) for one in figures.control.reviews] == [
        ("ann", (("APPROVE", 2),)),
        ("ben", (("REJECT", 1),)),
    ]
    assert (
        figures.control.reviewed_runs,
        figures.control.ran_alone,
        kn(figures.control.verified),
    ) == (2, 1, (1, 2))


def test_cost_and_windows_count_known_ones_alone() -> None:
    figures = agents(
        record(1, AGENT, 1, questions=2, cost_micro_usd=40, window=Window(largest=900, kept=7)),
        record(2, AGENT, 2, questions=1, window=Window(largest=100, shortened=2, dropped=1)),
        record(3, AGENT, 3),
    )
    assert (figures.effort.cost.n, figures.effort.cost.median) == (1, 40)
    memory = figures.memory
    assert (memory.runs, memory.window.most, memory.window.median) == (2, 900, 500)
    assert (memory.kept, memory.shortened, memory.dropped) == (7, 2, 1)


def test_ways_are_orders_of_moves() -> None:
    figures = agents(
        record(1, AGENT, 1, way=("ask", "get", "finish"), chosen_by_model=2),
        record(2, AGENT, 2, way=("ask", "get", "finish"), chosen_by_model=2),
        record(3, AGENT, 3, way=("get", "ask", "finish"), chosen_by_model=2),
    )
    assert (figures.ways, kn(figures.usual_way)) == (2, (2, 3))
    assert (figures.moves, figures.chosen_by_model) == (9, 6)
