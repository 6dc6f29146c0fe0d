"""Cells that an expression cannot take: their rows are set aside and named, the rows beside them stay."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from contract.errors import MappingError
from contract.work import Shard, Spooled
from etl.mapping.refused import MOST, fault, one_by_one
from etl.mapping.tree import Said, Sql

Night = Callable[..., tuple[Spooled, list[Shard]]]
PERSONS = "person: NR\npeople: {identifying: {synthea: NR}}\ncolumns: {NR: id!}\nresources: {Patient: {id: NR}}\n"
VISITS = """
person: NR
columns: {NR: id!, VISIT: id!, N: string, M: string, WARD: string}
joins: {others: {table: visits_of, on: NR, many: true}}
let: {TENTHS: CAST(N AS BIGINT) // 10}
checks: {many: {column: N, expect: CAST(N AS BIGINT) < 1000, message: too many}}
resources:
  Encounter:
    when: CAST(M AS BIGINT) > 0
    by: [VISIT]
    id: VISIT
    status: = finished
    class: coding(act-code, = IMP)
    subject: reference(Patient, NR)
    length: {value: CAST(M AS BIGINT) + CAST(N AS BIGINT), unit: = min, code: = min}
    location:
      each: WARD
      location: {display: "WARD || CAST(make_date(2020, CAST(M AS INTEGER), 1) AS VARCHAR)"}
    serviceType: {text: CAST(sum(CAST(M AS BIGINT)) OVER (PARTITION BY VISIT) AS VARCHAR)}
  Observation:
    when: regexp_full_match(M, '[0-9]+')
    id: hash(VISIT, TENTHS)
    status: = final
    code: texted(= guarded)
    subject: reference(Patient, NR)
    valueInteger: CAST(M AS BIGINT)
"""
CLINIC = {
    "source": "about: a clinic\n",
    "persons": PERSONS,
    "visits": VISITS,
    "visits_of": "person: NR\ncolumns: {NR: id!, KIND: string}\n",
}


@pytest.fixture
def read(tmp_path: Path, night: Night) -> Callable[..., dict[str, list[dict[str, Any]]]]:
    def of(mapping: dict[str, str], files: dict[str, str]) -> dict[str, list[dict[str, Any]]]:
        for folder, said, ending in (("clinic", mapping, "yaml"), ("inbox", files, "csv")):
            (tmp_path / folder).mkdir()
            for name, text in said.items():
                (tmp_path / folder / f"{name}.{ending}").write_text(text, encoding="utf-8")
        (shard,) = night(tmp_path / "inbox", tmp_path / "work", str(tmp_path / "clinic"))[1]
        return {name.removeprefix("phi/").removeprefix("fhir/"): table.to_pylist() for name, table in shard.items()}

    return of


def test_rows_that_an_expression_cannot_take_are_set_aside(read: Callable[..., Any]) -> None:
    rows = ["1,a,10,1,w", "1,b,Berg,2,w", "1,c,30,Fell,w", "2,d,9223372036854775807,1,w", "2,e,20,13,w", "2,f,20,2,w"]
    files = {
        "persons": "NR\n1\n2\n",
        "visits": "NR,VISIT,N,M,WARD\n" + "\n".join(rows) + "\n",
        "visits_of": "NR,KIND\n1,x\n1,y\n2,z\n",
    }
    found = read(CLINIC, files)
    told = [(row["line"], row["column"], row["rule"]) for row in found["quarantine"]]
    assert sorted(told) == [
        (3, "let.TENTHS", "expression"),
        (4, "Encounter.when", "expression"),
        (5, "N", "many"),
        (6, "Encounter.location.location.display", "expression"),
    ]
    assert not any("Berg" in row["message"] or "Fell" in row["message"] for row in found["quarantine"])
    assert "CAST(N AS BIGINT) // 10" in next(row["message"] for row in found["quarantine"] if row["line"] == 3)
    assert [(row["id"], row["length"]["value"], row["serviceType"]["text"]) for row in found["Encounter"]] == [
        ("a", 11.0, "2"),
        ("f", 22.0, "2"),
    ]
    assert sorted({row["valueInteger"] for row in found["Observation"]}) == [1, 2]


def test_what_when_leaves_out_is_not_set_aside(read: Callable[..., Any]) -> None:
    table = PERSONS.replace("{NR: id!}", "{NR: id!, N: string}").replace(
        "{Patient: {id: NR}}",
        "{Patient: {id: NR, when: \"N SIMILAR TO '[0-9]'\", multipleBirthInteger: CAST(N AS BIGINT)}}",
    )
    found = read({"source": "about: a clinic\n", "persons": table}, {"persons": "NR,N\n1,2\n2,x\n3,\n"})
    assert [(row["id"], row["multipleBirthInteger"]) for row in found["Patient"]] == [("1", 2)]
    assert found["quarantine"] == []


@pytest.mark.parametrize(
    "text",
    [
        "CAST(N AS BIGINT)",
        "sum(CAST(N AS BIGINT)) OVER ()",
        "(SELECT CAST(N AS BIGINT))",
        "nullif(CAST(N AS BIGINT), 0)",
    ],
)
def test_rows_are_found_whatever_the_expression(text: str) -> None:
    rows = pa.table({"N": ["1", "x", None, "4", "y"]})
    values, bad = one_by_one(rows, Sql(text, ("N",), pa.int64()))
    assert bad.tolist() == [False, True, False, False, True]
    assert [values[1].as_py(), values[4].as_py()] == [None, None] and values[3].as_py() in (4, 5)


def test_too_many_to_be_sought_one_by_one() -> None:
    rows = pa.table({"N": ["x"] * (MOST + 1)})
    said = Said("visits.yaml", "Encounter.length", "sum(...)")
    with pytest.raises(MappingError, match=r"visits\.yaml: Encounter\.length"):
        one_by_one(rows, Sql("sum(CAST(N AS BIGINT)) OVER ()", ("N",), pa.int64(), said))


def test_a_long_expression_is_cut() -> None:
    assert len(fault(Sql("x", (), pa.string(), Said("t.yaml", "Patient.id", "x" * 999))).message) < 300


def test_twice_the_same_in_one_expression_for_many_rows() -> None:
    rows = pa.table({"N": ["x", "1"] * (MOST + 1)})
    _, bad = one_by_one(rows, Sql("nullif(CAST(CAST(N AS BIGINT) AS VARCHAR), '')", ("N",), pa.string()))
    assert bad.tolist() == [True, False] * (MOST + 1)
