"""Seal: a keyed hash over ledger entries and the seal before it. Pure, no storage.

The key stays outside the database, so whoever rewrites the database cannot rewrite its seals.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import NamedTuple

from engine.domain.merkle import leaf_hash, merkle_root

GENESIS_MAC = bytes(32)
"""What the first seal has for the mac of the seal before it."""

_PURPOSE = b"countersign seal 1"


class SealedEntry(NamedTuple):
    """An entry as a seal covers it; a tuple, because its order is the canonical order of leaves."""

    stream: str
    sequence: int
    hash: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Seal:
    """One seal: how many entries, their root, and the mac that vouches for both."""

    number: int
    """1 for the first; no number is left out."""
    count: int
    root: bytes
    previous_mac: bytes
    """The mac of seal `number - 1`, so that a dropped seal leaves a hole."""
    mac: bytes
    sealed_at: datetime


def join_parts(*parts: bytes) -> bytes:
    """Parts behind their lengths, so that no two lists of parts give the same bytes."""
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def root_of(entries: Iterable[SealedEntry]) -> bytes:
    """Merkle root over (stream, sequence, hash), sorted by stream (code points) and sequence."""
    return merkle_root(
        [
            leaf_hash(join_parts(stream.encode(), str(sequence).encode(), hash_))
            for stream, sequence, hash_ in sorted(entries)
        ]
    )


def make_seal(
    entries: list[SealedEntry],
    *,
    number: int,
    previous_mac: bytes,
    sealed_at: datetime,
    key: bytes,
) -> Seal:
    """Seal entries.

    Args:
        entries: What no earlier seal covers, in any order.
        number: One more than the last seal's.
        previous_mac: The last seal's mac, `GENESIS_MAC` for the first.
        sealed_at: Aware time.
        key: The secret from outside the database.
    """
    bare = Seal(
        number=number,
        count=len(entries),
        root=root_of(entries),
        previous_mac=previous_mac,
        mac=b"",
        sealed_at=sealed_at.astimezone(UTC),
    )
    return replace(bare, mac=_mac(bare, key))


def is_authentic(seal: Seal, key: bytes) -> bool:
    """Whether the holder of the key made this seal as it stands."""
    return hmac.compare_digest(seal.mac, _mac(seal, key))


def covers(seal: Seal, entries: list[SealedEntry]) -> bool:
    """Whether these are exactly the entries that were sealed."""
    return seal.count == len(entries) and seal.root == root_of(entries)


def _mac(seal: Seal, key: bytes) -> bytes:
    said = join_parts(
        _PURPOSE,
        str(seal.number).encode(),
        str(seal.count).encode(),
        seal.root,
        seal.previous_mac,
        seal.sealed_at.isoformat().encode(),
    )
    return hmac.digest(key, said, "sha256")
