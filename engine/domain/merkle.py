"""Merkle root: one hash over many, as in RFC 6962 section 2.1. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256


def leaf_hash(data: bytes) -> bytes:
    """Hash of a leaf; prefixed, so that no inner node can pass for a leaf."""
    return sha256(b"\x00" + data).digest()


def merkle_root(leaves: Sequence[bytes]) -> bytes:
    """Root (32 bytes) over leaf hashes in the order given; of nothing, the hash of nothing.

    Pairing level by level and carrying an odd last node up gives the tree of RFC 6962, which
    splits at the largest power of two.
    """
    if not leaves:
        return sha256(b"").digest()
    level = list(leaves)
    while len(level) > 1:
        pairs = zip(level[::2], level[1::2], strict=False)
        above = [sha256(b"\x01" + left + right).digest() for left, right in pairs]
        if len(level) % 2:
            above.append(level[-1])
        level = above
    return level[0]
