"""Beginning: the row of a new run, and the step of a case that waits for it from now on."""

from __future__ import annotations

from dataclasses import dataclass

from engine.desk import Desk
from engine.domain.actor import Actor, DecidedBy
from engine.domain.case import Case
from engine.domain.fact import FactSet
from engine.domain.ids import RunId
from engine.domain.ledger import EntryDraft, EventKind
from engine.domain.recommendation import author
from engine.domain.run import Run, RunKind, RunStatus
from engine.domain.transition import RunBegun, Transition
from engine.ports import Clock, Ids, Reader
from engine.runtime.runs.reasoners import Reasoners
from engine.runtime.runs.settling import settled
from engine.runtime.scoring import Setting

MODEL_KINDS = frozenset({RunKind.WORKFLOW, RunKind.AGENT})
"""Runs in which a model is asked."""


@dataclass(frozen=True, kw_only=True)
class Beginning:
    """Makes runs; writes nothing itself."""

    reader: Reader
    clock: Clock
    ids: Ids
    reasoners: Reasoners

    def begun(self, case: Case, facts: FactSet, setting: Setting) -> Transition | None:
        """Let a run reason about a case with facts; None: the desk's own reasoner does, at once.

        History that is replayed is always the desk's own reasoner's. Where a model would reason,
        memory is asked first: what precedents settle needs none.

        Raises:
            StoreUnavailable: The database cannot be read now.
        """
        kind = self.reasoners.live.get(case.desk)
        if kind is None or not self.reasoners.takes(case.desk, kind, case.case_type):
            return None
        if self.reader.desk_time(case.desk) is not None:
            return None
        if self.reasoners.asks_memory and settled(case, facts, setting) is not None:
            kind = RunKind.PRECEDENT
        return self.step(case, self.run(case, setting.desk, kind))

    def step(self, case: Case, run: Run, tried: str = "") -> Transition:
        """The case that waits for a new run.

        Args:
            case: A case that is REASONING.
            run: The run.
            tried: Why the run before it did not serve; empty: there was none.
        """
        said = {
            "run": run.id,
            "kind": run.kind,
            "version": run.version,
            "model": run.model,
            "by": str(run.by),
            "fallback": tried,
        }
        entry = EntryDraft(
            kind=EventKind.RUN_BEGUN, actor=actor_of(run), at=run.started_at, payload=said
        )
        return Transition(
            before=case,
            after=case.noted(run_id=run.id, wake_at=None),
            entries=(entry,),
            records=(RunBegun(run=run, wake_at=run.started_at),),
        )

    def run(
        self,
        case: Case,
        desk: Desk,
        kind: RunKind,
        *,
        is_shadow: bool = False,
        fallback_of: RunId | None = None,
    ) -> Run:
        """A new run of a kind that the desk has."""
        model = self.reasoners.identity if kind in MODEL_KINDS else None
        version = self.reasoners.run_version(desk.name, kind) or _version(desk, kind)
        return Run(
            id=RunId(self.ids.new()),
            case_id=case.id,
            desk=case.desk,
            case_type=case.case_type,
            kind=kind,
            version=version[:100],
            model=model.name if model else "",
            is_scripted=model.is_scripted if model else False,
            is_shadow=is_shadow,
            status=RunStatus.RUNNING,
            steps=0,
            started_at=self.clock.now(),
            fallback_of=fallback_of,
        )


def _version(desk: Desk, kind: RunKind) -> str:
    """Of a reasoner that asks no model."""
    is_library = kind is RunKind.PRECEDENT and desk.recall is not None
    return desk.recall.procedure.identity if desk.recall and is_library else desk.reasoner.version


def decided_by(run: Run) -> DecidedBy:
    """Who picks the next step of a run."""
    return decider_of(run.kind)


def decider_of(kind: RunKind) -> DecidedBy:
    """Who picks the next step in runs of a kind."""
    return DecidedBy.MODEL if kind is RunKind.AGENT else DecidedBy.CODE


def actor_of(run: Run) -> Actor:
    """A run as the author of a ledger entry."""
    name = author(run.kind.value, is_scripted=run.is_scripted)
    return Actor(decided_by=decided_by(run), name=name)
