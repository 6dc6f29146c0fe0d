"""The spoiler does what dirty_spec.yaml says, and its truth is true: every way, every person lost, every line."""

import csv
import io
from pathlib import Path

import pytest
import yaml

from bench import spoil
from bench.dirty import read_spec
from contract.errors import InputError

CASES = yaml.safe_load((Path(__file__).parents[1] / "cases" / "spoil.yaml").read_text())
HEADER = ["DATE", "PATIENT", "ENCOUNTER", "CODE", "VALUE", "TYPE"]
SPEC = read_spec()


@pytest.mark.parametrize("case", CASES["broken"], ids=lambda case: f"{case['way']}-{case['column']}")
def test_a_line_is_broken_as_the_case_says(case: dict[str, str]) -> None:
    assert spoil.break_line(CASES["row"], int(case["column"]), case["way"]).decode() == case["text"]


def test_a_byte_that_no_utf8_text_holds() -> None:
    with pytest.raises(UnicodeDecodeError):
        spoil.break_line(CASES["row"], 3, "byte-ff").decode()


@pytest.mark.parametrize("case", CASES["fits"], ids=lambda case: HEADER[case["column"]])
def test_only_ways_that_make_the_cell_bad_fit(case: dict[str, list[str]]) -> None:
    at = int(str(case["column"]))
    found = list(spoil._ways(HEADER, CASES["row"], at, SPEC["tables"]["observations"], SPEC))
    lines = [name for name, way in SPEC["ways"].items() if "line" in way and (way["line"] != "cut" or at < 5)]
    assert sorted(found) == sorted([*case["cell"], *lines])


def test_a_number_is_one_only_where_its_type_says_so() -> None:
    row = [*CASES["row"][:5], "text"]
    assert "letter-in-number" not in spoil._ways(HEADER, row, 4, SPEC["tables"]["observations"], SPEC)


def write_tables(folder: Path, people: int, rows: int) -> None:
    folder.mkdir()
    persons = "".join(f"p{n},1970-01-0{n % 9 + 1},,{n}\n" for n in range(people))
    (folder / "patients.csv").write_text("Id,BIRTHDATE,DEATHDATE,SSN\n" + persons)
    made = "".join(f"2020-01-01T00:00:00Z,p{n % people},e{n},8302-2,{n},numeric\n" for n in range(rows))
    (folder / "observations.csv").write_text(",".join(HEADER) + "\n" + made)
    (folder / "supplies.csv").write_text("Id,NAME\n1,one\n")


@pytest.fixture
def spoiled(tmp_path: Path) -> tuple[Path, spoil.Truth]:
    write_tables(tmp_path / "clean", 40, 2000)
    spec = {**SPEC, "share_of": {"patients": 0.05}}
    return tmp_path / "spoiled", spoil.spoil_folder(tmp_path / "clean", tmp_path / "spoiled", spec)


def test_truth_is_what_lies_in_the_files(spoiled: tuple[Path, spoil.Truth]) -> None:
    folder, truth = spoiled
    for name in ("patients.csv", "observations.csv"):
        lines = (folder / name).read_bytes().split(b"\n")[1:-1]
        assert [truth.lines[name, number].text for number in range(2, len(lines) + 2)] == lines


def test_a_good_line_is_the_line_it_was(spoiled: tuple[Path, spoil.Truth], tmp_path: Path) -> None:
    clean = (tmp_path / "clean" / "observations.csv").read_bytes().split(b"\n")
    _, truth = spoiled
    good = {number: text for (name, number), text in truth.good().items() if name == "observations.csv"}
    assert 0 < len(good) < 2000
    assert all(clean[number - 1] == text for number, text in good.items())


def test_a_lost_person_takes_their_rows_along(spoiled: tuple[Path, spoil.Truth]) -> None:
    _, truth = spoiled
    patients = [line for (name, _), line in truth.lines.items() if name == "patients.csv"]
    lost = {line.person for line in patients if line.ways and not spoil._key_intact(line, SPEC)}
    intact = {line.person for line in patients if line.ways} - lost
    rows = [line for (name, _), line in truth.lines.items() if name == "observations.csv"]
    assert lost and intact
    assert all(line.ways for line in rows if line.person in lost)
    assert any(not line.ways for line in rows if line.person in intact)
    assert {line.person for line in rows if line.ways == ("person-lost",)} <= lost


def test_every_way_occurs(spoiled: tuple[Path, spoil.Truth]) -> None:
    _, truth = spoiled
    assert {way for ways in truth.bad().values() for way in ways} == {*SPEC["ways"], "person-lost"}


def test_a_bad_line_stands_alone_when_its_line_is_broken(spoiled: tuple[Path, spoil.Truth]) -> None:
    _, truth = spoiled
    broken = [ways for ways in truth.bad().values() if any("line" in SPEC["ways"].get(way, {}) for way in ways)]
    assert broken and all(len(ways) == 1 for ways in broken)


def test_rows_broken_by_cell_ways_still_read_as_csv(spoiled: tuple[Path, spoil.Truth]) -> None:
    _, truth = spoiled
    for (name, _), line in truth.lines.items():
        if not any("line" in SPEC["ways"].get(way, {}) for way in line.ways) and name == "observations.csv":
            assert len(next(csv.reader(io.StringIO(line.text.decode())))) == len(HEADER)


def test_tables_outside_the_spec_are_copied(spoiled: tuple[Path, spoil.Truth]) -> None:
    folder, truth = spoiled
    assert (folder / "supplies.csv").read_text() == "Id,NAME\n1,one\n"
    assert not [name for name, _ in truth.lines if name == "supplies.csv"]


def test_a_cell_with_a_line_break_is_refused(tmp_path: Path) -> None:
    write_tables(tmp_path / "clean", 2, 2)
    (tmp_path / "clean" / "patients.csv").write_text('Id,BIRTHDATE\np1,"1970\n01"\n')
    with pytest.raises(InputError, match="line break"):
        spoil.spoil_folder(tmp_path / "clean", tmp_path / "spoiled", SPEC)
