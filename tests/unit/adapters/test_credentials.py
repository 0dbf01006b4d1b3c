"""Credentials: good for exactly one call, and only as long as it may last."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from engine.adapters.credentials import KeyIssuer
from engine.domain.canonical import digest
from engine.domain.credential import CallPermit, Claims, PermitKind, verify
from engine.errors import ToolError
from engine.testing.world import START, CountingIds, FakeClock
from tests.unit.act.acting_tools import LOOK

KEY = b"k" * 32
GRANT = CallPermit(kind=PermitKind.GRANT, id="g-1", case_id="c-1")


def issuer(key: bytes | None = KEY) -> KeyIssuer:
    return KeyIssuer(keys={"shop": lambda: key}, clock=FakeClock(), ids=CountingIds())


def claims_of(made: KeyIssuer, arguments: dict[str, Any], permit: CallPermit = GRANT) -> Claims:
    credential = made.issue(LOOK, arguments, permit)
    assert credential
    claims = verify(credential.token, KEY, START)
    assert isinstance(claims, Claims)
    assert (credential.id, credential.scopes) == (claims.id, claims.scopes)
    return claims


def test_credential_names_one_call() -> None:
    claims = claims_of(issuer(), {"number": 4})
    assert (claims.tool, claims.audience, claims.scopes) == ("look", "shop", ("orders:read",))
    assert claims.arguments_digest == digest({"number": 4}).hex()
    assert (claims.kind, claims.permit_id, claims.case_id) == (PermitKind.GRANT, "g-1", "c-1")


def test_other_arguments_make_another_credential() -> None:
    made = issuer()
    first, second = claims_of(made, {"number": 4}), claims_of(made, {"number": 5})
    assert first.arguments_digest != second.arguments_digest
    assert first.id != second.id


def test_credential_lives_little_longer_than_the_call() -> None:
    claims = claims_of(issuer(), {"number": 4})
    assert claims.issued_at == START
    assert claims.expires_at - START == timedelta(seconds=LOOK.timeout_s + 5)


def test_system_without_key_file_takes_none() -> None:
    assert issuer().issue(replace(LOOK, system="tickets"), {"number": 4}, GRANT) is None
    assert issuer().issue(replace(LOOK, system=""), {"number": 4}, GRANT) is None


def test_missing_key_is_told_and_calls_nothing() -> None:
    with pytest.raises(ToolError, match="key of shop is missing") as caught:
        issuer(key=None).issue(LOOK, {"number": 4}, GRANT)
    assert caught.value.facts == {"code": "CREDENTIAL_KEY_MISSING"}


def test_secret_is_never_shown() -> None:
    credential = issuer().issue(LOOK, {"number": 4}, GRANT)
    assert credential
    assert credential.token not in repr(credential)
