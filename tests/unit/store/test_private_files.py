"""Database files hold case texts and password hashes: nobody but their owner reads them."""

import stat
from pathlib import Path

from engine.desks.incidents.itsm_database import open_itsm
from engine.store.database import open_database


def mode(file: Path) -> int:
    return stat.S_IMODE(file.stat().st_mode)


def test_database_and_its_log_are_private(tmp_path: Path) -> None:
    file = tmp_path / "new" / "countersign.db"
    database = open_database(f"sqlite:///{file}")
    with database.writer.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE t (x)")
        assert {mode(one) for one in file.parent.iterdir()} == {0o600}
    database.close()


def test_incident_system_is_private(tmp_path: Path) -> None:
    itsm = open_itsm(f"sqlite:///{tmp_path / 'itsm.db'}")
    itsm.make_folder()
    assert mode(tmp_path / "itsm.db") == 0o600
    itsm.close()
