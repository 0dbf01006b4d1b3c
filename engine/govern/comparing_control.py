"""What runs of one kind touched, what policy said of it, and who looked. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from engine.domain.verdict import VerdictKind
from engine.govern.comparison import Control, ReviewCount, ToolCount
from engine.govern.counted import counted
from engine.govern.run_record import RunRecord, ToolUsed


def tools_of(records: Sequence[RunRecord]) -> tuple[ToolCount, ...]:
    """Every tool that was touched: reads first, then those put before policy, most runs first."""
    used: dict[tuple[bool, str], list[tuple[RunRecord, ToolUsed]]] = {}
    for record in records:
        for tool in record.tools:
            used.setdefault((tool.is_write, tool.tool), []).append((record, tool))
    counts = [_tool(one) for one in used.values()]
    return tuple(sorted(counts, key=lambda one: (one.is_write, -one.runs, one.tool)))


def _tool(used: Sequence[tuple[RunRecord, ToolUsed]]) -> ToolCount:
    tools = [tool for _, tool in used]
    return ToolCount(
        tool=tools[0].tool,
        is_write=tools[0].is_write,
        runs=len(used),
        calls=sum(one.calls for one in tools),
        failed=sum(one.failed for one in tools),
        scopes=tuple(sorted({scope for one in tools for scope in one.scopes})),
        not_narrowed=sum(one.not_narrowed for one in tools),
        undeclared=sum(
            record.declared is not None and tool.tool not in record.declared
            for record, tool in used
        ),
    )


def _reviews(records: Sequence[RunRecord]) -> tuple[ReviewCount, ...]:
    """The most answers first."""
    by_name: dict[str, Counter[str]] = {}
    for record in records:
        for one in record.reviews:
            by_name.setdefault(one.by, Counter())[one.answer] += 1
    counts = [
        ReviewCount(
            by=name, answers=tuple(sorted(often.items(), key=lambda one: (-one[1], one[0])))
        )
        for name, often in by_name.items()
    ]
    return tuple(sorted(counts, key=lambda one: (-one.total, one.by)))


def control_of(records: Sequence[RunRecord]) -> Control:
    """What policy and people said of what runs wanted."""
    often = Counter(verdict for one in records for verdict in one.verdicts)
    return Control(
        verdicts=tuple((kind, often[kind]) for kind in VerdictKind if often[kind]),
        reviews=_reviews(records),
        reviewed_runs=sum(bool(one.reviews) for one in records),
        ran_alone=sum(one.ran_alone for one in records),
        audited=sum(one.audited for one in records),
        verified=counted(sum(one.verified for one in records), sum(one.effects for one in records)),
    )
