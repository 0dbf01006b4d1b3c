"""`countersign feed` that is told to stop, whatever it was about to do."""

from pathlib import Path
from threading import Event

import pytest

from engine.cli import feeding, main


def test_feed_stopped_at_once_ends_quietly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stopped = Event()
    stopped.set()
    monkeypatch.setattr(feeding, "stop_on_signals", lambda: stopped)
    monkeypatch.setenv("COUNTERSIGN_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("COUNTERSIGN_DESKS", "orders")
    monkeypatch.setenv("COUNTERSIGN_SHOP_URL", "http://127.0.0.1:9")
    for command in (["migrate"], ["feed"]):
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(command)
        assert not ended.value.code
    assert capsys.readouterr() == ("", "")
