"""Words for runs: what their codes are called before people, on all screens."""

from __future__ import annotations

from collections.abc import Mapping

from engine.domain.context import Treatment
from engine.domain.run import RunKind, RunStatus
from engine.domain.run_calls import CallStatus
from engine.domain.run_fault import RunFault
from engine.domain.run_moves import Answered
from engine.reason.agent.asking import PURPOSE
from engine.service.phrases import READ_DENIED, refusal_words
from engine.service.run_rows import CostBasis, CostRow, StepRow
from engine.service.words import VERDICT_MARK

KIND: dict[RunKind, str] = {
    RunKind.PLAYBOOK: "Playbook",
    RunKind.PRECEDENT: "Precedent",
    RunKind.WORKFLOW: "Workflow",
    RunKind.AGENT: "Agent",
}

WHO_DECIDES: dict[RunKind, str] = {
    RunKind.PLAYBOOK: "declared rules decide; no model is asked",
    RunKind.PRECEDENT: "past cases decide; no model is asked",
    RunKind.WORKFLOW: "code fixes the path",
    RunKind.AGENT: "the model picks the next step",
}

STATUS: dict[RunStatus, str] = {
    RunStatus.RUNNING: "Running",
    RunStatus.SUSPENDED: "Waits for an answer",
    RunStatus.ENDED: "Ended",
    RunStatus.FAILED: "Could not end",
    RunStatus.SUPERSEDED: "Its case went on without it",
}

SHADOW = "shadow: nothing is executed"

FAULT: dict[RunFault, str] = {
    RunFault.MODEL_AWAY: "The model did not answer",
    RunFault.MODEL_REFUSED: "The model would not take the question",
    RunFault.OUTPUT_INVALID: "What the model said cannot be used",
    RunFault.FACT_INVENTED: "It rests on a fact that nobody gave",
    RunFault.AMOUNT_WRONG: "It names an amount that code calculates otherwise",
    RunFault.CONTRADICTION: "It contradicts itself",
    RunFault.GOAL_LOST: "It is about something else than its goal",
    RunFault.LOOP: "It did the same again and again",
    RunFault.NO_PROGRESS: "Its steps brought nothing new",
    RunFault.ERRORS_IN_A_ROW: "Too many errors in a row",
    RunFault.STEPS_SPENT: "It used all its steps",
    RunFault.TOKENS_SPENT: "It used all its tokens",
    RunFault.MONEY_SPENT: "A budget for models is used up",
    RunFault.TIME_SPENT: "It used all its time",
    RunFault.READS_FAILED: "What it has to know could not be read",
    RunFault.PAUSED: "Somebody paused while it ran",
    RunFault.CODE_FAILED: "An error in the program",
}

TREATMENT: dict[Treatment, str] = {
    Treatment.KEPT: "word for word",
    Treatment.CUT: "cut",
    Treatment.DIGESTED: "one line for it",
    Treatment.DROPPED: "left out",
}

ANSWERED: dict[str, str] = {
    Answered.EXECUTED: "it ran and was read back as asked for",
    Answered.APPROVED: "it was approved, ran and was read back as asked for",
    Answered.OVERRIDDEN: "something else was put in its place, and that ran",
    Answered.REJECTED: "it was rejected",
    Answered.FACT_GIVEN: "a fact was given",
    Answered.TIMED_OUT: "nobody answered in time",
    Answered.DENIED: "policy forbids it",
    Answered.FAILED: "it did not do what was asked for",
}
"""What came of a write that a run asked for."""

CALL: dict[CallStatus, str] = {
    CallStatus.INTENDED: "being asked",
    CallStatus.ANSWERED: "answered",
    CallStatus.FAILED: "no whole answer",
    CallStatus.LOST: "lost: whoever asked was gone before the answer was written",
}

_BASIS: dict[CostBasis, str] = {
    CostBasis.NOTHING_ASKED: "no model asked",
    CostBasis.SCRIPTED: "scripted: no cost",
    CostBasis.NO_PRICE: "no price known",
}
_CENT = 10_000


def cost_words(cost: CostRow) -> str:
    """What models cost; an amount of money only where there is one."""
    if cost.basis is not CostBasis.PRICED:
        return _BASIS[cost.basis]
    digits = 4 if cost.micro_usd >= _CENT else 6
    return f"${cost.micro_usd / 1_000_000:,.{digits}f}"


def step_title(step: StepRow, titles: Mapping[str, str]) -> str:
    """A step in a few words, tools by their names."""
    tool = titles.get(step.name, step.name.replace("_", " "))
    match step.kind:
        case "asked" if step.name == PURPOSE:
            return "Ask the model what is next"
        case "asked":
            return f"Ask the model for: {step.name.replace('_', ' ')}"
        case "use_tool":
            return tool[:1].upper() + tool[1:]
        case "recall":
            asked = step.asked if isinstance(step.asked, dict) else {}
            return f"Read step {asked.get('step')} again"
        case "ask_write":
            return f"Ask for: {step.text}"
        case "recommend":
            return f"Recommend: {step.text}"
        case "give_up":
            return f"Give up: {FAULT[RunFault(step.name)].lower()}"
        case _:
            return step.kind.replace("_", " ").capitalize()


def verdict_words(verdict: str, titles: Mapping[str, str]) -> str:
    """What policy said, `KIND: rule (seen against limit)`, in words; else as it is."""
    kind, sign, rest = verdict.partition(": ")
    mark = next((said for one, said in VERDICT_MARK.items() if one == kind), "")
    if not sign or not mark or verdict in READ_DENIED:
        return READ_DENIED.get(verdict, verdict)
    rule, opened, values = rest.partition(" (")
    if opened and values.endswith(")"):
        rest = refusal_words(f"{rule}: {values[:-1]}", titles)
    return f"{mark}: {rest}"


def credential_words(step: StepRow) -> str:
    """What the credential at a call was good for; empty where nothing was called."""
    if not step.has_called:
        return ""
    return ", ".join(step.scopes) or "not narrowed: whatever its system lets anybody do, it could"
