"""`countersign up` with an agent, as processes: a run waits for a person through a restart.

The model's side is a local Messages API in a process of its own, with the scripted model behind it.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

from engine.bootstrap import open_parts
from engine.desks.orders.words import CaseType
from engine.domain.case_status import CaseStatus
from engine.domain.ids import CaseId
from engine.domain.run import Journal, RunKind, RunStatus
from engine.domain.run_moves import Answered, AskWrite, WriteAnswered
from engine.settings import Settings
from engine.testing.server_processes import ServerProcess
from tests.scenario.orders.test_up_orders import Product, started

KEY = "no-real-key"
SERVER = ("--script", "engine.testing.scripted_messages:scripted", "--key", KEY)


def test_suspended_run_outlives_the_product(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'engine.db'}"
    with ServerProcess(
        "engine.testing.messages_server", SERVER, log=tmp_path / "model.log"
    ) as model:
        more = {
            "COUNTERSIGN_REASONER": "agent",
            "COUNTERSIGN_ANTHROPIC_API_KEY": KEY,
            "COUNTERSIGN_ANTHROPIC_URL": model.url,
        }
        with started(tmp_path, url, **more) as product:
            row = product.wait_for("a mismatch waits", lambda: waiting(product))
            token = product.client.headers["Authorization"].removeprefix("Bearer ")
        before = journal(tmp_path, url, row["case_id"])
        with started(tmp_path, url, "--empty", token=token, **more) as product:
            approve(product, row["case_id"])
            card = product.wait_for("it is done", lambda: done(product, row["case_id"]))
            mine = [
                one for one in product.shop.operations().values() if one.case_id == row["case_id"]
            ]
            assert product.shop.books()["is_balanced"]
    after = journal(tmp_path, url, row["case_id"])
    assert (before.run.kind, before.run.status) == (RunKind.AGENT, RunStatus.SUSPENDED)
    assert after.run.status is RunStatus.ENDED
    assert after.steps[: len(before.steps) - 1] == before.steps[:-1]
    assert [one.tool for one in mine] == ["refund"]
    assert [one.key for one in mine] == [step["key"] for step in card["steps"]]
    assert [step["status"] for step in card["steps"]] == ["VERIFIED"]
    assert [*answers(after)] == [Answered.APPROVED]
    assert KEY not in (tmp_path / "up.log").read_text("utf-8")


def waiting(product: Product) -> Mapping[str, Any] | None:
    rows = product.get("/cases", desk="orders", limit=200)["rows"]
    return next(
        (
            row
            for row in rows
            if row["case_type"] == CaseType.PAYMENT_MISMATCH
            and (row["proposal"] or "").startswith("Refund")
        ),
        None,
    )


def approve(product: Product, case_id: str) -> None:
    path = f"/cases/{case_id}"
    product.post(f"{path}/claim", "claim")
    version = product.get(path)["row"]["version"]
    product.post(f"{path}/decisions", "decision", version=version, kind="APPROVE")


def done(product: Product, case_id: str) -> Any:
    card = product.get(f"/cases/{case_id}")
    return card if card["row"]["status"] == CaseStatus.DONE else None


def journal(folder: Path, url: str, case_id: str) -> Journal:
    parts = open_parts(Settings(data_dir=folder, database_url=url))
    try:
        (run,) = parts.store.runs.runs_of(CaseId(UUID(case_id)))
        return parts.store.runs.journal(run.id)
    finally:
        parts.database.close()


def answers(found: Journal) -> list[Answered]:
    return [
        step.observation.answered
        for step in found.steps
        if isinstance(step.move, AskWrite) and isinstance(step.observation, WriteAnswered)
    ]
