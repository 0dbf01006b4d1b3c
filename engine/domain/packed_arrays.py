"""Packed arrays: values and arrays of numbers as bytes, one byte form for one content.

A JSON head and little-endian arrays, compressed; never a pickle. What they mean is the caller's.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields, is_dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from engine.domain.canonical import canonical_text

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Arrays = Mapping[str, NDArray[Any]]


def pack(magic: bytes, values: Mapping[str, object], arrays: Arrays) -> bytes:
    """Write.

    Args:
        magic: What the bytes begin with, so that they are taken for nothing else.
        values: What has a canonical JSON form.
        arrays: Of whole numbers or floats, in any shape; their order is kept.
    """
    little = {
        name: np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
        for name, array in arrays.items()
    }
    table = [(name, array.dtype.str, array.shape) for name, array in little.items()]
    head = canonical_text({"values": values, "arrays": table}).encode()
    blocks = b"".join(array.tobytes() for array in little.values())
    # A desk's fit packs in 31 ms; at zlib's usual 6 it takes 81 for 2 % fewer bytes.
    return magic + zlib.compress(len(head).to_bytes(8, "little") + head + blocks, 4)


def pack_fields(magic: bytes, record: DataclassInstance) -> bytes:
    """Write a frozen record of arrays and values; its records of values are written as theirs.

    Args:
        magic: As of `pack`.
        record: A dataclass.
    """
    found = {one.name: getattr(record, one.name) for one in fields(record)}
    arrays = {name: value for name, value in found.items() if isinstance(value, np.ndarray)}
    values = {
        name: asdict(value) if is_dataclass(value) and not isinstance(value, type) else value
        for name, value in found.items()
        if name not in arrays
    }
    return pack(magic, values, arrays)


def unpack(magic: bytes, content: bytes) -> tuple[dict[str, Any], dict[str, Any]]:
    """Read what `pack` wrote: values and arrays.

    Raises:
        ValueError, KeyError, TypeError, zlib.error: The content is damaged or of another form.
    """
    if not content.startswith(magic):
        raise ValueError("it does not begin as one")
    body = zlib.decompress(content[len(magic) :])
    size = int.from_bytes(body[:8], "little")
    head = json.loads(body[8 : 8 + size])
    return head["values"], _arrays(head["arrays"], body[8 + size :])


def _arrays(table: Sequence[Sequence[Any]], body: bytes) -> dict[str, NDArray[Any]]:
    arrays: dict[str, NDArray[Any]] = {}
    start = 0
    for name, kind, shape in table:
        dtype = np.dtype(kind)
        if dtype.kind not in "iuf":
            raise ValueError(f"array {name} is not of numbers")
        count = int(np.prod(shape, dtype=np.int64))
        array = np.frombuffer(body, dtype=dtype, count=count, offset=start)
        arrays[name] = array.reshape(shape).astype(dtype.newbyteorder("="), copy=False)
        start += count * dtype.itemsize
    if start != len(body):
        raise ValueError(f"{len(body) - start} bytes too many")
    return arrays
