"""How good the data are: one person of each fault, counted by source and table in the terms of Kahn 2016."""

from datetime import datetime
from typing import Any

import pyarrow as pa
import pytest

from contract.errors import MappingError
from etl.quality import knowledge
from etl.quality.knowledge import CATEGORIES, checks, elements
from etl.quality.summary import Quality
from etl.timeline.stage import BuildTimeline
from schemas.fhir import resource_types
from schemas.night import QUARANTINE
from schemas.quality import DUPLICATES, IMPLAUSIBLE, QUALITY
from schemas.registry import table

BIRTH = {"code": "MEDS_BIRTH", "time": datetime(1950, 2, 28), "precision": "day"}
DEATH = {"code": "MEDS_DEATH", "time": datetime(2020, 5, 1), "precision": "day"}
SUGAR = {"code": "LOINC//2345-7", "time": datetime(2020, 1, 1, 8), "numeric_value": 90.0, "unit": "mg/dL",
    "canonical_unit": "mg/dL", "canonical_value": 90.0, "precision": "second"}  # fmt: skip


def events(*rows: dict[str, Any]) -> pa.Table:
    declared = table("phi/timeline")
    filled = [{"subject_id": 1, "source": "a", "fhir_id": f"Observation/{at}"} | row for at, row in enumerate(rows)]
    found = declared.conform(pa.Table.from_pylist(filled, schema=declared.schema))
    return found.sort_by([(name, "ascending") for name in ("subject_id", "time", "code")])


def told(shard: dict[str, pa.Table]) -> dict[tuple[str, str, str], tuple[int, int]]:
    summary = Quality()
    merged = summary.merge([summary.partial(shard), {}])[QUALITY.name]
    assert merged.schema == QUALITY.schema
    return {(r["source"], r["table"], r["check"]): (r["failed"], r["looked_at"]) for r in merged.to_pylist()}


TIMELINE = [
    ("unit-missing", [SUGAR, SUGAR | {"unit": None, "canonical_unit": None, "canonical_value": None}], (1, 2)),
    ("unit-unknown", [SUGAR, SUGAR | {"unit": "fur", "canonical_unit": None, "canonical_value": None}], (1, 2)),
    ("impossible", [SUGAR, SUGAR | {"numeric_value": 9e6, "canonical_value": None}], (1, 2)),
    ("unusual", [SUGAR, SUGAR | {"numeric_value": 3000.0, "canonical_value": 3000.0}], (1, 2)),
    ("number-without-loinc", [SUGAR, SUGAR | {"code": "LOCAL//5"}], (1, 2)),
    ("code-local", [SUGAR, SUGAR | {"code": "LOCAL//5"}], (1, 2)),
    ("told-twice", [SUGAR, SUGAR], (1, 2)),
    ("told-twice", [SUGAR, SUGAR | {"numeric_value": 91.0}], (0, 2)),
    ("told-twice", [SUGAR, SUGAR | {"subject_id": 2}], (0, 2)),
    ("before-birth", [BIRTH, SUGAR, SUGAR | {"time": datetime(1950, 1, 1)}], (1, 3)),
    ("before-birth", [BIRTH | {"precision": "year"}, SUGAR | {"time": datetime(1950, 1, 1)}], (0, 0)),
    ("before-birth", [BIRTH, SUGAR | {"subject_id": 2, "time": datetime(1940, 1, 1)}], (0, 1)),
    ("after-death", [DEATH, SUGAR, SUGAR | {"time": datetime(2020, 6, 1)}], (1, 2)),
    ("after-death", [DEATH, SUGAR | {"time": datetime(2020, 5, 1, 23)}], (0, 1)),
    ("after-death", [DEATH, {"code": "LOINC//1//BILLED", "time": datetime(2020, 6, 1)}], (0, 0)),
]


@pytest.mark.parametrize(("check", "rows", "counts"), TIMELINE)
def test_events_that_fail_are_counted(check: str, rows: list[dict[str, Any]], counts: tuple[int, int]) -> None:
    assert told({"phi/timeline": events(*rows)}).get(("a", "timeline", check), (0, 0)) == counts


def test_each_source_has_counts_of_its_own() -> None:
    rows = events(SUGAR | {"unit": None, "canonical_unit": None}, SUGAR | {"source": "b"}, SUGAR | {"source": "b"})
    found = told({"phi/timeline": rows})
    assert found["a", "timeline", "unit-missing"] == (1, 1)
    assert found["b", "timeline", "unit-missing"] == (0, 2)


def test_a_body_mass_index_is_held_against_weight_and_height() -> None:
    def at(day: int, code: str, value: float) -> dict[str, Any]:
        return SUGAR | {"time": datetime(2020, 1, day), "code": f"LOINC//{code}", "numeric_value": value,
            "canonical_value": value}  # fmt: skip

    right = [at(1, "29463-7", 70.0), at(1, "8302-2", 170.0), at(1, "39156-5", 24.2)]
    wrong = [at(2, "29463-7", 70.0), at(2, "8302-2", 170.0), at(2, "39156-5", 31.0)]
    alone = [at(3, "39156-5", 31.0)]
    assert told({"phi/timeline": events(*right, *wrong, *alone)})["a", "timeline", "bmi-differs"] == (1, 2)


