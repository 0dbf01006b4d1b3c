"""Lying: who tells which case what, and what is told in the place of a true answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from itertools import cycle
from random import Random
from typing import Any

from engine.desks.orders.agreement import digest_of
from engine.desks.orders.tools import Transport
from engine.domain.canonical import Json
from engine.domain.credential import Credential
from engine.simulators.orders.events import Episode
from tests.scenario.orders.lie import Elsewhere, Lie, Row
from tests.scenario.orders.lies import LIES, READ_FOR
from tests.scenario.orders.living import OrdersWorld

SEVERAL = "several at once"
SEVERAL_EVERY = 8
"""Of so many cases one is told three wrong values at once."""
STAYS, FORGES = 0.6, 0.5
"""Shares of the lies that are told each time, and of those about orders whose digest fits them."""


@dataclass(kw_only=True)
class Told:
    """What one case is told, and how often it was."""

    lies: tuple[Lie, ...]
    other: Elsewhere
    stays: bool
    """On every read of the tool; otherwise on the first alone."""
    forges: bool = False
    """Whether an order that is lied about comes with a digest that fits the lie."""
    payments: Json = None
    """Of the order, as they are: a forged digest is over them too."""
    times: Counter[str] = field(default_factory=Counter)

    @property
    def row(self) -> str:
        """Its row of the report."""
        return self.lies[0].tool if len(self.lies) == 1 else SEVERAL

    @property
    def words(self) -> str:
        """What was told, for a person."""
        how = ["each time" if self.stays else "once", *(["digest forged"] if self.forges else [])]
        return f"{'; '.join(f'{lie.tool}: {lie.name}' for lie in self.lies)} ({', '.join(how)})"

    def answer(self, tool: str, answer: Json) -> Json:
        """What is told in the place of an answer."""
        true = answer
        for lie in self.lies:
            if lie.tool == tool and (self.stays or not self.times[tool]):
                answer = lie.told(answer, self.other)
        self.times[tool] += 1
        if self.forges and tool == "get_order" and answer != true:
            answer["digest"] = digest_of(answer, self.payments)
        return answer


class LyingTransport:
    """Tells some cases something else than the shop does; a case is known by its order."""

    def __init__(self, kept: Transport, told: Mapping[str, Told]) -> None:
        self._kept = kept
        self._told = told
        self._order_id = ""

    def send(
        self,
        path: str,
        arguments: Mapping[str, Any],
        *,
        timeout_s: float,
        key: str = "",
        credential: Credential | None = None,
        is_write: bool = False,
    ) -> Json:
        """Pass on, and change what reads are answered."""
        self._order_id = arguments.get("order_id", self._order_id)
        answer = self._kept.send(
            path,
            arguments,
            timeout_s=timeout_s,
            key=key,
            credential=credential,
            is_write=is_write,
        )
        told = self._told.get(self._order_id)
        return answer if told is None or is_write else told.answer(path[len("/v1/") :], answer)


@dataclass(kw_only=True)
class _Truths:
    """What the shop holds of one case."""

    order: Row
    history: Row
    scans: Row
    payments: Row
    stock: Row
    waiting: Row

    def of(self, tool: str) -> Row:
        """The true answer of a read."""
        by_tool = {
            "get_order": self.order,
            "customer_history": self.history,
            "carrier_scans": self.scans,
            "payments_of_order": self.payments,
            "stock_levels": self.stock,
            "waiting_lines": self.waiting,
        }
        return by_tool[tool]


class Assigning:
    """Gives every case its lies: each lie in its turn, first to cases that run alone."""

    def __init__(self, orders: OrdersWorld, episodes: Sequence[Episode], dice: Random) -> None:
        self._episodes = episodes
        self._dice = dice
        self._truths = {one.row.id: _truths(orders, one) for one in episodes}

    def told(self, alone: Set[str]) -> Iterator[tuple[str, Told]]:
        """What each order is told."""
        left = sorted(self._episodes, key=lambda one: (one.row.id not in alone, one.number))
        for _ in range(len(left) // SEVERAL_EVERY):
            one = left.pop(self._dice.randrange(len(left)))
            fitting = [lie for lie in LIES if self._fits(lie, one)]
            yield one.row.order_id, self._made(tuple(self._dice.sample(fitting, 3)), one)
        refused = 0
        for lie in cycle(LIES):
            if not left or refused > len(LIES):
                return
            found = next((one for one in left if self._fits(lie, one)), None)
            refused = 0 if found else refused + 1
            if found:
                left.remove(found)
                yield found.row.order_id, self._made((lie,), found)

    def _fits(self, lie: Lie, one: Episode) -> bool:
        """Whether the tool is read for the case, and the lie would change what it tells."""
        if one.row.case_type not in READ_FOR[lie.tool]:
            return False
        answer = self._truths[one.row.id].of(lie.tool)
        return bool(lie.told(answer, self._elsewhere(one)) != answer)

    def _made(self, lies: tuple[Lie, ...], one: Episode) -> Told:
        is_of_order = any(lie.tool == "get_order" for lie in lies)
        return Told(
            lies=lies,
            other=self._elsewhere(one),
            stays=self._dice.random() < STAYS,
            forges=is_of_order and self._dice.random() < FORGES,
            payments=self._truths[one.row.id].payments,
        )

    def _elsewhere(self, one: Episode) -> Elsewhere:
        """The next case of the same type, whose values could be mixed up with this one's."""
        alike = [o for o in self._episodes if o.row.case_type == one.row.case_type]
        other = self._truths[alike[alike.index(one) - 1].row.id]
        return Elsewhere(
            order=other.order,
            history=other.history,
            scans=other.scans,
            payments=other.payments,
            dice=Random(one.number),
        )


def _truths(orders: OrdersWorld, one: Episode) -> _Truths:
    read, order = orders.shop.read, orders.shop.order(one.row.order_id)
    line = next((o for o in order["lines"] if o["line"] == one.row.line), order["lines"][0])
    variant = {"variant_id": line["variant_id"]}
    return _Truths(
        order=order,
        history=read("customer_history", customer_id=order["customer_id"]),
        scans=read("carrier_scans", order_id=order["order_id"]),
        payments=orders.shop.payments(order["order_id"]),
        stock=read("stock_levels", **variant, with_substitutes=True),
        waiting=read("waiting_lines", **variant),
    )
