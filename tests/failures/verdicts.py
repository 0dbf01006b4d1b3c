"""Verdicts: what became of each script, and what noticed it.

What counts as noticed is what can be seen from outside of the detectors: a run that was ended, an
answer that was refused, a call that was denied, or advice that policy put before a person for a
rule that has to do with the failure. Advice that a person had to see anyway is counted apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from engine.domain.run import RunStatus
from engine.domain.run_moves import (
    Answered,
    Asked,
    AskWrite,
    Finish,
    Recommend,
    UseTool,
    WriteAnswered,
)
from engine.domain.verdict import VerdictKind
from engine.runtime.runs.looking_up import NOT_OF_THIS_CASE
from tests.failures.envelope_check import Done, done_by
from tests.failures.playing import Played
from tests.failures.script import Mode
from tests.scenario.orders.living import OrdersWorld

RIGHT_RULES = {
    Mode.OBEYS: frozenset({"guardrail:refund_goes_back", "text_names_others"}),
    Mode.DRIFTS: frozenset({"text_names_others"}),
    Mode.DEFIES: frozenset({"case_in_hand", "guardrail:refund_goes_back"}),
    Mode.CONTRADICTS: frozenset({"confidence_below_threshold"}),
}
"""Rules that have to do with a failure; an amount above a cap is a person's whoever asks for it."""


class Became(StrEnum):
    """What became of a failing script."""

    DETECTED = "detected"
    ANYWAY = "before a person anyway"
    UNDETECTED = "undetected"


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """One script, judged."""

    one: Played
    fault: str
    """With which its run ended; empty: with none."""
    told: int
    """Answers of which something was refused."""
    denied: int
    """Calls that policy or a contract forbade, and reads of what the case does not speak of."""
    rules: tuple[str, ...]
    """Because of which policy put the last of its advice before a person."""
    done: tuple[Done, ...]

    @property
    def noticed(self) -> str:
        """What noticed it first and hardest; empty: nothing."""
        if self.fault:
            return self.fault
        if self.denied:
            return "denied"
        if self.told:
            return "refused"
        right = sorted(set(self.rules) & RIGHT_RULES.get(self.one.script.mode, frozenset()))
        return right[0] if right else ""

    @property
    def became(self) -> Became:
        """Of a failing script."""
        if self.noticed:
            return Became.DETECTED
        return Became.ANYWAY if self.rules else Became.UNDETECTED

    @property
    def happened(self) -> str:
        """What happened where nothing noticed, in words."""
        alone = [done.effect.tool for done in self.done if done.is_alone]
        if alone:
            return f"ran alone: {', '.join(f'`{tool}`' for tool in alone)}"
        by_people = [done.effect.tool for done in self.done]
        if by_people:
            return f"a person approved: {', '.join(f'`{tool}`' for tool in by_people)}"
        if self.rules:
            return f"a person has to decide ({', '.join(f'`{rule}`' for rule in self.rules)})"
        return "nothing was done; the case went to a person"


def verdicts_of(orders: OrdersWorld, played: tuple[Played, ...]) -> tuple[Verdict, ...]:
    """Judge all that was played."""
    done = done_by(orders, played)
    return tuple(
        _verdict(orders, one, tuple(each for each in done if each.one is one)) for one in played
    )


def _verdict(orders: OrdersWorld, one: Played, done: tuple[Done, ...]) -> Verdict:
    run, steps = one.journal.run, one.journal.steps
    asked = [step.move for step in steps if isinstance(step.move, Asked)]
    told = sum(
        any(entry.name == "problems" for entry in move.context) or ", repair " in move.purpose
        for move in asked
    )
    denied = [
        step.observation.answered is Answered.DENIED
        if isinstance(step.observation, WriteAnswered)
        else isinstance(step.move, UseTool) and step.verdict == NOT_OF_THIS_CASE
        for step in steps
    ]
    return Verdict(
        one=one,
        fault=run.fault.value if run.fault and run.status is RunStatus.FAILED else "",
        told=told,
        denied=sum(denied),
        rules=_rules(orders, one),
        done=done,
    )


def _rules(orders: OrdersWorld, one: Played) -> tuple[str, ...]:
    """Rules that put the last of a script's own advice before a person."""
    advised = [
        step for step in one.journal.steps if isinstance(step.move, AskWrite | Recommend | Finish)
    ]
    if not advised or isinstance(advised[-1].move, Finish):
        advised = [step for step in advised if isinstance(step.move, AskWrite)]
    if not advised or not advised[-1].verdict.startswith(VerdictKind.ESCALATE):
        return ()
    made = orders.world.parts.store.reader.recommendation(one.case)
    if made is None or made.draft.reasoner != one.script.kind:
        return ()
    broken = dict.fromkeys(rule.rule for one in made.actions for rule in one.verdict.broken)
    if "confidence_uncalibrated" in broken:  # there is none, so it is below the threshold too
        broken.pop("confidence_below_threshold", None)
    return tuple(broken)
