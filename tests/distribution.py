"""Which tests run in one process: those of one `xdist_group`, in the order of the suite.

xdist tells a test's group from its id, where it has written it. pytest 9.2 keeps ids as they are,
so that no test has a group, and nobody says so (issue 1386 of pytest-xdist). Here the processes
that collect the tests note their groups in the folder of the run, and who hands them out reads it.
"""

import json
import os
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]  # it ships none

NOTE = "groups.json"
LONGEST_FIRST = ("real-incidents", "chromium, products", "chromium, fake engine", "bench")
"""Groups that take minutes, whatever the count of their tests: a late one would go on alone."""


class GroupScheduling(LoadScopeScheduling):  # type: ignore[misc]  # so it is Any here
    """Hands out the longest groups, then the others by size, then the other tests one by one."""

    def __init__(self, config: pytest.Config, log: Any, folder: Path) -> None:
        super().__init__(config, log)
        self._folder = folder

    @cached_property
    def _groups(self) -> dict[str, str]:
        groups: dict[str, str] = json.loads((self._folder / NOTE).read_text("utf-8"))
        return groups

    def _split_scope(self, nodeid: str) -> str:
        return self._groups.get(nodeid, nodeid)

    def _assign_work_unit(self, node: Any) -> None:
        longest = next((group for group in LONGEST_FIRST if group in self.workqueue), None)
        if longest is not None:
            self.workqueue.move_to_end(longest, last=False)
        super()._assign_work_unit(node)


def note_groups(items: Sequence[pytest.Item], folder: Path) -> None:
    """Write down which tests belong together; every process that collects writes the same."""
    groups = {item.nodeid: group for item in items if (group := _group_of(item))}
    begun = folder / f"groups-{os.getpid()}.json"
    begun.write_text(json.dumps(groups), "utf-8")
    begun.rename(folder / NOTE)


def _group_of(item: pytest.Item) -> str:
    marks = item.iter_markers("xdist_group")
    return "+".join(sorted({str(name) for mark in marks for name in mark.args}))
