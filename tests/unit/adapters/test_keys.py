"""Key files are made once, kept private, and refused when they are not."""

import stat
from pathlib import Path

import pytest

from engine.adapters.keys import AUDIT, NAMES, SEAL, KeyFolder
from engine.errors import ConfigError


def test_keys_are_made_once_and_private(tmp_path: Path) -> None:
    folder = KeyFolder(path=tmp_path / "keys")
    assert folder.make_missing() == NAMES
    before = [folder.read(name) for name in NAMES]
    assert folder.make_missing() == ()
    assert [folder.read(name) for name in NAMES] == before
    assert [stat.S_IMODE((folder.path / name).stat().st_mode) for name in NAMES] == [0o600] * 2
    assert [len(key or b"") for key in before] == [32, 32]
    assert before[0] != before[1]


def test_missing_key_is_no_error(tmp_path: Path) -> None:
    folder = KeyFolder(path=tmp_path)
    assert folder.read(SEAL) is None
    assert folder.missing() == NAMES


def test_key_open_to_others_is_refused(tmp_path: Path) -> None:
    folder = KeyFolder(path=tmp_path)
    folder.make_missing()
    (tmp_path / AUDIT).chmod(0o640)
    with pytest.raises(ConfigError, match="chmod 600"):
        folder.read(AUDIT)


def test_damaged_key_is_refused(tmp_path: Path) -> None:
    folder = KeyFolder(path=tmp_path)
    folder.make_missing()
    (tmp_path / SEAL).write_bytes(b"short")
    with pytest.raises(ConfigError, match="damaged"):
        folder.read(SEAL)


def test_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "keys").write_text("")
    with pytest.raises(ConfigError, match="cannot be written"):
        KeyFolder(path=tmp_path / "keys").make_missing()
