"""Seen: what a scripted model sees of its case, and the words in which it answers.

A script knows nothing but the request that is put to it, as a model does. It is a generator: each
`yield` is one answer, and the next request has come when it goes on.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.domain.model_call import ModelRequest, TextBlock, ToolUse

_FACT = re.compile(r'^("(?:[^"\\]|\\.)*") = (.*) \(seen [^()]*\)$', re.MULTILINE)
_RESULT = re.compile(r"^Step (\d+), (\w+)\.\n<data [^>]*>\n(.*)\n(.*)\n</data>", re.DOTALL)
_ORDER = re.compile(r'(?:"order_id":"|title: "[^"]*: )([^"]+)"')
_ROW = re.compile(r'^"(\w+)"?:', re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Call:
    """A tool call that the model asks for."""

    tool: str
    arguments: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Cut:
    """An answer that ends in the middle, because it was too long."""

    said: Sequence[str | Call]


Said = str | Call | Sequence[str | Call] | Cut
"""One answer of a model: words, calls, or both."""


@dataclass
class Seen:
    """The latest request, as the model reads it."""

    order: str = ""
    """The order that the case is about."""
    text: str = ""
    """All that stands in the window but the rules."""
    facts: dict[str, Any] = field(default_factory=dict)
    """Values by id."""
    results: dict[int, tuple[str, Any]] = field(default_factory=dict)
    """Tool and result of those that stand word for word, by step."""
    names: tuple[str, ...] = ()
    """Candidates or options that a workflow's step lists."""

    def look(self, request: ModelRequest) -> None:
        """Read a request."""
        blocks = [one for said in request.messages for one in said.blocks]
        texts = [one for one in blocks if isinstance(one, TextBlock)]
        self.text = "\n".join(one.text for one in texts)
        self.order = order_of(request)
        found = _FACT.findall(self.text)
        self.facts = {json.loads(name): json.loads(value) for name, value in found}
        self.results = {}
        for one in texts:
            if told := _RESULT.match(one.text):
                self.results[int(told[1])] = (told[2], json.loads(told[4]))
        lists = [one.text for one in texts if one.name in ("candidates", "options")]
        self.names = tuple(_ROW.findall("\n".join(lists)))

    @property
    def payment(self) -> str:
        """The last payment of the order: where one was captured twice, the one too many."""
        return self._entities("payment:")[-1]

    @property
    def parcel(self) -> str:
        """The parcel of the order."""
        return self._entities("parcel:")[-1]

    @property
    def customer(self) -> str:
        """The customer of the order."""
        return str(self.of("order.customer_id"))

    def id(self, start: str) -> str:
        """The first fact whose id begins so."""
        return next(name for name in self.facts if name.startswith(start))

    def of(self, start: str) -> Any:
        """The value of that fact."""
        return self.facts[self.id(start)]

    def _entities(self, start: str) -> list[str]:
        named = [name for name in self.facts if name.startswith(start)]
        return list(dict.fromkeys(name[len(start) :].partition(".")[0] for name in named))


def order_of(request: ModelRequest) -> str:
    """The order that a request is about."""
    blocks = [one for said in request.messages for one in said.blocks]
    text = "\n".join(one.text for one in blocks if not isinstance(one, ToolUse))
    found = _ORDER.search(text)
    assert found, "a request names no order"
    return found[1]


def read(tool: str, **arguments: Any) -> Call:
    """Ask for a read."""
    return Call(tool=tool, arguments=arguments)


def finish(outcome: str, summary: str) -> Call:
    """End the run."""
    return Call(tool="finish", arguments={"outcome": outcome, "summary": summary})


Ground = tuple[str, str] | tuple[str, str, str]
"""A fact's id, what it shows, and how strongly (`strong` where nothing is said)."""


def cited(grounds: Sequence[Ground]) -> list[dict[str, str]]:
    """Grounds in the form of a call."""
    return [
        {"fact": one[0], "why": one[1], "strength": one[2] if len(one) > 2 else "strong"}
        for one in grounds
    ]


def write(
    tool: str,
    because: str,
    cites: Sequence[Ground],
    *,
    against: Sequence[Ground] = (),
    missing: Sequence[str] = (),
    confidence: Any = 0.9,
    others: Sequence[dict[str, Any]] = (),
    **arguments: Any,
) -> Call:
    """Ask for a change, with its grounds."""
    grounds = {
        "because": because,
        "cites": cited(cites),
        "against": cited(against),
        "missing": list(missing),
        "confidence": confidence,
    }
    alternatives = {"alternatives": list(others)} if others else {}
    return Call(tool=tool, arguments={**arguments, **grounds, **alternatives})


def other(tool: str, probability: float, **arguments: Any) -> dict[str, Any]:
    """Another call that was thought of."""
    return {"tool": tool, "arguments": arguments, "probability": probability}


def euros(minor: int) -> str:
    """A sum in words."""
    return f"{minor // 100}.{minor % 100:02} EUR"
