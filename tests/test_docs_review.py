"""The pages about the coders' page say of roles, settings, keys, states and acts what the program says."""

import dataclasses
import re
from pathlib import Path

import pytest

from review.coding.act import ACTIONS
from review.roles import ROLES, Right
from review.settings import Settings
from review.state.tables import STATES
from review.web.render import key
from review.web.shown.words import words
from runner.coders import settings
from runner.config import load
from tests.test_docs import ROOT

PAGES = ("review.md", "review-running.md", "review-figures.md")
OF_THE_FILE = ("lake",)  # stands at the head of pipelines.yaml
SAID = {"database": "SQLite in the lake", "inbox": "the `path` of the source of decisions, else inbox/decisions"}


def page(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def table(name: str, head: str) -> list[list[str]]:
    """Cells of the rows below the line that begins so."""
    lines = page(name).split(head, 1)[1].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in takewhile_rows(lines)]


def takewhile_rows(lines: list[str]) -> list[str]:
    end = next(at for at, line in enumerate(lines) if not line.startswith("|"))
    return lines[:end]


def test_roles_may_what_the_table_says() -> None:
    said = {role: may.split("; ") for role, may in table("review.md", "| role | may |")}
    rights = {role: [str(right) for right in Right if right in held] for role, held in ROLES.items()}
    assert said == rights


def test_settings_are_those_of_the_program_with_their_defaults() -> None:
    rows = table("review-running.md", "| key | default | |")
    said = {name.strip("`"): default for name, default, _ in rows}
    fields = {field.name: field for field in dataclasses.fields(Settings) if field.name not in OF_THE_FILE}
    assert list(said) == [name for name in said if name in fields] and set(said) == set(fields)
    assert said == {name: SAID.get(name) or shown(field.default) for name, field in fields.items()}
    assert all(meaning.strip() for *_, meaning in rows)


def shown(default: object) -> str:
    match default:
        case bool():
            return str(default).lower()
        case None | "" | ():
            return "none"
        case float():
            return f"{default:g}"
    return str(default)


def test_keys_are_those_of_the_page() -> None:
    listed = [(group.group, one) for group in words().keys for one in group.keys]
    named = [(where, [name for name in (one.key, one.also) if name], one.said) for where, one in listed]
    known = [[where, " ".join(f"`{each(name)}`" for name in names), said] for where, names, said in named]
    assert table("review.md", "| | key | does |") == known


def each(name: str) -> str:
    return " ".join(key(one) for one in name.split(" "))


def test_states_and_acts_are_explained() -> None:
    assert tuple(row[0] for row in table("review.md", "| state | means |")) == STATES
    acts = {name for row in table("review.md", "| act | does |") for name in row[0].split(", ")}
    assert acts == set(ACTIONS) - {"note"}  # which no page sends


def test_every_tab_is_explained() -> None:
    assert [row[0] for row in table("review.md", "| tab | shows |")] == list(words().tabs.values())


@pytest.mark.parametrize("name", PAGES)
def test_pages_stay_short_enough_to_read(name: str) -> None:
    assert len(page(name).splitlines()) <= 250


def test_programs_that_the_pages_name_exist() -> None:
    named = {name for each in PAGES for name in re.findall(r"`((?:tests|review)/[\w/]+\.\w+)`", page(each))}
    assert named and not [name for name in named if not Path(ROOT / name).exists()]


def examples() -> list[str]:
    """Sections `review` as the pages show them, and the one that waits in pipelines.yaml behind its marks."""
    shown = re.findall(r"^```yaml\n(review:\n.*?)^```$", page("review-running.md"), re.M | re.S)
    behind = (ROOT / "pipelines.yaml").read_text(encoding="utf-8").split("# review:\n")[1]
    return [*shown, "review:\n" + re.sub(r"^# ", "", behind, flags=re.M)]


@pytest.mark.parametrize("section", examples())
def test_examples_of_the_section_are_taken(section: str, tmp_path: Path) -> None:
    path = tmp_path / "pipelines.yaml"
    source = "d: {uses: 'etl.decisions.source:Decisions', with: {path: inbox}}"
    path.write_text(f"lake: lake\nnightly: {{sources: {{{source}}}}}\n{section}", encoding="utf-8")
    found = settings(load(path))
    assert found.database and found.hosts and found.second_review
