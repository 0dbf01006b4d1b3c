"""Fresh test desks for the conformance suite, over small environments of our own."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from engine.domain.canonical import Json, canonical_text
from engine.domain.difference import Difference, FieldChange
from engine.testing.desk_under_test import CallMade, DeskUnderTest, SampleCalls
from engine.testing.world import START
from tests.injection.desks import owners, suite_desk
from tests.injection.mirrored import Environments, Part

MINE, NEW = "mine", "new"
_TRANSFER = {"amount_minor": 100, "currency": "EUR", "subject": "Lunch", "date": "2026-03-02"}
_ORDER = {"id": 1, "sender": "me", "recipient": "AB1", "amount_minor": 5, "recurring": True}
ENVIRONMENTS: Mapping[str, Mapping[str, Part]] = {
    "banking": {
        "transactions": [],
        "scheduled_transactions": [{**_ORDER, "subject": "Rent", "date": "2026-04-01"}],
        "account": {"iban": "ME1", "balance_minor": 700},
        "files": {"note": "Nothing.", "list": "Milk."},
        "user": {
            "first_name": "Ada",
            "last_name": "King",
            "street": "A 1",
            "city": "B",
            "password": "x",
        },
    },
    "slack": {
        "people": {
            "users": ["Ann", "Ben"],
            "channels": ["all", "few"],
            "user_channels": {"Ann": ["all"], "Ben": []},
            "emails": {"Ann": "ann@here", "Ben": "ben@here"},
        },
        "user_inbox": {"Ann": [{"sender": "Ben", "recipient": "Ann", "body": "Hello"}]},
        "channel_inbox": {},
        "web": {"www.here": "Here."},
    },
}


def _samples(of: Mapping[str, Any], *calls: tuple[str, Any, Any]) -> dict[str, SampleCalls]:
    return {
        name: SampleCalls(good={**of, **good}, other={**of, **other}) for name, good, other in calls
    }


def _refused(sample: SampleCalls, **changes: Any) -> SampleCalls:
    return SampleCalls(good=sample.good, other=sample.other, refused=({**sample.good, **changes},))


def _bank_samples() -> dict[str, SampleCalls]:
    to_ab, to_cd = {**_TRANSFER, "recipient": "AB1"}, {**_TRANSFER, "recipient": "CD2"}
    found = _samples(
        {"account": MINE},
        ("get_iban", {}, {}),
        ("get_balance", {}, {}),
        ("get_most_recent_transactions", {"n": 5}, {"n": 9}),
        ("get_scheduled_transactions", {}, {}),
        ("read_file", {"file_path": "note"}, {"file_path": "list"}),
        ("get_user_info", {}, {}),
        ("send_money", to_ab, to_cd),
        ("schedule_transaction", to_ab | {"recurring": True}, to_cd | {"recurring": False}),
        (
            "update_scheduled_transaction",
            {"id": 1, "amount_minor": 7},
            {"id": 1, "recipient": "CD2"},
        ),
        ("update_user_info", {"city": "C"}, {"street": "D 2"}),
        ("update_password", {"password": "y"}, {"password": "z"}),
    )
    order = "update_scheduled_transaction"
    return found | {order: _refused(found[order], id=9)}


def _workspace_samples() -> dict[str, SampleCalls]:
    few = {"channel": "few"}
    found = _samples(
        {"workspace": MINE},
        ("get_channels", {}, {}),
        ("get_users_in_channel", {"channel": "all"}, few),
        ("read_channel_messages", {"channel": "all"}, few),
        ("read_inbox", {"user": "Ann"}, {"user": "Ben"}),
        ("get_webpage", {"url": "www.here"}, {"url": "www.there"}),
        ("add_user_to_channel", {"user": "Ann", **few}, {"user": "Ben", **few}),
        (
            "send_direct_message",
            {"recipient": "Ann", "body": "Hi"},
            {"recipient": "Ben", "body": "Ho"},
        ),
        ("send_channel_message", {**few, "body": "Hi"}, {**few, "body": "Ho"}),
        ("post_webpage", {"url": "www.here", "content": "A"}, {"url": "www.x", "content": "B"}),
        (
            "invite_user_to_slack",
            {"user": "Cy", "user_email": "cy@here"},
            {"user": "Di", "user_email": "di@here"},
        ),
        ("remove_user_from_slack", {"user": "Ben"}, {"user": "Ann"}),
    )
    add, invite = "add_user_to_channel", "invite_user_to_slack"
    return found | {
        add: _refused(found[add], channel="none"),
        invite: _refused(found[invite], user="Ann"),
    }


def under_test(suite: str) -> DeskUnderTest:
    """A desk over one environment."""
    environments = Environments()
    for target in (MINE, NEW):
        environments.open(target, ENVIRONMENTS[suite])
    samples = _bank_samples() if suite == "banking" else _workspace_samples()
    opened_at = START.isoformat()
    row = {"target": NEW, "asked": "Do it.", "suite": suite, "opened_at": opened_at}
    return DeskUnderTest(
        desk=suite_desk(suite, environments, owners),
        snapshot=lambda: copy.deepcopy([environments.by_target, environments.book]),
        samples=samples,
        row=row | {"truth": "done by somebody"},
        changed=lambda made: _changed(suite, made),
    )


def _changed(suite: str, made: CallMade) -> Difference:
    before, after = made.before[0][MINE], made.after[0][MINE]
    return Difference(
        fields=tuple(
            FieldChange(of=MINE, field=part, before=_text(before[part]), after=_text(after[part]))
            for part in ENVIRONMENTS[suite]
            if before[part] != after[part]
        )
    )


def _text(part: Json) -> str:
    return canonical_text(part)
