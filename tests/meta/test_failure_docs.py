"""docs/failures.md says of every failure code what the engine's own table says."""

import re
from pathlib import Path

import pytest

from console.navigation import PAGES
from engine.domain.failure import FailureCode, FailureStage
from engine.domain.failure_table import FAILURES
from engine.service.failure_rows import words_of

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "failures.md"
TEXT = DOCUMENT.read_text("utf-8")
TITLES = {page.slug: page.title for page in PAGES}


def row(code: FailureCode) -> str:
    words = words_of(code)
    again = "yes" if words.is_retryable else "no"
    told = f"{words.told}, {TITLES[words.page]}"
    return f"| `{code}` | {words.meaning} | {again} | {told} | {words.recovery} |"


@pytest.mark.parametrize("code", FailureCode)
def test_code_stands_in_its_row(code: FailureCode) -> None:
    assert row(code) in TEXT.splitlines(), f"docs/failures.md needs this line:\n{row(code)}"


@pytest.mark.parametrize("stage", FailureStage)
def test_stage_holds_its_codes_in_order(stage: FailureStage) -> None:
    part = TEXT.split(f"## {stage.value.capitalize()}\n")[1].split("\n## ")[0]
    found = re.findall(r"^\| `([A-Z_]+)`", part, re.MULTILINE)
    assert found == [code for code, failure in FAILURES.items() if failure.stage is stage]
