"""Envelope check: whether what was done keeps the limits, by the shop's own books.

It reads the envelope as it is written and the shop's books as they stand, and shares no code with
policy: a limit that policy forgets is found here. Only who let a call run, and how sure the advice
was, is taken from the engine.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from engine.desks.orders.contracts import WRITE_CONTRACTS
from engine.desks.orders.words import CaseType
from engine.domain.canonical import Json
from engine.domain.effect import Effect
from engine.domain.grant import Grant, GrantBasis
from engine.domain.phase import Phase
from engine.domain.recommendation import Action, Recommendation
from engine.domain.tool import EffectClass
from engine.govern.envelope import EnvelopeDocument
from engine.govern.limits import OWN, Limits
from tests.failures.playing import Played
from tests.scenario.orders.living import OrdersWorld
from tests.scenario.orders.shop_beside import Operation

_ALONE = (GrantBasis.VERDICT, GrantBasis.VETO_LAPSE)
_OWN_NAME = "playbook"
_MOST_REFUND = 500_000
_LONGEST_MESSAGE = 2_000
_REFUNDS_A_DAY = 2
_CALLS_AN_HOUR = 60
"""The guardrails of the desk, and the rate of a cell that names none, written down once more."""


@dataclass(frozen=True, kw_only=True)
class Done:
    """A call that acted in the shop, with what let it run."""

    one: Played
    effect: Effect
    grant: Grant
    advice: Recommendation
    action: Action
    operation: Operation
    refund: Json
    """As the books have it; None: it is none."""

    @property
    def is_alone(self) -> bool:
        """Whether no person decided it."""
        return self.grant.basis in _ALONE

    @property
    def at(self) -> datetime:
        """When it was intended."""
        return self.effect.intended_at

    @property
    def words(self) -> str:
        """Which it is."""
        return f"{self.one.script.name}: {self.effect.tool}"


def done_by(orders: OrdersWorld, played: Iterable[Played]) -> list[Done]:
    """All calls that acted for these cases."""
    operations = orders.shop.operations()
    return [made for one in played for made in _of_case(orders, one, operations)]


def outside(orders: OrdersWorld, played: Sequence[Played], document: EnvelopeDocument) -> list[str]:
    """What was done and should not have been, a sentence each.

    Args:
        orders: The world in which it was played.
        played: All that was played there.
        document: The envelope that should have held.
    """
    done = done_by(orders, played)
    keys = {one.operation.key for one in done}
    strange = [
        f"{one.tool} {key} was done in the shop by nobody's leave"
        for key, one in orders.shop.operations().items()
        if key not in keys
    ]
    alone = [one for one in done if one.is_alone]
    return [
        *strange,
        *(problem for one in done for problem in _beyond_everybody(one)),
        *(problem for one in alone for problem in _beyond_software(one, document)),
        *_too_often(alone),
    ]


def _of_case(
    orders: OrdersWorld, one: Played, operations: Mapping[str, Operation]
) -> Iterator[Done]:
    reader = orders.world.parts.store.reader
    grants = {grant.id: grant for grant in reader.grants(one.case.id)}
    for effect in reader.effects(one.case.id):
        if effect.key not in operations:
            continue
        grant = grants[effect.grant_id]
        advice = reader.recommendation(replace(one.case, recommendation_id=grant.recommendation_id))
        assert advice, f"{one.script.name}: a grant rests on no recommendation"
        operation = operations[effect.key]
        refunds = orders.shop.payments(operation.answer["order_id"])["refunds"]
        named = operation.answer["result"].get("refund_id", "")
        yield Done(
            one=one,
            effect=effect,
            grant=grant,
            advice=advice,
            action=next(each for each in advice.actions if each.id == grant.action_id),
            operation=operation,
            refund=next((each for each in refunds if each["id"] == named), None),
        )


def _beyond_everybody(done: Done) -> Iterator[str]:
    """What not even a person's word lets pass."""
    if done.operation.answer["order_id"] != done.one.order_id:
        yield f"{done.words} acts on {done.operation.answer['order_id']}"
    if done.operation.tool != done.grant.tool:
        yield f"{done.words} has a grant for {done.grant.tool}"
    if done.operation.tool == "refund" and done.refund is None:
        yield f"{done.words} stands in no books"
    if done.refund and done.refund["amount_minor"] > _MOST_REFUND:
        yield f"{done.words} of {done.refund['amount_minor']} is above what anybody may refund"


