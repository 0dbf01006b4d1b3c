"""Doors: the routes for signing in, signing out and the first account.

They check where a form comes from and set the session cookie; who somebody is, the engine says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html import escape
from typing import ParamSpec, TypeVar
from urllib.parse import parse_qsl, urlsplit

from anyio import CapacityLimiter, to_thread
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from console.server import door_pages
from console.session import COOKIE, SIGN_IN_PATH
from engine.errors import EngineError, NotAllowed, NotSignedIn, StoreUnavailable
from engine.service.demonstration_rows import DemonstrationRow
from engine.service.engine import Engine, Session

SIGN_OUT_PATH = "/signout"
SET_UP_PATH = "/setup"
PERSONA_PATH = "/persona"
"""Takes the place of somebody simulated: on a demonstration, from this machine, and never else."""

_LONGEST_FORM = 16_384
_MOST_FIELDS = 10
_AT_ONCE = 2
"""Passwords checked at the same time: each takes 64 MiB and a core on purpose."""
_FORWARDED = frozenset({"x-forwarded-for", "forwarded"})
PROXY = "a proxy"
"""Where everything comes from that a proxy has passed on."""
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_NO_STORE = {"Cache-Control": "no-store"}

P = ParamSpec("P")
T = TypeVar("T")


class Doors:
    """The routes, over an engine that is opened when it is needed."""

    def __init__(
        self,
        open_engine: Callable[[], Engine],
        public_url: str = "",
        *,
        host: str = "127.0.0.1",
    ) -> None:
        """Prepare.

        Args:
            open_engine: Gives the engine of this process.
            public_url: The address people type where a proxy stands in front.
            host: The address this process listens on.
        """
        self._open_engine = open_engine
        self._public = urlsplit(public_url)
        self._is_for_itself = host in LOOPBACK and not public_url
        self._limiter: CapacityLimiter | None = None

    def routes(self) -> list[Route]:
        """What to mount beside the console."""
        return [
            Route(SIGN_IN_PATH, self.show_sign_in, methods=["GET"]),
            Route(SIGN_IN_PATH, self.sign_in, methods=["POST"]),
            Route(SIGN_OUT_PATH, self.sign_out, methods=["GET", "POST"]),
            Route(SET_UP_PATH, self.show_set_up, methods=["GET"]),
            Route(SET_UP_PATH, self.set_up, methods=["POST"]),
            Route(PERSONA_PATH, self.take_place, methods=["POST"]),
        ]

    async def is_signed_in(self, token: str) -> bool:
        """Whether a session cookie still stands for somebody."""
        if not token:
            return False
        try:
            await to_thread.run_sync(lambda: self._open_engine().person_of_session(token))
        except NotSignedIn:
            return False
        return True

    async def show_sign_in(self, request: Request) -> Response:
        """The form, or on to the console for somebody who is signed in."""
        target = safe_target(request.query_params.get("next", ""))
        if await self.is_signed_in(request.cookies.get(COOKIE, "")):
            return RedirectResponse(target, status_code=303, headers=_NO_STORE)
        is_new = await to_thread.run_sync(lambda: self._open_engine().needs_setup())
        shown = await self._demonstration(request)
        return page(door_pages.sign_in_page(target=target, is_new=is_new, demonstration=shown))

    async def sign_in(self, request: Request) -> Response:
        """Check name and password; a new session replaces the one the browser had."""
        if not self.is_own_form(request):
            return forbidden()
        form = await read_form(request)
        target, name = safe_target(form.get("next", "")), form.get("name", "")
        try:
            session = await self._with_password(
                lambda: self._open_engine().sign_in(
                    name, form.get("password", ""), client=client_of(request)
                )
            )
        except NotSignedIn as error:
            status, headers = _refusal(error)
            text = door_pages.sign_in_page(target=target, name=name, error=error.message)
            return page(text, status, headers)
        except StoreUnavailable as error:
            return page(door_pages.sign_in_page(target=target, name=name, error=error.message), 503)
        await self._end(request)
        return self._admit(request, session, target)

    async def take_place(self, request: Request) -> Response:
        """Sign in as somebody simulated; the engine asks for the mark of a demonstration again."""
        if not self.is_own_form(request) or not self.is_from_itself(request):
            return forbidden()
        form = await read_form(request)
        name = form.get("name", "")
        try:
            session = await to_thread.run_sync(
                lambda: self._open_engine().sign_in_as(name, client=client_of(request))
            )
        except NotAllowed as error:
            words = escape(error.message)
            return page(door_pages.notice_page("Not here", words), 403)
        await self._end(request)
        return self._admit(request, session, safe_target(form.get("next", "")))

    def is_from_itself(self, request: Request) -> bool:
        """Whether a request stays on this machine: where it is from, to, and by which name."""
        is_named_so = urlsplit(f"//{request.headers.get('host', '')}").hostname in LOOPBACK
        return self._is_for_itself and is_named_so and client_of(request) in LOOPBACK

    async def _demonstration(self, request: Request) -> DemonstrationRow | None:
        """What demonstration this is, for whom it may be offered."""
        if not self.is_from_itself(request):
            return None
        return await to_thread.run_sync(lambda: self._open_engine().queries.demonstration())

    async def sign_out(self, request: Request) -> Response:
        """End the session. Another site cannot cause it: the cookie would not come along."""
        if request.method == "POST" and not self.is_own_form(request):
            return forbidden()
        if request.headers.get("sec-fetch-site") == "cross-site":
            return forbidden()
        await self._end(request)
        response = RedirectResponse(SIGN_IN_PATH, status_code=303, headers=_NO_STORE)
        response.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")
        return response

    async def show_set_up(self, request: Request) -> Response:
        """The form for the first account; a link that makes none is told before it is filled in."""
        engine = self._open_engine()
        if not await to_thread.run_sync(engine.needs_setup):
            return RedirectResponse(SIGN_IN_PATH, status_code=303, headers=_NO_STORE)
        token = request.query_params.get("token", "")
        if not await to_thread.run_sync(lambda: engine.is_set_up_link(token)):
            return page(door_pages.wrong_set_up_page(), 403)
        return page(door_pages.set_up_page(token=token))

    async def set_up(self, request: Request) -> Response:
        """Make the first account and sign it in."""
        if not self.is_own_form(request):
            return forbidden()
        form = await read_form(request)
        password = form.get("password", "")
        if password != form.get("again", ""):
            return self._set_up_again(form, "The two passwords are not the same.", 422)
        try:
            session = await self._with_password(
                lambda: self._set_up(form, password, client_of(request))
            )
        except NotAllowed as error:
            return self._set_up_again(form, error.message, 403)
        except EngineError as error:
            return self._set_up_again(form, error.message, 503 if error.retryable else 422)
        return self._admit(request, session, "/")

    def is_own_form(self, request: Request) -> bool:
        """Whether a form was sent by a page of this address (or by a program)."""
        if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
            return False
        origin = request.headers.get("origin")
        if origin is None:
            return True
        own = {request.headers.get("host", ""), self._public.netloc} - {""}
        return urlsplit(origin).netloc in own

    def _set_up(self, form: Mapping[str, str], password: str, client: str) -> Session:
        return self._open_engine().set_up(
            form.get("token", ""),
            form.get("name", ""),
            form.get("display_name", ""),
            password,
            client=client,
        )

    def _set_up_again(self, form: Mapping[str, str], error: str, status: int) -> Response:
        text = door_pages.set_up_page(
            token=form.get("token", ""),
            name=form.get("name", ""),
            display_name=form.get("display_name", ""),
            error=error,
        )
        return page(text, status)

    async def _with_password(self, act: Callable[[], T]) -> T:
        if self._limiter is None:  # belongs to the loop that is running now
            self._limiter = CapacityLimiter(_AT_ONCE)
        return await to_thread.run_sync(act, limiter=self._limiter)

    async def _end(self, request: Request) -> None:
        if token := request.cookies.get(COOKIE, ""):
            await to_thread.run_sync(lambda: self._open_engine().sign_out(token))

    def _admit(self, request: Request, session: Session, target: str) -> Response:
        response = RedirectResponse(target, status_code=303, headers=_NO_STORE)
        response.set_cookie(
            COOKIE,
            session.token,
            expires=session.expires_at,
            path="/",
            secure=request.url.scheme == "https" or self._public.scheme == "https",
            httponly=True,
            samesite="strict",
        )
        return response


async def read_form(request: Request) -> dict[str, str]:
    """The fields of a small form; empty where it is none or too large."""
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > _LONGEST_FORM:
            return {}
    try:
        text = body.decode("ascii")
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError:
        return {}
    return dict(pairs)


def client_of(request: Request) -> str:
    """The address a request comes from, as this process sees it.

    What a request says of that itself is not believed. The server below does believe it of a
    program on this machine and forgets the address it has seen; so whatever was forwarded counts
    as coming from one place.
    """
    if _FORWARDED.intersection(request.headers):
        return PROXY
    return request.client.host if request.client else PROXY


def safe_target(target: str) -> str:
    """A path on this site to go to; the start page for anything else."""
    parts = urlsplit(target.replace("\\", "/"))
    is_own = target.startswith("/") and not target.startswith("//") and not parts.netloc
    is_door = parts.path in {SIGN_IN_PATH, SIGN_OUT_PATH, SET_UP_PATH, PERSONA_PATH}
    return target if is_own and not is_door and target.isprintable() else "/"


def page(text: str, status: int = 200, headers: Mapping[str, str] | None = None) -> HTMLResponse:
    """A page that no cache keeps."""
    own = _NO_STORE | {"Content-Security-Policy": door_pages.POLICY}
    return HTMLResponse(text, status_code=status, headers=own | dict(headers or {}))


def forbidden() -> HTMLResponse:
    """The answer to a form that another site has sent."""
    words = 'This form came from another address. <a href="/signin">Sign in here</a>.'
    return page(door_pages.notice_page("Not from here", words), 403)


def _refusal(error: NotSignedIn) -> tuple[int, dict[str, str]]:
    wait_s = error.facts.get("retry_after_s")
    return (429, {"Retry-After": str(wait_s)}) if wait_s else (401, {})
