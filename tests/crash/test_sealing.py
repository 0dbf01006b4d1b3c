"""Kills while the ledger is sealed, and while the keys are made."""

from pathlib import Path

import pytest

from engine.adapters import keys
from engine.bootstrap import prepare
from tests.crash import doomed
from tests.crash.doomed import Place
from tests.crash.site import Site, open_site, rows_of

CUT = -25
"""SIGXFSZ: the kernel ends the process at the byte that was chosen."""
IN_THE_LINE = [0, 1, 40, 200]


@pytest.mark.parametrize("more", IN_THE_LINE)
def test_seal_cut_off_before_its_line_is_completed(site: Site, more: int) -> None:
    """The seal is committed, its line in the file is missing or torn; the next sealing mends it."""
    site.submit(rows_of("A", 3))
    assert site.run(doomed.seal, more) == CUT
    report = site.engine.verify_ledger()
    assert report.unsealed == 0
    assert report.has_torn_line is (more > 0)
    site.drain()
    assert site.faults() == []


def test_seals_cut_off_twice_are_both_completed(site: Site) -> None:
    for prefix, more in (("A", 0), ("B", 30)):
        site.submit(rows_of(prefix, 1))
        assert site.run(doomed.seal, more) == CUT
    site.drain()
    assert site.faults() == []


@pytest.mark.parametrize("written", [0, 16])
def test_key_cut_off_while_written_is_made_again(site: Site, tmp_path: Path, written: int) -> None:
    """A first start that dies while it makes its keys must not lock the installation up."""
    folder = tmp_path / "fresh"
    fresh = open_site(Place(folder=folder, url=f"sqlite:///{folder / 'c.db'}"), site.processes)
    assert fresh.run(doomed.set_up, written) == CUT
    prepare(fresh.parts)
    made = [fresh.parts.key(name) for name in keys.NAMES]
    fresh.close()
    assert [len(key or b"") for key in made] == [32, 32]
    assert sorted(path.name for path in (folder / "keys").iterdir()) == sorted(keys.NAMES)