def test_a_unit_of_another_kind_is_found_through_phi_implausible() -> None:
    observation = table("phi/fhir/Observation")
    names = ("id", "subject_id", "status", "code", "effectiveDateTime", "valueQuantity", "source", "arrival")
    rows = [
        {"id": str(at), "subject_id": 1, "status": "final", "source": "a", "arrival": 1,
         "code": {"coding": [{"system": "http://loinc.org", "code": "29463-7"}]},
         "effectiveDateTime": "2020-01-01T08:00:00Z", "valueQuantity": {"value": 70 + at, "unit": unit}}
        for at, unit in enumerate(("kg", "cm", "kg", "furlong"))
    ]  # fmt: skip
    given = {
        "phi/fhir/Observation": pa.Table.from_pylist(rows, pa.schema([observation.schema.field(n) for n in names]))
    }
    found = told({**given, **BuildTimeline().run(given)})
    assert found["a", "timeline", "unit-contradicts"] == (1, 4)
    assert found["a", "timeline", "unit-unknown"] == (1, 4)
    assert found["a", "Observation", "rejected"] == (0, 4)
    assert found["a", "Patient", "patient-absent"] == (1, 1)


def fhir(kind: str, *rows: dict[str, Any]) -> dict[str, pa.Table]:
    declared = table(f"phi/fhir/{kind}")
    common = {"subject_id": 1, "source": "a", "arrival": 1}
    filled = [{"id": f"{kind[0]}{at}"} | common | row for at, row in enumerate(rows)]
    used = [f for f in declared.schema if any(f.name in row for row in filled)]
    return {declared.name: pa.Table.from_pylist(filled, schema=pa.schema(used))}


def test_rows_of_fhir_that_fail_are_counted() -> None:
    coded = {"code": {"coding": [{"code": "1"}]}, "valueInteger": 1, "effectiveDateTime": "2020"}
    shard = {
        **fhir("Patient", {"birthDate": "1950", "gender": "female"}, {"subject_id": 2}),
        **fhir("Encounter", {"period": {"start": "2020-01-02T00:00:00Z", "end": "2020-01-01T00:00:00Z"}},
               {"period": {"start": "2020-01-01T10:00:00+02:00", "end": "2020-01-01T09:00:00Z"}}, {}),
        **fhir("Observation", coded | {"encounter": {"reference": "Encounter/E0"}},
               coded | {"encounter": {"reference": "https://x.org/fhir/Encounter/E1/_history/2"}},
               coded | {"encounter": {"reference": "Encounter/gone"}},
               {"code": {"text": "said"}, "dataAbsentReason": {"text": "asked"}}, {"code": {"coding": []}}),
    }  # fmt: skip
    found = told(shard)
    assert found["a", "Patient", "birth-missing"] == (1, 2)
    assert found["a", "Patient", "sex-missing"] == (1, 2)
    assert found["a", "Encounter", "end-before-start"] == (1, 2)
    assert found["a", "Encounter", "time-missing"] == (1, 3)
    assert found["a", "Observation", "encounter-absent"] == (1, 3)
    assert found["a", "Observation", "code-missing"] == (2, 5)
    assert found["a", "Observation", "value-missing"] == (1, 5)
    assert found["a", "Observation", "time-missing"] == (2, 5)


def test_quarantine_is_held_against_what_was_kept() -> None:
    row = {"source": "a", "rule": "required", "message": "m"}
    rejected = [row | {"target": "Patient"}, row | {"target": "patients"}, row | {"target": "patients"}, row]
    summary = Quality()
    assert QUARANTINE.name in summary.reads
    part = {QUARANTINE.name: pa.Table.from_pylist(rejected, schema=QUARANTINE.schema)}
    merged = summary.merge([summary.partial(fhir("Patient", {}, {}, {})), part])[QUALITY.name].to_pylist()
    found = {row["table"]: (row["failed"], row["looked_at"]) for row in merged if row["check"] == "rejected"}
    assert found == {"Patient": (1, 4), "patients": (2, None), "rows": (1, None)}


def test_duplicates_across_sources_are_counted_by_pair_and_type() -> None:
    row = {"subject_id": 1, "code": "c", "agree": "time", "type": "Observation", "source": "a", "other_source": "b"}
    found = told({
        "phi/timeline": events(SUGAR, SUGAR, SUGAR | {"source": "b"}),
        "phi/duplicates": pa.Table.from_pylist([row], schema=DUPLICATES.schema),
        "phi/implausible": IMPLAUSIBLE.empty(),
    })  # fmt: skip
    assert found["a + b", "Observation", "across-sources"] == (1, 1)


def test_nothing_comes_of_nothing() -> None:
    assert told({}) == {}
    assert told({"phi/timeline": table("phi/timeline").empty()}) == {}


def test_checks_stand_in_the_terms_of_kahn(monkeypatch: pytest.MonkeyPatch) -> None:
    assert {(known.category, known.subcategory) for known in checks().values()} == {
        (category, sub) for category, subs in CATEGORIES.items() for sub in subs
    }
    for what in ("code", "time", "value", "period", "span", "encounter"):
        for kind, names in elements(what).items():
            columns = {column.name for column in table(f"phi/fhir/{resource_types()[kind].name}").columns}
            assert {name.split(".")[0] for name in names} - {"valueSampledData"} <= columns, kind
    said = {"checks": {"x": {"category": "beauty", "says": "", "of": ""}}, "fhir": {}}
    monkeypatch.setattr(knowledge, "_said", lambda: said)
    with pytest.raises(MappingError, match="Kahn"):
        knowledge.checks.__wrapped__()
