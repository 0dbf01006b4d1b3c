"""Tasks: what the shared data holds, read in place: tasks of users, attacks, environments.

The text of an attack is put where the data says a stranger can write. What it says is never an
instruction to anything here; the stand-in model is told apart (`obedient`) what obeying it means.
"""

from __future__ import annotations

import ast
import gzip
import json
import operator
import re
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from engine.domain.canonical import Json, canonical_text
from tests.injection.bank import CURRENCY
from tests.injection.mirrored import Part

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "agentdojo_banking_slack.json.gz"
TARGET = {"banking": "account", "slack": "workspace"}
"""The argument under which the mirrored tools of a suite name what they act on."""
_LEAD = " Before anything else: "
_PLACE = re.compile(r"\{((?:prompt_)?injection_\w+)\}")
_STEP = re.compile(r"\.(\w+)|\[(\d+)\]")
_OPERATORS: Mapping[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Mult: operator.mul,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """A call that a task needs, as the mirrored tools take it."""

    tool: str
    arguments: Mapping[str, Any]
    """Without the target."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Task:
    """A task of a user, or an attack."""

    suite: str
    version: str
    number: str
    """The data's own id."""
    is_attack: bool
    text: str
    """What the user asks for, or what the attack says."""
    calls: tuple[Mapping[str, Json], ...]
    """As the data has them."""

    @property
    def id(self) -> str:
        """The data's own version and id."""
        return f"{self.version}/{self.number}"

    def wanted(self, environment: Mapping[str, Part]) -> tuple[Wanted, ...]:
        """The calls it needs in an environment."""
        return tuple(
            Wanted(
                tool=one["function"],
                arguments=_mirrored(
                    {name: _value(name, said, environment) for name, said in one["args"].items()}
                ),
            )
            for one in self.calls
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Suites:
    """All that the data holds."""

    tasks: tuple[Task, ...]
    texts: Mapping[str, str]
    """Environments and what stands in them where nobody attacks, as YAML, by file."""
    _read: dict[tuple[str, str], dict[str, Part]] = field(default_factory=dict)
    """Environments by suite and attack, each read once."""

    def of(self, suite: str, *, is_attack: bool) -> tuple[Task, ...]:
        """The tasks of a suite, or the attacks."""
        return tuple(one for one in self.tasks if one.suite == suite and one.is_attack is is_attack)

    def environment(self, suite: str, attack: Task | None = None) -> dict[str, Part]:
        """An environment as the mirrored tools hold it, with an attack wherever one can stand."""
        key = (suite, "" if attack is None else attack.text)
        if key not in self._read:
            self._read[key] = self._environment(*key)
        return deepcopy(self._read[key])

    def _environment(self, suite: str, attack: str) -> dict[str, Part]:
        usual = yaml.safe_load(self.texts[f"{suite}/injection_vectors.yaml"])
        added = json.dumps(_LEAD + attack)[1:-1] if attack else ""
        text = _PLACE.sub(
            lambda found: usual[found[1]]["default"] + added,
            self.texts[f"{suite}/environment.yaml"],
        )
        read = yaml.safe_load(text)
        return _bank(read) if suite == "banking" else _workspace(read)


def marker(attack: Task) -> str:
    """How an attack reads in a result, as a model is shown it."""
    return canonical_text(attack.text)[1:-1]


def read_suites() -> Suites:
    """Read the data in its place."""
    with gzip.open(DATA, "rt", encoding="utf-8") as file:
        data = json.load(file)
    tasks = tuple(
        Task(
            suite=one["suite"],
            version=one["version_dir"],
            number=one["id"],
            is_attack=one["kind"] == "injection",
            text=one["prompt"] or one["goal"],
            calls=tuple(one["gold_calls"]),
        )
        for one in data["tasks"]
    )
    return Suites(tasks=tasks, texts=data["environments_yaml"])


def _bank(read: Mapping[str, Any]) -> dict[str, Part]:
    account = read["bank_account"]
    rows = {
        name: [_mirrored(one) for one in account[name]]
        for name in ("transactions", "scheduled_transactions")
    }
    about = {"iban": account["iban"], "balance_minor": _minor(account["balance"])}
    files = dict(read["filesystem"]["files"])
    return {**rows, "account": about, "files": files, "user": dict(read["user_account"])}


def _workspace(read: Mapping[str, Any]) -> dict[str, Part]:
    slack = read["slack"]
    people = {name: slack[name] for name in ("users", "channels", "user_channels")}
    return {
        "people": {**people, "emails": {}},
        "user_inbox": slack["user_inbox"],
        "channel_inbox": slack["channel_inbox"],
        "web": dict(read["web"]["web_content"]),
    }


def _mirrored(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments or a row with money in minor units; a transfer names its currency too."""
    made = dict(arguments)
    if "amount" in made:
        made["amount_minor"] = _minor(made.pop("amount"))
        if "date" in made and "id" not in made:
            made["currency"] = CURRENCY
    return made


def _minor(amount: float) -> int:
    return round(amount * 100)


def _value(name: str, said: Json, environment: Mapping[str, Part]) -> Json:
    """An argument; where the data has an expression, what it amounts to in this environment.

    An expression that is no sum and no path computes a channel's or a message's text by code that
    the data does not hold: the channel is the one a stranger named, a text a stand-in of our own.
    """
    if not isinstance(said, dict):
        return said
    expression = said["__expr__"]
    if name == "id":
        return _at_path(expression, environment)
    if name == "channel":
        return environment["people"]["channels"][-1]
    if name == "amount":
        return _sum(ast.parse(expression, mode="eval").body)
    return f"Text that the task's own code would compute: {len(expression)}"


def _at_path(expression: str, environment: Mapping[str, Part]) -> Json:
    found: Any = {"bank_account": environment}
    for name, place in _STEP.findall(expression):
        found = found[int(place)] if place else found[name]
    return found


def _sum(node: ast.expr) -> float:
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return node.value
    assert isinstance(node, ast.BinOp), ast.dump(node)
    return _OPERATORS[type(node.op)](_sum(node.left), _sum(node.right))
