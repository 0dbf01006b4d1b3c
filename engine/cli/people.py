"""`countersign user`: accounts and bearer tokens."""

from __future__ import annotations

from typing import Annotated

import typer

from engine.cli.opening import AsJson, AsName, execute_as, opened_engine, read_secret, signed_in
from engine.cli.output import say, say_json, say_table
from engine.domain.actor import Role

app = typer.Typer(help="Accounts, their roles and bearer tokens.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="Sign-in name.")]
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
        password = read_secret(f"New password of {name}", "NEW_PASSWORD")
        first = engine.set_up(engine.people.issue_setup(), name, display_name, password)
        engine.sign_out(first.token)
        say(f"{first.person.name} administers and operates.")
        return
    by = signed_in(engine, as_name)
    request = AddPerson(
        name=name,
        display_name=display_name,
        password=read_secret(f"New password of {name}", "NEW_PASSWORD"),
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


@app.command("token")
def issue_token(
    as_name: AsName,
    label: Annotated[str, typer.Option("--label", help="What it is for.")],
    days: Annotated[int, typer.Option("--days", help="How long it works.")] = 90,
) -> None:
    """Make a bearer token for the API that acts as you; it is shown once."""
    from engine.service.requests import IssueToken

    say(execute_as(as_name, IssueToken(label=label, days=days)))
