"""DeskUnderTest: a fresh desk with all that conformance checks need to know of it.

The checks stand in `desk_conformance` and the modules it names.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from engine.act.calls import NotNarrowed
from engine.desk import Desk
from engine.domain.canonical import Json
from engine.domain.credential import CallPermit, Credential, PermitKind
from engine.domain.difference import Difference
from engine.errors import InvalidRequest
from engine.ports import CredentialIssuer, EffectTool, Tool

CASE_ID = "case-under-test"


@dataclass(frozen=True, kw_only=True, slots=True)
class SampleCalls:
    """Calls of one tool to try, all of them well-formed."""

    good: Mapping[str, Any]
    """A call that works and, for a tool with an effect, changes something."""
    other: Mapping[str, Any]
    """Another call that would work, with another effect."""
    refused: tuple[Mapping[str, Any], ...] = ()
    """Calls that the system of record refuses."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CallMade:
    """One call of a tool with an effect, and everything there was before and after it."""

    tool: EffectTool
    before: Json
    after: Json
    result: Json


@dataclass(frozen=True, kw_only=True)
class DeskUnderTest:
    """A fresh desk whose system of record is prepared and holds what the samples need."""

    desk: Desk
    snapshot: Callable[[], Json]
    """Everything the system of record holds."""
    samples: Mapping[str, SampleCalls]
    """By tool; a tool that previews has those of the tool whose effect it shows."""
    row: Mapping[str, str]
    """An intake row that is not in the system of record yet, with its label."""
    changed: Callable[[CallMade], Difference]
    """What a call changed by the system's own records, in the words its previews use."""
    issuer: CredentialIssuer = field(default_factory=NotNarrowed)
    """Makes the credentials the system of record asks for."""
    key: bytes = b""
    """That they are signed with, where it asks for any."""

    def sample(self, tool: Tool) -> SampleCalls:
        """The sample calls of a tool."""
        name = tool.contract.name
        if name not in self.samples:
            for shown in self.desk.effect_tools:
                if shown.contract.preview == name:
                    return self.samples[shown.contract.name]
        return self.samples[name]

    def good(self, tool: Tool) -> dict[str, Any]:
        """Canonical arguments of its good call."""
        return tool.contract.check_arguments(dict(self.sample(tool).good))

    def other(self, tool: Tool) -> dict[str, Any]:
        """Canonical arguments of its other call."""
        return tool.contract.check_arguments(dict(self.sample(tool).other))

    def call(self, tool: Tool, arguments: Mapping[str, Any], key: str = "") -> Json:
        """Call a tool with the credential that its contract asks for."""
        kind = PermitKind.READ if tool.contract.is_read else PermitKind.GRANT
        credential = self.credential(tool, arguments, kind)
        return tool.call(arguments, key=key, credential=credential)

    def read(self, name: str, arguments: Mapping[str, Any]) -> Json:
        """Call a read tool of the desk, arguments and answer checked."""
        tool = self.desk.read_tool(name)
        if tool is None:
            raise AssertionError(f"there is no read tool {name}")
        checked = tool.contract.check_arguments(dict(arguments))
        return tool.contract.check_result(self.call(tool, checked))

    def credential(
        self, tool: Tool, arguments: Mapping[str, Any], kind: PermitKind
    ) -> Credential | None:
        """A credential for one call; None where the system takes none."""
        permit = CallPermit(kind=kind, id=f"permit-of-{name_of(tool)}", case_id=CASE_ID)
        return self.issuer.issue(tool.contract, arguments, permit)

    def with_tools(self, *tools: EffectTool) -> DeskUnderTest:
        """The same with other tools that have an effect."""
        return replace(self, desk=replace(self.desk, effect_tools=tools))


def all_tools(desk: Desk) -> tuple[Tool, ...]:
    """Tools that read, then tools with an effect."""
    return (*desk.read_tools, *desk.effect_tools)


def name_of(tool: Tool) -> str:
    """What a tool is called."""
    return tool.contract.name


def require(condition: bool, problem: str) -> None:
    """Fail with the problem in words.

    Raises:
        AssertionError: The condition does not hold.
    """
    if not condition:
        raise AssertionError(problem)


def is_refused(tool: Tool, arguments: Mapping[str, Any]) -> bool:
    """Whether a contract refuses arguments."""
    try:
        tool.contract.check_arguments(dict(arguments))
    except InvalidRequest:
        return True
    return False
