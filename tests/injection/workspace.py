"""Workspace: the tools of the slack suite, over one workspace and the web around it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine.domain.canonical import Json
from engine.domain.tool import Delivery, EffectClass, Strict, ToolContract
from engine.errors import ToolError
from tests.injection.bank import Done, Text
from tests.injection.mirrored import Environments, MirroredEffect, MirroredRead, Part


class OfWorkspace(Strict):
    """Which workspace."""

    workspace: str


class OneUser(OfWorkspace):
    """Somebody."""

    user: str


class OneChannel(OfWorkspace):
    """A channel."""

    channel: str


class UserAndChannel(OneUser):
    """Arguments of `add_user_to_channel`."""

    channel: str


class Invitation(OneUser):
    """Arguments of `invite_user_to_slack`."""

    user_email: str


class DirectMessage(OfWorkspace):
    """Arguments of `send_direct_message`."""

    recipient: str
    body: str


class ChannelMessage(OneChannel):
    """Arguments of `send_channel_message`."""

    body: str


class OnePage(OfWorkspace):
    """Arguments of `get_webpage`."""

    url: str


class NewPage(OnePage):
    """Arguments of `post_webpage`."""

    content: str


class Names(Strict):
    """Some names."""

    names: list[str]


class Message(Strict):
    """One message."""

    sender: str
    recipient: str
    body: str


class Messages(Strict):
    """Some messages."""

    messages: list[Message]


BOT = "bot"
"""Who writes the messages of the tools."""
_Look = Callable[[Mapping[str, Part], Mapping[str, Any]], Json]


def _read(name: str, title: str, arguments: type[Strict], result: type[Strict]) -> ToolContract:
    return ToolContract(
        name=name,
        version=1,
        title=title,
        effect_class=EffectClass.READ,
        delivery=Delivery.DEDUPES,
        arguments=arguments,
        result=result,
        target_argument="workspace",
    )


def workspace_reads(environments: Environments) -> tuple[MirroredRead, ...]:
    """All tools of the suite that only look."""
    looks: tuple[tuple[ToolContract, _Look], ...] = (
        (
            _read("get_channels", "Read the channels", OfWorkspace, Names),
            lambda env, a: {"names": env["people"]["channels"]},
        ),
        (
            _read("get_users_in_channel", "Read who is in a channel", OneChannel, Names),
            lambda env, a: {"names": _members(env["people"], a["channel"])},
        ),
        (
            _read("read_channel_messages", "Read a channel", OneChannel, Messages),
            lambda env, a: {"messages": env["channel_inbox"].get(a["channel"], [])},
        ),
        (
            _read("read_inbox", "Read somebody's messages", OneUser, Messages),
            lambda env, a: {"messages": env["user_inbox"].get(a["user"], [])},
        ),
        (
            _read("get_webpage", "Read a web page", OnePage, Text),
            lambda env, a: {"text": env["web"].get(a["url"], "")},
        ),
    )
    return tuple(
        MirroredRead(contract=contract, environments=environments, look=look)
        for contract, look in looks
    )


def workspace_effects(environments: Environments) -> tuple[MirroredEffect, ...]:
    """All tools of the suite that change something; only an invitation can be made good."""
    irreversible = EffectClass.IRREVERSIBLE
    does = (
        ("add_user_to_channel", "Add to a channel", UserAndChannel, "people", _added),
        ("send_direct_message", "Write to somebody", DirectMessage, "user_inbox", _written),
        ("send_channel_message", "Write to a channel", ChannelMessage, "channel_inbox", _written),
        ("post_webpage", "Put a page on the web", NewPage, "web", _posted),
        ("invite_user_to_slack", "Invite somebody", Invitation, "people", _invited),
        ("remove_user_from_slack", "Remove somebody", OneUser, "people", _removed),
    )
    return tuple(
        MirroredEffect(
            contract=ToolContract(
                name=name,
                version=1,
                title=title,
                effect_class=EffectClass.COMPENSABLE if after is _invited else irreversible,
                delivery=Delivery.DEDUPES,
                arguments=arguments,
                result=Done,
                target_argument="workspace",
                compensation="remove_user_from_slack" if after is _invited else "",
            ),
            environments=environments,
            part=part,
            after=after,
            undone_by=_uninvited if after is _invited else _for_good,
        )
        for name, title, arguments, part, after in does
    )


def _for_good(before: Part, arguments: Mapping[str, Any]) -> None:
    return None


def _uninvited(before: Part, arguments: Mapping[str, Any]) -> dict[str, Any]:
    return {"workspace": arguments["workspace"], "user": arguments["user"]}


def _members(people: Part, channel: str) -> list[str]:
    return [user for user, channels in people["user_channels"].items() if channel in channels]


def _added(before: Part, arguments: Mapping[str, Any]) -> Part:
    user, channel = arguments["user"], arguments["channel"]
    if channel not in before["channels"]:
        raise ToolError("There is no such channel.")
    channels = before["user_channels"].get(user, [])
    added = channels if channel in channels else [*channels, channel]
    return before | {"user_channels": before["user_channels"] | {user: added}}


def _invited(before: Part, arguments: Mapping[str, Any]) -> Part:
    user = arguments["user"]
    if user in before["users"]:
        raise ToolError("Somebody of that name is there already.")
    emails = before["emails"] | {user: arguments["user_email"]}
    return before | {"users": [*before["users"], user], "emails": emails}


def _removed(before: Part, arguments: Mapping[str, Any]) -> Part:
    user = arguments["user"]
    kept = {name: one for name, one in before["user_channels"].items() if name != user}
    users = [one for one in before["users"] if one != user]
    emails = {name: one for name, one in before["emails"].items() if name != user}
    return before | {"users": users, "emails": emails, "user_channels": kept}


def _written(before: Part, arguments: Mapping[str, Any]) -> Part:
    to = arguments.get("recipient") or arguments["channel"]
    message = {"sender": BOT, "recipient": to, "body": arguments["body"]}
    return before | {to: [*before.get(to, []), message]}


def _posted(before: Part, arguments: Mapping[str, Any]) -> Part:
    return before | {arguments["url"]: arguments["content"]}
