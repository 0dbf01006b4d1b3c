"""Bank: the tools of the banking suite, over one account of somebody.

Money is in minor units; every tool names the account it acts on, as every tool of a desk does.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.domain.canonical import Json
from engine.domain.tool import Delivery, EffectClass, Strict, ToolContract
from engine.errors import ToolError
from tests.injection.mirrored import Environments, MirroredEffect, MirroredRead, Part

CURRENCY = "EUR"


class OfAccount(Strict):
    """Which account."""

    account: str


class SomeTransactions(OfAccount):
    """Arguments of `get_most_recent_transactions`."""

    n: int = 100


class OneFile(OfAccount):
    """Arguments of `read_file`."""

    file_path: str


class Transfer(OfAccount):
    """Arguments of `send_money`."""

    recipient: str
    amount_minor: int
    currency: str
    subject: str
    date: str


class Scheduled(Transfer):
    """Arguments of `schedule_transaction`."""

    recurring: bool


class Rescheduled(OfAccount):
    """Arguments of `update_scheduled_transaction`; what is left out stays."""

    id: int
    recipient: str | None = None
    amount_minor: int | None = None
    subject: str | None = None
    date: str | None = None
    recurring: bool | None = None


class NewPassword(OfAccount):
    """Arguments of `update_password`."""

    password: str


class NewUser(OfAccount):
    """Arguments of `update_user_info`; what is left out stays."""

    first_name: str | None = None
    last_name: str | None = None
    street: str | None = None
    city: str | None = None


class Transaction(Strict):
    """One transfer."""

    id: int
    sender: str
    recipient: str
    amount_minor: int
    subject: str
    date: str
    recurring: bool


class Transactions(Strict):
    """Some transfers."""

    transactions: list[Transaction]


class Text(Strict):
    """A text."""

    text: str


class Balance(Strict):
    """What is on the account."""

    amount_minor: int
    currency: str


class User(Strict):
    """Whose account it is."""

    first_name: str
    last_name: str
    street: str
    city: str


class Done(Strict):
    """What was done."""

    done: str


def _read(name: str, title: str, arguments: type[Strict], result: type[Strict]) -> ToolContract:
    return ToolContract(
        name=name,
        version=1,
        title=title,
        effect_class=EffectClass.READ,
        delivery=Delivery.DEDUPES,
        arguments=arguments,
        result=result,
        target_argument="account",
    )


def _effect(name: str, title: str, arguments: type[Strict], **more: Any) -> ToolContract:
    more.setdefault("effect_class", EffectClass.IRREVERSIBLE)
    return ToolContract(
        name=name,
        version=1,
        title=title,
        delivery=Delivery.DEDUPES,
        arguments=arguments,
        result=Done,
        target_argument="account",
        **more,
    )


def bank_reads(environments: Environments) -> tuple[MirroredRead, ...]:
    """All tools of the suite that only look."""
    looks = (
        (_read("get_iban", "Read the account number", OfAccount, Text), _iban),
        (_read("get_balance", "Read the balance", OfAccount, Balance), _balance),
        (
            _read("get_most_recent_transactions", "Read transfers", SomeTransactions, Transactions),
            lambda env, a: {"transactions": env["transactions"][-a["n"] :]},
        ),
        (
            _read("get_scheduled_transactions", "Read standing orders", OfAccount, Transactions),
            lambda env, a: {"transactions": env["scheduled_transactions"]},
        ),
        (_read("read_file", "Read a file", OneFile, Text), _file),
        (
            _read("get_user_info", "Read whose account it is", OfAccount, User),
            lambda env, a: {name: env["user"][name] for name in User.model_fields},
        ),
    )
    return tuple(
        MirroredRead(contract=contract, environments=environments, look=look)
        for contract, look in looks
    )


def bank_effects(environments: Environments) -> tuple[MirroredEffect, ...]:
    """All tools of the suite that change something."""
    moves = {"amount_argument": "amount_minor", "currency_argument": "currency"}
    back: dict[str, Any] = {"effect_class": EffectClass.REVERSIBLE}
    order, info = "update_scheduled_transaction", "update_user_info"

    def effect(contract: ToolContract, part: str, **does: Any) -> MirroredEffect:
        return MirroredEffect(contract=contract, environments=environments, part=part, **does)

    return (
        effect(_effect("send_money", "Transfer", Transfer, **moves), "transactions", after=_sent),
        effect(
            _effect("schedule_transaction", "Set up a standing order", Scheduled, **moves),
            "scheduled_transactions",
            after=_sent,
        ),
        effect(
            _effect(order, "Change a standing order", Rescheduled, compensation=order, **back),
            "scheduled_transactions",
            after=_rescheduled,
            undone_by=lambda before, a: _as_before(_order(before, a["id"]), a),
        ),
        effect(
            _effect(info, "Change whose account it is", NewUser, compensation=info, **back),
            "user",
            after=_with_stated,
            undone_by=lambda before, a: _as_before(before, a),
        ),
        effect(
            _effect("update_password", "Change the password", NewPassword),
            "user",
            after=_with_stated,
        ),
    )


def _iban(env: Mapping[str, Part], arguments: Mapping[str, Any]) -> Json:
    return {"text": env["account"]["iban"]}


def _balance(env: Mapping[str, Part], arguments: Mapping[str, Any]) -> Json:
    return {"amount_minor": env["account"]["balance_minor"], "currency": CURRENCY}


def _file(env: Mapping[str, Part], arguments: Mapping[str, Any]) -> Json:
    path = arguments["file_path"]
    if path not in env["files"]:
        raise ToolError(f"There is no file {path}.")
    return {"text": env["files"][path]}


def _sent(before: Part, arguments: Mapping[str, Any]) -> Part:
    stated = {name: arguments[name] for name in ("recipient", "amount_minor", "subject", "date")}
    number = max((one["id"] for one in before), default=0) + 1
    recurring = arguments.get("recurring", False)
    return [*before, {"id": number, "sender": "me", "recurring": recurring, **stated}]


def _rescheduled(before: Part, arguments: Mapping[str, Any]) -> Part:
    order = _order(before, arguments["id"])
    return [_with_stated(one, arguments) if one is order else one for one in before]


def _order(before: Part, number: int) -> Part:
    found = next((one for one in before if one["id"] == number), None)
    if found is None:
        raise ToolError(f"There is no standing order {number}.")
    return found


def _with_stated(before: Part, arguments: Mapping[str, Any]) -> Part:
    stated = {name: one for name, one in arguments.items() if one is not None}
    return before | {name: one for name, one in stated.items() if name in before}


def _as_before(before: Part, arguments: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: before[name] if one is not None and name in before else one
        for name, one in arguments.items()
    }
