"""The credential: what it says is signed, it lives shortly, and every other text is refused."""

import base64
import dataclasses
import hmac
import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.canonical import digest
from engine.domain.credential import (
    CLOCKS_DIFFER,
    LONGEST_LIFE,
    Claims,
    PermitKind,
    Refusal,
    issue,
    verify,
)

KEY = bytes(range(32))
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
CLAIMS = Claims(
    id="c-1",
    audience="shop",
    case_id="case-1",
    tool="refund",
    arguments_digest=digest({"order_id": "A1"}).hex(),
    scopes=("payment.refund",),
    kind=PermitKind.GRANT,
    permit_id="grant-1",
    issued_at=NOW,
    expires_at=NOW + timedelta(minutes=1),
)
TOKEN = issue(CLAIMS, KEY)


def signed(payload: bytes) -> str:
    """Any payload under a signature that is right."""
    encoded = base64.urlsafe_b64encode(payload).rstrip(b"=").decode()
    signature = base64.urlsafe_b64encode(hmac.digest(KEY, encoded.encode(), "sha256"))
    return f"{encoded}.{signature.rstrip(b'=').decode()}"


def payload_with(**changes: object) -> bytes:
    payload = TOKEN.partition(".")[0]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return json.dumps({**claims, **changes}).encode()


def test_issued_credential_gives_its_claims() -> None:
    assert verify(TOKEN, KEY, NOW) == CLAIMS


def test_same_claims_give_the_same_text() -> None:
    assert issue(CLAIMS, KEY) == TOKEN


def test_credential_of_another_key_is_refused() -> None:
    assert verify(TOKEN, bytes(32), NOW) == Refusal.BAD_SIGNATURE


@pytest.mark.parametrize(
    ("at", "answer"),
    [
        (CLAIMS.expires_at - timedelta(milliseconds=1), CLAIMS),
        (CLAIMS.expires_at, Refusal.EXPIRED),
        (NOW - CLOCKS_DIFFER, CLAIMS),
        (NOW - CLOCKS_DIFFER - timedelta(milliseconds=1), Refusal.NOT_YET),
    ],
    ids=["last-moment", "expired", "clock-behind", "not-yet"],
)
def test_credential_is_good_within_its_life(at: datetime, answer: object) -> None:
    assert verify(TOKEN, KEY, at) == answer


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"[]",
        b"null",
        b"\xff",
        b"[" * 3_000,
        payload_with(kind="all"),
        payload_with(extra=1),
        payload_with(iat="1"),
        payload_with(iat=True),
        payload_with(iat=10**30),
        payload_with(exp=10**15),
        payload_with(exp=0),
        payload_with(scopes="payment.refund"),
        payload_with(scopes=[1]),
        payload_with(args="ab"),
        payload_with(jti=None),
    ],
    ids=range(16),
)
def test_signed_nonsense_is_malformed(payload: bytes) -> None:
    assert verify(signed(payload), KEY, NOW) == Refusal.MALFORMED


@pytest.mark.parametrize(
    "token", ["", ".", "a", "a.", ".a", "é.é", "x" * 5_000 + ".y", TOKEN + "ü"], ids=range(8)
)
def test_other_text_is_malformed(token: str) -> None:
    assert verify(token, KEY, NOW) == Refusal.MALFORMED


@given(at=st.integers(0, len(TOKEN) - 1), by=st.characters(codec="ascii"))
def test_changed_character_is_always_refused(at: int, by: str) -> None:
    changed = TOKEN[:at] + by + TOKEN[at + 1 :]
    if changed != TOKEN:
        assert isinstance(verify(changed, KEY, NOW), Refusal)


@given(st.text())
def test_every_text_has_an_answer(token: str) -> None:
    assert isinstance(verify(token, KEY, NOW), Refusal)


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"expires_at": NOW}, KEY),
        ({"expires_at": NOW + LONGEST_LIFE + timedelta(seconds=1)}, KEY),
        ({}, b"short"),
    ],
    ids=["no-life", "too-long-a-life", "short-key"],
)
def test_unsafe_credential_is_never_issued(changes: dict, key: bytes) -> None:
    with pytest.raises(ValueError, match=r"bytes|lives"):
        issue(dataclasses.replace(CLAIMS, **changes), key)
