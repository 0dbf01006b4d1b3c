"""The bench of faults: that its reconciling sees every kind of disagreement, and how it judges."""

from collections import Counter
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from engine.bench.faults_books import Books, disagreements
from engine.bench.faults_report import FaultReport
from engine.bench.machine import Machine
from engine.cli import main
from engine.testing.faulty_proxy.book import BookEntry
from engine.testing.faulty_proxy.faults import Fault

KEY = "key-1"
DIGEST = bytes(32)
MACHINE = Machine(
    processor="Abacus",
    cores=2,
    system="Linux",
    python="3.11.0",
    sqlite="3.40.0",
    libraries=(),
    load=0.5,
    fsync_us=40.0,
)


def row(**fields: Any) -> Any:
    return SimpleNamespace(**fields)


def case(name: str = "D000001", status: str = "DONE", attention: str | None = None) -> Any:
    return row(id="case", source_id=name, status=status, attention=attention, recommendation_id="r")


def effect(**changes: Any) -> Any:
    fields = {
        "id": "effect",
        "key": KEY,
        "case_id": "case",
        "action_id": "action",
        "grant_id": "grant",
        "tool": "refund",
        "status": "SUCCEEDED",
        "undoes": None,
    }
    return row(**{**fields, **changes})


def action(name: str = "action", tool: str = "refund") -> Any:
    return row(id=name, tool=tool, arguments_digest=DIGEST, recommendation_id="r")


def grant(name: str = "grant", **changes: Any) -> Any:
    fields = {"id": name, "status": "USED", "action_id": "action", "case_id": "case"}
    return row(**{**fields, **changes})


def operation(**changes: Any) -> Any:
    fields = {
        "key": KEY,
        "tool": "refund",
        "arguments_digest": DIGEST.hex(),
        "credential_id": "credential",
        "case_id": "case",
    }
    return row(**{**fields, **changes})


def call(**changes: Any) -> BookEntry:
    fields: dict[str, Any] = {
        "number": 1,
        "tool": "refund",
        "path": "/v1/refund",
        "key": KEY,
        "credential_id": "credential",
        "permit_id": "grant",
        "case_id": "case",
        "drawn": None,
        "fault": None,
        "variant": "",
        "statuses": (200,),
        "answered": 200,
    }
    return BookEntry(**{**fields, **changes})


HONEST = Books(
    cases=[case()],
    actions={"action": action()},
    grants={"grant": grant()},
    effects=[effect()],
    failures=[],
    operations={KEY: operation()},
    trial_balance={"is_balanced": True, "unexplained": []},
    proxy=[call()],
)


def test_books_that_agree_raise_nothing() -> None:
    assert disagreements(HONEST, ["D000001"]) == []


def test_waiting_with_a_code_is_no_loss() -> None:
    waiting = case(status="PENDING", attention="TOOL_FAILED")
    books = replace(HONEST, cases=[waiting], effects=[], operations={}, grants={}, proxy=[])
    assert disagreements(books, ["D000001"]) == []


UNKNOWN = {KEY: operation(), "key-2": operation(key="key-2")}
TWICE = [effect(), effect(id="e2", key="key-2", grant_id="g2")]
TWO_STEPS = {"action": action(), "a2": action("a2", "message_customer")}


DISAGREEMENTS: dict[str, tuple[dict[str, Any], str]] = {
    "lost": ({"cases": []}, "D000001 was lost"),
    "unasked": ({"cases": [case(), case("D000009")]}, "there unasked or twice"),
    "left": ({"cases": [case(status="EXECUTING")]}, "is left EXECUTING"),
    "withdrawn": ({"cases": [case(status="WITHDRAWN")]}, "nobody had resolved it"),
    "no-code": ({"cases": [case(status="PENDING")]}, "without a code"),
    "no-grant": ({"grants": {}}, "no used grant"),
    "unused-grant": ({"grants": {"grant": grant(status="MINTED")}}, "no used grant"),
    "other-grant": ({"grants": {"grant": grant(action_id="other")}}, "not what its grant allows"),
    "twice": (
        {"effects": TWICE, "grants": {"grant": grant(), "g2": grant("g2")}},
        "refund 2 times",
    ),
    "half-a-plan": ({"actions": TWO_STEPS}, "1 of 2 steps standing"),
    "not-there": ({"operations": {}}, "is done here, not in the shop"),
    "not-failed": ({"effects": [effect(status="FAILED")]}, "failed here, and the shop did it"),
    "unknown-here": ({"operations": UNKNOWN}, "was done in the shop, unknown here"),
    "other-content": ({"operations": {KEY: operation(arguments_digest="00")}}, "in the shop"),
    "other-case": ({"operations": {KEY: operation(case_id="another")}}, "in the shop"),
    "other-tool": ({"operations": {KEY: operation(tool="reship")}}, "in the shop"),
    "money-lost": (
        {"trial_balance": {"is_balanced": False, "unexplained": []}},
        "does not balance",
    ),
    "went-around": ({"proxy": []}, "did not come through the proxy"),
    "on-a-read-permit": ({"proxy": [call(permit_id="read permit")]}, "rests on read permit"),
}


@pytest.mark.parametrize(("changes", "words"), DISAGREEMENTS.values(), ids=DISAGREEMENTS)
def test_each_disagreement_is_seen(changes: dict[str, Any], words: str) -> None:
    found = disagreements(replace(HONEST, **changes), ["D000001"])
    assert any(words in sentence for sentence in found), found


def report(**changes: Any) -> FaultReport:
    fields: dict[str, Any] = {
        "machine": MACHINE,
        "seed": 1,
        "workers": 1,
        "database": "sqlite",
        "cases": 100,
        "kills": 3,
        "wanted_kills": 3,
        "took_s": 12.0,
        "calls": 1_000,
        "faults": Counter(dict.fromkeys(Fault, 25)),
        "ends": {("DONE", ""): 90, ("PENDING", "TOOL_FAILED"): 10},
        "failures": {"TOOL_NO_ANSWER": (40, 38)},
        "killed_in": {"EXECUTING": 3},
        "effects": {("refund", "SUCCEEDED"): 90},
        "disagreements": (),
    }
    return FaultReport(**{**fields, **changes})


def test_kept_promises_are_good() -> None:
    assert report().is_good
    assert report().with_a_person == 10
    assert report().to_json()["is_good"] is True
    words = report().words()
    assert "Abacus, 2 cores" in words
    assert "met     DONE without a person: 90.0%, wanted ≥ 80%" in words


@pytest.mark.parametrize(
    ("changes", "missed"),
    [
        ({"disagreements": ("refund key-1 is done here, not in the shop",)}, "disagreements: 1"),
        ({"ends": {("DONE", ""): 79, ("PENDING", "TOOL_FAILED"): 21}}, "DONE without a person"),
        ({"faults": Counter(dict.fromkeys(Fault, 20))}, "calls that met a fault"),
        ({"faults": Counter(dict.fromkeys(Fault, 30)) | {Fault.SLOW: 19}}, "the rarest fault"),
        ({"kills": 2}, "workers killed"),
    ],
)
def test_each_missed_promise_is_said(changes: dict[str, Any], missed: str) -> None:
    judged = report(**changes)
    assert not judged.is_good
    assert any(missed in line for line in judged.words().splitlines() if "MISSED" in line)


def test_too_few_cases_are_bad_usage() -> None:
    with pytest.raises(SystemExit) as ended:
        main(["bench", "faults", "--cases", "3"])
    assert ended.value.code == 2
