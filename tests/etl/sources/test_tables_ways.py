"""Rows that lead to their person through other tables; tables in folders; one file a person; empty cells."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from contract.errors import MappingError
from contract.work import SHARED_BATCH, Leaving, Shard, Spooled
from etl.mapping.load import load
from etl.sources.tables import Tables
from etl.sources.tables_rows import Spool

Night = Callable[..., tuple[Spooled, list[Shard]]]
SOURCE: dict[str, Any] = {"empty": ["NA", "?"]}
PERSON: dict[str, Any] = {
    "file": "hosp/person*.csv",
    "person": "NR",
    "people": {"identifying": {"uri": "NR"}},
    "columns": {"NR": "id!"},
    "resources": {"Patient": {"id": "NR"}},
}
STAY: dict[str, Any] = {
    "file": "hosp/stay.csv",
    "person": "NR",
    "columns": {"STAY": "id!", "NR": "id!"},
}
BED: dict[str, Any] = {
    "file": "icu/bed.csv",
    "person": {"column": "stay_nr", "table": "stay", "key": "STAY"},
    "columns": {"BED": "id!", "stay_nr": "id"},
}
PULSE: dict[str, Any] = {
    "file": "icu/pulse/*.csv",
    "person": {"column": "BED", "table": "bed"},
    "from_path": {"DEVICE": r"pulse/(\w+)-\d+\."},
    "columns": {
        "BED": "id!",
        "DEVICE": "string",
        "RATE": "decimal",
        "NOTE": {"type": "string", "empty": "-1"},
    },
    "resources": {
        "Observation": {
            "id": "hash(BED, RATE)",
            "status": "= final",
            "code": {"text": "= Pulse"},
            "valueQuantity": {"value": "RATE", "unit": "DEVICE"},
            "note": {"text": "NOTE"},
        }
    },
}
LABEL = {"file": "label.csv", "columns": {"CODE": "id!", "TEXT": "string"}}
MAPPING = {"source": SOURCE, "person": PERSON, "stay": STAY, "bed": BED, "pulse": PULSE, "label": LABEL}
FILES = {
    "hosp/persons_1.csv": "NR\np1\np2\n",
    "hosp/stay.csv": "STAY,NR\ns1,p1\ns2,p2\ns3,p9\ns4,p1\ns4,p2\n",
    "icu/bed.csv": "BED,stay_nr\nb1,s1\nb2,s2\nb3,s3\nb4,s4\nb5,?\nb6,s6\n",
    "icu/pulse/philips-7.csv": "BED,RATE,NOTE\nb1,60,-1\nb2,NA, ? \nb3,61,\nb4,62,\nb8,63,\nNA,64,\n",
    "icu/pulse/drager-8.csv": "RATE,BED\n70,b1\n",
    "label.csv": "CODE,TEXT\na,A\nb,B\n",
}


def put(root: Path, texts: dict[str, str]) -> Path:
    for name, text in texts.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return root


def mapping(root: Path, **changed: dict[str, Any]) -> str:
    said = {name: yaml.safe_dump(table, sort_keys=False) for name, table in {**MAPPING, **changed}.items()}
    return str(put(root / "mapping", {f"{name}.yaml": text for name, text in said.items()}))


@pytest.fixture
def told(tmp_path: Path, night: Night) -> tuple[Spooled, list[Shard]]:
    return night(put(tmp_path / "inbox", FILES), tmp_path / "work", mapping(tmp_path), batches=2)


def test_rows_find_their_person_through_other_tables(told: tuple[Spooled, list[Shard]]) -> None:
    found = [
        row for shard in told[1] if "phi/fhir/Observation" in shard for row in shard["phi/fhir/Observation"].to_pylist()
    ]
    values = {
        (row["subject_id"], row.get("valueQuantity", {}).get("value"), row.get("valueQuantity", {}).get("unit"))
        for row in found
    }
    assert values == {(1, 70.0, "drager"), (1, 60.0, "philips"), (2, None, None)}  # no quantity without its value
    assert not any(row.get("note") for row in found)


def test_rows_that_lead_nowhere_are_set_aside_with_the_reason(told: tuple[Spooled, list[Shard]]) -> None:
    spooled, _ = told
    rows = [tuple(row[name] for name in ("file", "line", "column", "rule")) for row in spooled.quarantine.to_pylist()]
    assert sorted(rows) == sorted(
        [
            ("stay.csv", 4, "NR", "unknown-patient"),
            ("bed.csv", 4, "stay_nr", "unknown-patient"),
            ("bed.csv", 5, "stay_nr", "leads-to-several"),
            ("bed.csv", 6, "stay_nr", "required"),
            ("bed.csv", 7, "stay_nr", "leads-to-nobody"),
            ("philips-7.csv", 4, "BED", "unknown-patient"),
            ("philips-7.csv", 5, "BED", "leads-to-several"),
            ("philips-7.csv", 6, "BED", "leads-to-nobody"),
            ("philips-7.csv", 7, "BED", "required"),
        ]
    )
    messages = {row["rule"]: row["message"] for row in spooled.quarantine.to_pylist() if row["file"] == "bed.csv"}
    assert "no row of stay has this STAY" in messages["leads-to-nobody"]


def test_a_row_of_somebody_unknown_names_them(told: tuple[Spooled, list[Shard]]) -> None:
    """Who was forgotten is told by it when the rows come again."""
    rows = told[0].quarantine.to_pylist()
    raw = {row["file"]: row["raw"] for row in rows if row["rule"] == "unknown-patient"}
    assert raw == {"stay.csv": "s3,p9", "bed.csv": "b3,s3,p9", "philips-7.csv": "b3,philips,61,,p9"}
    raw = {row["file"]: row["raw"] for row in rows if row["rule"] == "leads-to-several"}
    assert raw == {"bed.csv": "b4,s4,p1,p2", "philips-7.csv": "b4,philips,62,,p1,p2"}


def test_a_table_of_no_person_is_whole_for_every_batch(told: tuple[Spooled, list[Shard]], tmp_path: Path) -> None:
    assert SHARED_BATCH in told[0].batches
    for batch in (0, 1):
        rows = Spool(tmp_path / "work", batch).whole("label")
        assert rows is not None and rows.column("CODE").to_pylist() == ["a", "b"]
    assert Spool(tmp_path / "work", 0).whole("stays") is None


def test_forgetting_follows_the_way(tmp_path: Path) -> None:
    inbox = put(tmp_path / "inbox", {f"{night}/{name}": text for night in ("1", "2") for name, text in FILES.items()})
    source = Tables(mapping(tmp_path), "inbox", settle_s=0)
    purged = source.forget(tmp_path, Leaving(frozenset({"p1"})))
    assert {path.path.name: path.rows for path in purged} == {
        "persons_1.csv": 1, "stay.csv": 2, "bed.csv": 2, "philips-7.csv": 2, "drager-8.csv": 1,
    }  # fmt: skip
    assert len(purged) == 10
    order = [each.path.name for each in purged][:5]  # what leads to others goes after them
    assert order.index("stay.csv") > order.index("bed.csv") > order.index("philips-7.csv")
    for night in ("1", "2"):
        assert (inbox / night / "icu/bed.csv").read_text() == "BED,stay_nr\nb2,s2\nb3,s3\nb5,?\nb6,s6\n"
        assert (inbox / night / "hosp/stay.csv").read_text() == "STAY,NR\ns2,p2\ns3,p9\ns4,p2\n"


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"pulse": {**PULSE, "person": {"column": "BED", "table": "beds"}}}, "no table 'beds'.*bed, label, person"),
        ({"pulse": {**PULSE, "person": {"column": "BED", "table": "stay"}}}, "stay has no column 'BED'.*STAY, NR"),
        ({"stay": {**STAY, "person": ""}}, "stay does not say either"),
        (
            {"stay": {**STAY, "person": {"column": "STAY", "table": "bed", "key": "stay_nr"}}},
            "circle: bed -> stay -> bed",
        ),
        ({"person": {**PERSON, "person": {"column": "NR", "table": "stay"}}}, "its own columns"),
    ],
)
def test_a_way_that_cannot_be_teaches(changed: dict[str, Any], message: str, tmp_path: Path) -> None:
    with pytest.raises(MappingError, match=message):
        load(mapping(tmp_path, **changed))


def test_one_file_a_person_of_thousands(tmp_path: Path, night: Night) -> None:
    """The path says whose the file is; rows of all files lie in one stream a batch."""
    said = {"file": "set-?/*.txt", "person": "NR", "from_path": {"NR": r"(\d+)\.txt$"}}
    made = {"id": "hash(NR, Time)", "status": "= final", "code": {"text": "Time"}, "valueQuantity": {"value": "Value"}}
    columns = {"NR": "id!", "Time": "string", "Value": "decimal"}
    tables = {
        "source": {},
        "patient": {**PERSON, **said},
        "event": {**said, "columns": columns, "resources": {"Observation": made}},
    }
    folder = put(
        tmp_path / "mapping", {f"{name}.yaml": yaml.safe_dump(table, sort_keys=False) for name, table in tables.items()}
    )
    put(tmp_path / "inbox", {f"set-{'ab'[n % 2]}/{n}.txt": f"Time,Value\n00:00,{n}\n00:07,\n" for n in range(300)})
    spooled, shards = night(tmp_path / "inbox", tmp_path / "work", str(folder), batches=2)
    assert (spooled.rows_in, len(spooled.quarantine)) == ({"patient": 600, "event": 600}, 0)
    assert sum(len(shard["phi/fhir/Observation"]) for shard in shards) == 600
    assert {len(set(shard["phi/fhir/Patient"]["id"].to_pylist())) for shard in shards} == {150}
    assert len(list((tmp_path / "work").glob("*.arrow"))) == 4
    source = Tables(str(folder), "inbox", settle_s=0)
    purged = source.forget(tmp_path, Leaving(frozenset({"7"})))
    assert [(each.path.name, each.after) for each in purged] == [("7.txt", None)]
    assert not (tmp_path / "inbox/set-b/7.txt").exists()
