"""Who may mint a grant: nobody who reasons, decides, stores or shows."""

import ast
from pathlib import Path

ENGINE = Path(__file__).resolve().parents[2] / "engine"
MINTERS = {"act", "runtime"}


def importers(module: str) -> set[str]:
    found = set()
    for path in ENGINE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [node.module] if isinstance(node, ast.ImportFrom) else []
            names += [one.name for one in node.names] if isinstance(node, ast.Import) else []
            if module in names:
                found.add(path.relative_to(ENGINE).parts[0])
    return found


def test_only_runtime_mints_grants() -> None:
    assert importers("engine.act.grants") <= MINTERS
    assert "runtime" in importers("engine.act.grants")


def test_nobody_else_makes_a_grant_value() -> None:
    makers = {
        path.relative_to(ENGINE).as_posix()
        for path in ENGINE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Grant"
    }
    assert {name for name in makers if not name.startswith("testing/")} <= {
        "act/grants.py",
        "store/mapping.py",
    }
