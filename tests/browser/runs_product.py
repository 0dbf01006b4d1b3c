"""The stub desk with all four kinds of reasoners as a running product, its agent's model on a lead.

    python -m tests.browser.runs_product web FOLDER PORT
    python -m tests.browser.runs_product work FOLDER

The agent's model says what it will do at once, and answers when a test lets it; the workflow is
answered without being let.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from threading import Event
from typing import Any

from engine.bootstrap import Parts, engine_of, open_worker
from engine.bootstrap.reasoners import open_reasoners
from engine.domain.case import Case
from engine.domain.decision import DecisionKind
from engine.domain.fact import FactSet
from engine.domain.memory import MemoryProcedure
from engine.domain.model_call import (
    ModelAnswer,
    ModelIdentity,
    ModelRequest,
    StopReason,
    TextBlock,
    TokenUsage,
    ToolUse,
)
from engine.domain.recommendation import Proposal
from engine.domain.run import RunKind
from engine.errors import ModelCancelled
from engine.ports import never
from engine.reason.memory_reasoner import Feature, Option, Recall
from engine.reason.window import estimated_tokens, pieces
from engine.service.requests import ClaimCase, DecideCase
from engine.testing.run_scripts import FunctionProcedure
from engine.testing.stub_desk import ASSIGN, DESK, ticket_rows
from tests.browser.loop_product import (
    PASSWORD,
    TAKE_BACK_S,
    LoopProduct,
    MovableClock,
    main,
    open_loop_parts,
    running_loop,
)
from tests.scenario.stub.running import workflow

MODULE = "tests.browser.runs_product"
UNSURE = "0.3"
"""A confidence with which a ticket waits for a person, and no clock presses it."""
_PRECEDENTS = 4
_A_DAY_S = 26 * 3600
_LOOK_S = 0.02
_TARGET = re.compile(r'target: "(\w+)"')
_TICKET: dict[str, Any] = {"fact": "ticket.owner@intake", "strength": "strong"}


@dataclass(kw_only=True)
class LedModel:
    """A model that answers an agent as often as a file in the folder lets it."""

    folder: Path
    identity: ModelIdentity = field(default=ModelIdentity(name="led-model", is_scripted=True))
    given: int = 0

    def count(self, request: ModelRequest) -> int:
        """About as many tokens as a server would count."""
        return sum(estimated_tokens(piece.text) for piece in pieces(request))

    def ask(
        self,
        request: ModelRequest,
        *,
        on_text: Callable[[str], None] | None = None,
        is_cancelled: Callable[[], bool] = never,
    ) -> ModelAnswer:
        """Say what it will do; an agent is answered once it may be."""
        if not request.tools:
            return self._answer(request, "South looks right.")
        said, *uses = self._next(_number_of(request))
        if on_text is not None:
            on_text(said)
        while self.given >= lead(self.folder):
            if is_cancelled():
                raise ModelCancelled
            Event().wait(_LOOK_S)
        self.given += 1
        return self._answer(request, said, *uses)

    def _next(self, number: str) -> tuple[Any, ...]:
        match self.given:
            case 0:
                use = ToolUse(id="use-1", name="get_ticket", arguments={"number": number})
                return ("I look at the <b>ticket</b> first.", use)
            case 1:
                use = ToolUse(id="use-2", name="recall", arguments={"step": 2})
                return ("I read it once more.", use)
            case _:
                arguments = {"number": number, "owner": "north", **_grounds()}
                return ("North it is.", ToolUse(id="use-3", name=ASSIGN.name, arguments=arguments))

    def _answer(self, request: ModelRequest, said: str, *uses: ToolUse) -> ModelAnswer:
        window = self.count(request)
        cached = window // 2 if uses else 0
        return ModelAnswer(
            stop=StopReason.TOOL_USE if uses else StopReason.END,
            blocks=(TextBlock(text=said), *uses),
            usage=TokenUsage(input=window - cached, output=40, cache_read=cached),
            model=self.identity.name,
        )


def _grounds() -> dict[str, Any]:
    return {
        "because": "The row names north, and nobody else was ever named.",
        "cites": [{**_TICKET, "why": "It names the owner."}],
        "against": [],
        "missing": [],
        "confidence": 0.7,
    }


def _number_of(request: ModelRequest) -> str:
    """The ticket that a question is about, from the text of its case."""
    text = "\n".join(piece.text for piece in pieces(request))
    found = _TARGET.search(text)
    assert found, text
    return found[1]


# --- the lead ------------------------------------------------------------------------------


def lead(folder: Path) -> int:
    """How many answers the agent's model may have given."""
    file = folder / "answers"
    return int(file.read_text("ascii")) if file.exists() else 0


