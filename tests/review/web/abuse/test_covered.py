"""Every case that is listed is tried, and every test is of a case that is listed."""

import ast
from pathlib import Path

import yaml

FOLDER = Path(__file__).parent


def test_every_case_has_its_test_and_every_test_its_case() -> None:
    cases = yaml.safe_load((FOLDER / "cases.yaml").read_text(encoding="utf-8"))
    listed = [case["id"] for case in cases]
    assert len(listed) == len(set(listed)) >= 30
    assert all(case["tried"] and case["holds"] for case in cases)
    tested = {
        node.name.removeprefix("test_")
        for path in FOLDER.glob("test_*.py")
        if path.name != Path(__file__).name
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }
    assert tested == set(listed)
