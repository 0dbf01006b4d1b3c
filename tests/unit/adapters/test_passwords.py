"""Passwords are hashed with argon2id and verified."""

import pytest
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from engine.adapters.passwords import Argon2Passwords, hash_of_nobody

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@pytest.fixture(scope="module", autouse=True)
def cheap_hashing() -> None:
    """Here the hash is what the product makes."""


def test_hash_is_argon2id_with_own_salt() -> None:
    passwords = Argon2Passwords()
    first, second = passwords.hash("correct horse"), passwords.hash("correct horse")
    assert first.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert first != second


def test_only_the_right_password_verifies() -> None:
    passwords = Argon2Passwords(CHEAP)
    stored = passwords.hash("correct horse")
    assert passwords.verify(stored, "correct horse") is True
    assert passwords.verify(stored, "wrong horse") is False


def test_nobody_signs_in_without_a_hash() -> None:
    passwords = Argon2Passwords(CHEAP)
    assert passwords.verify("", "nobody has this password") is False
    assert passwords.verify("not a hash", "correct horse") is False


def test_nobodys_hash_costs_what_any_does() -> None:
    made = hash_of_nobody(CHEAP)
    assert CHEAP.check_needs_rehash(made) is False  # the same costs
    with pytest.raises(
        VerifyMismatchError
    ):  # it was hashed and compared, not refused as unreadable
        CHEAP.verify(made, "correct horse")


def test_accents_verify_however_they_are_typed() -> None:
    passwords = Argon2Passwords(CHEAP)
    assert passwords.verify(passwords.hash("caf\u00e9 au lait"), "cafe\u0301 au lait") is True


def test_older_parameters_are_noticed() -> None:
    old = Argon2Passwords(CHEAP).hash("correct horse")
    assert Argon2Passwords().needs_rehash(old) is True
    assert Argon2Passwords().needs_rehash(Argon2Passwords().hash("x")) is False
