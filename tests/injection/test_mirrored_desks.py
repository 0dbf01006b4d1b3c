"""The test desks keep what every desk has to keep, so what they show of attacks can be believed."""

from collections.abc import Callable
from pathlib import Path

import pytest

from engine.testing.desk_conformance import DESK_CHECKS, ENGINE_CHECKS
from engine.testing.desk_under_test import DeskUnderTest
from tests.injection.desks_under_test import under_test
from tests.injection.tasks import TARGET


@pytest.mark.parametrize("suite", TARGET)
@pytest.mark.parametrize("check", DESK_CHECKS, ids=lambda check: check.__name__)
def test_mirrored_desks_keep_their_contract(
    check: Callable[[DeskUnderTest], None], suite: str
) -> None:
    check(under_test(suite))


@pytest.mark.parametrize("suite", TARGET)
@pytest.mark.parametrize("check", ENGINE_CHECKS, ids=lambda check: check.__name__)
def test_denied_calls_reach_no_mirrored_desk(
    check: Callable[[DeskUnderTest, Path], None], suite: str, tmp_path: Path
) -> None:
    check(under_test(suite), tmp_path)
