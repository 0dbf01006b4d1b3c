"""What stands in the journals of runs, as far as it is compared; texts and results stay unread.

The journal of a run that is over never changes, so what was made of it is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import String, case, func, select, type_coerce

from engine.domain.canonical import Json, canonical_text, parse
from engine.domain.context import Treatment
from engine.domain.ids import RunId
from engine.domain.run import Run
from engine.domain.run_moves import Answered
from engine.domain.verdict import VerdictKind
from engine.govern.run_record import ToolUsed, Wanted, Window
from engine.runtime.reads import NOT_NARROWED
from engine.runtime.runs.looking_up import NO_TOOL
from engine.service.comparison_rows import MOST_RUNS
from engine.store.raw_rows import raw
from engine.store.read_source import ReadSource
from engine.store.reads import chunks
from engine.store.run_tables import run_steps

_s = run_steps.c
_MOST_KEPT = 4 * MOST_RUNS
_HEAD = 9
FAILED = ('{"code":"', '{"fault":')
"""How the observations of a read and of a question that brought nothing begin: canonical JSON has
its keys in order."""
_PLAIN = {"recall": "recall", "finish": "finish", "give_up": "give up"}
"""Moves of which nothing more than their kind is compared."""
_NOT_OF_PEOPLE = frozenset({Answered.DENIED, Answered.EXECUTED, Answered.TIMED_OUT})
"""Answers behind which nobody stands; after any other a run may say what it was told."""
_BY_CODE = frozenset({"asked", "give_up"})
"""Moves that no model picks, of an agent: questions follow by themselves, and bounds are code's."""


@dataclass(slots=True)
class Walked:
    """What one run did, step by step."""

    way: list[str] = field(default_factory=list)
    seconds: float = 0.0
    questions: int = 0
    tool_calls: int = 0
    picked: int = 0
    """Moves that a model picks, where the run is an agent's."""
    failed_steps: list[int] = field(default_factory=list)
    wanted: Wanted | None = None
    told: Wanted | None = None
    is_told: bool = False
    """Whether a person has answered what it asked for."""
    tools: dict[tuple[str, bool], ToolUsed] = field(default_factory=dict)
    verdicts: list[VerdictKind] = field(default_factory=list)
    window: Window = field(default=Window())

    def take(self, row: Any) -> None:
        """Count the next step."""
        kind, is_failed = row.kind, row.head in FAILED
        self.seconds += row.duration_us / 1e6
        self.picked += kind not in _BY_CODE
        if is_failed:
            self.failed_steps.append(row.number)
        move: Json = None if kind in _PLAIN else parse(row.move)
        match kind:
            case "asked":
                self.way.append(f"ask: {move['purpose']}")
                self.questions += 1
                self.window = _with(self.window, move["context"])
            case "use_tool":
                self.way.append(move["tool"])
                self.tool_calls += 1
                if row.verdict.startswith(f"{VerdictKind.DENY}:"):
                    self.verdicts.append(VerdictKind.DENY)  # no permit, and nothing was called
                elif row.verdict != NO_TOOL:
                    self._use(move["tool"], row, is_failed)
            case "ask_write" | "recommend":
                self.way.append(kind.replace("_", " "))
                self.tool_calls += kind == "ask_write"
                self._want(move["draft"], row)
            case _:
                self.way.append(_PLAIN[kind])
                recalled = self.window.recalled + (kind == "recall")
                self.window = replace(self.window, recalled=recalled)

    def _use(self, tool: str, row: Any, is_failed: bool) -> None:
        before = self.tools.get((tool, False), ToolUsed(tool=tool, is_write=False, calls=0))
        self.tools[tool, False] = ToolUsed(
            tool=tool,
            is_write=False,
            calls=before.calls + 1,
            failed=before.failed + is_failed,
            scopes=tuple(sorted({*before.scopes, *parse(row.scopes)})),
            not_narrowed=before.not_narrowed + (NOT_NARROWED in row.verdict),
        )

    def _want(self, draft: Json, row: Any) -> None:
        """Take a call; until a person answers the last that resolves anything counts."""
        proposals = [[one["tool"], one["arguments"]] for one in draft["proposals"]]
        for tool, _ in proposals:
            before = self.tools.get((tool, True), ToolUsed(tool=tool, is_write=True, calls=0))
            self.tools[tool, True] = ToolUsed(tool=tool, is_write=True, calls=before.calls + 1)
        wanted = Wanted(
            call=canonical_text(proposals),
            label=draft["label"],
            confidence=draft["raw_confidence"],
        )
        if self.is_told:
            self.told = _resolving(wanted, self.told)
        else:
            self.wanted = _resolving(wanted, self.wanted)
        answered = Answered(parse(row.observation)["answered"]) if row.observation else None
        is_plain = answered is Answered.APPROVED and not wanted.label  # a yes to a mere note
        self.is_told |= answered not in (None, *_NOT_OF_PEOPLE) and not is_plain
        verdict = _verdict(row, answered)
        if verdict is not None:
            self.verdicts.append(verdict)


