"""What the pages say exists, runs and leads somewhere; what exists is on the pages."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.core import TyperGroup
from typer.main import get_command
from typer.testing import CliRunner

from runner import cli
from schemas import registry

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
COMMAND_LINE = (ROOT / "docs" / "command-line.md").read_text(encoding="utf-8")
FENCE = re.compile(r"^ *```(?P<kind>[^\n]*)\n(?P<body>.*?)^ *```$", re.M | re.S)


def commands(group: TyperGroup, path: str = "chartloom") -> Iterator[tuple[str, set[str]]]:
    """Every command that does something, with its options."""
    for name, command in group.commands.items():
        inner = isinstance(command, TyperGroup)
        if not inner or command.invoke_without_command:
            yield (
                f"{path} {name}",
                {option for p in command.params for option in p.opts if option.startswith("--")} - {"--help"},
            )
        if inner:
            yield from commands(command, f"{path} {name}")


APP = get_command(cli.app)
COMMANDS = dict(commands(APP))


def sections() -> dict[str, str]:
    parts = re.split(r"^## (.*)\n", COMMAND_LINE, flags=re.M)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def blocks(kind: str) -> list[tuple[str, str]]:
    """(page, command) of every line of every block of that kind."""
    return [
        (page.name, line)
        for page in PAGES
        for found in FENCE.finditer(page.read_text(encoding="utf-8"))
        if found["kind"].split()[:1] == ["sh"] and (kind == "sh" or found["kind"] == kind)
        for line in found["body"].replace("\\\n", " ").splitlines()
        if line.strip() and not line.startswith("#")
    ]


def test_every_command_has_its_section_and_every_section_a_command() -> None:
    assert {name for name in sections() if name.startswith("chartloom ")} == set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_options_stand_in_the_section_of_their_command(name: str) -> None:
    listed = set(re.findall(r"^\| `(--[\w-]+)` ", sections()[name], re.M))
    assert listed == COMMANDS[name]


def test_exit_codes_are_those_of_the_errors() -> None:
    from contract import errors
    from runner.commands.night import LEFT_OUT

    kinds = [k for k in vars(errors).values() if isinstance(k, type) and issubclass(k, errors.ChartloomError)]
    listed = {int(code) for code in re.findall(r"^\| (\d+) \|", sections()["Exit codes"], re.M)}
    assert listed == {0, LEFT_OUT, *(kind.exit_code for kind in kinds)}
    assert all(f"{code} " in cli.EPILOG for code in listed)


@pytest.mark.parametrize(("page", "line"), blocks("sh"))
def test_commands_in_shell_blocks_exist(page: str, line: str) -> None:
    words = shlex.split(line, comments=True)
    if words[0] == "make":
        assert re.search(rf"^{words[1]}:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M), f"{page}: {line}"
    elif words[0] == "chartloom":
        parse(words[1:])
    else:
        assert words[0] in {"git", "cd", "python", "open", "crontab"}, f"{page}: {line}: an unknown program"


def parse(words: list[str]) -> None:
    """Raises a usage error where an option or argument is not there."""
    command = APP
    while isinstance(command, TyperGroup) and words and words[0] in command.commands:
        command, words = command.commands[words[0]], words[1:]
    command.make_context(str(command.name), list(words))


@pytest.mark.parametrize(("page", "line"), blocks("sh runs"))
def test_blocks_marked_runs_run(
    page: str, line: str, small_lake: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHARTLOOM_LAKE", str(small_lake))
    monkeypatch.chdir(tmp_path)
    said = CliRunner().invoke(cli.app, shlex.split(line, comments=True)[1:])
    assert said.exit_code == 0, f"{page}: {line}: {said.output}"
    assert said.stdout


def links() -> list[tuple[Path, str]]:
    pattern = re.compile(r"\]\((?!\w+://|mailto:)([^)\s]+)\)")
    return [(page, link) for page in PAGES for link in pattern.findall(page.read_text(encoding="utf-8"))]


@pytest.mark.parametrize(("page", "link"), links(), ids=lambda value: getattr(value, "name", value))
def test_links_lead_somewhere(page: Path, link: str) -> None:
    name, _, anchor = link.partition("#")
    target = (page.parent / name) if name else page
    assert target.exists()
    if anchor:
        headings = re.findall(r"^#+ (.*)$", target.read_text(encoding="utf-8"), re.M)
        assert anchor in {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_page_is_in_the_index() -> None:
    index = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    assert [page.name for page in PAGES[1:] if page.name != "README.md" and f"({page.name})" not in index] == []


@pytest.mark.parametrize("name", registry.tables())
def test_the_data_dictionary_explains_every_table(name: str) -> None:
    table = registry.table(name)
    assert table.about.endswith(".")
    assert not [column.name for column in table.columns if not column.about.endswith(".")]
    assert {*table.key, *table.order} <= {column.name for column in table.columns}


def test_tables_named_on_the_pages_exist() -> None:
    named = {
        (page.name, name)
        for page in PAGES
        for name in re.findall(r"`(phi/[\w/]+|fhir/[A-Z]\w+)`", page.read_text(encoding="utf-8"))
    }
    assert {entry for entry in named if entry[1] not in registry.tables()} == set()
