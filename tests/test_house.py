"""The house rules that no linter knows: what a file is called, how it begins, how long it may be."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = [path.parent for path in sorted(ROOT.glob("*/__init__.py"))]
FILES = [p for room in (*ROOMS, ROOT / "tests") for p in sorted(room.rglob("*.py")) if p.name != "__init__.py"]
LONGEST_FILE, LONGEST_FUNCTION = 300, 40  # lines; aim at 200 and 10
VAGUE = {"utils", "util", "helpers", "helper", "manager", "base", "common", "misc"}


def test_init_files_are_empty() -> None:
    said = [path for room in ROOMS for path in room.rglob("__init__.py") if path.stat().st_size]
    assert said == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_file_says_what_it_is_and_is_short(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.startswith('"""'), "the first line says what the file is"
    assert text.count("\n") <= LONGEST_FILE
    assert not VAGUE & set(path.stem.split("_"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_functions_are_short(path: Path) -> None:
    if path.parent.name == "schemas":
        return  # declarations: a table is as long as its columns
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    long = {f.name: n for f in functions if (n := (f.end_lineno or 0) - f.lineno + 1) > LONGEST_FUNCTION}
    assert long == {}
