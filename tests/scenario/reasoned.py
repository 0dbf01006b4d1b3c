"""A world in which runs reason about cases over real HTTP, and a look at what they leave behind.

The model's side is a local Messages API with the scripted model behind it; the real client asks it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from engine.adapters import keys
from engine.bootstrap import open_parts, seal_ledger
from engine.bootstrap.reasoners import open_reasoners
from engine.domain.actor import DecidedBy, Role
from engine.domain.case import Case
from engine.domain.case_status import CaseStatus
from engine.domain.decision import DecisionKind
from engine.domain.run import Journal, RunKind, RunStatus
from engine.domain.run_moves import (
    Answered,
    Asked,
    AskWrite,
    ModelSaid,
    Recommend,
    UseTool,
    WriteAnswered,
)
from engine.domain.span import Stage
from engine.store.ledger_source import verify_ledger
from engine.testing.run_scripts import PRICE
from engine.testing.world import World

KEY = "no-real-key"
_MOST_APPROVALS = 4
"""Of one case: a script asks for no more than that."""


@dataclass
class Reasoned:
    """A desk on which a run reasons about every case, with a model at a URL."""

    world: World
    url: str
    kind: RunKind
    sources: Sequence[str] = ()

    def connect(self) -> None:
        """Open reasoners as the product does, from settings."""
        world = self.world
        settings = replace(
            world.parts.settings,
            anthropic_api_key=KEY,
            anthropic_url=self.url,
            model_price_input=PRICE.input,
            model_price_output=PRICE.output,
            model_price_cache_read=PRICE.cache_read,
            model_price_cache_write=PRICE.cache_write,
            reasoner=self.kind.value,
        )
        made = open_reasoners(settings, world.parts.desks, world.clock)
        world.parts = replace(world.parts, settings=settings, reasoners=made)

    def restart(self) -> None:
        """Close everything the process holds, and open it from what stands in the database."""
        world, parts = self.world, self.world.parts
        parts.database.close()
        world.parts = open_parts(
            parts.settings, clock=world.clock, ids=parts.ids, desks=dict(parts.desks)
        )
        world._engine = None
        self.connect()

    def cases(self) -> list[Case]:
        return [self.world.case(one) for one in self.sources]

    def journals(self) -> list[Journal]:
        runs = self.world.parts.store.runs
        return [runs.journal(run.id) for one in self.cases() for run in runs.runs_of(one.id)]

    def settle(self) -> None:
        """Approve whatever waits for a person, with a restart before each round."""
        for _ in range(_MOST_APPROVALS):
            self.restart()
            waiting = [case for case in self.cases() if case.status is CaseStatus.PENDING]
            if not waiting:
                return
            sam = self.world.person("sam", Role.OPERATOR, Role.SENIOR_OPERATOR)
            for case in waiting:
                self.world.decide(case, sam, DecisionKind.APPROVE)
            self.world.work()

    def everything_kept(self) -> str:
        """Ledger and spans of all cases, as text."""
        queries = self.world.engine.queries
        ledger = [queries.ledger(stream=f"case:{case.id}", limit=200) for case in self.cases()]
        return repr((ledger, [queries.spans(case.id) for case in self.cases()]))


def look_at_all(desk: Reasoned) -> None:
    """Every run has ended, every trace tells all of it, the ledger verifies and holds no key."""
    assert {case.status for case in desk.cases()} == {CaseStatus.DONE}
    assert {case.run_id for case in desk.cases()} == {None}
    assert {journal.run.kind for journal in desk.journals()} == {desk.kind}
    for journal in desk.journals():
        look_at(desk, journal)
    assert ledger_findings(desk.world) == []
    assert KEY not in desk.everything_kept()


def ledger_findings(world: World) -> list[str]:
    """What is wrong with a ledger, once it is sealed."""
    parts = world.parts
    seal_ledger(parts, is_thorough=True)
    report = verify_ledger(parts.database, parts.key(keys.SEAL), parts.seal_file)
    assert report.verified == report.entries
    return [finding.words for finding in report.findings]


def look_at(desk: Reasoned, journal: Journal) -> None:
    """A trace: what was asked, seen, used, judged and decided, step by step, and by whom."""
    run, runs = journal.run, desk.world.parts.store.runs
    assert (run.status, run.is_scripted) == (RunStatus.ENDED, False)
    assert run.cost_micro_usd == sum(step.cost_micro_usd for step in journal.steps) > 0
    calls = {call.step: call for call in runs.calls(run.id)}
    for step in journal.steps:
        match step.move:
            case Asked(context=context):
                assert isinstance(step.observation, ModelSaid)
                window = step.observation.answer.usage.window
                assert sum(entry.tokens for entry in context) == window > 0
                assert calls[step.number].counted_tokens == window
                shown = {entry.text_digest for entry in context if entry.tokens}
                assert runs.texts([*shown]).keys() == shown
            case UseTool():
                assert step.verdict.startswith("read permit")
                assert bool(step.scopes) != step.verdict.endswith("not narrowed")
            case AskWrite():
                assert step.verdict.startswith("ESCALATE")
                assert isinstance(step.observation, WriteAnswered)
                assert (step.observation.answered, step.observation.by) == (
                    Answered.APPROVED,
                    "sam",
                )
            case Recommend():
                assert step.verdict.startswith("ESCALATE")
    look_at_spans(desk, journal)


def look_at_spans(desk: Reasoned, journal: Journal) -> None:
    spans = desk.world.engine.queries.spans(journal.run.case_id)
    assert {span.stage for span in spans} >= {Stage.PERCEIVE, Stage.REASON, Stage.GOVERN, Stage.ACT}
    decides = DecidedBy.MODEL if journal.run.kind is RunKind.AGENT else DecidedBy.CODE
    asked = [span for span in spans if span.name.startswith("ask the model")]
    assert len(asked) == sum(isinstance(step.move, Asked) for step in journal.steps)
    assert {span.decided_by for span in asked} == {decides}
    assert DecidedBy.PERSON in {span.decided_by for span in spans}
