"""Bad files, at the level of the product: a clear message, and nothing that was good is lost."""

from __future__ import annotations

import gzip
import io
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from engine.api.app import PREFIX, create_api
from engine.cli import main
from engine.domain.actor import Role
from engine.domain.case_status import CaseStatus
from engine.service.requests import IssueToken
from engine.testing.stub_desk import ticket_rows
from engine.testing.world import START, World

HEADER = b"case_id,opened_at,priority,category,initial_assignment_group\n"
GOOD = b"INC1,2026-03-02T09:15,3 - Moderate,Email,Service Desk\n"
OTHER = b"INC2,2026-03-02T09:20,4 - Low,Printing,Field Support\n"


@dataclass
class Ended:
    code: int
    out: str
    err: str


Run = Callable[..., Ended]


@pytest.fixture
def product(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    """The command line on a migrated database of its own."""
    monkeypatch.setenv("COUNTERSIGN_DATA_DIR", str(tmp_path / "data"))

    def run(*arguments: str) -> Ended:
        monkeypatch.setattr(sys, "stdin", io.StringIO(""))
        capsys.readouterr()
        code = 0
        try:
            main(arguments)
        except SystemExit as ended:
            code = int(ended.code or 0)
        said = capsys.readouterr()
        return Ended(code, said.out, said.err)

    assert run("migrate").code == 0
    return run


@pytest.fixture
def submit(product: Run, tmp_path: Path) -> Callable[..., Ended]:
    """Send a file with this content."""

    def send(content: bytes, name: str = "cases.csv") -> Ended:
        file = tmp_path / name
        file.write_bytes(content)
        return product("submit", "--desk", "incidents", str(file))

    return send


def cases_in(product: Run) -> int:
    found = json.loads(product("doctor", "--json").out)
    return sum(found["health"]["cases_by_status"].values())


# --- whole files that are refused -------------------------------------------------------------

REFUSED = {
    "unknown column": (
        b"case_id,opened_at,priority,categry\n",
        "cases.csv",
        "Unknown column 'categry'. Did you mean category? Known columns: case_id",
    ),
    "column missing": (
        b"case_id,opened_at\nINC1,2026-03-02T09:15\n",
        "cases.csv",
        "The column priority is missing; required are case_id, opened_at, priority",
    ),
    "empty file": (b"", "cases.csv", "cases.csv is empty"),
    "wrong encoding": ((HEADER + GOOD).decode().encode("utf-16"), "cases.csv", "save it as UTF-8"),
    "not gzip": (HEADER + GOOD, "cases.csv.gz", "is not a gzip file, although its name says so"),
    "cut gzip header": (gzip.compress(HEADER + GOOD)[:12], "cases.csv.gz", "breaks off here"),
    "unknown kind": (HEADER + GOOD, "cases.txt", "give .csv or .jsonl"),
}


@pytest.mark.parametrize(("content", "name", "words"), REFUSED.values(), ids=REFUSED)
def test_unfit_file_is_refused_with_advice(
    product: Run, submit: Callable[..., Ended], content: bytes, name: str, words: str
) -> None:
    ended = submit(content, name)
    assert (ended.code, ended.out) == (2, "")
    assert words in ended.err
    assert "Traceback" not in ended.err
    assert cases_in(product) == 0


def test_unknown_desk_is_named_with_the_known(product: Run, tmp_path: Path) -> None:
    file = tmp_path / "cases.csv"
    file.write_bytes(HEADER + GOOD)
    ended = product("submit", "--desk", "incident", str(file))
    assert (ended.code, ended.out) == (2, "")
    assert "There is no desk 'incident' here; there is incidents, orders." in ended.err


# --- single lines that are refused ------------------------------------------------------------

BAD_LINES = {
    "missing id": (b",2026-03-02T09:15,3 - Moderate,Email,\n", "case_id is missing"),
    "impossible date": (b"INC9,2026-02-30T09:15,3 - Moderate,Email,\n", "2026-02-30T09:15"),
    "unknown priority": (b"INC9,2026-03-02T09:15,urgent,Email,\n", "priority"),
    "other content": (
        b"INC1,2026-03-02T09:15,1 - Critical,Email,\n",
        "INC1 stands in line 2 already, with other content; the earlier line counts",
    ),
    "huge field": (
        b"INC9,2026-03-02T09:15,3 - Moderate," + b"x" * 10_000_000 + b",\n",
        "longer than 131,072 bytes",
    ),
    "long field": (
        b"INC9,2026-03-02T09:15,3 - Moderate," + b"x" * 10_001 + b",\n",
        "category has 10,001 characters; at most 10,000 are allowed",
    ),
    "wrong encoding": (b"INC9,2026-03-02T09:15,3 - Moderate,caf\xe9,\n", "not UTF-8"),
    "too few fields": (b"INC9,2026-03-02T09:15\n", "2 fields where the header has 5"),
    "control character": (b"INC9,2026-03-02T09:15,3 - Moderate,a\x07,\n", "category"),
}


@pytest.mark.parametrize(("bad", "words"), BAD_LINES.values(), ids=BAD_LINES)
def test_bad_line_is_told_and_others_go_in(
    product: Run, submit: Callable[..., Ended], bad: bytes, words: str
) -> None:
    ended = submit(HEADER + GOOD + bad + OTHER)
    told = ended.out.splitlines()
    assert ended.code == 1
    assert told[0].startswith("line 3: ")
    assert words in told[0]
    assert len(told[0]) < 400
    assert told[1].startswith("2 accepted, 0 duplicates, 0 changed, 1 rejected")
    assert cases_in(product) == 2


def test_repeated_line_counts_once(product: Run, submit: Callable[..., Ended]) -> None:
    ended = submit(HEADER + GOOD + GOOD + OTHER)
    assert (ended.code, ended.out.startswith("2 accepted, 1 duplicates")) == (0, True)
    assert cases_in(product) == 2


def test_known_case_with_other_content_is_changed(
    product: Run, submit: Callable[..., Ended]
) -> None:
    submit(HEADER + GOOD + OTHER)
    ended = submit(HEADER + GOOD.replace(b"Email", b"Network") + OTHER)
    assert ended.out.startswith("0 accepted, 1 duplicates, 1 changed, 0 rejected")
    exported = product("ledger", "export").out.splitlines()
    kinds = [json.loads(line)["kind"] for line in exported]
    assert kinds.count("SIGNAL_CHANGED") == 1
    assert cases_in(product) == 2


def test_cut_gzip_keeps_rows_and_takes_the_rest_later(
    product: Run, submit: Callable[..., Ended]
) -> None:
    rows = [GOOD.replace(b"INC1", f"INC{n:05d}".encode()) for n in range(5000)]
    whole = gzip.compress(HEADER + b"".join(rows), 9)
    cut = submit(whole[: len(whole) // 2], "cases.csv.gz")
    said = cut.out.splitlines()
    accepted = int(said[-1].split()[0])
    assert cut.code == 1
    assert said[0].startswith(f"line {accepted + 2}: the compressed file breaks off here")
    assert "Send the whole file again" in said[0]
    assert 0 < accepted < 5000
    again = submit(whole, "cases.csv.gz")
    assert again.out.startswith(f"{5000 - accepted} accepted, {accepted} duplicates")
    assert cases_in(product) == 5000


# --- the same over HTTP -----------------------------------------------------------------------


@pytest.fixture
def client(stub_world: World) -> Iterator[TestClient]:
    """The API of a real engine, with one waiting case T000000, as ann."""
    stub_world.submit(ticket_rows(1, opened_at=START))
    stub_world.work()
    ann = stub_world.person("ann", Role.OPERATOR)
    token = stub_world.execute(IssueToken(label="test"), ann).secret
    api = create_api(lambda: stub_world.engine, clock=stub_world.clock)
    app = Starlette(routes=[Mount(PREFIX, api)])
    with TestClient(app, headers={"Authorization": f"Bearer {token}"}) as opened:
        yield opened


def send_rows(client: TestClient, *rows: dict[str, Any], desk: str = "stub") -> Any:
    return client.post(f"{PREFIX}/cases", json={"desk": desk, "rows": list(rows)})


def test_bad_rows_over_http_keep_the_good(client: TestClient, stub_world: World) -> None:
    good = {"number": "T1", "opened_at": START.isoformat()}
    nameless = {"number": "", "opened_at": START.isoformat()}
    answer = send_rows(client, nameless, good).json()
    assert answer["accepted"] == 1
    assert answer["rejected"] == [{"line": 1, "reason": "number is missing"}]
    assert stub_world.case("T1").status is CaseStatus.RECEIVED


def test_unknown_desk_over_http_is_a_problem(client: TestClient) -> None:
    answer = send_rows(client, {"number": "T1"}, desk="nothing")
    assert answer.status_code == 404
    assert "There is no desk 'nothing' here; there is stub." in answer.json()["detail"]


def test_double_click_over_http_is_one_decision(client: TestClient, stub_world: World) -> None:
    case = stub_world.case("T000000")
    place = f"{PREFIX}/cases/{case.id}"
    client.post(f"{place}/claim", json={})
    clicks = [
        client.post(
            f"{place}/decisions",
            headers={"Idempotency-Key": "form-1"},
            json={"version": case.version, "kind": "APPROVE"},
        )
        for _ in range(2)
    ]
    stub_world.work()
    assert [click.status_code for click in clicks] == [200, 200]
    assert stub_world.kinds(case.id).count("DECISION_TAKEN") == 1
    assert stub_world.kinds(case.id).count("EFFECT_INTENDED") == 1


def test_stale_version_over_http_changes_nothing(client: TestClient, stub_world: World) -> None:
    case = stub_world.case("T000000")
    client.post(f"{PREFIX}/cases/{case.id}/claim", json={})
    answer = client.post(
        f"{PREFIX}/cases/{case.id}/decisions",
        headers={"Idempotency-Key": "form-1"},
        json={"version": case.version - 1, "kind": "APPROVE"},
    )
    assert answer.status_code == 409
    assert "changed while you looked at it" in answer.json()["detail"]
    assert stub_world.case("T000000") == case
