"""The import contracts of pyproject.toml hold, and they catch what they are there to catch."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LINT = "from importlinter.cli import lint_imports_command as lint; lint()"

OFFENCES = {
    "reason imports act": (
        "engine/reason/offence.py",
        "import engine.act",
        "The engine's layers",
    ),
    "domain imports a desk": (
        "engine/domain/offence.py",
        "import engine.desks",
        "The engine's layers",
    ),
    "a package without a place": (
        "engine/helpers/__init__.py",
        "",
        "The engine's layers",
    ),
    "the engine imports streamlit": (
        "engine/service/offence.py",
        "import streamlit",
        "The engine knows no screen",
    ),
    "policy opens a socket": (
        "engine/govern/offence.py",
        "import socket",
        "Words and policy do no input or output",
    ),
    "a page imports the store": (
        "console/app_pages/offence.py",
        "import engine.store",
        "The console uses the engine's doors alone",
    ),
    "a page imports the bootstrap": (
        "console/app_pages/offence.py",
        "import engine.bootstrap",
        "The console uses the engine's doors alone",
    ),
    "a component imports a page": (
        "console/components/offence.py",
        "import console.app_pages",
        "The console's layers",
    ),
}


def lint_imports(root: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [
            sys.executable,
            "-c",
            LINT,
            "--no-logo",
            "--no-cache",
            "--config",
            str(ROOT / "pyproject.toml"),
        ],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def copied_sources(tmp_path: Path) -> Path:
    """The packages' sources in another place, where an offence may be written into them."""
    for package in ("console", "engine"):
        shutil.copytree(
            ROOT / package,
            tmp_path / package,
            ignore=lambda folder, names: {
                name for name in names if not (Path(folder, name).is_dir() or name.endswith(".py"))
            },
        )
    return tmp_path


def test_every_import_contract_is_kept() -> None:
    checked = lint_imports(ROOT)
    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize(
    ("path", "source", "contract"),
    OFFENCES.values(),
    ids=[name.replace(" ", "-") for name in OFFENCES],
)
def test_contract_catches_a_forbidden_import(
    copied_sources: Path, path: str, source: str, contract: str
) -> None:
    offence = copied_sources / path
    offence.parent.mkdir(exist_ok=True)
    offence.write_text(f'"""Added by a test."""\n\n{source}\n')
    checked = lint_imports(copied_sources)
    assert checked.returncode == 1
    assert f"{contract} BROKEN" in checked.stdout


def test_web_process_leaves_heavy_packages_unloaded() -> None:
    program = (
        "import sys, console.server\n"
        "print(sorted({'anthropic', 'langgraph', 'sklearn'} & set(sys.modules)))"
    )
    loaded = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (loaded.stdout.strip(), loaded.returncode) == ("[]", 0), loaded.stderr