class Journals:
    """Reads journals, and keeps those of runs that are over."""

    def __init__(self, source: ReadSource) -> None:
        """Read from this source."""
        self._source = source
        self._kept: dict[RunId, Walked] = {}

    def walked(self, runs: Iterable[Run]) -> dict[RunId, Walked]:
        """What each of these runs did; those without a step are there too."""
        every = {run.id: run for run in runs}
        kept = {run_id: self._kept[run_id] for run_id in every if run_id in self._kept}
        found = self._read([run_id for run_id in every if run_id not in kept])
        over = {run_id: did for run_id, did in found.items() if every[run_id].ended_at is not None}
        if len(self._kept) + len(over) > _MOST_KEPT:
            self._kept = {}
        self._kept |= over
        return found | kept

    def _read(self, runs: Sequence[RunId]) -> dict[RunId, Walked]:
        found = {run_id: Walked() for run_id in runs}
        for chunk in chunks(runs):
            of: dict[Any, Walked] = {}
            for row in self._source.all(_steps(chunk)):
                did = of.get(row.run)
                if did is None:
                    did = of[row.run] = found[RunId(row.run_id)]
                did.take(row)
        return found


def _steps(runs: Sequence[RunId]) -> Any:
    """Steps in order; of an observation its beginning, and all of it where a write was asked."""
    text = type_coerce(_s.observation, String)
    return (
        select(
            _s.run_id,
            raw(_s.run_id).label("run"),
            _s.number,
            _s.kind,
            raw(_s.move).label("move"),
            _s.duration_us,
            raw(_s.scopes).label("scopes"),
            _s.verdict,
            func.substr(text, 1, _HEAD).label("head"),
            case((_s.kind == "ask_write", text)).label("observation"),
        )
        .where(_s.run_id.in_(runs))
        .order_by(_s.run_id, _s.number)
    )


def _resolving(later: Wanted, earlier: Wanted | None) -> Wanted:
    """Of two calls the later one, unless it resolves nothing and the earlier one does."""
    return earlier if earlier is not None and earlier.label and not later.label else later


def _verdict(row: Any, answered: Answered | None) -> VerdictKind | None:
    """What policy said; None: it was not asked, for there was nothing left to do."""
    if answered is Answered.DENIED:
        return VerdictKind.DENY  # the contract's no stands there in its own words
    word = row.verdict.partition(":")[0]
    return next((kind for kind in VerdictKind if kind.value == word), None)


_SHORT = (Treatment.CUT.value, Treatment.DIGESTED.value)


def _with(window: Window, context: Sequence[Json]) -> Window:
    """The window after one more question."""
    treated = [entry["treatment"] for entry in context]
    return replace(
        window,
        largest=max(window.largest, sum(entry["tokens"] for entry in context)),
        kept=window.kept + treated.count(Treatment.KEPT.value),
        shortened=window.shortened + sum(one in _SHORT for one in treated),
        dropped=window.dropped + treated.count(Treatment.DROPPED.value),
    )
