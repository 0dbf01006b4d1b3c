"""The account of whoever is signed in, read through the engine's door. Draws nothing."""

from __future__ import annotations

from console import session
from engine.service.people_rows import AccountRow, AskAccount


def account() -> AccountRow:
    """The signed-in person's account with its sessions and tokens."""
    asked = AskAccount(session=own_token())
    return session.engine().account(asked, session.person())


def own_token() -> str:
    """Token of the session this page is seen in, so that it can be spared; never shown."""
    return session.current_wiring().read_token()
