"""Session: the console's only wiring. The engine, who is signed in, and the way to ask for things.

Pages and components read rows with `queries()` and act with `submit()`; they reach the engine in
no other way. What a page remembers goes through `recall` and `remember`, so that keys of two
pages never meet.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from time import perf_counter
from typing import ParamSpec, TypeVar

import streamlit as st

from console import flash
from console import format as words
from engine.domain.actor import Person
from engine.errors import EngineError, NotSignedIn, StoreUnavailable
from engine.service.engine import Done, Engine
from engine.service.queries import Queries
from engine.service.requests import Request

COOKIE = "countersign_session"
SIGN_IN_PATH = "/signin"

# A link button would open a second tab, and this one would stay signed out.
_WAY_IN = f'<a class="way-in" href="{SIGN_IN_PATH}" target="_self">Sign in</a>'

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True, slots=True)
class Wiring:
    """What the console is connected to."""

    open_engine: Callable[[], Engine]
    read_token: Callable[[], str]
    """The session token the browser sent; empty where there is none."""
    now: Callable[[], datetime]
    """The wall clock, aware UTC: for countdowns and signs of life."""
    stopwatch: Callable[[], float] = perf_counter
    """Seconds from any start: for the time a person takes."""


def _open_engine() -> Engine:
    from engine.bootstrap import open_engine

    return open_engine()


def _now() -> datetime:
    from engine.bootstrap import open_clock

    return open_clock().now()


def _read_cookie() -> str:
    return st.context.cookies.get(COOKIE, "")


_wiring = Wiring(open_engine=_open_engine, read_token=_read_cookie, now=_now)


def wire(wiring: Wiring) -> None:
    """Connect the console to something else than its defaults, for all sessions.

    The web process calls it to share its engine; tests call it with a fake.
    """
    global _wiring
    _wiring = wiring
    _opened.clear()


def current_wiring() -> Wiring:
    """What the console is connected to now."""
    return _wiring


@st.cache_resource(show_spinner=False)
def _opened() -> Engine:
    return _wiring.open_engine()


def engine() -> Engine:
    """The engine of this process, opened once."""
    return _opened()


def queries() -> Queries:
    """The reads."""
    return engine().queries


def now() -> datetime:
    """The wall clock, aware UTC."""
    return _wiring.now()


def stopwatch() -> float:
    """Seconds from some start; only differences mean anything."""
    return _wiring.stopwatch()


def person() -> Person:
    """Who is signed in; asked anew each time, so that an ended session ends here too.

    Raises:
        NotSignedIn: Nobody is, or the session has ended.
    """
    token = _wiring.read_token()
    if not token:
        raise NotSignedIn
    return engine().person_of_session(token)


def signed_in() -> Person | None:
    """Who is signed in; None where nobody is."""
    try:
        return person()
    except NotSignedIn:
        return None


def sign_out() -> None:
    """End the session; the next run shows the way to sign in again."""
    engine().sign_out(_wiring.read_token())


def submit(request: Request, *, is_quiet: bool = False) -> Done | None:
    """Ask the engine for something in the name of the signed-in person.

    What came of it becomes a flash message; nothing is raised for what the engine refuses.

    Args:
        request: What to do, with the version that was on the screen.
        is_quiet: Say nothing where it went well (claims, renewals).

    Returns:
        What was done, or None where it was refused: then the person's draft has to stay.
    """
    try:
        done = engine().execute(request, person())
    except EngineError as error:
        flash.add(words.tone_of_error(error), words.error_words(error), error.code)
        return None
    if not is_quiet:
        flash.add("success", done.message)
    return done


def attempt(do: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> None:
    """Run a callback that reads; what the engine raises becomes a flash message."""
    try:
        do(*args, **kwargs)
    except EngineError as error:
        flash.add(words.tone_of_error(error), words.error_words(error), error.code)


def guarded(draw: Callable[P, T]) -> Callable[P, T | None]:
    """Draw a page or fragment for the signed-in person alone, with errors in words."""

    @explained
    @wraps(draw)
    def drawn(*args: P.args, **kwargs: P.kwargs) -> T:
        person()
        return draw(*args, **kwargs)

    return drawn


def guarded_briefly(draw: Callable[P, T]) -> Callable[P, T | None]:
    """The same for a small part that refreshes itself: one line, and it tries again anyway."""
    return _explained_by(draw, lambda error: st.caption(words.plain(error.message)))


def guarded_silently(draw: Callable[P, T]) -> Callable[P, T | None]:
    """The same for what stands beside something that says itself what is wrong."""
    return _explained_by(draw, lambda error: None)


def explained(draw: Callable[P, T]) -> Callable[P, T | None]:
    """Show what the engine raises in words, whoever is signed in."""

    def explain(error: EngineError) -> None:
        st.error(words.plain(words.error_words(error)), icon=":material/error:")
        if isinstance(error, StoreUnavailable):
            st.button("Try again", key=f"retry:{draw.__qualname__}")

    return _explained_by(draw, explain)


def _explained_by(
    draw: Callable[P, T], explain: Callable[[EngineError], object]
) -> Callable[P, T | None]:
    """The one place of the console that catches the engine's errors while drawing."""

    @wraps(draw)
    def drawn(*args: P.args, **kwargs: P.kwargs) -> T | None:
        try:
            return draw(*args, **kwargs)
        except NotSignedIn:
            draw_way_in()
        except EngineError as error:
            explain(error)
        return None

    return drawn


def draw_way_in() -> None:
    """Say that nobody is signed in, with the way in."""
    st.subheader("Sign in to go on", anchor=False)
    st.text("Nobody is signed in here, or the session has ended. What you typed is kept.")
    st.html(_WAY_IN)


# --- what a page remembers -----------------------------------------------------------------


def key(page: str, *parts: object) -> str:
    """A session and widget key of a page: `page:part:part`."""
    return ":".join([page, *(str(part) for part in parts)])


def recall(page: str, name: str, default: T) -> T:
    """What a page kept in this session, or the default."""
    kept: T = st.session_state.get(key(page, name), default)
    return kept


def remember(page: str, name: str, value: object) -> None:
    """Keep something of a page for this session."""
    st.session_state[key(page, name)] = value


def forget(page: str, name: str) -> None:
    """Drop what a page kept."""
    st.session_state.pop(key(page, name), None)
