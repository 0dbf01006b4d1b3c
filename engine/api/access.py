"""Access: who calls, by bearer token. Cookies mean nothing here, so no page can call for anyone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from engine.domain.actor import Person
from engine.errors import NotSignedIn
from engine.service.engine import Engine

_bearer = HTTPBearer(auto_error=False, description="A token of `countersign user token`.")


def engine_of(request: Request) -> Engine:
    """The engine the application was made with."""
    opened: Callable[[], Engine] = request.app.state.open_engine
    return opened()


def caller(
    engine: Annotated[Engine, Depends(engine_of)],
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> Person:
    """The person the token stands for.

    Raises:
        NotSignedIn: There is no token, or it is unknown, revoked or has ended.
    """
    if credentials is None:
        raise NotSignedIn("Send a bearer token: Authorization: Bearer <token>.")
    return engine.person_of_token(credentials.credentials)


def submitter(
    engine: Annotated[Engine, Depends(engine_of)], person: Annotated[Person, Depends(caller)]
) -> Person:
    """A caller who may send cases in.

    Raises:
        NotAllowed: The person only looks on; the attempt is in the ledger.
    """
    engine.admit(person)
    return person


OpenEngine = Annotated[Engine, Depends(engine_of)]
Caller = Annotated[Person, Depends(caller)]
Submitter = Annotated[Person, Depends(submitter)]
