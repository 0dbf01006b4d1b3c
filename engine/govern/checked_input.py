"""Checks of the numbers that enter the statistics of this package.

Lives here: turning what a caller passes into clean float arrays, or refusing it in words.
Must not live here: any statistic, and any repair of bad values. A NaN that is quietly dropped
changes a certificate, so it is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from engine.errors import InvalidRequest

FloatArray: TypeAlias = NDArray[np.float64]
Numbers: TypeAlias = Sequence[float] | Sequence[int] | Sequence[bool] | NDArray[np.generic]


def checked_unit_interval(values: Numbers, *, name: str) -> FloatArray:
    """Return `values` as a one-dimensional float array after checking each lies in [0, 1].

    Raises:
        InvalidRequest: if the shape is not (n,), or a value is NaN or outside [0, 1].
    """
    array = _as_vector(values, name=name)
    inside = (array >= 0.0) & (array <= 1.0)  # False for NaN as well
    if not inside.all():
        position = int(np.argmin(inside))
        raise InvalidRequest(
            f"{name} must lie in [0, 1]; value {array[position]!s} at position {position}"
        )
    return array


def checked_binary(values: Numbers, *, name: str) -> FloatArray:
    """Return `values` as a one-dimensional float array after checking each is 0 or 1.

    Raises:
        InvalidRequest: if the shape is not (n,), or a value is neither 0 nor 1.
    """
    array = _as_vector(values, name=name)
    binary = (array == 0.0) | (array == 1.0)
    if not binary.all():
        position = int(np.argmin(binary))
        raise InvalidRequest(
            f"{name} must be 0 or 1; value {array[position]!s} at position {position}"
        )
    return array


def checked_same_length(first: FloatArray, second: FloatArray, *, names: str) -> None:
    """Refuse two vectors of different length.

    Raises:
        InvalidRequest: if the lengths differ.
    """
    if first.size != second.size:
        raise InvalidRequest(f"{names} differ in length: {first.size} and {second.size}")


def checked_fraction(value: float, *, name: str) -> float:
    """Return `value` after checking it lies strictly between 0 and 1.

    Raises:
        InvalidRequest: if it is NaN, at or outside a limit.
    """
    if not 0.0 < value < 1.0:
        raise InvalidRequest(f"{name} must lie strictly between 0 and 1, not {value!s}")
    return float(value)


def _as_vector(values: Numbers, *, name: str) -> FloatArray:
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != 1:
        raise InvalidRequest(f"{name} must be one-dimensional, not of shape {array.shape}")
    return array
