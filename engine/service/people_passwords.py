"""Which passwords are good enough to store. Pure; stores nothing and logs nothing.

Length does more than rules about characters (NIST SP 800-63B, 5.1.1.2); beyond it only what is
guessed first is refused. No message here ever holds a password.
"""

from __future__ import annotations

import re

from engine.errors import InvalidRequest

SHORTEST = 12
LONGEST = 200
FEWEST_DIFFERENT = 4
FEWEST_LEFT = 6
"""Characters a password needs beside its guessed parts."""

_SHORTEST_NAME = 3
"""A shorter sign-in name stands by chance in every second sentence."""
_SHORTEST_WALK = 4

_WORDS = (
    *("countersign", "correcthorsebatterystaple", "administrator", "supervisor", "trustnoone"),
    *("iloveyou", "password", "passwort", "passcode", "motdepasse", "contrasena", "changeme"),
    *("princess", "sunshine", "superman", "football", "baseball", "starwars", "whatever"),
    *("welcome", "default", "charlie", "freedom", "michael", "operator", "letmein", "computer"),
    *("dragon", "monkey", "shadow", "master", "secret", "summer", "winter", "spring", "autumn"),
    *("qwerty", "azerty", "admin", "login", "guest", "hello", "please", "enter", "root", "test"),
    *("user", "pass", "demo"),
)
"""What people begin with when a long password is asked for, longest first where one holds another;
the product's own name among them."""

_WALKS = (
    *("qwertyuiop", "qwertzuiop", "azertyuiop", "asdfghjkl", "qsdfghjklm", "zxcvbnm", "yxcvbnm"),
    *("1234567890123456789", "abcdefghijklmnopqrstuvwxyz", "01234567890"),
    *("1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p", "qazwsxedcrfvtgbyhnujmikolp"),
    *("1q2w3e4r5t6y7u8i9o0p", "q1w2e3r4t5y6u7i8o9p0", "147258369", "159357"),
)
"""Rows, columns and zigzags of keyboards; they are walked in both directions."""

_LETTERS = str.maketrans("0134578@$!|", "oieastbasil")
"""What stands for letters in a disguised word."""
_REPEATED = re.compile(r"(.{2,}?)\1+|(.)\2{2,}")
_JOINTS = re.compile(r"[\s._\-]+")


def checked_password(password: str, name: str) -> str:
    """A password good enough to store.

    Args:
        password: What somebody chose.
        name: Their sign-in name, in its stored form.

    Raises:
        InvalidRequest: It is too short, too long, holds the name, or is little more than what is
            guessed first: repetitions, rows of keys, well-known words, the product's name.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise InvalidRequest(
            f"A password has {SHORTEST} to {LONGEST} characters; a short sentence is good."
        )
    holds_name = len(name) >= _SHORTEST_NAME and name in password.lower()
    if len(set(password)) < FEWEST_DIFFERENT or holds_name:
        raise InvalidRequest(
            "This password is guessed at once: it repeats itself or holds the sign-in name."
        )
    if len(beside_the_guessed(password)) < FEWEST_LEFT:
        raise InvalidRequest(
            "This password is among the first that are guessed: it is little more than well-known "
            "words, rows of keys or repetitions. A short sentence of your own is good."
        )
    return password


def beside_the_guessed(password: str) -> str:
    """What is left of a password without its guessed parts.

    Repetitions count once, rows of keys and well-known words not at all, also where digits and
    signs stand for letters.
    """
    text = _JOINTS.sub("", password.lower())
    text = _without_walks(_said_once(text))
    plain = text.translate(_LETTERS)
    for word in _WORDS:
        # Both texts are cut at the same places: they are as long as each other.
        while (place := plain.find(word)) >= 0:
            plain = plain[:place] + plain[place + len(word) :]
            text = text[:place] + text[place + len(word) :]
    return _said_once(text)


def _said_once(text: str) -> str:
    return _REPEATED.sub(lambda found: found[1] or found[2], text)


def _without_walks(text: str) -> str:
    place, left = 0, ""
    while place < len(text):
        length = _walk_from(text, place)
        if not length:
            left += text[place]
        place += length or 1
    return left


def _walk_from(text: str, place: int) -> int:
    """Keys of the longest row that is walked from a place on; 0 where none is."""
    longest = 0
    for walk in _WALKS:
        for row in (walk, walk[::-1]):
            end = place + max(longest, _SHORTEST_WALK - 1) + 1
            while end <= len(text) and text[place:end] in row:
                longest = end - place
                end += 1
    return longest
