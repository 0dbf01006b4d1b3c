"""Ask: carry out one request of a caller, once for each Idempotency-Key."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Annotated

from fastapi import Header, Request

from engine.api.access import Caller, OpenEngine
from engine.api.as_json import as_json
from engine.api.replies import LONGEST_KEY, Replies
from engine.domain.actor import Person
from engine.domain.canonical import Json
from engine.errors import AlreadyDone
from engine.service import requests
from engine.service.engine import Done, Engine

Key = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        max_length=LONGEST_KEY,
        description="One for each thing you want done; the same key again is not done twice.",
    ),
]


@dataclass(frozen=True, kw_only=True, slots=True)
class Asking:
    """A caller with the route and key of the request."""

    engine: Engine
    person: Person
    replies: Replies
    route: str
    key: str

    @property
    def client_key(self) -> str:
        """The key as the engine keeps it: one person's keys never meet another's."""
        text = f"{self.person.id}\n{self.route}\n{self.key}"
        return sha256(text.encode("utf-8", "replace")).hexdigest()

    def do(self, request: requests.Request) -> Json:
        """Carry out a request of the engine in the caller's name."""
        return self.once(request, lambda: self._done(request))

    def once(self, content: object, act: Callable[[], Json]) -> Json:
        """Act, unless this key has been answered already.

        Args:
            content: What was asked for; the same key with other content is refused.
            act: Does it and gives the answer.
        """
        if not self.key:
            return act()
        place = (self.person.name, self.route, self.key)
        body = sha256(repr(content).encode("utf-8", "replace")).digest()
        known = self.replies.begin(place, body)
        if known is not None:
            return {**known, "is_repeat": True}
        try:
            answer = act()
        except BaseException:
            self.replies.forget(place)
            raise
        self.replies.finish(place, body, answer)
        return answer

    def _done(self, request: requests.Request) -> Json:
        try:
            done = self.engine.execute(request, self.person)
        except AlreadyDone as error:
            return answer_of(Done(message=error.message)) | {"is_repeat": True}
        return answer_of(done)


def asking(request: Request, engine: OpenEngine, person: Caller, key: Key = "") -> Asking:
    """The caller's request, for routes that change something."""
    return Asking(
        engine=engine,
        person=person,
        replies=request.app.state.replies,
        route=f"{request.method} {request.url.path}",
        key=key,
    )


def answer_of(done: Done) -> dict[str, Json]:
    """What the API says about a request that was carried out."""
    answer: dict[str, Json] = as_json(done)
    answer.pop("secret")
    return answer | {"is_repeat": False}
