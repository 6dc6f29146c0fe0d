"""What a delivery is: its marker, its version, what it buries, maps of a site, tables in dumps and Parquet files."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from contract.errors import ConfigError, InputError, MappingError
from contract.work import UNKNOWN, WRITING, Leaving, Shard, Spooled
from etl.mapping.load import load
from etl.sources.tables import Tables

Night = Callable[..., tuple[Spooled, list[Shard]]]
PERSON: dict[str, Any] = {
    "person": "NR",
    "optional": False,
    "people": {"identifying": {"uri": "NR"}},
    "columns": {"NR": "id!", "SEX": "string"},
    "resources": {"Patient": {"id": "NR", "gender": "map(SEX, sex)"}},
}
EVENT: dict[str, Any] = {
    "person": "NR",
    "deleted": "OP = 'D'",
    "columns": {"NR": "id!", "ID": "id!", "OP": "code(I|D)", "VALUE": "decimal"},
    "resources": {
        "Observation": {
            "when": "VALUE > 0 OR VALUE IS NULL",
            "id": "ID",
            "status": "= final",
            "code": {"text": "= x"},
            "valueQuantity": {"value": "VALUE"},
        }
    },
}
SAYS = {"column": "X", "is": "b", "says": "c"}
MAPPING: dict[str, dict[str, Any]] = {
    "source": {"maps": {"sex": {"F": "female"}, "local": {}}},
    "person": PERSON,
    "event": EVENT,
}


def mapping(root: Path, **changed: dict[str, Any]) -> str:
    folder = root / "mapping"
    folder.mkdir(exist_ok=True)
    for name, said in {**MAPPING, **changed}.items():
        (folder / f"{name}.yaml").write_text(yaml.safe_dump(said, sort_keys=False), encoding="utf-8")
    return str(folder)


def put(path: Path, text: str = "", age: float = 3600) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    os.utime(path, (time.time() - age, time.time() - age))
    return path


@pytest.mark.parametrize("ready", ["_SUCCESS", "*.done", "{group}.ok"])
def test_a_marker_says_that_a_group_is_complete(ready: str, tmp_path: Path) -> None:
    source = Tables(mapping(tmp_path, source={"ready": ready, **MAPPING["source"]}), "in", delivery="delta")
    for group in ("1", "2"):
        put(tmp_path / "in" / group / "person.csv", "NR\n1\n", age=0)
    assert (source.groups(tmp_path), source.aside(tmp_path)) == ([], {WRITING: 2})
    marker = {"_SUCCESS": "1/_SUCCESS", "*.done": "1/a.done", "{group}.ok": "1.ok"}[ready]
    put(tmp_path / "in" / marker)
    put(tmp_path / "in" / "2" / "strange.txt")
    (group,) = source.groups(tmp_path)
    assert (group.name, [path.name for path in group.files]) == ("1", ["person.csv"])
    assert source.aside(tmp_path) == {WRITING: 1, UNKNOWN: 1}
    put(tmp_path / "in" / "1" / "event.csv.part")
    assert source.groups(tmp_path) == []


@pytest.mark.parametrize(("version", "right"), [("v5.3.1", True), (" v5.3 ", True), ("v5.4", False), ("", False)])
def test_another_version_of_the_data_set_is_refused(version: str, right: bool, tmp_path: Path) -> None:
    expects = {"table": "cdm", "column": "version", "is": "v5.3*", "says": "OMOP CDM 5.3"}
    cdm = {"columns": {"name": "string", "version": "string"}}
    where = mapping(tmp_path, source={"expects": expects, **MAPPING["source"]}, cdm=cdm)
    put(tmp_path / "in" / "person.csv", "NR\n1\n")
    put(tmp_path / "in" / "cdm.csv", f"name,version\nx,{version}\n")
    source = Tables(where, "in", settle_s=0)
    (group,) = source.groups(tmp_path)
    if right:
        assert len(source.people(group)) == 1
    else:
        with pytest.raises(InputError, match=r"cdm\.csv: version says '.*OMOP CDM 5\.3.*v5\.3\*"):
            source.people(group)


@pytest.mark.parametrize("said", [{"table": "x"}, {"table": "x", **SAYS}, {"table": "person", **SAYS}])
def test_an_expectation_that_does_not_fit_teaches(said: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(MappingError, match=r"source\.yaml: expects: .*(person|NR)"):
        load(mapping(tmp_path, source={"expects": said, **MAPPING["source"]}))


def spooled(source: Tables, root: Path) -> tuple[Spooled, Shard]:
    (group,) = source.groups(root)
    people = source.people(group)
    one = pa.array([1] * len(people), pa.int64())
    homes = {"key": people["key"], "origin_id": one, "subject_id": one, "ordinal": one}
    found = source.spool(group, pa.table({**homes, "batch": pa.array([0] * len(people), pa.int32())}), root / "work")
    return found, source.read(root / "work", 0)


def test_rows_bury_what_they_name(tmp_path: Path) -> None:
    put(tmp_path / "in" / "person.csv", "NR\n1\n")
    rows = ["1,a,I,5", "1,a,D,", "1,b,D,", "1,b,I,6", "1,c,D,-1", "1,d,,7", "1,e,D,x", "9,f,D,"]
    put(tmp_path / "in" / "event.csv", "\n".join(["NR,ID,OP,VALUE", *rows]))
    found, shard = spooled(Tables(mapping(tmp_path), "in", "delta"), tmp_path)
    assert found.deleted.to_pylist() == [{"type": "Observation", "id": "a"}, {"type": "Observation", "id": "c"}]
    assert shard["phi/fhir/Observation"]["id"].to_pylist() == ["a", "b", "d"]
    assert len(spooled(Tables(mapping(tmp_path), "in", "full"), tmp_path)[0].deleted) == 0


def test_maps_of_a_site_stand_over_those_of_the_mapping(tmp_path: Path) -> None:
    put(tmp_path / "in" / "person.csv", "NR,SEX\n1,F\n2,W\n")
    put(tmp_path / "site" / "sex.csv", "raw,gender\nW,female\nF,other\n")
    plain, own = (Tables(mapping(tmp_path), "in", maps=maps) for maps in ("", str(tmp_path / "site")))
    assert spooled(plain, tmp_path)[1]["phi/fhir/Patient"]["gender"].to_pylist() == ["female", None]
    assert spooled(own, tmp_path)[1]["phi/fhir/Patient"]["gender"].to_pylist() == ["other", "female"]
    assert plain.digest() != own.digest()
    put(tmp_path / "other" / "race.csv", "raw,code\n")
    with pytest.raises(ConfigError, match=r"race in .*has local, sex"):
        load(mapping(tmp_path), f"{tmp_path}/other")
    with pytest.raises(ConfigError, match="is no folder"):
        load(mapping(tmp_path), f"{tmp_path}/sites")


def test_a_column_that_was_renamed_is_guessed(tmp_path: Path) -> None:
    put(tmp_path / "in" / "person.csv", "PATIENT,Nr.,SEX\n1,2,F\n")
    source = Tables(mapping(tmp_path), "in", settle_s=0)
    with pytest.raises(
        MappingError, match=r"NR missing; found PATIENT, Nr\., SEX; expected NR, SEX\. Is it NR\|Nr\.\?"
    ):
        source.people(source.groups(tmp_path)[0])


DUMP = """CREATE TABLE clinic.person (nr int, sex char(1));
INSERT INTO clinic.person VALUES (1,'F'),(2,NULL);
INSERT INTO clinic.event (id, nr, value) VALUES ('a',1,5),('b',2,6),('c',3,7),('d',1,'O'Brien');
"""


def test_raw_tables_of_a_dump(tmp_path: Path, night: Night) -> None:
    said = {"format": {"kind": "sql"}, "file": "dump/*.sql"}
    also = {"source_table": "EVENT", "optional": False}
    where = mapping(tmp_path, person={**PERSON, **said}, event={**EVENT, **said, **also})
    put(tmp_path / "in" / "dump" / "all.sql", DUMP)
    found, (shard,) = night(tmp_path / "in", tmp_path / "work", where)
    assert found.rows_in == {"event": 4, "person": 2}
    assert shard["phi/fhir/Observation"]["id"].to_pylist() == ["a", "b"]
    told = [(row["file"], row["line"], row["target"], row["rule"]) for row in found.quarantine.to_pylist()]
    assert told == [("all.sql", 3, "event", "unknown-patient"), ("all.sql", 3, "event", "sql-statement")]
    source = Tables(where, "in", settle_s=0)
    with pytest.raises(InputError, match=r"among others.*sql.*--resume"):
        source.forget(tmp_path, Leaving(frozenset({"1"})))
    put(tmp_path / "in" / "dump" / "all.sql", DUMP.replace(".event", ".events"))
    with pytest.raises(InputError, match=r"without event: no file holds the raw table"):
        night(tmp_path / "in", tmp_path / "work2", where)


def test_parquet_is_a_raw_table_like_another(tmp_path: Path, night: Night) -> None:
    said = {"format": {"kind": "parquet"}}
    where = mapping(tmp_path, person={**PERSON, "file": "person.parquet", **said})
    (tmp_path / "in").mkdir()
    pq.write_table(pa.table({"NR": [1, 2], "SEX": ["F", None]}), tmp_path / "in" / "person.parquet")
    put(tmp_path / "in" / "event.csv", "NR,ID,VALUE\n1,a,5\n2,b,6\n")
    _, (shard,) = night(tmp_path / "in", tmp_path / "work", where)
    assert shard["phi/fhir/Patient"]["gender"].to_pylist() == ["female", None]
    purged = Tables(where, "in", settle_s=0).forget(tmp_path, Leaving(frozenset({"1"})))
    assert [(each.path.name, each.rows) for each in purged] == [("event.csv", 1), ("person.parquet", 1)]
    assert pq.read_table(tmp_path / "in" / "person.parquet")["NR"].to_pylist() == [2]


@pytest.mark.parametrize(("delivered", "events"), [(".", "**/ev*.csv"), ("2026-01", ["a/?/ev*.csv", "ev*.csv"])])
def test_tables_in_folders_of_a_group(delivered: str, events: Any, tmp_path: Path) -> None:
    where = mapping(tmp_path, person={**PERSON, "file": "hosp/person.csv"}, event={**EVENT, "file": events})
    folder = tmp_path / "in" / delivered
    put(folder / "hosp" / "PERSON.CSV", "NR\n1\n")
    put(folder / "a" / "b" / "ev_1.csv", "NR,ID,VALUE\n1,a,5\n")
    put(folder / "ev_2.csv", "NR,ID,VALUE\n1,b,5\n")
    put(folder / "hosp" / "a" / "person.csv", "x\n")
    put(folder / ".old" / "hosp" / "person.csv", "x\n")
    source = Tables(where, "in")
    (group,) = source.groups(tmp_path)
    assert {path.name for path in group.files} == {"PERSON.CSV", "ev_1.csv", "ev_2.csv"}
    found, shard = spooled(source, tmp_path)
    assert (found.rows_in, len(shard["phi/fhir/Observation"])) == ({"event": 2, "person": 1}, 2)
    assert source.aside(tmp_path) == {UNKNOWN: 1}


def test_formats_and_empty_cells_of_the_source_hold_for_all_tables(tmp_path: Path) -> None:
    source = {"format": {"delimiter": "|", "comment": "#"}, "empty": ["NA", "~"], **MAPPING["source"]}
    event = {**EVENT, "format": {"header": ["ID", "NR", "VALUE"]}, "empty": "0"}
    put(tmp_path / "in" / "person.csv", "# all\nNR|SEX\n1|F\n")
    put(tmp_path / "in" / "event.csv", "a|1|5\nb|1| NA\n# no\nc|1|0\nd|~|\n")
    found, shard = spooled(Tables(mapping(tmp_path, source=source, event=event), "in", settle_s=0), tmp_path)
    values = shard["phi/fhir/Observation"]["valueQuantity"].to_pylist()
    assert [value and value["value"] for value in values] == [5.0, None, None]
    assert [row["rule"] for row in found.quarantine.to_pylist()] == ["required"]