def let(folder: Path) -> None:
    """Let it give one more."""
    begun = folder / "answers.begun"
    begun.write_text(str(lead(folder) + 1), "ascii")
    begun.replace(folder / "answers")


# --- the product ---------------------------------------------------------------------------


def open_runs_parts(folder: Path) -> Parts:
    """The engine of the desk on the loop, with a model, a workflow and a memory."""
    parts = open_loop_parts(folder)
    desks = {name: replace(desk, recall=_RECALL) for name, desk in parts.desks.items()}
    made = open_reasoners(parts.settings, desks, parts.clock, LedModel(folder=folder))
    path = FunctionProcedure(function=workflow, kind=RunKind.WORKFLOW)
    procedures = {**made.procedures, (DESK, RunKind.WORKFLOW): path}
    return replace(parts, desks=desks, reasoners=replace(made, procedures=procedures))


@contextmanager
def running_runs(folder: Path) -> Iterator[LoopProduct]:
    """Start it, with some cases that are done and known to be right."""
    with running_loop(
        folder, parts_of=open_runs_parts, module=MODULE, before=partial(_settle_some, folder)
    ) as product:
        yield product


def _settle_some(folder: Path, parts: Parts) -> None:
    """Precedents: tickets that a person approved, that ran, and whose truth says that is right."""
    engine, opened_at = engine_of(parts), parts.clock.now()
    rows = ticket_rows(_PRECEDENTS, opened_at=opened_at, prefix="DONE", confidence=UNSURE)
    opened = open_worker(parts=parts)
    ada = engine.sign_in("ada", PASSWORD).person
    engine.submit(DESK, rows, submitted_by="test")
    opened.worker.drain()
    for _, row in rows:
        case_id = engine.queries.find_case(row["number"])
        assert case_id
        engine.execute(ClaimCase(case_id=case_id), ada)
        approved = DecideCase(
            case_id=case_id,
            version=parts.store.reader.case(case_id).version,
            kind=DecisionKind.APPROVE,
            client_key=row["number"],
        )
        engine.execute(approved, ada)
    MovableClock(folder).move(2 * TAKE_BACK_S)
    opened.worker.drain()
    told = [(number, {**row, "truth": "north"}) for number, row in rows]
    engine.submit(DESK, told, submitted_by="test")
    opened.worker.drain()
    opened.seal()
    opened.stop()
    MovableClock(folder).move(_A_DAY_S)


def _features(case: Case, facts: FactSet) -> Mapping[str, Feature]:
    owner = str(facts.value_of("owner"))
    said = f"The row names {owner}."
    return {"owner": Feature(value=owner, fact="ticket.owner@intake", text=said)}


def _options(case: Case, facts: FactSet) -> Mapping[str, Option]:
    return {
        owner: Option(
            proposals=(
                Proposal(tool=ASSIGN.name, arguments={"number": case.source_id, "owner": owner}),
            ),
            summary=f"Assign to {owner}",
        )
        for owner in ("north", "south")
    }


_RECALL = Recall(
    features=_features,
    text=lambda facts: "",
    options=_options,
    procedure=MemoryProcedure(refit_hours=1, least=2, least_precedents=1),
)


if __name__ == "__main__":
    main(open_runs_parts)
