"""A place for an installation that tests of commands share by copying it."""

from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder that is not there yet; the first test that makes its own puts a copy here."""
    return tmp_path_factory.mktemp("installation") / "data"
