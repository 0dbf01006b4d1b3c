"""Engine: the only door of console, command line and API."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from engine.domain.actor import Person
from engine.domain.case import Origin
from engine.domain.ids import CaseId
from engine.service.people_rows import AccountRow, AskAccount
from engine.service.preview_rows import AskPreview, PreviewRow
from engine.service.queries import Queries
from engine.service.requests import Request
from engine.service.simulation_rows import AskSimulation, SimulationRow


@dataclass(frozen=True, kw_only=True, slots=True)
class Done:
    """What came of a request."""

    message: str
    """One sentence for the person."""
    case_id: CaseId | None = None
    version: int | None = None
    """The case's version now."""
    take_back_until: datetime | None = None
    secret: str = field(default="", repr=False)
    """Shown once: a token that was issued."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RejectedLine:
    """A line that did not go in."""

    line: int
    """1 is the first line of the file, its header included."""
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Submitted:
    """What came of an intake."""

    accepted: int
    duplicates: int
    changed: int
    """Known cases that came with other content."""
    labels: int
    rejected: tuple[RejectedLine, ...]
    case_ids: tuple[CaseId, ...] = ()
    """New cases; only for small intakes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Session:
    """A signed-in person."""

    token: str = field(repr=False)
    """Goes into the cookie; only its hash is stored."""
    person: Person
    expires_at: datetime


class Engine(Protocol):
    """Requests in, rows out."""

    @property
    def queries(self) -> Queries:
        """The reads behind every page."""
        ...

    def execute(self, request: Request, person: Person) -> Done:
        """Carry out a request in a person's name.

        Raises:
            NotAllowed: The person may not; the attempt is in the ledger.
            Conflict: Somebody was faster.
            InvalidRequest: The request breaks a rule.
            StoreUnavailable: Nothing was changed.
        """
        ...

    def admit(self, person: Person) -> None:
        """Let somebody send cases in.

        Raises:
            NotAllowed: The person only looks on; the attempt is in the ledger.
        """
        ...

    def submit(
        self,
        desk: str,
        rows: Iterable[tuple[int, dict[str, str]]],
        *,
        origin: Origin = Origin.REAL,
        is_replay: bool = False,
        submitted_by: str,
    ) -> Submitted:
        """Take in rows (line number, columns); each goes in once.

        Args:
            desk: Name of the desk.
            rows: Numbered rows of text fields.
            origin: Real or simulated.
            is_replay: History: the desk's clock follows the rows instead of the wall.
            submitted_by: Who sends them, for the ledger.

        Raises:
            NotFound: There is no such desk.
            IntakeError: A column is unknown or missing.
        """
        ...

    def account(self, asked: AskAccount, person: Person) -> AccountRow:
        """An account with its sessions and tokens: one's own, for administrators anybody's.

        Raises:
            NotAllowed: It is somebody else's; the attempt is in the ledger.
            NotFound: There is no such person.
        """
        ...

    def simulate(self, asked: AskSimulation) -> SimulationRow:
        """What a draft would have done with the desk's history, and may do next.

        It explores and changes nothing; the first answer about a desk takes seconds.

        Raises:
            NotFound: There is no such desk.
            InvalidRequest: The draft is for another desk, a figure is out of range, or nothing was
                recommended yet.
            ConfigError: The draft is no document of that kind; the message names the line.
            ToolUnavailable: The process that simulates did not answer; ask again.
        """
        ...

    def preview(self, asked: AskPreview, person: Person) -> PreviewRow:
        """What a call that a person is about to ask for would change now; it only reads.

        Raises:
            NotFound: There is no such case.
            NotAllowed: The person may not decide it; the attempt is in the ledger.
            InvalidRequest: The call breaks a schema, or a rule that binds people.
            Conflict: The target cannot be asked now.
        """
        ...

    def preview_undo(self, case_id: CaseId, person: Person) -> tuple[PreviewRow, ...]:
        """What an undo of a case would change now, in the order in which it would be done.

        None of it where nothing of the case stands, or nothing puts it back.

        Raises:
            NotFound: There is no such case.
            NotAllowed: The person may not decide it; the attempt is in the ledger.
            InvalidRequest: A rule that binds people forbids it.
            Conflict: A target cannot be asked now.
        """
        ...

    def sign_in(self, name: str, password: str, *, client: str = "") -> Session:
        """Start a session.

        Args:
            name: As it was typed.
            password: As it was typed.
            client: Address of whoever asks, as this process sees it; empty for this machine.

        Raises:
            NotSignedIn: Name or password is wrong (it does not say which), or attempts have to
                wait: then `facts["retry_after_s"]` says how long.
        """
        ...

    def sign_in_as(self, persona: str, *, client: str) -> Session:
        """Start a session as somebody simulated, without a password: on a demonstration alone.

        Args:
            persona: Sign-in name.
            client: Address of whoever asks, as this process sees it; only this machine may.

        Raises:
            NotAllowed: This is no demonstration, the request is not from this machine, or nobody
                simulated is called so.
        """
        ...

    def sign_out(self, token: str) -> None:
        """End a session."""
        ...

    def person_of_session(self, token: str) -> Person:
        """Who a session cookie stands for.

        Raises:
            NotSignedIn: The session is unknown or has ended.
        """
        ...

    def person_of_token(self, token: str) -> Person:
        """Who a bearer token stands for.

        Raises:
            NotSignedIn: The token is unknown, revoked or has ended.
        """
        ...

    def needs_setup(self) -> bool:
        """Whether there is no account yet."""
        ...

    def is_set_up_link(self, setup_token: str) -> bool:
        """Whether a one-time link makes the first account now; asking does not use it up."""
        ...

    def set_up(
        self, setup_token: str, name: str, display_name: str, password: str, *, client: str = ""
    ) -> Session:
        """Make the first account, an administrator who also operates, with the one-time link.

        Raises:
            NotAllowed: The link is wrong, used or too old.
            InvalidRequest: The password is too short.
        """
        ...
