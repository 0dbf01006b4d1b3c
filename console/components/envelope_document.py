"""Envelope documents as text: what a form needs to read and change in one.

Reads and writes only what the form shows. Whether a document is valid and what it means is the
engine's to say.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.domain.plain_yaml import NotPlain, read_plain, write_plain
from engine.service.rows import CellRow

Raw = dict[str, Any]
"""A mapping of the document."""


def load(document: str) -> Raw | None:
    """The document as it was written; None where it is no YAML mapping."""
    try:
        raw: Any = read_plain(document)
    except NotPlain:
        return None
    return raw if isinstance(raw, dict) else None


def limit_of(document: str, cell: CellRow, name: str) -> Any:
    """What the innermost level that states a limit says for a cell; None where none does.

    Args:
        document: YAML.
        cell: Whose limit.
        name: The limit; with a dot for those of `on_the_loop`.
    """
    raw = load(document)
    if raw is None:
        return None
    for level in _levels(raw, cell):
        found = _at(level, name)
        if found is not None:
            return found
    return None


def with_limit(document: str, cell: CellRow, name: str, value: object) -> str:
    """The document with one limit of a cell set; untouched where it cannot be read."""
    raw = load(document)
    entry = None if raw is None else _entry(raw, cell)
    if raw is None or entry is None:
        return document
    outer, _, inner = name.partition(".")
    if inner:
        known = entry.get(outer)
        entry[outer] = {**(known if isinstance(known, dict) else {}), inner: value}
    else:
        entry[outer] = value
    return write_plain(raw)


def with_own_note(document: str, active: str, note: str) -> str:
    """The document with this note, where it was changed and still carries the active one's.

    The same document is proposed anew for the present reasoners, where those have changed.

    Args:
        document: YAML of any kind of document.
        active: That of the version that holds now.
        note: Why the document changes.
    """
    if document == active:
        return document
    raw, known = load(document), load(active)
    if raw is None or known is None or not known.get("note") or raw.get("note") != known["note"]:
        return document
    return write_plain({**raw, "note": note})


def hourly_rate(document: str, cell: CellRow) -> int | None:
    """The cell's own budget of actions an hour; None where it names none."""
    raw = load(document)
    entry = None if raw is None else _entry(raw, cell)
    for budget in _listed(entry or {}, "budgets"):
        if budget.get("per") == "hour" and "for_each" not in budget:
            executions = budget.get("executions")
            return executions if isinstance(executions, int) else None
    return None


def with_hourly_rate(document: str, cell: CellRow, executions: int) -> str:
    """The document with the cell's own budget of actions an hour set."""
    raw = load(document)
    entry = None if raw is None else _entry(raw, cell)
    if raw is None or entry is None:
        return document
    budgets = [dict(one) for one in _listed(entry, "budgets")]
    own = [one for one in budgets if one.get("per") == "hour" and "for_each" not in one]
    if own:
        own[0]["executions"] = executions
    else:
        budgets.append({"per": "hour", "executions": executions})
    entry["budgets"] = budgets
    return write_plain(raw)


def _levels(raw: Raw, cell: CellRow) -> Iterator[Raw]:
    """The levels that hold for a cell, the innermost first."""
    types = raw.get("case_types")
    of_type = types.get(cell.case_type) if isinstance(types, dict) else None
    for level in (_entry(raw, cell), of_type, raw.get("limits")):
        if isinstance(level, dict):
            yield level


def _entry(raw: Raw, cell: CellRow) -> Raw | None:
    for entry in _listed(raw, "cells"):
        if (entry.get("case_type"), entry.get("action")) == (cell.case_type, cell.action):
            return entry
    return None


def _listed(raw: Mapping[str, Any], name: str) -> list[Raw]:
    listed = raw.get(name)
    return [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []


def _at(level: Raw, name: str) -> Any:
    outer, _, inner = name.partition(".")
    found = level.get(outer)
    if not inner:
        return found
    return found.get(inner) if isinstance(found, dict) else None
