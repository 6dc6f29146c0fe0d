"""What codes are called, what lies above them, and the table that says so."""

from collections.abc import Callable

import pyarrow as pa
import pytest

from contract.errors import MappingError
from contract.work import Shard
from etl.timeline.codes import CountCodes
from etl.timeline.mapping import parse, timeline_mapping
from etl.timeline.names import MARK, named, parent
from etl.timeline.stage import BuildTimeline
from schemas.clinical import PHI_TIMELINE, PHI_TIMELINE_CODES


@pytest.mark.parametrize(
    ("url", "system"),
    [
        ("http://loinc.org", "LOINC"),
        ("http://loinc.org/", "LOINC"),
        ("urn:oid:2.16.840.1.113883.6.96", "SNOMED"),
        ("http://terminology.hl7.org/CodeSystem/v3-ActCode", "V3-ACTCODE"),
        ("urn:oid:1.2.3", "1.2.3"),
        ("", "LOCAL"),
    ],
)
def test_names(url: str, system: str) -> None:
    assert named(f"{url}{MARK}a//b", timeline_mapping().systems) == f"{system}//a//b"


@pytest.mark.parametrize(
    ("code", "above"),
    [
        ("SNOMED//1//END", "SNOMED//1"),
        ("RXNORM//1//ORDER//END", "RXNORM//1//ORDER"),
        ("ICD10CM//E11.65", "ICD10CM//E11.6"),
        ("ICD10CM//E11.6", "ICD10CM//E11"),
        ("ICD10CM//W19.XXXA", "ICD10CM//W19"),
        ("ICD10CM//E11", None),
        ("GENDER//F", "GENDER"),
        ("LOINC//8302-2", None),
        ("MEDS_BIRTH", None),
    ],
)
def test_parents(code: str, above: str | None) -> None:
    assert parent(code, timeline_mapping()) == above


def _said(code: str, display: str) -> dict[str, object]:
    coding = {"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": code, "display": display}
    return {"onsetDateTime": "2020", "abatementDateTime": "2021", "code": {"coding": [coding]}}


def _partials(tables: Callable[..., Shard]) -> list[Shard]:
    stage, summary = BuildTimeline(), CountCodes()
    shards = [
        tables({"Patient": [{"gender": "female"}], "Condition": [_said("E11.65", "Type 2 diabetes")]}),
        tables({"Condition": [_said("E11.65", "T2DM"), _said("E11.65", "T2DM"), _said("I10", "High blood pressure")]}),
    ]
    return [summary.partial({**shard, **stage.run(shard)}) for shard in shards]


def test_every_code_and_all_above_it(tables: Callable[..., Shard]) -> None:
    merged = CountCodes().merge(_partials(tables))[PHI_TIMELINE_CODES.name]
    assert merged.schema == PHI_TIMELINE_CODES.schema
    rows = {row["code"]: (row["description"], row["parent_codes"]) for row in merged.to_pylist()}
    assert rows == {
        "GENDER": ("Administrative gender", []),
        "GENDER//F": ("Female", ["GENDER"]),
        "ICD10CM//E11": (None, []),
        "ICD10CM//E11.6": (None, ["ICD10CM//E11"]),
        "ICD10CM//E11.65": ("T2DM", ["ICD10CM//E11.6"]),  # what most rows say
        "ICD10CM//E11.65//END": ("T2DM", ["ICD10CM//E11.65"]),
        "ICD10CM//I10": ("High blood pressure", []),
        "ICD10CM//I10//END": ("High blood pressure", ["ICD10CM//I10"]),
    }


def test_the_order_of_partials_does_not_matter(tables: Callable[..., Shard]) -> None:
    partials = _partials(tables)
    assert CountCodes().merge(partials) == CountCodes().merge(partials[::-1])
    assert len(CountCodes().merge([])[PHI_TIMELINE_CODES.name]) == 0


def test_a_shard_of_shared_rows_has_labels_only(tables: Callable[..., Shard]) -> None:
    coding = {"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "1", "display": "Tea"}
    partial = CountCodes().partial(tables({"Medication": [{"subject_id": None, "code": {"coding": [coding]}}]}))
    assert partial[PHI_TIMELINE_CODES.name].to_pylist() == [{"code": "RXNORM//1", "description": "Tea", "count": 1}]


def test_a_wrong_key_is_refused_and_the_right_ones_named() -> None:
    text = "systems: {}\npreferred: []\ninpatient: []\nparents: {suffixes: [], heads: [], prefixes: []}\nlabels: {}\n"
    with pytest.raises(MappingError, match=r"colour.*known are .*text_value"):
        parse(text + "descriptions: {}\ntypes: {Patient: {events: [{code: id, colour: red}]}}")


def test_codes_of_the_timeline_are_all_there(tables: Callable[..., Shard]) -> None:
    shard = tables({"Condition": [_said("A00", "a"), _said("B00", "b")]})
    events = BuildTimeline().run(shard)
    codes = CountCodes().merge([CountCodes().partial({**shard, **events})])[PHI_TIMELINE_CODES.name]
    assert set(events[PHI_TIMELINE.name]["code"].to_pylist()) <= set(codes["code"].to_pylist())
    assert codes["code"].to_pylist() == sorted(codes["code"].to_pylist())
    assert isinstance(codes, pa.Table)
