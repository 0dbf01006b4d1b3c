"""Worlds of the orders desk."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.scenario.orders.living import OrdersWorld, open_orders


@pytest.fixture
def make_orders(tmp_path: Path, database_url: str) -> Iterator[Callable[..., OrdersWorld]]:
    """A world on each database, the shop's on the same kind; over HTTP with credentials."""
    with ExitStack() as stack:

        def make(**options: Any) -> OrdersWorld:
            return stack.enter_context(open_orders(tmp_path, database_url, **options))

        yield make
