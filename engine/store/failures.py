"""Failures of the database driver, turned into the engine's errors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError

from engine.errors import ConfigError, StoreUnavailable


@contextmanager
def translated() -> Iterator[None]:
    """Turn driver errors into `StoreUnavailable` with what to do about it.

    Raises:
        StoreUnavailable: The database is locked, read-only, full or out of reach.
        ConfigError: The tables are missing.
    """
    try:
        yield
    except IntegrityError:
        raise
    except (OperationalError, InterfaceError) as error:
        raise _engine_error(error) from error
    except DBAPIError as error:
        if _is_missing_table(str(error.orig)):
            raise _missing_tables() from error
        if "read-only" in str(error.orig).lower():
            raise _engine_error(error) from error
        raise


def _engine_error(error: DBAPIError) -> StoreUnavailable | ConfigError:
    reason = str(error.orig).strip().splitlines()[0] if error.orig else "no answer"
    lowered = reason.lower()
    if _is_missing_table(lowered):
        return _missing_tables()
    if "locked" in lowered or "busy" in lowered:
        return StoreUnavailable(
            "The database is locked by another program; nothing was changed. Try again in a "
            "moment, and close other programs that hold the file."
        )
    if "readonly" in lowered or "read-only" in lowered:
        return StoreUnavailable(
            "The database is read-only; nothing was changed. Check the permissions of the file "
            "and of its folder."
        )
    if "disk" in lowered or "full" in lowered:
        return StoreUnavailable(f"The database could not write: {reason}. Nothing was changed.")
    return StoreUnavailable(f"The database is out of reach: {reason}. Nothing was changed.")


def _is_missing_table(reason: str) -> bool:
    return "no such table" in reason or "does not exist" in reason


def _missing_tables() -> ConfigError:
    return ConfigError("The database has no tables yet: run `countersign migrate`.")
