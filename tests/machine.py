"""What the tests need of the machine: where PostgreSQL and Chromium are, and how to get them.

Standard library only, no test code. Run as a program (`./run test` does) it installs what is
missing where it may, and says in one line each what it could not get.
"""

import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

POSTGRES_PROGRAMS = ("initdb", "pg_ctl", "postgres")
POSTGRES_PLACES = (
    "/usr/lib/postgresql/*/bin",  # Debian, Ubuntu
    "/usr/pgsql-*/bin",  # Fedora and its family
    "/opt/homebrew/opt/postgresql*/bin",  # macOS on ARM
    "/usr/local/opt/postgresql*/bin",  # macOS on Intel
)
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHROMIUM_ON_MACOS = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")

CHROMIUM_SWITCHES = (
    "--disable-dev-shm-usage",
    # With each window the system's Chromium loads two pages for its own address bar, which nobody
    # sees: a third of the processor time of showing a page. The rest of the list is Playwright's
    # own, as far as it bears on pages: only the last such switch counts.
    "--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup,"
    "AvoidUnnecessaryBeforeUnloadCheckSync,DestroyProfileOnBrowserClose,HttpsUpgrades,"
    "HttpsFirstBalancedModeAutoEnable,LensOverlay,MediaRouter,PaintHolding,"
    "ThirdPartyStoragePartitioning,AvoidCorsURLLoaderRestartOnRedirect,OptimizationHints,"
    "NetworkTimeServiceQuerying,AimEnabled,PreconnectToSearch",
)
"""How tests start Chromium, besides Playwright's own switches."""

MEMORY = Path("/dev/shm")
ROOM_IN_MEMORY = 4 * 1024**3
"""Bytes; with less free, the files of tests go to the disk as usual."""

LAUNCH_OWN_CHROMIUM = """
from playwright.sync_api import sync_playwright
with sync_playwright() as p:
    p.chromium.launch().close()
"""


def is_ci() -> bool:
    """Whether this run must test everything: what is missing is then a failure, not a skip."""
    return os.environ.get("CI", "").lower() == "true"


def memory_folder() -> Path | None:
    """A folder whose files never wait for a disk, where there is one with room for all tests."""
    is_roomy = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM_IN_MEMORY
    return MEMORY if is_roomy and os.access(MEMORY, os.W_OK) else None


def find_postgres() -> Path | None:
    """The folder of the newest PostgreSQL server programs, or None."""
    on_path = [Path(found).resolve().parent for found in [shutil.which("initdb")] if found]
    elsewhere = [
        folder for place in POSTGRES_PLACES for folder in Path("/").glob(place.lstrip("/"))
    ]
    elsewhere.sort(key=_version_in_path, reverse=True)
    for folder in on_path + elsewhere:
        if all((folder / program).exists() for program in POSTGRES_PROGRAMS):
            return folder
    return None


def find_chromium() -> Path | None:
    """A browser of the system that starts, or None; Playwright may still have one of its own."""
    found = [Path(path) for name in CHROMIUM_NAMES if (path := shutil.which(name))]
    for program in [*found, CHROMIUM_ON_MACOS]:
        # Ubuntu's chromium-browser is a stub that only says that a snap is needed.
        if program.exists() and _runs([str(program), "--version"]):
            return program
    return None


def has_chromium() -> bool:
    """Whether the browser tests have a Chromium, the system's or Playwright's own."""
    return find_chromium() is not None or _runs([sys.executable, "-c", LAUNCH_OWN_CHROMIUM])


def _version_in_path(folder: Path) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", str(folder)))


def _runs(command: Sequence[str], *, show: bool = False) -> bool:
    output = None if show else subprocess.DEVNULL
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            check=False,
            timeout=900,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _root_prefix() -> list[str] | None:
    """What to put before a command that needs root: nothing, sudo, or None where it may not."""
    if os.geteuid() == 0:
        return []
    return ["sudo", "-n"] if _runs(["sudo", "-n", "true"]) else None


def _apt_install(packages: Sequence[str]) -> None:
    prefix = _root_prefix()
    if prefix is None or shutil.which("apt-get") is None:
        return
    print(f"run: installing {' '.join(packages)} with apt-get", file=sys.stderr, flush=True)
    apt = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq", "-o=Dpkg::Use-Pty=0"]
    _runs([*apt, "update"])
    _runs([*apt, "install", "-y", "--no-install-recommends", *packages])


def _install_postgres() -> None:
    _apt_install(["postgresql"])
    if find_postgres() is None and shutil.which("brew"):
        print("run: installing postgresql@17 with brew", file=sys.stderr, flush=True)
        _runs(["brew", "install", "--quiet", "postgresql@17"])


def _install_chromium() -> None:
    # Only Debian's package is a browser; Ubuntu's is a stub for a snap.
    if _distribution() == "debian":
        _apt_install(["chromium"])
        if find_chromium():
            return
    print("run: installing Playwright's Chromium", file=sys.stderr, flush=True)
    system_packages = _root_prefix() is not None and shutil.which("apt-get")
    extra = ["--with-deps"] if system_packages else []
    _runs([sys.executable, "-m", "playwright", "install", *extra, "chromium"], show=True)


def _distribution() -> str:
    if platform.system() != "Linux":
        return platform.system().lower()
    try:
        return platform.freedesktop_os_release().get("ID", "linux")
    except OSError:
        return "linux"


def main() -> int:
    """Install what is missing; 1 only where CI asks for everything and something is missing."""
    if find_postgres() is None and not os.environ.get("COUNTERSIGN_TEST_POSTGRES_URL"):
        _install_postgres()
    if not has_chromium():
        _install_chromium()
    missing = []
    if find_postgres() is None and not os.environ.get("COUNTERSIGN_TEST_POSTGRES_URL"):
        missing.append("PostgreSQL: the tests on PostgreSQL")
    if not has_chromium():
        missing.append("Chromium: the tests in a browser")
    for what in missing:
        consequence = "cannot run, and CI=true asks for them" if is_ci() else "are skipped"
        print(f"run: could not get {what} {consequence}", file=sys.stderr)
    return 1 if missing and is_ci() else 0


if __name__ == "__main__":
    sys.exit(main())
