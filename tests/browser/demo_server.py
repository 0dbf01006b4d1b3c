"""The web process over a marked database with its people and no history.

python -m tests.browser.demo_server PORT FOLDER
"""

import sys
from datetime import UTC, datetime
from pathlib import Path

from console.server import Address, create_app, streamlit_settings
from engine.adapters.system import SystemClock
from engine.bootstrap import engine_of, open_parts
from engine.bootstrap.demonstration import open_history
from engine.bootstrap.demonstration.clockwork import HistoryClock
from engine.settings import Settings
from engine.testing.stub_desk import DESK, stub_desk


def main() -> None:
    port, folder = int(sys.argv[1]), Path(sys.argv[2])
    desks = {DESK: stub_desk(folder / "tickets.db")}
    settings = Settings(data_dir=folder)
    begins_at = datetime(2026, 3, 2, 8, tzinfo=UTC)
    open_history(settings, seed=3, clock=HistoryClock(begins_at), desks=desks)
    parts = open_parts(settings, desks=desks)
    app = create_app(lambda: engine_of(parts), now=SystemClock().now)
    app.run(config=streamlit_settings(Address(port=port)))


if __name__ == "__main__":
    main()
