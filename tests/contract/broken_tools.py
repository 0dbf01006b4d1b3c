"""Tools of the incidents desk with one promise broken each; the suite has to catch every one."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from engine.adapters.system import SystemClock
from engine.domain.canonical import Json, digest
from engine.domain.credential import Credential, PermitKind, Refusal
from engine.domain.credential import verify as verify_credential
from engine.domain.difference import Difference, FieldChange
from engine.domain.tool import EffectClass, Strict, ToolContract, ToolHints
from engine.errors import ToolError
from engine.ports import EffectTool, ReadTool, Tool, Verification
from engine.testing.wrapped_tool import WrappedTool


class ForgetsItsKeys(WrappedTool):
    calls = 0

    def call(
        self, arguments: Mapping[str, Any], *, key: str, credential: Credential | None = None
    ) -> Json:
        self.calls += 1
        return self.kept.call(arguments, key=f"{key}-{self.calls}")


class ActsWhenLookedAt(WrappedTool):
    def target_state(self, arguments: Mapping[str, Any], read: ReadTool) -> Json:
        self.kept.call(arguments, key="looked")
        return self.kept.target_state(arguments, read)


class UndoesNothing(WrappedTool):
    def undo(
        self, arguments: Mapping[str, Any], before: Json, result: Json
    ) -> tuple[str, dict[str, Any]] | None:
        return self.contract.name, dict(arguments)


class CannotUndo(WrappedTool):
    def undo(
        self, arguments: Mapping[str, Any], before: Json, result: Json
    ) -> tuple[str, dict[str, Any]] | None:
        return None


class ConfirmsEverything(WrappedTool):
    def verify(
        self, arguments: Mapping[str, Any], before: Json, result: Json, read: ReadTool
    ) -> Verification:
        return Verification(is_correct=True, seen=None)


class TakesAnything(WrappedTool):
    def call(
        self, arguments: Mapping[str, Any], *, key: str, credential: Credential | None = None
    ) -> Json:
        return {}


class OpenArguments(Strict, extra="ignore"):
    number: str
    group: str


class IgnoresSurplus(WrappedTool):
    def __init__(self, kept: EffectTool) -> None:
        super().__init__(kept)
        self.contract = replace(kept.contract, arguments=OpenArguments)


class ClaimsIrreversible(WrappedTool):
    def __init__(self, kept: EffectTool) -> None:
        super().__init__(kept)
        self.contract = replace(kept.contract, effect_class=EffectClass.IRREVERSIBLE)


class ShowsAnotherGroup(WrappedTool):
    def preview(self, arguments: Mapping[str, Any], read: ReadTool) -> Difference | None:
        change = FieldChange(of="INC1", field="assignment_group", before="", after="another")
        return Difference(fields=(change,))


class ActsWhenPreviewed(WrappedTool):
    def preview(self, arguments: Mapping[str, Any], read: ReadTool) -> Difference | None:
        shown = self.kept.preview(arguments, read)
        self.kept.call(arguments, key="previewed")
        return shown


class ShowsNothing(WrappedTool):
    def __init__(self, kept: EffectTool) -> None:
        super().__init__(kept)
        self.contract = replace(kept.contract, preview="get_incident")

    def preview(self, arguments: Mapping[str, Any], read: ReadTool) -> Difference | None:
        return None


class ShowsWhatIsRefused(WrappedTool):
    def __init__(self, kept: EffectTool) -> None:
        super().__init__(kept)
        self.contract = replace(kept.contract, preview="get_incident")

    def preview(self, arguments: Mapping[str, Any], read: ReadTool) -> Difference | None:
        return Difference()


class TrustsAnyAnswer(WrappedTool):
    """Reads back, and does not look at what it read."""

    def verify(
        self, arguments: Mapping[str, Any], before: Json, result: Json, read: ReadTool
    ) -> Verification:
        seen = read("get_incident", {"number": arguments["number"]})
        return Verification(is_correct=True, seen=seen)


class HarmlessContract(ToolContract):
    @property
    def hints(self) -> ToolHints:
        return ToolHints(read_only=True, destructive=False, idempotent=True, open_world=False)


class SaysItIsHarmless(WrappedTool):
    def __init__(self, kept: EffectTool) -> None:
        super().__init__(kept)
        fields = {name: getattr(kept.contract, name) for name in ToolContract.__dataclass_fields__}
        self.contract = HarmlessContract(**fields)


class WaitsForAnHour(WrappedTool):
    def __init__(self, kept: EffectTool) -> None:
        super().__init__(kept)
        self.contract = replace(kept.contract, timeout_s=3_600)


class UndoesWrongly(WrappedTool):
    def undo(
        self, arguments: Mapping[str, Any], before: Json, result: Json
    ) -> tuple[str, dict[str, Any]] | None:
        return self.contract.name, {**arguments, "group": "Service Desk EMEA"}


# --- credentials -----------------------------------------------------------------------

KEY = bytes(range(32))


class Guarded(WrappedTool):
    """A tool whose system checks of a credential what subclasses say."""

    checks: tuple[str, ...] = ("kind", "tool", "arguments")

    def __init__(self, kept: EffectTool) -> None:
        super().__init__(kept)
        self.contract = replace(kept.contract, system="itsm", scopes=("incident.write",))

    def call(
        self, arguments: Mapping[str, Any], *, key: str, credential: Credential | None = None
    ) -> Json:
        claims = None
        if credential is not None:
            claims = verify_credential(credential.token, KEY, SystemClock().now())
        if claims is None or isinstance(claims, Refusal):
            raise ToolError("no credential")
        wrong = {
            "kind": claims.kind != PermitKind.GRANT,
            "tool": claims.tool != self.contract.name,
            "arguments": claims.arguments_digest != digest(dict(arguments)).hex(),
        }
        if any(wrong[name] for name in self.checks):
            raise ToolError("not this one")
        return self.kept.call(arguments, key=key, credential=credential)


class TakesReadCredentials(Guarded):
    checks = ("tool", "arguments")


class TakesOthersCredentials(Guarded):
    checks = ("kind", "arguments")


class TakesOtherArguments(Guarded):
    checks = ("kind", "tool")


class ReadsUnder:
    """A read under another contract."""

    def __init__(self, kept: Tool, contract: ToolContract) -> None:
        self.kept = kept
        self.contract = contract

    def call(
        self, arguments: Mapping[str, Any], *, key: str, credential: Credential | None = None
    ) -> Json:
        return self.kept.call(arguments, key=key, credential=credential)


class ReadsGuarded(ReadsUnder):
    def __init__(self, kept: Tool) -> None:
        super().__init__(kept, replace(kept.contract, system="itsm", scopes=("incident.read",)))
