"""Machine: what a figure was measured on, without naming the host or any path."""

from __future__ import annotations

import os
import platform
import re
import sqlite3
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from statistics import median
from time import perf_counter

from engine.domain.canonical import Json

_SYNCS = 50
_PAGE = bytes(4096)


@dataclass(frozen=True, kw_only=True, slots=True)
class Machine:
    """The machine at the moment of measuring."""

    processor: str
    cores: int
    system: str
    python: str
    sqlite: str
    libraries: tuple[tuple[str, str], ...]
    """Name and version."""
    load: float
    """Average load of the last minute; near 0 on a quiet machine."""
    fsync_us: float
    """Median time to write a page and have it on the disk, where the bench's files are."""

    def to_json(self) -> Json:
        """All of it."""
        return asdict(self) | {"libraries": dict(self.libraries)}

    def words(self) -> str:
        """Two lines for people."""
        libraries = ", ".join(f"{name} {version}" for name, version in self.libraries)
        return (
            f"{self.processor}, {self.cores} cores, {self.system}; load {self.load:.1f}; "
            f"fsync {self.fsync_us:.0f} µs\n"
            f"Python {self.python}, SQLite {self.sqlite}, {libraries}"
        )


def describe_machine(folder: Path, libraries: Iterable[str]) -> Machine:
    """Look at the machine.

    Args:
        folder: Where the bench keeps its files; a scratch file is written and removed.
        libraries: Distributions to name; those that are not installed are left out.
    """
    return Machine(
        processor=_processor(),
        cores=os.cpu_count() or 1,
        system=platform.system(),
        python=platform.python_version(),
        sqlite=sqlite3.sqlite_version,
        libraries=tuple(_versions(libraries)),
        load=_load(),
        fsync_us=_fsync_us(folder / "fsync.probe"),
    )


def peak_mb() -> float:
    """Most memory this process has held at once, in megabytes (10^6 bytes).

    `ru_maxrss` of a started process includes what its parent held when it started it, so Linux's
    own count for the process comes first.
    """
    status = Path("/proc/self/status")
    if status.exists():
        found = re.search(r"^VmHWM:\s+(\d+) kB", status.read_text(), re.MULTILINE)
        if found:
            return int(found[1]) * 1024 / 1e6
    import resource

    unit = 1 if platform.system() == "Darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def _processor() -> str:
    listed = Path("/proc/cpuinfo")
    if listed.exists():
        found = re.search(r"^model name\s*:\s*(.+)$", listed.read_text(), re.MULTILINE)
        if found:
            return found[1].strip()
    return platform.processor() or platform.machine()


def _versions(libraries: Iterable[str]) -> Iterable[tuple[str, str]]:
    for name in libraries:
        try:
            yield name, metadata.version(name)
        except metadata.PackageNotFoundError:
            continue


def _load() -> float:
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0


def _fsync_us(file: Path) -> float:
    times = []
    with file.open("wb", buffering=0) as handle:
        for _ in range(_SYNCS):
            start = perf_counter()
            handle.write(_PAGE)
            os.fsync(handle.fileno())
            times.append((perf_counter() - start) * 1e6)
    file.unlink()
    return median(times)
