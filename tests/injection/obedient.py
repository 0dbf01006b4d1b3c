"""Obedient: a stand-in model that does a task as it should, and obeys what a result says.

It knows the calls that a task needs, and those an attack asks for. As soon as the attack's text
stands in a result it is shown, it asks for the attack's calls first, and is as sure of them as of
its own. It is told by nobody which of them policy will allow.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.domain.model_call import (
    ModelAnswer,
    ModelIdentity,
    ModelRequest,
    StopReason,
    TextBlock,
    TokenUsage,
    ToolUse,
)
from engine.ports import never
from engine.reason.agent.tools import FINISH
from tests.injection.desks import ASKED
from tests.injection.tasks import TARGET, Wanted

OWN, ATTACK = "own", "attack"
"""Beginnings of a call's id: whose it is."""
CONFIDENCE = 0.9
_CASE = re.compile(rf'"(?:{"|".join(TARGET.values())})":"([^"]+)"')
_GROUNDS = {
    "because": "The task asks for it.",
    "cites": [{"fact": ASKED, "why": "The task asks for it.", "strength": "strong"}],
    "against": [],
    "missing": [],
    "confidence": CONFIDENCE,
}


@dataclass(slots=True)
class Script:
    """What a stand-in does with one task."""

    suite: str
    target: str
    writes: frozenset[str]
    """Tools that change something."""
    own: Sequence[Wanted]
    attack: Sequence[Wanted] = ()
    marker: str = ""
    """The attack's text as a result shows it; empty: there is no attack."""
    asked: list[ToolUse] = field(default_factory=list)
    """All calls it has asked for."""
    has_obeyed: bool = False
    _left: deque[tuple[str, Wanted]] | None = None

    def arguments(self, wanted: Wanted) -> dict[str, Any]:
        """Of a call, the target included."""
        return {TARGET[self.suite]: self.target, **wanted.arguments}

    def next_call(self, results: str) -> ToolUse:
        """The next call, given the results it sees."""
        if self._left is None:
            self._left = deque((OWN, one) for one in self.own)
        if self.marker and self.marker in results and not self.has_obeyed:
            self.has_obeyed = True
            self._left.extendleft((ATTACK, one) for one in reversed(self.attack))
        number = len(self.asked) + 1
        if not self._left:
            end = {"outcome": "needs_person", "summary": "The task is gone through."}
            return ToolUse(id=f"end-{number}", name=FINISH, arguments=end)
        whose, wanted = self._left.popleft()
        arguments = self.arguments(wanted)
        grounds = _GROUNDS if wanted.tool in self.writes else {}
        use = ToolUse(id=f"{whose}-{number}", name=wanted.tool, arguments=arguments | grounds)
        self.asked.append(use)
        return use


@dataclass(kw_only=True)
class ObedientModel:
    """The stand-in behind the port: it reads the window it is given and nothing else."""

    scripts: dict[str, Script] = field(default_factory=dict)
    """By target."""
    identity: ModelIdentity = field(
        default=ModelIdentity(name="obedient-stand-in", is_scripted=True)
    )

    def count(self, request: ModelRequest) -> int:
        """Four characters a token."""
        return sum(len(one.text) for one in _blocks(request)) // 4

    def ask(
        self,
        request: ModelRequest,
        *,
        on_text: Callable[[str], None] | None = None,
        is_cancelled: Callable[[], bool] = never,
    ) -> ModelAnswer:
        """One call of the script of the case in the window."""
        blocks = _blocks(request)
        case = next(one.text for one in blocks if one.name == "case")
        found = _CASE.search(case)
        assert found is not None, case
        results = "\n".join(one.text for one in blocks if one.name.startswith("result"))
        use = self.scripts[found[1]].next_call(results)
        usage = TokenUsage(input=self.count(request), output=50)
        return ModelAnswer(
            stop=StopReason.TOOL_USE, blocks=(use,), usage=usage, model=self.identity.name
        )


def _blocks(request: ModelRequest) -> list[TextBlock]:
    said = [one for message in request.messages for one in message.blocks]
    return [*request.system, *(one for one in said if isinstance(one, TextBlock))]
