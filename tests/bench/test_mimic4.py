"""The counting of facts, concept maps as maps of ours, and the peer's input."""

import csv
import gzip
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bench.mimic4_facts import NOTHING, kinds
from bench.mimic4_maps import FILES, ITEM, write_maps
from bench.mimic4_peer import CHART, prepare
from contract.errors import InputError


def test_facts_are_counted_by_key(tmp_path: Path) -> None:
    """One measurement on both sides, one of each alone, and one that our timeline does not tell of."""
    lake, peer = tmp_path / "lake", tmp_path / "peer"
    kind = pa.struct(
        [("coding", pa.list_(pa.struct([("code", pa.string()), ("system", pa.string()), ("display", pa.string())])))]
    )
    rows = [("a", "2150-01-01T10:00:00Z", "1"), ("b", "2150-01-01T10:00:00Z", "2"), ("untold", "2150-01-01", "3")]
    columns = {
        "id": [row[0] for row in rows],
        "source_file": ["icu/chartevents.csv.gz"] * 3,
        "subject": pa.array([{"reference": "Patient/7"}] * 3),
        "effectiveDateTime": [row[1] for row in rows],
        "code": pa.array([{"coding": [{"code": row[2]}]} for row in rows], kind),
    }
    write(lake / "phi/fhir/Observation/x.parquet", pa.table(columns))
    write(lake / "phi/timeline/data/x.parquet", pa.table({"fhir_id": ["Observation/a", "Observation/b"]}))
    events = {"subject_id": [7, 7], "code": ["LAB//1//mg", "LAB//9//mg"]}
    time = pa.array(["2150-01-01 10:00:00"] * 2).cast(pa.timestamp("us"))
    write(peer / "data/train/0.parquet", pa.table({**events, "time": time}))
    said = {"chart": SIDES, "alone": {"ours": NOTHING}}
    found = kinds(lake, peer, said, types=("Observation",))
    assert [(k.both, k.only_ours, k.only_peer) for k in found] == [(1, 1, 1), (0, 0, 0)]


SIDES = {
    "ours": "SELECT whose(subject.reference), moment(effectiveDateTime), code.coding[1].code FROM Observation",
    "peer": "SELECT subject_id, time, part(code, 2) FROM events",
}


def write(path: Path, rows: pa.Table) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(rows, path)


def test_concept_maps_become_ours(tmp_path: Path) -> None:
    names = [ITEM, "omop_vocabulary_id", "omop_concept_code", "omop_concept_name"]
    rows = [["1", "LOINC", "2823-3", "Potassium"], ["2", "RxNorm Extension", "x", "no"], ["3", "LOINC", "", ""]]
    for file in FILES.values():
        with (tmp_path / file).open("w", newline="") as out:
            csv.writer(out).writerows([names, *rows])
    assert set(write_maps(tmp_path, tmp_path / "maps").values()) == {1}
    assert "1,http://loinc.org,2823-3,Potassium" in (tmp_path / "maps" / "lab_concepts.csv").read_text()
    (tmp_path / FILES["lab_concepts"]).unlink()
    with pytest.raises(InputError, match="d_labitems_to_loinc"):
        write_maps(tmp_path, tmp_path / "again")


def test_the_peer_gets_all_columns(tmp_path: Path) -> None:
    for part in ("hosp", "icu", "derived"):
        (tmp_path / part).mkdir()
    with gzip.open(tmp_path / "derived" / "chartevents_x.csv.gz", "wt") as out:
        out.write("subject_id,charttime,itemid,valuenum,valueuom\n7,2150-01-01 10:00:00,1,5.0,mg\n")
    made = prepare(tmp_path, None, tmp_path / "peer")
    with gzip.open(made / "icu" / "chartevents.csv.gz", "rt") as file:
        (row,) = csv.DictReader(file)
    assert list(row) == CHART
    assert (row["value"], row["valuenum"], row["stay_id"]) == ("5.0", "5.0", "")
