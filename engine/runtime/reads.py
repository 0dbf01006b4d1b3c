"""Reads of a case: read tools of its desk, each under a logged read permit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.act.reading import ReadDone, Reading
from engine.desk import Desk
from engine.domain.canonical import Json
from engine.domain.ids import CaseId
from engine.domain.span import Stage
from engine.errors import ToolError
from engine.ports import Clock, ReadTool
from engine.runtime.marks import Marks

NOT_NARROWED = "not narrowed"
"""The system takes no credential for a call: whatever it may do, the call may."""


@dataclass(frozen=True, kw_only=True)
class CaseReads:
    """Makes the way in which one step of a case reads the world."""

    reading: Reading
    clock: Clock

    def of(self, desk: Desk, case_id: CaseId, stage: Stage, marks: Marks | None = None) -> ReadTool:
        """Read tools by name, for one case in one step.

        Args:
            desk: Whose tools.
            case_id: What it is read for; stands in the credential.
            stage: Where on the case's way it is read.
            marks: Where the reads are logged; None: nothing is kept of them.
        """
        marks = marks or Marks(self.clock)

        def read(name: str, arguments: Mapping[str, Any]) -> Json:
            tool = desk.read_tool(name)
            if tool is None:
                raise ToolError(f"{desk.name} has no read tool {name}.")
            with marks.timed(stage, name, inputs=dict(arguments)) as mark:
                mark.rule = "read permit"
                try:
                    done = self.reading.read(tool, arguments, str(case_id))
                except ToolError as error:
                    mark.rule = _rule("read permit", error.facts.get("scopes", ()))
                    raise
                mark.rule = rule_of(done)
                mark.outputs = done.result
            return done.result

        return read


def rule_of(done: ReadDone) -> str:
    """The permit a read was made under, and what its credential was good for."""
    tries = f", try {done.tries}" if done.tries > 1 else ""
    return _rule(f"read permit {done.permit.id[:13]}", done.scopes) + tries


def called_rule(key: str, scopes: Sequence[str]) -> str:
    """The key a call with an effect was made with, and what its credential was good for.

    What is not narrowed says nothing here, for most calls of most desks are; the page says it.
    """
    return f"key {key[:8]}" if not scopes else _rule(f"key {key[:8]}", scopes)


def _rule(permit: str, scopes: Sequence[str]) -> str:
    return f"{permit}: {', '.join(scopes) or NOT_NARROWED}"
