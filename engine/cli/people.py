"""`countersign user`: accounts, passwords, sessions and bearer tokens."""

from __future__ import annotations

import sys
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.opening import AsJson, AsName, execute_as, opened_engine, read_secret, signed_in
from engine.cli.output import say, say_json, say_table
from engine.domain.actor import Role
from engine.errors import InvalidRequest, NotSignedIn

if TYPE_CHECKING:
    from engine.service.people_rows import AccountRow, KeyRow

app = typer.Typer(
    help="Accounts, their roles, passwords, sessions and bearer tokens.", no_args_is_help=True
)

Name = Annotated[str, typer.Argument(help="Sign-in name.")]
Of = Annotated[str, typer.Option("--of", help="Whose, for administrators; by default your own.")]
Roles = Annotated[list[Role] | None, typer.Option("--role", help="May be given several times.")]


@app.command("add")
def add_user(
    name: Name,
    role: Roles = None,
    display_name: Annotated[str, typer.Option("--display-name", help="As others see it.")] = "",
    as_name: AsName = "",
) -> None:
    """Make an account. Its password is asked for, or read from COUNTERSIGN_NEW_PASSWORD.

    The first account needs no --as; it administers and operates.
    """
    from engine.service.requests import AddPerson

    engine = opened_engine()
    if engine.needs_setup() and not as_name:
        password = _new_password(name)
        first = engine.set_up(engine.people.issue_setup(), name, display_name, password)
        engine.sign_out(first.token)
        say(f"{first.person.name} administers and operates.")
        return
    by = signed_in(engine, as_name)
    request = AddPerson(
        name=name,
        display_name=display_name,
        password=_new_password(name),
        roles=frozenset(role or [Role.OPERATOR]),
    )
    say(engine.execute(request, by).message)


@app.command("list")
def list_users(as_json: AsJson = False) -> None:
    """Everybody with an account."""
    people = opened_engine().people.store.people()
    if as_json:
        say_json(people)
        return
    rows = [
        (
            one.name,
            one.display_name,
            "open" if one.is_active else "closed",
            ", ".join(sorted(one.roles)),
        )
        for one in people
    ]
    say_table(("NAME", "DISPLAY NAME", "ACCOUNT", "ROLES"), rows)


@app.command("roles")
def change_roles(
    name: Name,
    as_name: AsName,
    role: Annotated[list[Role], typer.Option("--role", help="All roles from now on.")],
    close: Annotated[bool, typer.Option("--close", help="Close the account.")] = False,
) -> None:
    """Give a person these roles and no others, or close the account; without --close it is open."""
    from engine.service.requests import ChangePerson

    request = ChangePerson(name=name, roles=frozenset(role), is_active=not close)
    say(execute_as(as_name, request))


@app.command("password")
def change_password(
    as_name: AsName,
    end_tokens: Annotated[
        bool, typer.Option("--end-tokens", help="End your bearer tokens too.")
    ] = False,
) -> None:
    """Change your own password; your sessions end.

    The new one is asked for, or read from COUNTERSIGN_NEW_PASSWORD or the next line of the input.
    """
    from engine.service.requests import ChangePassword

    engine = opened_engine()
    if not as_name:
        raise NotSignedIn("Say who you are: --as NAME.")
    password = read_secret(f"Password of {as_name}", "PASSWORD")
    session = engine.sign_in(as_name, password)
    engine.sign_out(session.token)
    request = ChangePassword(
        old_password=password, new_password=_new_password(as_name), ends_tokens=end_tokens
    )
    say(engine.execute(request, session.person).message)


@app.command("reset")
def reset_password(name: Name, as_name: AsName) -> None:
    """Set somebody else's password; all their sessions and tokens end. For administrators.

    It is asked for, or read from COUNTERSIGN_NEW_PASSWORD or the next line of the input.
    """
    from engine.service.requests import ResetPassword

    engine = opened_engine()
    by = signed_in(engine, as_name)
    request = ResetPassword(name=name, new_password=_new_password(name))
    say(engine.execute(request, by).message)


@app.command("token")
def issue_token(
    as_name: AsName,
    label: Annotated[str, typer.Option("--label", help="What it is for.")],
    days: Annotated[int, typer.Option("--days", help="How long it works.")] = 90,
) -> None:
    """Make a bearer token for the API that acts as you; it is shown once."""
    from engine.service.requests import IssueToken

    say(execute_as(as_name, IssueToken(label=label, days=days)))


@app.command("tokens")
def list_tokens(as_name: AsName, of: Of = "", as_json: AsJson = False) -> None:
    """The bearer tokens that work, newest first; never the tokens themselves."""
    _show(_account(as_name, of).tokens, "LABEL", as_json)


@app.command("revoke")
def revoke_token(
    token: Annotated[str, typer.Argument(help="Its id or its label.")], as_name: AsName, of: Of = ""
) -> None:
    """End a bearer token at once."""
    from engine.service.requests import RevokeToken

    say(execute_as(as_name, RevokeToken(token=token, name=of)))


@app.command("sessions")
def list_sessions(as_name: AsName, of: Of = "", as_json: AsJson = False) -> None:
    """The sessions that have not ended, newest first, with where they were begun."""
    _show(_account(as_name, of).sessions, "BEGUN FROM", as_json)


@app.command("end-sessions")
def end_sessions(
    as_name: AsName,
    of: Of = "",
    one: Annotated[str, typer.Option("--id", help="Only this one.")] = "",
) -> None:
    """End all sessions at once, or one."""
    from engine.service.requests import EndSessions

    say(execute_as(as_name, EndSessions(name=of, session=one)))


def _account(as_name: str, of: str) -> AccountRow:
    from engine.service.people_rows import AskAccount

    engine = opened_engine()
    return engine.account(AskAccount(name=of), signed_in(engine, as_name))


def _show(keys: tuple[KeyRow, ...], label: str, as_json: bool) -> None:
    if as_json:
        say_json(keys)
        return
    rows = [
        (str(key.id), _moment(key.created_at), _moment(key.expires_at), key.label or "this machine")
        for key in keys
    ]
    say_table(("ID", "CREATED (UTC)", "ENDS (UTC)", label), rows)


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}"


def _new_password(name: str) -> str:
    """A new password; somebody at a terminal types it twice.

    Raises:
        InvalidRequest: The two are not the same.
    """
    password = read_secret(f"New password of {name}", "NEW_PASSWORD")
    if sys.stdin.isatty() and read_secret("The same again", "NEW_PASSWORD") != password:
        raise InvalidRequest("The two passwords are not the same.")
    return password