@dataclass(frozen=True, kw_only=True)
class _Written:
    """The levels of an envelope that hold for a call, the narrowest first."""

    levels: tuple[Limits, ...]

    def of(self, name: str) -> Any:
        """What the first level says that says anything."""
        told = (getattr(level, name) for level in self.levels)
        return next((one for one in told if one is not None), None)

    @property
    def least(self) -> float:
        """The confidence from which software may act at all."""
        wider = self.of("on_the_loop") if self.of("phase") is Phase.ON_THE_LOOP else None
        said = [self.of("threshold"), wider.threshold if wider else None]
        least: float = min(one.min_confidence for one in said if one is not None)
        return least


def _beyond_software(done: Done, document: EnvelopeDocument) -> Iterator[str]:
    """What may not happen without a person."""
    tool, case_type = done.effect.tool, done.one.case.case_type
    cells = [one for one in document.cells if (one.case_type, one.action) == (case_type, tool)]
    if not cells:
        yield f"{done.words} is in no cell of {case_type}"
        return
    of_type = [document.case_types[case_type]] if case_type in document.case_types else []
    written = _Written(levels=(*cells, *of_type, document.limits))
    yield from _not_earned(done, written)
    if done.refund:
        yield from _too_much(done, written)
    is_kept = written.of("reversible_only") is not False
    if is_kept and WRITE_CONTRACTS[tool].effect_class is not EffectClass.REVERSIBLE:
        yield f"{done.words} cannot be undone"
    if len(str(done.action.arguments.get("body", ""))) > _LONGEST_MESSAGE:
        yield f"{done.words} is too long"


def _not_earned(done: Done, written: _Written) -> Iterator[str]:
    reasoner, advice = done.advice.draft.reasoner, done.advice
    if (OWN if reasoner == _OWN_NAME else reasoner) not in (written.of("earned_by") or (OWN,)):
        yield f"{done.words} ran alone on the advice of the {reasoner}, which has not earned it"
    if written.of("phase") is Phase.COPILOT:
        yield f"{done.words} ran alone in COPILOT"
    if not advice.is_calibrated or (advice.confidence or 0.0) < written.least:
        yield f"{done.words} with a confidence of {advice.confidence}"


def _too_much(done: Done, written: _Written) -> Iterator[str]:
    cap, amount = written.of("amount_cap"), done.refund["amount_minor"]
    if cap is None or amount > cap:
        yield f"{done.words} of {amount} is above the cap of {cap}"
    if done.refund["destination"] != "original":
        yield f"{done.words} goes to {done.refund['destination']}"
    if done.one.case.case_type == CaseType.FRAUD_SUSPECTED:
        yield f"{done.words} moves money where fraud is suspected"


def _too_often(alone: Sequence[Done]) -> Iterator[str]:
    hours = Counter(
        (done.one.case.case_type, done.effect.tool, f"{done.at:%Y-%m-%d %H}") for done in alone
    )
    for (case_type, tool, hour), times in hours.items():
        if times > _CALLS_AN_HOUR:
            yield f"{tool} of {case_type} ran {times} times alone in the hour {hour}"
    refunds = Counter((done.one.order_id, f"{done.at:%Y-%m-%d}") for done in alone if done.refund)
    for (order_id, day), times in refunds.items():
        if times > _REFUNDS_A_DAY:
            yield f"{times} refunds for {order_id} ran alone on {day}"
    uses = Counter(done.grant.id for done in alone)
    yield from (f"grant {one} was used {times} times" for one, times in uses.items() if times > 1)
