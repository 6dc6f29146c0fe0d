"""A stranger follows docs/add-a-source.md from the first line to the last."""

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from contract.errors import ChartloomError
from runner import cli

PAGE = Path(__file__).parents[1] / "docs" / "add-a-source.md"
BLOCK = re.compile(r"^```(?P<kind>\w+)(?: (?P<file>\S+))?\n(?P<body>.*?)^```$", re.M | re.S)


def test_the_page_word_for_word(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    answer = ""
    for block in BLOCK.finditer(PAGE.read_text(encoding="utf-8")):
        if block["file"]:
            _write(tmp_path / block["file"], block["body"])
        elif block["kind"] == "sh":
            answer = "".join(map(_run, block["body"].splitlines()))
        elif block["kind"] == "text":
            wanted = [line.split() for line in block["body"].splitlines()]
            lines = [line.split() for line in answer.splitlines()]
            missing = [words for words in wanted if not any(set(words) <= set(line) for line in lines)]
            assert not missing, answer
    assert "2023-01-03 08:00" in answer


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _run(command: str) -> str:
    program, *words = shlex.split(command)
    if program != "chartloom":
        return ""
    done = CliRunner().invoke(cli.app, words)
    failure = done.exception if isinstance(done.exception, ChartloomError) else ""
    assert done.exit_code == 0, f"{command}: {failure}\n{done.output}"
    return done.output
