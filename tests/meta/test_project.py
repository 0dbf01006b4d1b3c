"""The project as a whole: sizes, pins, and what may stand in no file of it."""

import ast
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("console", "engine")
LONGEST_FILE = 300
LONGEST_FUNCTION = 40

# path or path:function -> why it may be longer. Keep it empty.
LONGER_FOR_A_REASON: dict[str, str] = {
    "engine/ports.py": "all ports on one page; Protocols and values, no logic",
    "engine/service/rows.py": "all rows on one page; values, no logic",
    "engine/store/tables.py": "the whole schema on one page; declarations, no logic",
    "engine/store/migrations/versions/v0001_first.py": "one statement a table",
    "engine/store/migrations/versions/v0001_first.py:upgrade": "one statement a table",
}

REQUIREMENTS = sorted((ROOT / "requirements").glob("*.txt"))

# Written in parts, so that this file does not contain what it looks for.
FORBIDDEN = {
    "a package registry": r"pypi\." + r"org|python" + r"hosted|/simple" + r"/\b|index" + r"-url=",
    "a path of one machine": r"(?<![\w.])/(?:"
    + "|".join(("work", "root", "home/\\w+", "Users"))
    + r")/",
    "another tool's name": r"(?i)\b(?:clau" + r"de code|chat" + r"gpt|cur" + r"sor ide)\b",
    "a note to do later": r"\b(?:TO" + r"DO|FIX" + r"ME|XX" + r"X)\b",
}
NOT_TEXT = {".png", ".jpg", ".gif", ".ico", ".gz", ".woff2", ".db"}


def files_of_the_project() -> list[Path]:
    """What git tracks or would track; all files where there is no git (a release archive)."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    paths = [ROOT / name for name in listed.stdout.split("\0") if name]
    return [path for path in paths if path.is_file() and path.suffix not in NOT_TEXT]


def modules() -> list[Path]:
    return sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))


def functions(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, (node.end_lineno or node.lineno) - node.lineno + 1


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_contains_what_is_forbidden(what: str) -> None:
    pattern = re.compile(FORBIDDEN[what])
    found = [
        f"{relative(path)}:{number}: {line.strip()[:100]}"
        for path in files_of_the_project()
        for number, line in enumerate(path.read_text("utf-8", "replace").splitlines(), start=1)
        if pattern.search(line)
    ]
    assert found == []


def test_no_module_is_longer_than_agreed() -> None:
    lengths = {relative(path): len(path.read_text("utf-8").splitlines()) for path in modules()}
    too_long = {path for path, length in lengths.items() if length > LONGEST_FILE}
    assert too_long - LONGER_FOR_A_REASON.keys() == set()


def test_no_function_is_longer_than_agreed() -> None:
    too_long = {
        f"{relative(path)}:{name}": length
        for path in modules()
        for name, length in functions(path)
        if length > LONGEST_FUNCTION
    }
    assert too_long.keys() - LONGER_FOR_A_REASON.keys() == set()


def test_every_exception_from_size_is_needed() -> None:
    known = {relative(path) for path in modules()}
    known |= {f"{relative(path)}:{name}" for path in modules() for name, _ in functions(path)}
    assert LONGER_FOR_A_REASON.keys() - known == set()


@pytest.mark.parametrize("path", REQUIREMENTS, ids=lambda path: path.stem)
def test_every_pin_carries_its_hashes(path: Path) -> None:
    pins = re.split(r"\n(?=\w)", path.read_text("utf-8"))[1:]
    unhashed = [pin.split()[0] for pin in pins if "==" not in pin or "--hash=sha256:" not in pin]
    assert unhashed == []


def test_pins_cover_every_declared_dependency() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    groups = project["dependency-groups"]
    declared = {
        "run": project["project"]["dependencies"] + groups["build"],
        "test": project["project"]["dependencies"] + groups["build"] + groups["test"],
        "bench": project["project"]["dependencies"] + groups["build"] + groups["bench"],
    }
    for name, requirements in declared.items():
        text = (ROOT / "requirements" / f"{name}.txt").read_text("utf-8")
        pinned = {
            match.lower() for match in re.findall(r"^([\w.-]+)(?:\[.*\])?==", text, re.MULTILINE)
        }
        wanted = {
            re.split(r"[\[<>=~ ]", line)[0].replace("_", "-").lower() for line in requirements
        }
        assert wanted - pinned == set(), name


def test_test_pins_contain_the_running_pins() -> None:
    pins = {
        name: set(
            re.findall(r"^\S+==\S+", (ROOT / "requirements" / f"{name}.txt").read_text(), re.M)
        )
        for name in ("run", "test", "bench")
    }
    assert pins["run"] - pins["test"] == set()
    assert pins["run"] - pins["bench"] == set()


def test_no_test_uses_a_mock() -> None:
    sources = sorted((ROOT / "tests").rglob("*.py"))
    mocking = re.compile(
        r"^\s*(?:from|import)\s+(?:unittest\s+import\s+mock|unittest\.mock|mock)\b"
    )
    found = [
        relative(path)
        for path in sources
        if any(mocking.match(line) for line in path.read_text("utf-8").splitlines())
    ]
    assert found == []
