"""Runs of the fake engine: one agent's run that grows step by step, and many that are over."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from engine.domain.ids import CaseId, RunId
from engine.domain.model_call import TokenUsage
from engine.domain.run import Journal, Run, RunKind, RunStatus
from engine.domain.run_fault import RunFault
from engine.errors import NotFound
from engine.runtime.runs.beginning import decider_of
from engine.service.rows import CaseCard, Page
from engine.service.run_rows import LimitsRow, RunCard, RunFilter, RunKindRow, RunRow
from engine.store.read_run_steps import cost_row, step_rows
from engine.testing.fake_pages import part_of
from engine.testing.fake_rows_advice import uuid_of
from engine.testing.fake_run_steps import MODEL, TEXTS, agent_steps

GROWING = RunId(uuid_of("run", 0))
"""The agent's run that a test lets grow."""
_BEGUN_WITH = 6
_COUNT = 64
_KINDS = (RunKind.AGENT, RunKind.WORKFLOW, RunKind.PRECEDENT, RunKind.AGENT)
_PRICED = 11
"""Every so manyth run asked a real model with a price."""


@dataclass
class FakeRuns:
    """Runs of the fake's cases, the newest first.

    Attributes:
        shown: How many steps of the growing run there are.
        lacking: Kinds that cannot be started, with the reason.
    """

    now: Callable[[], datetime]
    cards: Mapping[CaseId, CaseCard]
    shown: int = _BEGUN_WITH
    lacking: dict[RunKind, str] = field(default_factory=dict)

    def grow(self) -> None:
        """Let the growing run take its next step; it ends with the last."""
        self.shown += 1

    def rows(self) -> Iterable[RunRow]:
        """All of them."""
        for place, card in zip(range(_COUNT), self.cards.values(), strict=False):
            yield self._row(self._run(place, card), card)

    def card(self, run_id: RunId) -> RunCard:
        """One run in full; all that ended took the same steps."""
        for place, card in zip(range(_COUNT), self.cards.values(), strict=False):
            run = self._run(place, card)
            if run.id == run_id:
                return self._card(run, card, place)
        raise NotFound(f"There is no run {run_id}.")

    def _card(self, run: Run, card: CaseCard, place: int) -> RunCard:
        steps = agent_steps(run.started_at)[: run.steps]
        is_agent = run.kind is RunKind.AGENT
        after = list(self.cards.values())[place + 1] if run.fault else None
        return RunCard(
            version=f"{run.status}.{run.steps}",
            row=self._row(run, card),
            steps=step_rows(Journal(run=run, steps=steps), (), ()),
            before=(),
            after=self._row(self._run(place + 1, after), after) if after else None,
            taken_over_by="the workflow" if after else "",
            limits=LimitsRow(window_soft=400, window_hard=600, run=2_000) if is_agent else None,
            asking_since=self.now() if run.status is RunStatus.RUNNING else None,
            said="I think <b>of" if run.status is RunStatus.RUNNING else "",
        )

    def _run(self, place: int, card: CaseCard) -> Run:
        kind = _KINDS[place % len(_KINDS)]
        is_growing, is_priced = place == 0, place % _PRICED == _PRICED - 1
        steps = 0 if kind is RunKind.PRECEDENT else self.shown if is_growing else 8
        is_over, fails = steps != self.shown or steps == 8, place % len(_KINDS) == 3
        begun = self.now() - timedelta(minutes=5 * place)
        asks = kind is not RunKind.PRECEDENT
        return Run(
            id=RunId(uuid_of("run", place)),
            case_id=card.row.case_id,
            desk=card.row.desk,
            case_type=card.row.case_type,
            kind=kind,
            version=f"{kind}-1",
            model=("real-model" if is_priced else MODEL) if asks else "",
            is_scripted=asks and not is_priced,
            is_shadow=place % 2 == 1,
            status=_status(is_over, fails),
            steps=steps,
            started_at=begun,
            usage=TokenUsage(input=480, output=160, cache_read=360, cache_write=48),
            cost_micro_usd=1_234_567 if is_priced else 0,
            ended_at=begun + timedelta(minutes=1) if is_over else None,
            fault=RunFault.LOOP if fails else None,
            end_note="It did the same three times." if fails else "",
        )

    def _row(self, run: Run, card: CaseCard) -> RunRow:
        return RunRow(
            run_id=run.id,
            case_id=run.case_id,
            source_id=card.row.source_id,
            title=card.row.title,
            desk=run.desk,
            case_type=run.case_type,
            kind=run.kind,
            decided_by=decider_of(run.kind),
            status=run.status,
            is_shadow=run.is_shadow,
            model=run.model,
            is_scripted=run.is_scripted,
            version=run.version,
            steps=run.steps,
            started_at=run.started_at,
            ended_at=run.ended_at,
            worked_us=181_400 * run.steps // 2,
            usage=run.usage,
            cost=cost_row(
                run,
                run.cost_micro_usd,
                is_priced=run.cost_micro_usd > 0,
                has_answer=bool(run.model),
            ),
            fault=run.fault,
            end_note=run.end_note,
        )


def _status(is_over: bool, fails: bool) -> RunStatus:
    if not is_over:
        return RunStatus.RUNNING
    return RunStatus.FAILED if fails else RunStatus.ENDED


class FakeRunQueries:
    """Reads about the fake's runs."""

    reasoned: FakeRuns

    def _check(self) -> None:
        raise NotImplementedError

    def runs(self, which: RunFilter, *, cursor: str = "", limit: int = 50) -> Page[RunRow]:
        """Runs that a filter lets through."""
        self._check()
        found = [row for row in self.reasoned.rows() if _matches(row, which)]
        return part_of(found, cursor, limit)

    def run(self, run_id: RunId) -> RunCard:
        """One run."""
        self._check()
        return self.reasoned.card(run_id)

    def run_version(self, run_id: RunId) -> str:
        """Another text with every step."""
        return self.run(run_id).version

    def find_run(self, text: str) -> RunId | None:
        """By id."""
        self._check()
        return next((row.run_id for row in self.reasoned.rows() if text == str(row.run_id)), None)

    def block_text(self, run_id: RunId, step: int, place: int) -> str:
        """The text of a block by its name."""
        contexts = {context.step: context for context in self.run(run_id).contexts}
        block = contexts[step].blocks[place - 1]
        if not block.has_text:
            raise NotFound(f"Step {step} of run {run_id} has no text in block {place}.")
        return TEXTS.get(block.name, f"{block.name}: 310 tokens, recall 1 shows it")

    def run_kinds(self, case_id: CaseId) -> tuple[RunKindRow, ...]:
        """All kinds, less those that a test took away."""
        self._check()
        asks = (RunKind.WORKFLOW, RunKind.AGENT)
        return tuple(
            RunKindRow(
                kind=kind,
                decided_by=decider_of(kind),
                why_not=self.reasoned.lacking.get(kind, ""),
                model=MODEL if kind in asks else "",
                is_scripted=kind in asks,
            )
            for kind in RunKind
        )


def _matches(row: RunRow, which: RunFilter) -> bool:
    return (
        which.desk in ("", row.desk)
        and which.kind in (None, row.kind)
        and which.status in (None, row.status)
        and which.is_shadow in (None, row.is_shadow)
        and which.is_scripted in (None, row.is_scripted)
        and which.case_id in (None, row.case_id)
    )
